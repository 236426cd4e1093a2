"""GitHub: issues of a repository. Requests as in the REST API's description, version 2022-11-28."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.settings import Export
from cloudaudit.trackers import labels, marks
from cloudaudit.trackers.github_app import App
from cloudaudit.trackers.markdown import render
from cloudaudit.trackers.once import once
from cloudaudit.trackers.tracker import LABEL, Change, Draft, Given, Kind, Memory, Option, Ticket
from cloudaudit.transport import Api, Pace, RefusedError, escaped

API = "https://api.github.com"
_REPOSITORY = re.compile(r"(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)
_LIMIT = 65_536
_RIGHT = "the token needs the right to write issues (`issues: write`; of a classic token: `repo`)"
_HINTS = {
    401: "GITHUB_TOKEN is not valid, or not any more",
    403: _RIGHT,
    404: f"there is no such repository, or the token cannot see it; {_RIGHT}",
    410: "issues are switched off in this repository; Settings, General, Features turns them on",
    422: "GitHub does not take one of the fields: an unknown assignee, milestone or type?",
}
_PACE = ((80, 60.0), (500, 3600.0))
"""Requests that make content, in so many seconds: secondary limits in GitHub's "Rate limits for the REST API"."""


class _Label(msgspec.Struct):
    name: str = ""


class _Issue(msgspec.Struct):
    number: int
    title: str
    state: str
    html_url: str
    body: str | None = None
    labels: list[_Label | str] = []
    state_reason: str | None = None
    pull_request: Any = None

    def ticket(self, memory: Memory) -> Ticket:
        return Ticket(
            id=str(self.number),
            name=f"#{self.number}",
            address=self.html_url,
            open=self.state == "open",
            title=self.title,
            memory=memory,
            body=self.body or "",
            labels=tuple(one if isinstance(one, str) else one.name for one in self.labels),
        )


class GitHub:
    """The issues of a repository that carry our label."""

    def __init__(self, api: Api, repository: str, host: str, settings: Export) -> None:
        self._api = api
        self._settings = settings
        self._path = f"/repos/{repository}"
        self._repository = repository
        self.place = f"github:{host}/{repository}"
        self._milestone: int | None = None

    def prepare(self, *, write: bool) -> None:
        """See that the repository takes issues; with `write`, make the labels."""
        found = self._api.get(self._path)
        if not isinstance(found, dict) or "full_name" not in found:
            raise TrackerError(f"{self._repository}: what GitHub answers is no repository")
        if found.get("archived"):
            raise TrackerError(f"{self._repository} is archived: it takes no issues; unarchive it, or export elsewhere")
        if found.get("has_issues") is False:
            raise TrackerError(f"{self._repository}: {_HINTS[410]}")
        if self._settings.confidential and found.get("private") is False:
            raise TrackerError(
                f"{self._repository} is public, and GitHub has no confidential issues, which [export] asks for; "
                "export to a private repository"
            )
        if write:
            self._make_labels()
            self._milestone = self._find_milestone()

    def tickets(self) -> Iterator[Ticket]:
        """All issues with our label and mark, oldest first."""
        order = {"labels": LABEL, "state": "all", "sort": "created", "direction": "asc"}
        for found in self._api.pages(f"{self._path}/issues", **order):
            issue = _decoded(found)
            if issue.pull_request is None and (memory := marks.memory_in(issue.body or "")):
                yield issue.ticket(memory)

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """The issue, wherever its label went; None if it was deleted or moved away."""
        try:
            issue = _decoded(self._api.get(f"{self._path}/issues/{escaped(number)}"))
        except RefusedError as error:
            if error.status in (301, 404, 410):
                return None
            raise
        return issue.ticket(marks.memory_in(issue.body or "") or memory)

    def create(self, draft: Draft) -> Ticket:
        """A new issue."""
        body: dict[str, Any] = {
            "title": draft.title,
            "body": _fitting(marks.wrapped(render(draft.text), draft.memory)),
            "labels": labels.of_new(draft.labels, self._settings.states),
        }
        if draft.assignee:
            body["assignees"] = [draft.assignee]
        if self._milestone is not None:
            body["milestone"] = self._milestone
        if self._settings.type:
            body["type"] = self._settings.type
        made = _decoded(self._api.send("POST", f"{self._path}/issues", body, once=True)).ticket(draft.memory)
        if LABEL not in made.labels:
            raise TrackerError(f"{made.address} was made, but without its labels: {_RIGHT}; delete it by hand")
        return made

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """First the comment, unless it is there, then all the rest at once."""
        path = f"{self._path}/issues/{ticket.id}"
        if change.comment:
            self._comment(path, _fitting(marks.comment(render(change.comment), change.mark)), change.mark)
        body = _edits(ticket, change, self._settings.states)
        return _decoded(self._api.send("PATCH", path, body)).ticket(change.memory) if body else ticket

    def _comment(self, path: str, text: str, mark: str) -> None:
        def there() -> bool:
            found = self._api.pages(f"{path}/comments")
            return any(marks.is_comment(str(one.get("body") or ""), mark) for one in found)

        once(there, lambda: self._api.send("POST", f"{path}/comments", {"body": text}, once=True))

    def _make_labels(self) -> None:
        there = {str(found.get("name", "")).lower() for found in self._api.pages(f"{self._path}/labels")}
        for name, colour in labels.COLOURS.items():
            if name.lower() not in there:
                self._make_label(name, colour)

    def _make_label(self, name: str, colour: str) -> None:
        try:
            self._api.send("POST", f"{self._path}/labels", {"name": name, "color": colour})
        except RefusedError as error:
            if "already_exists" not in str(error):  # another export, or a request whose answer was lost, has made it
                raise

    def _find_milestone(self) -> int | None:
        wanted = self._settings.milestone
        if not wanted:
            return None
        for found in self._api.pages(f"{self._path}/milestones", state="open"):
            if found.get("title") == wanted:
                return int(found["number"])
        raise TrackerError(
            f"{self._repository} has no open milestone {wanted!r}; make it, or change [export] milestone"
        )


