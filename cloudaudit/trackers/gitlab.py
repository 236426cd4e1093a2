"""GitLab: issues of a project. Requests as in the REST API's documentation, version 4."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.settings import Export
from cloudaudit.trackers import labels, marks
from cloudaudit.trackers.markdown import render
from cloudaudit.trackers.once import once
from cloudaudit.trackers.tracker import LABEL, Change, Draft, Given, Kind, Memory, Option, Ticket
from cloudaudit.transport import Api, RefusedError, escaped

API = "https://gitlab.com/api/v4"
_ROOT = "/api/v4"
_PROJECT = re.compile(r"[0-9]+|[\w.+-]+(/[\w.+-]+)+", re.ASCII)
_LIMIT = 1_000_000
_RIGHT = "the token needs the scope `api`, and at least the role Reporter"
_HINTS = {
    400: "GitLab does not take one of the fields",
    401: "GITLAB_TOKEN is not valid, or not any more",
    403: _RIGHT,
    404: f"there is no such project, or the token cannot see it; {_RIGHT}",
}


class _Issue(msgspec.Struct):
    iid: int
    title: str
    state: str
    web_url: str
    description: str | None = None
    labels: list[str] = []

    def ticket(self, memory: Memory) -> Ticket:
        return Ticket(
            id=str(self.iid),
            name=f"#{self.iid}",
            address=self.web_url,
            open=self.state == "opened",
            title=self.title,
            memory=memory,
            body=self.description or "",
            labels=tuple(self.labels),
        )


class GitLab:
    """The issues of a project that carry our label."""

    def __init__(self, api: Api, project: str, host: str, settings: Export) -> None:
        self._api = api
        self._settings = settings
        self._project = project
        self._path = f"/projects/{escaped(project)}"
        self.place = f"gitlab:{host}/{project}"
        self._milestone: int | None = None
        self._people: dict[str, int] = {}

    def prepare(self, *, write: bool) -> None:
        """See that the project takes issues; with `write`, make the labels."""
        found = self._api.get(self._path)
        if not isinstance(found, dict) or "path_with_namespace" not in found:
            raise TrackerError(f"{self._project}: what GitLab answers is no project")
        if found.get("archived"):
            raise TrackerError(f"{self._project} is archived: it takes no issues; unarchive it, or export elsewhere")
        if found.get("issues_enabled") is False or found.get("issues_access_level") == "disabled":
            raise TrackerError(f"{self._project}: issues are switched off; Settings, General, Visibility turns them on")
        if write:
            self._make_labels()
            self._milestone = self._find_milestone()

    def tickets(self) -> Iterator[Ticket]:
        """All issues with our label and mark, oldest first."""
        order = {"labels": LABEL, "state": "all", "scope": "all", "order_by": "created_at", "sort": "asc"}
        for found in self._api.pages(f"{self._path}/issues", **order):
            issue = _decoded(found)
            if memory := marks.memory_in(issue.description or ""):
                yield issue.ticket(memory)

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """The issue, wherever its label went; None if it was deleted."""
        try:
            issue = _decoded(self._api.get(f"{self._path}/issues/{escaped(number)}"))
        except RefusedError as error:
            if error.status == 404:
                return None
            raise
        return issue.ticket(marks.memory_in(issue.description or "") or memory)

    def create(self, draft: Draft) -> Ticket:
        """A new issue."""
        settings = self._settings
        body: dict[str, Any] = {
            **settings.fields,
            "title": draft.title,
            "description": _fitting(marks.wrapped(render(draft.text), draft.memory)),
            "labels": ",".join(labels.of_new(draft.labels, settings.states)),
        }
        if draft.assignee:
            body["assignee_ids"] = [self._person(draft.assignee)]
        if self._milestone is not None:
            body["milestone_id"] = self._milestone
        if draft.due:
            body["due_date"] = draft.due
        if settings.confidential:
            body["confidential"] = True
        if settings.type:
            body["issue_type"] = settings.type
        made = _decoded(self._api.send("POST", f"{self._path}/issues", body, once=True)).ticket(draft.memory)
        if LABEL not in made.labels:
            raise TrackerError(f"{made.address} was made, but without its labels: {_RIGHT}; delete it by hand")
        return made

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """First the comment, unless it is there, then all the rest at once."""
        path = f"{self._path}/issues/{ticket.id}"
        if change.comment:
            self._comment(path, _fitting(marks.comment(render(change.comment), change.mark)), change.mark)
        body = self._edits(ticket, change)
        return _decoded(self._api.send("PUT", path, body)).ticket(change.memory) if body else ticket

    def _comment(self, path: str, text: str, mark: str) -> None:
        def there() -> bool:
            found = self._api.pages(f"{path}/notes", sort="asc", order_by="created_at")
            return any(marks.is_comment(str(one.get("body") or ""), mark) for one in found)

        once(there, lambda: self._api.send("POST", f"{path}/notes", {"body": text}, once=True))

    def _edits(self, ticket: Ticket, change: Change) -> Mapping[str, Any]:
        """What differs from the issue as it is."""
        edits: dict[str, Any] = {}
        body = marks.replaced(ticket.body, render(change.text), change.memory)
        if body != ticket.body:
            edits["description"] = _fitting(body)
        if change.title and change.title != ticket.title:
            edits["title"] = change.title
        if change.state and (change.state == "open") != ticket.open:
            edits["state_event"] = "reopen" if change.state == "open" else "close"
        after = labels.after(ticket, change, self._settings.states)
        if added := [name for name in after if name not in ticket.labels]:
            edits["add_labels"] = ",".join(added)
        if dropped := [name for name in ticket.labels if name not in after]:
            edits["remove_labels"] = ",".join(dropped)
        return edits

    def _make_labels(self) -> None:
        there = {str(found.get("name", "")) for found in self._api.pages(f"{self._path}/labels")}
        for name, colour in labels.COLOURS.items():
            if name not in there:
                self._make_label(name, colour)

    def _make_label(self, name: str, colour: str) -> None:
        try:
            self._api.send("POST", f"{self._path}/labels", {"name": name, "color": f"#{colour}"})
        except RefusedError as error:
            if error.status != 409:  # another export, or a request whose answer was lost, has made it
                raise

    def _find_milestone(self) -> int | None:
        wanted = self._settings.milestone
        if not wanted:
            return None
        asked = {"state": "active", "title": wanted, "include_ancestors": "true"}
        for found in self._api.pages(f"{self._path}/milestones", **asked):
            if found.get("title") == wanted:
                return int(found["id"])
        raise TrackerError(f"{self._project} has no active milestone {wanted!r}; make it, or change [export] milestone")

    def _person(self, name: str) -> int:
        """The number of a person. RefusedError if there is none of this name."""
        if name not in self._people:
            found = self._api.get("/users", username=name)
            if not isinstance(found, list) or not found:
                raise RefusedError(f"GitLab knows nobody called {name!r}; change [export] assignees", 422)
            self._people[name] = int(found[0]["id"])
        return self._people[name]


def _fitting(text: str) -> str:
    if len(text) > _LIMIT:
        raise RefusedError(f"the text has {len(text):,} characters, and GitLab takes {_LIMIT:,}", 413)
    return text


def _decoded(found: Any) -> _Issue:
    try:
        return msgspec.convert(found, _Issue)
    except msgspec.ValidationError as error:
        raise TrackerError(f"GitLab: this is no issue: {error}") from None


def connect(given: Given) -> GitLab:
    """The project. TrackerError where something is not said."""
    environment = given.environment
    project = (given.options["project"] or environment.get("CI_PROJECT_PATH", "")).strip("/")
    if not _PROJECT.fullmatch(project):
        raise TrackerError("which project is it? Say --project GROUP/NAME")
    address = (given.options["api"] or API).rstrip("/")
    address = address if address.endswith(_ROOT) else address + _ROOT
    token = given.token or environment.get("GITLAB_TOKEN", "")
    if not token.strip():
        job = " (CI_JOB_TOKEN may not write issues)" if environment.get("CI_JOB_TOKEN") else ""
        raise TrackerError(f"GITLAB_TOKEN is not set{job}; {_RIGHT}")
    api = Api("GitLab", address, ("Authorization", "Bearer ", token), _HINTS, given.waiting)
    return GitLab(api, project, urlsplit(address).netloc, given.settings)


TRACKER = Kind(
    name="gitlab",
    title="a GitLab project",
    options=(
        Option(name="project", metavar="GROUP/NAME", help="The project; else CI_PROJECT_PATH."),
        Option(name="api", metavar="URL", help="A GitLab of your own: https://HOST.", variable="CI_API_V4_URL"),
    ),
    connect=connect,
)
