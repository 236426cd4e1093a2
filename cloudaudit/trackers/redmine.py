"""Redmine: issues of a project. Requests as in "Redmine API" of its wiki, version 5.0 and newer.

What we remember of an issue is the value of the custom field `cloudaudit`, which the role of the exporter alone should
see; the API cannot make custom fields. A comment, a state and what is remembered change in one request, and so all or
nothing. What its rights or its workflow forbid an account to change, Redmine leaves out without a word: so rights are
asked for first, and what was written is read again.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.trackers import marks, redmine_text
from cloudaudit.trackers.document import Document
from cloudaudit.trackers.once import once
from cloudaudit.trackers.redmine_project import Project, Status
from cloudaudit.trackers.tracker import Change, Draft, Given, Kind, Memory, Option, Ticket
from cloudaudit.transport import MOST_PAGES, PAGE, Api, RefusedError, escaped

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}", re.ASCII)
_LIMIT = 65_535
"""Bytes of a text, where Redmine's database is MySQL."""

_HINTS = {
    401: "REDMINE_API_KEY is not valid (an administrator switches the REST API on: Administration, Settings, API)",
    403: "the account must not do this in this project, or the project is archived",
    404: "there is no such project or issue, or the account cannot see it",
    422: "a field is not as this project wants it; [export.fields] sets what it requires",
}


class _Named(msgspec.Struct):
    id: int
    name: str = ""


class _Field(msgspec.Struct):
    id: int
    value: Any = None


class _Issue(msgspec.Struct):
    id: int
    subject: str
    status: _Named
    priority: _Named
    description: str | None = None
    is_private: bool = False
    custom_fields: list[_Field] = []
    allowed_statuses: list[_Named] | None = None


class Redmine:
    """The issues of a project whose field `cloudaudit` is set."""

    def __init__(self, api: Api, project: Project, address: str, render: Callable[[Document], str]) -> None:
        parts = urlsplit(address)
        self._api = api
        self._project = project
        self._settings = project.settings
        self._address = address
        self._render = render
        self.place = f"redmine:{parts.netloc}{parts.path}/{project.name}"

    def prepare(self, *, write: bool) -> None:
        """See that the project takes issues and has the field; with `write`, look up what the settings name."""
        self._project.look()
        if write:
            self._project.look_up()

    def tickets(self) -> Iterator[Ticket]:
        """All issues that remember something, oldest first. A field that is no filter does not filter."""
        asked = {"status_id": "*", "subproject_id": "!*", "sort": "id", f"cf_{self._project.field}": "*"}
        for page in range(MOST_PAGES):
            found = self._api.get(f"{self._project.path}/issues.json", **asked, limit=PAGE, offset=PAGE * page)
            issues = found.get("issues") if isinstance(found, dict) else None
            if not isinstance(issues, list):
                raise TrackerError(f"Redmine: {self._project.name} should have issues; is {self._address} its address?")
            for issue in map(_decoded, issues):
                if memory := self._memory(issue):
                    yield self._ticket(issue, memory)
            if len(issues) < PAGE:
                return
        raise TrackerError(f"{self._project.name} has too many issues; make the field cloudaudit a filter")

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """The issue, wherever it was moved to and whatever its field says; None if it was deleted."""
        try:
            issue = self._read(number)
        except RefusedError as error:
            if error.status == 404:
                return None
            raise
        return self._ticket(issue, self._memory(issue) or memory)

    def create(self, draft: Draft) -> Ticket:
        """A new issue. One that does not come out as asked is taken back."""
        body = {
            **self._project.fields(),
            **self._project.chosen(draft),
            "subject": draft.title,
            "description": _fitting(marks.wrapped(self._render(draft.text))),
            "start_date": draft.memory.opened,
            **({"due_date": draft.due} if draft.due else {}),
            **({"is_private": True} if self._settings.confidential else {}),
        }
        body["custom_fields"] = [*body.get("custom_fields", ()), self._remembered(draft.memory)]
        answer = self._api.send("POST", f"{self._project.path}/issues.json", {"issue": body}, once=True)
        issue = _decoded(answer.get("issue") if isinstance(answer, dict) else None)
        if self._memory(issue) != draft.memory:
            self._take_back(issue, self._project.unwritable)
        if self._settings.confidential and not issue.is_private:
            self._take_back(issue, "it is not private: the role must be allowed to set issues public or private")
        return self._ticket(issue, draft.memory)

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """All at once, unless the issue remembers it already."""
        issue = self._read(ticket.id)

        def done() -> bool:
            nonlocal issue
            issue = self._read(ticket.id)
            return self._memory(issue) == change.memory

        def write() -> None:
            self._api.send("PUT", _path(ticket.id), {"issue": self._edits(issue, ticket, change)}, once=True)

        once(done, write)
        if not done():
            raise TrackerError(f"{self._ticket(issue, change.memory).address}: {self._project.unwritable}")
        return self._ticket(issue, change.memory)

    def _edits(self, issue: _Issue, ticket: Ticket, change: Change) -> Mapping[str, Any]:
        """What differs from the issue as it is. The priority follows the severity unless a person changed it."""
        edits: dict[str, Any] = {"custom_fields": [self._remembered(change.memory)]}
        before = issue.description or ""
        text = marks.replaced(before, self._render(change.text)) if change.text else before
        if text != before:
            edits["description"] = _fitting(text)
        if change.title:
            edits["subject"] = change.title
        if change.comment:
            edits["notes"] = _fitting(self._render(change.comment))
        if change.state and (change.state == "open") != self._open(issue):
            edits["status_id"] = self._project.status(change.memory.said, _allowed(issue), open_=change.state == "open")
        priorities = self._settings.priorities
        if issue.priority.name == priorities.get(ticket.memory.severity) and change.memory.severity in priorities:
            edits["priority_id"] = self._project.priority(priorities[change.memory.severity])
        return edits

    def _take_back(self, issue: _Issue, why: str) -> None:
        try:
            self._api.send("DELETE", _path(str(issue.id)), {})
        except RefusedError:
            raise TrackerError(f"{self._address}/issues/{issue.id} was made, but {why}; delete it by hand") from None
        raise TrackerError(f"a new issue was deleted again: {why}")

    def _read(self, number: str) -> _Issue:
        found = self._api.get(_path(number), include="allowed_statuses")
        return _decoded(found.get("issue") if isinstance(found, dict) else None)

    def _ticket(self, issue: _Issue, memory: Memory) -> Ticket:
        return Ticket(
            id=str(issue.id),
            name=f"#{issue.id}",
            address=f"{self._address}/issues/{issue.id}",
            open=self._open(issue),
            title=issue.subject,
            memory=memory,
            body=issue.description or "",
        )

    def _open(self, issue: _Issue) -> bool:
        return self._project.is_open(issue.status.id)

    def _memory(self, issue: _Issue) -> Memory | None:
        said = next((one.value for one in issue.custom_fields if one.id == self._project.field), None)
        try:
            return msgspec.json.decode(said, type=Memory) if isinstance(said, str) and said else None
        except msgspec.DecodeError:
            return None

    def _remembered(self, memory: Memory) -> Mapping[str, Any]:
        said = msgspec.json.encode(memory, order="deterministic").decode()
        return {"id": self._project.field, "value": said}


