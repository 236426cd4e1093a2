"""Jira Cloud on the loopback interface: one project with a workflow, searches that may lag behind."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from cloudaudit.trackers.adf import Node, plain
from tests.standins.adf import as_markdown, problems
from tests.standins.forges import EXTRA, TOKEN, Answer, operation
from tests.standins.trackers import Seen, TrackerStandIn

JIRA = "jira/jira-cloud-v3-trimmed.openapi.json"
EMAIL = "auditor@example.com"
EXTRA[JIRA] = {
    "/rest/api/3/user/assignable/search": {"get": operation("findAssignableUsers", ["query", "project"])},
}
_JQL = re.compile(r'project = "SEC" AND labels = cloudaudit( AND created >= -1d)? ORDER BY created ASC')


def field(key: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    """A field of a screen."""
    made = {"fieldId": key, "key": key, "name": key.capitalize(), "operations": ["set"]}
    return {**made, "required": False, "schema": {"type": kind}, **more}


def named(*names: str) -> list[dict[str, str]]:
    """Values of a field."""
    return [{"id": str(10_000 + place), "name": name} for place, name in enumerate(names)]


class JiraSite(TrackerStandIn):
    """`statuses` are those of the workflow with their categories, the first for new issues; `ways` are its transitions:
    name, from (empty for any), to, fields of the screen. A new issue is found by searches after `lag` of them; what
    `drops` names of it is lost."""

    kind = "jira"
    spec = JIRA
    server_of_spec = "https://your-domain.atlassian.net"

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []
        self.notes: dict[str, list[dict[str, Any]]] = {}
        self.project: dict[str, Any] = {"id": "1", "key": "SEC", "archived": False}
        self.statuses = {"To Do": "new", "In Progress": "indeterminate", "Won't Do": "done", "Done": "done"}
        self.ways: list[tuple[str, str, str, dict[str, Any]]] = [(name, "", name, {}) for name in self.statuses]
        self.denied: set[str] = set()
        self.people: list[dict[str, str]] = [{"accountId": "5b10a2844c20165700ede21g"}]
        self.types = [
            {"id": "1", "name": "Epic"},
            {"id": "2", "name": "Task"},
            {"id": "3", "name": "Sub", "subtask": True},
        ]
        self.lag = 0
        self.drops: set[str] = set()
        self.page = 100
        system = ("summary", "description", "duedate", "assignee", "reporter", "project", "issuetype")
        self.fields = [field(name) for name in system] + [
            field("labels", "array"),
            field("priority", "priority", allowedValues=named("Highest", "High", "Medium")),
            field("security", "securitylevel", allowedValues=named("Staff")),
            field("fixVersions", "array", allowedValues=named("2026.12")),
        ]

    @property
    def options(self) -> dict[str, str]:
        return {"site": self.url, "project": "SEC"}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"JIRA_EMAIL": EMAIL, "JIRA_API_TOKEN": TOKEN}

    def answer(self, method: str, path: str, body: Any) -> Answer:
        secret = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        if self.headers[-1]["authorization"] != f"Basic {secret}":
            return 401, {"errorMessages": ["Client must be authenticated to access this resource."]}
        inside = path.removeprefix("/rest/api/3")
        if found := re.fullmatch(r"/issue/(\d+)(/.*)?", inside):
            return self._issue(method, found[1], found[2] or "", body)
        if inside == "/issue":
            return self._make(body)
        meta = "/issue/createmeta/SEC/issuetypes"
        pages = {meta: ("issueTypes", self.types), f"{meta}/2": ("fields", self.fields)}
        if inside in pages:
            return 200, self._listed(*pages[inside])
        answers: dict[str, Any] = {
            "/project/SEC": lambda: (200, self.project),
            "/mypermissions": lambda: (200, self._permissions()),
            "/search/jql": self._search,
            "/user/assignable/search": lambda: (200, self.people),
        }
        refused = 404, {"errorMessages": ["No project could be found with key 'NO'."], "errors": {}}
        answered: Answer = answers[inside]() if inside in answers else refused
        return answered

    def _page(self, found: list[Any], _query: dict[str, str], _path: str) -> tuple[list[Any], dict[str, str]]:
        return found, {}

    def _listed(self, name: str, found: list[Any]) -> dict[str, Any]:
        start, most = int(self.query["startAt"]), min(int(self.query["maxResults"]), self.page)
        return {name: found[start : start + most], "startAt": start, "maxResults": most, "total": len(found)}

    def _permissions(self) -> dict[str, Any]:
        asked = self.query["permissions"].split(",")
        return {"permissions": {name: {"key": name, "havePermission": name not in self.denied} for name in asked}}

    def _search(self) -> Answer:
        if not _JQL.fullmatch(self.query["jql"]):
            return 400, {"errorMessages": [f"Error in the JQL Query: {self.query['jql']}"]}
        tagged = [one for one in self.issues if "cloudaudit" in one["fields"]["labels"]]
        there = [one for one in tagged if one["hidden"] <= 0]
        for one in tagged:
            one["hidden"] -= 1
        start, most = int(self.query.get("nextPageToken", "0")), min(int(self.query["maxResults"]), self.page)
        more = {"nextPageToken": str(start + most)} if len(there) > start + most else {"isLast": True}
        return 200, {"issues": [self._shown(one) for one in there[start : start + most]], **more}

    def _shown(self, one: dict[str, Any]) -> dict[str, Any]:
        """What was asked for of an issue."""
        status = one["fields"]["status"]
        fields = {name: one["fields"].get(name) for name in self.query["fields"].split(",")}
        fields["status"] = {"name": status, "statusCategory": {"key": self.statuses[status]}}
        asked = self.query.get("properties", "").split(",")
        kept = {name: value for name, value in one["properties"].items() if name in asked}
        return {"id": one["id"], "key": one["key"], "fields": fields, "properties": kept}

    def _make(self, body: Any) -> Answer:
        if wrong := self._wrong(body["fields"], creating=True):
            return 400, {"errorMessages": [], "errors": wrong}
        number = len(self.issues) + 1
        fields = {name: value for name, value in body["fields"].items() if name not in self.drops}
        made: dict[str, Any] = {
            "id": str(20_000 + number),
            "key": f"SEC-{number}",
            "fields": {"labels": [], **fields, "status": next(iter(self.statuses))},
            "properties": {}
            if "properties" in self.drops
            else {one["key"]: one["value"] for one in body["properties"]},
            "hidden": self.lag,
        }
        self.issues.append(made)
        return 201, {"id": made["id"], "key": made["key"], "self": f"{self.url}/rest/api/3/issue/{made['id']}"}

    def _wrong(self, fields: dict[str, Any], *, creating: bool) -> dict[str, str]:
        """What is not as the screen wants it, by field."""
        known = {one["fieldId"]: one for one in self.fields}
        wrong = {name: f"Field '{name}' cannot be set." for name in fields if name not in known}
        if creating:
            wrong |= {
                name: f"{name} is required." for name, one in known.items() if one["required"] and name not in fields
            }
        if any(" " in label for label in fields.get("labels", [])):
            wrong["labels"] = "The label contains spaces which is invalid."
        if len(fields.get("summary", "")) > 255 or "\n" in fields.get("summary", ""):
            wrong["summary"] = "Summary must be less than 255 characters, on one line."
        document = fields.get("description")
        if document is not None and (problems(document) or len(plain(document)) > 32_767):
            wrong["description"] = f"INVALID_INPUT {problems(document)}"
        return wrong

    def _issue(self, method: str, number: str, inside: str, body: Any) -> Answer:
        issue = next((one for one in self.issues if one["id"] == number), None)
        if issue is None:
            return 404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}
        parts = {"/comment": self._commented, "/transitions": self._moved, "/properties/cloudaudit": self._remembered}
        if inside in parts:
            return parts[inside](method, issue, body)
        return (200, self._shown(issue)) if method == "GET" else self._edited(issue, body)

    def _remembered(self, _method: str, issue: dict[str, Any], body: Any) -> Answer:
        issue["properties"]["cloudaudit"] = body
        return 200, {}

    def _edited(self, issue: dict[str, Any], body: Any) -> Answer:
        if wrong := self._wrong(body.get("fields", {}), creating=False):
            return 400, {"errorMessages": [], "errors": wrong}
        issue["fields"].update(body.get("fields", {}))
        for change in body.get("update", {}).get("labels", []):
            labels = [name for name in issue["fields"]["labels"] if name not in change.values()]
            issue["fields"]["labels"] = labels + ([change["add"]] if "add" in change else [])
        return 204, b""

    def _commented(self, method: str, issue: dict[str, Any], body: Any) -> Answer:
        notes = self.notes.setdefault(issue["id"], [])
        if method == "GET":
            return 200, self._listed("comments", notes[::-1])
        if wrong := problems(body["body"]):
            return 400, {"errorMessages": [], "errors": {"comment": str(wrong)}}
        notes.append(body)
        return 201, body

    def _moved(self, method: str, issue: dict[str, Any], body: Any) -> Answer:
        status = issue["fields"]["status"]
        ways = {str(place): way for place, way in enumerate(self.ways, start=11) if way[1] in ("", status)}
        if method == "GET":
            shown = [
                {
                    "id": place,
                    "name": way[0],
                    "to": {"name": way[2], "statusCategory": {"key": self.statuses[way[2]]}},
                    "fields": way[3],
                }
                for place, way in ways.items()
            ]
            return 200, {"transitions": shown}
        way = ways.get(body["transition"]["id"])
        if way is None:
            return 400, {"errorMessages": ["It seems that you have tried to perform an illegal workflow operation."]}
        missing = [name for name, one in way[3].items() if one["required"] and name not in body.get("fields", {})]
        if missing:
            return 400, {"errorMessages": [], "errors": {name: f"{name} is required." for name in missing}}
        issue["fields"]["status"] = way[2]
        issue["fields"].update(body.get("fields", {}))
        return 204, b""

    def seen(self) -> list[Seen]:
        return [
            Seen(
                self.statuses[one["fields"]["status"]] != "done",
                one["fields"]["summary"],
                as_markdown(one["fields"]["description"]),
                [as_markdown(note["body"]) for note in self.notes.get(one["id"], [])],
                one["fields"]["labels"],
            )
            for one in self.issues
        ]

    def close_by_hand(self, place: int) -> None:
        self.issues[place]["fields"]["status"] = "Done"

    def reopen_by_hand(self, place: int) -> None:
        self.issues[place]["fields"]["status"] = "To Do"

    def write_around(self, place: int, before: str, after: str) -> None:
        fields = self.issues[place]["fields"]
        fields["description"] = {
            **fields["description"],
            "content": [_paragraph(before), *fields["description"]["content"], _paragraph(after)],
        }

    def rename(self, place: int, title: str) -> None:
        self.issues[place]["fields"]["summary"] = title

    def unlabel(self, place: int) -> None:
        self.issues[place]["fields"]["labels"] = []


def _paragraph(text: str) -> Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}
