"""Trackers on the loopback interface: they keep tickets, check each request, and let people meddle with tickets."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.standins.forges import EXTRA, GITHUB, TOKEN, Answer, StandIn, operation

EXTRA[GITHUB]["/repos/{owner}/{repo}/milestones"] = {
    "get": operation("milestones", ["owner", "repo", "state", "per_page", "page"])
}


class Seen(NamedTuple):
    """A ticket as people see it."""

    open: bool
    title: str
    body: str
    comments: list[str]
    labels: list[str]


class _Breaks(NamedTuple):
    write: int = 0
    fate: str = ""
    dead: bool = False
    before: int = 0
    struck: bool = False


class TrackerStandIn(StandIn):
    """A tracker with one project. `kind` names its module; `options` and `environment` are what leads to it."""

    kind = ""
    clear_markup = True
    """Whether text between our marks is found in the body as people wrote it around them."""

    unique = False
    """Whether the tracker itself lets nobody make a ticket of ours twice."""

    one_write = False
    """Whether a comment and the state that goes with it are one request: an interruption leaves both or none."""

    _breaks = _Breaks()

    @property
    def options(self) -> dict[str, str]:
        raise NotImplementedError

    @property
    def environment(self) -> Mapping[str, str]:
        raise NotImplementedError

    @property
    def writes(self) -> int:
        """How many requests changed something, or tried to."""
        return sum(method != "GET" for method in self.methods)

    def prose(self, body: str) -> str:
        """A text as the tracker keeps it, without words of programs."""
        return re.sub(r"```.*?```|`[^`]*`", "", body, flags=re.DOTALL)

    def break_at(self, write: int, fate: str, *, dead: bool) -> None:
        """Let the write with this number, counted from here, be "lost" or "unanswered"; with `dead` all that comes
        after it is lost, as if the exporter had been killed. 0 mends it."""
        self._breaks = _Breaks(write, fate, dead, self.writes)

    def fate(self) -> str:
        breaks, writes = self._breaks, self.writes
        if not breaks.write or writes < breaks.before + breaks.write:
            return ""
        first, self._breaks = not breaks.struck, breaks._replace(struck=True)
        return breaks.fate if first else "lost" if breaks.dead else ""

    @abstractmethod
    def seen(self) -> list[Seen]:
        """All tickets, oldest first."""

    @abstractmethod
    def close_by_hand(self, place: int) -> None:
        """A person closes the ticket at this place of the list."""

    @abstractmethod
    def reopen_by_hand(self, place: int) -> None:
        """A person opens it again."""

    @abstractmethod
    def write_around(self, place: int, before: str, after: str) -> None:
        """A person writes a paragraph before and one after what is there."""

    @abstractmethod
    def rename(self, place: int, title: str) -> None:
        """A person gives it another title."""

    @abstractmethod
    def unlabel(self, place: int) -> None:
        """A person takes away all labels, or whatever else marks our tickets for a list."""


class GitHubIssues(TrackerStandIn):
    kind = "github"
    spec = GITHUB
    server_of_spec = "https://api.github.com"

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.repository: dict[str, Any] = {
            "full_name": "acme/shop",
            "has_issues": True,
            "archived": False,
            "private": False,
        }
        self.labels: list[dict[str, Any]] = []
        self.milestones = [{"number": 3, "title": "SOC 2"}]
        self.drops_labels = False

    @property
    def options(self) -> dict[str, str]:
        return {"repo": "acme/shop", "api": self.url}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"GITHUB_TOKEN": TOKEN}

    def answer(self, method: str, path: str, body: Any) -> Answer:
        inside = path.removeprefix("/repos/acme/shop")
        if inside == path:
            return 404, {"message": "Not Found"}
        if found := re.fullmatch(r"/issues/(\d+)(/comments)?", inside):
            return self._issue(method, int(found[1]), body, comments=bool(found[2]))
        lists = {"/issues": self._tagged(), "/labels": self.labels, "/milestones": self.milestones}
        if method == "GET":
            answers: dict[str, Any] = {"": self.repository, **lists}
            return (200, answers[inside]) if inside in answers else (404, {"message": "Not Found"})
        if inside == "/labels":
            return self._label(body)
        return (201, self._make(body)) if inside == "/issues" else (404, {"message": "Not Found"})

    def _label(self, body: Any) -> Answer:
        if any(one["name"].lower() == body["name"].lower() for one in self.labels):
            error = {"resource": "Label", "code": "already_exists", "field": "name"}
            return 422, {"message": "Validation Failed", "errors": [error]}
        self.labels.append(body)
        return 201, body

    def _tagged(self) -> list[dict[str, Any]]:
        return [one for one in self.issues if {"name": "cloudaudit"} in one["labels"]]

    def _make(self, body: Any) -> dict[str, Any]:
        number = len(self.issues) + 1
        made = {
            "number": number,
            "state": "open",
            "state_reason": None,
            "html_url": f"{self.url}/acme/shop/issues/{number}",
            **body,
            "labels": [{"name": name} for name in body["labels"] if not self.drops_labels],
        }
        self.issues.append(made)
        return made

    def _issue(self, method: str, number: int, body: Any, *, comments: bool) -> Answer:
        if not 0 < number <= len(self.issues):
            return 404, {"message": "Not Found"}
        if comments:
            notes = self.notes.setdefault(number, [])
            if method == "GET":
                return 200, notes
            notes.append(body)
            return 201, body
        issue = self.issues[number - 1]
        if method == "PATCH":
            issue.update(body)
            if "labels" in body:
                issue["labels"] = [{"name": name} for name in body["labels"]]
        return 200, issue

    def seen(self) -> list[Seen]:
        return [
            Seen(
                one["state"] == "open",
                one["title"],
                one["body"],
                [note["body"] for note in self.notes.get(one["number"], [])],
                [label["name"] for label in one["labels"]],
            )
            for one in self.issues
        ]

    def close_by_hand(self, place: int) -> None:
        self.issues[place]["state"] = "closed"

    def reopen_by_hand(self, place: int) -> None:
        self.issues[place]["state"] = "open"

    def write_around(self, place: int, before: str, after: str) -> None:
        issue = self.issues[place]
        issue["body"] = f"{before}\r\n\r\n{issue['body']}\r\n\r\n{after}"

    def rename(self, place: int, title: str) -> None:
        self.issues[place]["title"] = title

    def unlabel(self, place: int) -> None:
        self.issues[place]["labels"] = []