def _path(number: str) -> str:
    return f"/issues/{escaped(number)}.json"


def _allowed(issue: _Issue) -> list[Status]:
    if issue.allowed_statuses is None:
        raise TrackerError("this Redmine does not say what its workflow allows: version 5.0 or newer is needed")
    return [Status(id=one.id, name=one.name) for one in issue.allowed_statuses]


def _fitting(text: str) -> str:
    if (size := len(text.encode())) > _LIMIT:
        raise RefusedError(f"the text has {size:,} bytes, and Redmine takes {_LIMIT:,}", 413)
    return text


def _decoded(found: Any) -> _Issue:
    try:
        return msgspec.convert(found, _Issue)
    except msgspec.ValidationError as error:
        raise TrackerError(f"Redmine: this is no issue: {error}") from None


def connect(given: Given) -> Redmine:
    """The project. TrackerError where something is not said."""
    options, environment = given.options, given.environment
    address = options["url"].rstrip("/")
    if not address:
        raise TrackerError("which Redmine is it? Say --url https://HOST")
    name = options["project"]
    if not _IDENTIFIER.fullmatch(name):
        raise TrackerError("which project is it? Say --project IDENTIFIER, as in the address of its page")
    if options["markup"] not in redmine_text.MARKUPS:
        raise TrackerError(f"--markup is one of {', '.join(name for name in redmine_text.MARKUPS if name)}")
    token = given.token or environment.get("REDMINE_API_KEY", "")
    if not token.strip():
        raise TrackerError("REDMINE_API_KEY is not set; My account shows the key of the account that is to export")
    api = Api("Redmine", address, ("X-Redmine-API-Key", "", token), _HINTS, given.waiting)
    project = Project(api, name, given.settings)
    return Redmine(api, project, address, redmine_text.MARKUPS[options["markup"]])


TRACKER = Kind(
    name="redmine",
    title="a Redmine project",
    options=(
        Option(name="url", metavar="URL", help="The Redmine: https://HOST/PATH.", variable="REDMINE_URL"),
        Option(name="project", metavar="ID", help="The project's identifier, as in the address of its page."),
        Option(
            name="markup",
            metavar="NAME",
            help="How its texts are formatted: textile (else), markdown or common_mark.",
            variable="REDMINE_MARKUP",
        ),
    ),
    connect=connect,
)
