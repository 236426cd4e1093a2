"""Jira Cloud: issues of a project. Requests as in the description of its REST API, version 3.

What we remember of an issue is its entity property `cloudaudit`, which no page shows and which is written in the same
request as a new issue. Searches lag behind: what is about to be changed is read by its id, which does not. Jira Data
Center has another API, and is not spoken to.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.settings import Export
from cloudaudit.trackers import adf
from cloudaudit.trackers.jira_fields import Screen, described, label, listed, screen
from cloudaudit.trackers.jira_workflow import Status, Workflow
from cloudaudit.trackers.once import once
from cloudaudit.trackers.tracker import LABEL, Change, Draft, Given, Kind, Memory, Option, Ticket
from cloudaudit.transport import MOST_PAGES, PAGE, Api, RefusedError, UnsettledError, Waiting, escaped

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{1,254}", re.ASCII)
_PROPERTY = "cloudaudit"
_FIELDS = "summary,description,labels,status"
_TEXT = 32_767
"""Characters in a description or a comment: JRACLOUD-68949."""

_SHOWN = 8
_LAG = (2.0, 4.0, 8.0, 16.0)
"""Seconds until a search is sure to find a new issue, as far as anybody can be."""

_RIGHTS = {
    "BROWSE_PROJECTS": "Browse projects",
    "CREATE_ISSUES": "Create issues",
    "EDIT_ISSUES": "Edit issues",
    "ADD_COMMENTS": "Add comments",
    "TRANSITION_ISSUES": "Transition issues",
}
_HINTS = {
    400: "a field is not as this project wants it; [export.fields] sets what it requires",
    401: "JIRA_EMAIL and JIRA_API_TOKEN do not go together, or the token is not valid any more",
    403: "the account must not do this in this project",
    404: "there is no such project or issue, or the account cannot see it (a Jira Data Center has no such API)",
}


class _Fields(msgspec.Struct):
    status: Status
    summary: str = ""
    description: Any = None
    labels: list[str] = []


class _Issue(msgspec.Struct):
    id: str
    key: str
    fields: _Fields
    properties: dict[str, Any] = {}

    def memory(self) -> Memory | None:
        """What its property remembers, None if there is none that can be read."""
        try:
            return msgspec.convert(self.properties.get(_PROPERTY), Memory)
        except msgspec.ValidationError:
            return None


class _Page(msgspec.Struct, rename="camel"):
    issues: list[_Issue] = []
    next_page_token: str | None = None


class _Made(msgspec.Struct):
    id: str
    key: str


class Jira:
    """The issues of a project that carry our label and our property. `site` is where people look at them."""

    def __init__(self, api: Api, site: str, project: str, settings: Export, waiting: Waiting) -> None:
        self._api = api
        self._site = site
        self._project = project
        self._settings = settings
        self._waiting = waiting
        self._workflow = Workflow(settings=settings)
        self._screen: Screen | None = None
        self._people: dict[str, str] = {}
        self._proven = False
        self.place = f"jira:{urlsplit(site).netloc}/{project}"

    def prepare(self, *, write: bool) -> None:
        """See that the project is there, that the account may write to it, and that the settings fit its fields."""
        if write and self._screen is not None:
            return
        found = self._api.get(f"/rest/api/3/project/{self._project}")
        if not isinstance(found, dict) or "key" not in found:
            raise TrackerError(f"{self._project}: what Jira answers is no project")
        if found.get("archived") or found.get("deleted"):
            raise TrackerError(
                f"{self._project} is archived or deleted: it takes no issues; restore it, or say another"
            )
        self._check_rights()
        self._screen = screen(self._api, self._project, self._settings.type)
        self._screen.check(self._settings)

    def tickets(self) -> Iterator[Ticket]:
        """All issues with our label and property, oldest first."""
        return self._search("")

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """The issue, wherever its label went and whichever project it is in; None if it was deleted."""
        try:
            issue = self._issue(number)
        except RefusedError as error:
            if error.status == 404:
                return None
            raise
        return self._ticket(issue, issue.memory() or memory)

    def create(self, draft: Draft) -> Ticket:
        """A new issue, with its property in the same request. Where the answer was lost it is searched for, as long as
        searches may lag."""
        if self._screen is None:
            raise AssertionError(draft)
        description = adf.replaced(None, draft.text, draft.memory.key)
        fields = self._screen.filled(draft, self._settings, self._person) | {"description": _fitting(description)}
        body = {"fields": fields, "properties": [{"key": _PROPERTY, "value": msgspec.to_builtins(draft.memory)}]}
        try:
            made = described(self._api.send("POST", "/rest/api/3/issue", body, once=True), _Made)
        except UnsettledError:
            if found := self._late(draft.memory.key):
                return found
            raise
        if not self._proven:
            self._prove(made.id, made.key)
        return Ticket(
            id=made.id,
            name=made.key,
            address=self._page(made.key),
            open=True,
            title=draft.title,
            memory=draft.memory,
            body=description,
            labels=tuple(fields["labels"]),
        )

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """First the comment, unless it is there; then the status, announced in the property; then all the rest."""
        path = f"/rest/api/3/issue/{escaped(ticket.id)}"
        issue = self._issue(ticket.id)
        if change.comment:
            self._comment(path, change)
        status = issue.fields.status
        if change.state and self._workflow.is_open(status) != (change.state == "open"):
            self._remember(path, msgspec.structs.replace(change.memory, pending=True))
            said = "open" if change.state == "open" else change.memory.said
            status = self._workflow.move(self._api, path, said, status)
        edits = _edits(issue, change)
        if edits:
            self._api.send("PUT", path, edits)
        self._remember(path, change.memory)
        return msgspec.structs.replace(ticket, memory=change.memory, open=self._workflow.is_open(status))

    def _prove(self, number: str, name: str) -> None:
        """See, at the first new issue of a run, that the next run will know it again. TrackerError if it will not."""
        issue = self._issue(number)
        if LABEL not in issue.fields.labels or issue.memory() is None:
            raise TrackerError(
                f"{name} was made without its label or its property, and would be made again each night; see that "
                "nothing takes them away, and delete it"
            )
        self._proven = True

    def _check_rights(self) -> None:
        found = self._api.get("/rest/api/3/mypermissions", projectKey=self._project, permissions=",".join(_RIGHTS))
        has = found.get("permissions", {}) if isinstance(found, dict) else {}
        missing = [words for name, words in _RIGHTS.items() if not has.get(name, {}).get("havePermission")]
        if missing:
            raise TrackerError(f"{self._project}: the account lacks the permissions {', '.join(missing)}")

    def _search(self, more: str) -> Iterator[Ticket]:
        query = f'project = "{self._project}" AND labels = {LABEL}{more} ORDER BY created ASC'
        asked: dict[str, str | int] = {
            "jql": query,
            "fields": _FIELDS,
            "properties": _PROPERTY,
            "maxResults": PAGE,
        }
        for _ in range(MOST_PAGES):
            found = described(self._api.get("/rest/api/3/search/jql", **asked), _Page)
            for issue in found.issues:
                if memory := issue.memory():
                    yield self._ticket(issue, memory)
            if not found.next_page_token:
                return
            asked["nextPageToken"] = found.next_page_token
        raise TrackerError(f"Jira: {query} finds more than {PAGE * MOST_PAGES:,} issues")

    def _late(self, key: str) -> Ticket | None:
        """The issue whose answer was lost, once a search finds it."""
        for pause in _LAG:
            self._waiting.sleep(pause)
            found = next((one for one in self._search(" AND created >= -1d") if one.memory.key == key), None)
            if found:
                return found
        return None

    def _issue(self, number: str) -> _Issue:
        return described(
            self._api.get(f"/rest/api/3/issue/{escaped(number)}", fields=_FIELDS, properties=_PROPERTY), _Issue
        )

    def _comment(self, path: str, change: Change) -> None:
        mark = change.mark.replace(change.memory.key, change.memory.key[:_SHOWN])  # people see it
        body = _fitting(adf.comment(change.comment, mark))

        def there() -> bool:
            comments = listed(self._api, f"{path}/comment", "comments", orderBy="-created")
            return any(adf.is_comment(found.get("body"), mark) for found in comments)

        once(there, lambda: self._api.send("POST", f"{path}/comment", {"body": body}, once=True))

    def _remember(self, path: str, memory: Memory) -> None:
        self._api.send("PUT", f"{path}/properties/{_PROPERTY}", msgspec.to_builtins(memory))

    def _person(self, said: str) -> str:
        """The account that the settings name by its id or its e-mail address."""
        if "@" not in said:
            return said
        if said not in self._people:
            found = self._api.get("/rest/api/3/user/assignable/search", project=self._project, query=said)
            accounts = [str(one["accountId"]) for one in found or []]
            if len(accounts) != 1:
                raise RefusedError(
                    f"{len(accounts)} people to whom issues of {self._project} can be assigned are found by {said!r}; "
                    "[export.assignees] may name an account id instead",
                    422,
                )
            self._people[said] = accounts[0]
        return self._people[said]

    def _ticket(self, issue: _Issue, memory: Memory) -> Ticket:
        return Ticket(
            id=issue.id,
            name=issue.key,
            address=self._page(issue.key),
            open=self._workflow.is_open(issue.fields.status),
            title=issue.fields.summary,
            memory=memory,
            body=issue.fields.description,
            labels=tuple(issue.fields.labels),
        )

    def _page(self, key: str) -> str:
        return f"{self._site}/browse/{key}"


def _edits(issue: _Issue, change: Change) -> dict[str, Any]:
    """What differs from the issue as it is."""
    fields: dict[str, Any] = {}
    if change.title and change.title != issue.fields.summary:
        fields["summary"] = change.title
    if change.text:
        fields["description"] = _fitting(adf.replaced(issue.fields.description, change.text, change.memory.key))
    drop = [{"remove": name} for name in map(label, change.drop) if name in issue.fields.labels]
    add = [{"add": name} for name in map(label, change.add) if name not in issue.fields.labels]
    made = {"fields": fields} if fields else {}
    return made | ({"update": {"labels": [*drop, *add]}} if drop or add else {})


def _fitting(document: adf.Node) -> adf.Node:
    if (length := len(adf.plain(document))) > _TEXT:
        raise RefusedError(f"the text has {length:,} characters, and Jira takes {_TEXT:,}", 413)
    return document


def connect(given: Given) -> Jira:
    """The project. TrackerError where something is not said."""
    environment = given.environment
    site = given.options["site"].rstrip("/")
    if not site:
        raise TrackerError("which Jira is it? Say --site https://NAME.atlassian.net")
    if not _KEY.fullmatch(project := given.options["project"]):
        raise TrackerError("which project is it? Say --project KEY, such as SEC")
    email, token = environment.get("JIRA_EMAIL", "").strip(), given.token or environment.get("JIRA_API_TOKEN", "")
    if not email or not token.strip():
        raise TrackerError(
            "JIRA_EMAIL and JIRA_API_TOKEN are not both set: the address of an account, and a token of it from "
            "https://id.atlassian.com/manage-profile/security/api-tokens"
        )
    secret = base64.b64encode(f"{email}:{token.strip()}".encode()).decode()
    address = given.options["api"] or site
    api = Api("Jira", address, ("Authorization", "Basic ", secret), _HINTS, given.waiting)
    return Jira(api, site, project.upper(), given.settings, given.waiting)


TRACKER = Kind(
    name="jira",
    title="a Jira Cloud project",
    options=(
        Option(name="site", metavar="URL", help="The site: https://NAME.atlassian.net.", variable="JIRA_SITE"),
        Option(name="project", metavar="KEY", help="The key of the project.", variable="JIRA_PROJECT"),
        Option(
            name="api",
            metavar="URL",
            help="For tokens with scopes: https://api.atlassian.com/ex/jira/CLOUD_ID.",
            variable="JIRA_API_URL",
        ),
    ),
    connect=connect,
)