def _edits(ticket: Ticket, change: Change, states: Mapping[str, str]) -> Mapping[str, Any]:
    """What differs from the issue as it is."""
    edits: dict[str, Any] = {}
    body = marks.replaced(ticket.body, render(change.text), change.memory)
    if body != ticket.body:
        edits["body"] = _fitting(body)
    if change.title and change.title != ticket.title:
        edits["title"] = change.title
    if change.state and (change.state == "open") != ticket.open:
        edits["state"] = change.state
        reasons = {"fixed": "completed", "removed": "completed", "accepted": "not_planned", "duplicate": "duplicate"}
        edits["state_reason"] = "reopened" if change.state == "open" else reasons[change.memory.said]
    after = labels.after(ticket, change, states)
    if after != ticket.labels:
        edits["labels"] = list(after)
    return edits


def _fitting(text: str) -> str:
    if len(text) > _LIMIT:
        raise RefusedError(f"the text has {len(text):,} characters, and GitHub takes {_LIMIT:,}", 413)
    return text


def _decoded(found: Any) -> _Issue:
    try:
        return msgspec.convert(found, _Issue)
    except msgspec.ValidationError as error:
        raise TrackerError(f"GitHub: this is no issue: {error}") from None


def connect(given: Given) -> GitHub:
    """The repository. TrackerError where something is not said."""
    environment = given.environment
    repository = given.options["repo"] or environment.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(repository):
        raise TrackerError("which repository is it? Say --repo OWNER/NAME")
    address = given.options["api"] or environment.get("GITHUB_API_URL") or API
    waiting = given.waiting._replace(pace=Pace(*_PACE))
    said = given.token or environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    token: str | Callable[[], str] = said
    if environment.get("GITHUB_APP_ID") and not given.token:
        token = App(environment, address, repository, given.waiting).token
    elif not said.strip():
        raise TrackerError(f'GITHUB_TOKEN is not set (or say --token-command "gh auth token"); {_RIGHT}')
    api = Api("GitHub", address, ("Authorization", "Bearer ", token), _HINTS, waiting)
    return GitHub(api, repository, urlsplit(address).netloc, given.settings)


TRACKER = Kind(
    name="github",
    title="a GitHub repository",
    options=(
        Option(name="repo", metavar="OWNER/NAME", help="The repository; else GITHUB_REPOSITORY."),
        Option(
            name="api",
            metavar="URL",
            help="The API of a GitHub of your own: https://HOST/api/v3.",
            variable="GITHUB_API_URL",
        ),
    ),
    connect=connect,
)
