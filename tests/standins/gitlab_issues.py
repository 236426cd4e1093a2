"""GitLab's issues on the loopback interface. Notes and descriptions obey quick actions, as the real ones do."""

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.forges import EXTRA, GITLAB, TOKEN, Answer, operation
from tests.standins.trackers import Seen, TrackerStandIn


def _more(name: str, *parameters: str) -> dict[str, Any]:
    made = operation(name, [*parameters, "per_page", "page"])
    project = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {"get": made | {"parameters": [project, *made["parameters"]]}}


EXTRA[GITLAB]["/projects/{id}/milestones"] = _more("milestones", "state", "title", "include_ancestors")
EXTRA[GITLAB]["/users"] = {"get": operation("users", ["username"])}


class GitLabIssues(TrackerStandIn):
    kind = "gitlab"
    spec = GITLAB
    server_of_spec = "https://gitlab.example.com"

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.project: dict[str, Any] = {"id": 7, "path_with_namespace": "acme/shop", "archived": False}
        self.labels: list[dict[str, Any]] = []
        self.milestones = [{"id": 31, "title": "SOC 2"}]
        self.users = {"ann": 41}
        self.drops_labels = False
        self.obeyed: list[str] = []

    @property
    def options(self) -> dict[str, str]:
        return {"project": "acme/shop", "api": self.url}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"GITLAB_TOKEN": TOKEN}

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if path == "/api/v4/users":
            return 200, [{"id": number, "username": name} for name, number in self.users.items()]
        inside = path.removeprefix("/api/v4/projects/acme%2Fshop")
        if inside == path:
            return 404, {"message": "404 Project Not Found"}
        if found := re.fullmatch(r"/issues/(\d+)(/notes)?", inside):
            return self._issue(method, int(found[1]), body, notes=bool(found[2]))
        lists: dict[str, Any] = {"/issues": self._tagged(), "/labels": self.labels, "/milestones": self.milestones}
        if method == "GET":
            answers = {"": self.project, **lists}
            return (200, answers[inside]) if inside in answers else (404, {"message": "404 Not found"})
        return self._label(body) if inside == "/labels" else (201, self._make(body))

    def _label(self, body: Any) -> Answer:
        if any(one["name"] == body["name"] for one in self.labels):
            return 409, {"message": "Label already exists"}
        self.labels.append(body)
        return 201, body

    def _tagged(self) -> list[dict[str, Any]]:
        return [one for one in self.issues if "cloudaudit" in one["labels"]]

    def _make(self, body: Any) -> dict[str, Any]:
        number = len(self.issues) + 1
        self._obey(body.get("description"))
        made = {
            "iid": number,
            "state": "opened",
            "web_url": f"{self.url}/acme/shop/-/issues/{number}",
            **body,
            "labels": [] if self.drops_labels else body["labels"].split(","),
        }
        self.issues.append(made)
        return made

    def _issue(self, method: str, number: int, body: Any, *, notes: bool) -> Answer:
        if not 0 < number <= len(self.issues):
            return 404, {"message": "404 Not found"}
        if notes:
            said = self.notes.setdefault(number, [])
            if method == "GET":
                return 200, said
            self._obey(body["body"])
            said.append(body)
            return 201, body
        issue = self.issues[number - 1]
        if method == "PUT":
            self._change(issue, body)
        return 200, issue

    def _change(self, issue: dict[str, Any], body: Any) -> None:
        event = body.get("state_event")
        if event:
            issue["state"] = {"close": "closed", "reopen": "opened"}[event]
        dropped = body.get("remove_labels", "").split(",")
        added = [name for name in body.get("add_labels", "").split(",") if name]
        issue["labels"] = [*dict.fromkeys([*(one for one in issue["labels"] if one not in dropped), *added])]
        self._obey(body.get("description"))
        issue.update({name: body[name] for name in ("title", "description") if name in body})

    def _obey(self, text: str | None) -> None:
        """A line that begins with a slash is a command, but for those in a block of code."""
        prose = re.sub(r"^```.*?^```$", "", text or "", flags=re.DOTALL | re.MULTILINE)
        self.obeyed += re.findall(r"^/\w+.*$", prose, flags=re.MULTILINE)

    def seen(self) -> list[Seen]:
        return [
            Seen(
                one["state"] == "opened",
                one["title"],
                one["description"],
                [note["body"] for note in self.notes.get(one["iid"], [])],
                one["labels"],
            )
            for one in self.issues
        ]

    def close_by_hand(self, place: int) -> None:
        self.issues[place]["state"] = "closed"

    def reopen_by_hand(self, place: int) -> None:
        self.issues[place]["state"] = "opened"

    def write_around(self, place: int, before: str, after: str) -> None:
        issue = self.issues[place]
        issue["description"] = f"{before}\n\n{issue['description']}\n\n{after}"

    def rename(self, place: int, title: str) -> None:
        self.issues[place]["title"] = title

    def unlabel(self, place: int) -> None:
        self.issues[place]["labels"] = []
