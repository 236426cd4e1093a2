"""Redmine as a tracker: a small stand-in, and the real one behind a door that counts requests and loses some."""

import itertools
import re
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx

from tests.standins.forges import Answer
from tests.standins.redmine_server import Server
from tests.standins.trackers import Seen, TrackerStandIn

KEY = "0123456789canary0123456789canary01234567"
FIELD = 7
STATUSES = [
    {"id": number, "name": name, "is_closed": name in ("Closed", "Rejected")}
    for number, name in enumerate(("New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected"), 1)
]
_WRITTEN = ("subject", "description", "start_date", "due_date", "is_private", "assigned_to_id", "fixed_version_id")


class RedmineIssues(TrackerStandIn):
    """As much of Redmine as an exporter meets. What `forbidden` names it leaves out without a word, as Redmine does."""

    kind = "redmine"
    one_write = True

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []
        self.project: dict[str, Any] = {
            "id": 1,
            "status": 1,
            "trackers": [{"id": 1, "name": "Bug"}, {"id": 2, "name": "Task"}],
            "enabled_modules": [{"id": 1, "name": "issue_tracking"}],
            "issue_custom_fields": [{"id": FIELD, "name": "cloudaudit"}, {"id": 8, "name": "Team"}],
        }
        self.user: dict[str, Any] = {"memberships": [{"project": {"id": 1}, "roles": [{"id": 3}]}]}
        self.permissions = ["view_issues", "add_issues", "edit_issues", "set_issues_private", "delete_issues"]
        self.forbidden: list[str] = []
        self.required = ""
        self.workflow = [1, 2, 3, 5, 6]

    @property
    def options(self) -> dict[str, str]:
        return {"url": self.url, "project": "shop"}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"REDMINE_API_KEY": KEY}

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if found := re.fullmatch(r"/issues/(\d+)\.json", path):
            return self._issue(method, int(found[1]), body)
        if path == "/projects/shop/issues.json":
            return self._listed() if method == "GET" else self._make(body["issue"])
        lists = {
            "/issue_statuses.json": {"issue_statuses": STATUSES},
            "/enumerations/issue_priorities.json": {
                "issue_priorities": [
                    {"id": 2, "name": "Normal"},
                    {"id": 3, "name": "High"},
                    {"id": 4, "name": "Urgent"},
                ]
            },
            "/projects/shop.json": {"project": self.project},
            "/users/current.json": {"user": self.user},
            "/roles/3.json": {"role": {"permissions": self.permissions}},
            "/projects/shop/memberships.json": {
                "memberships": [{"user": {"id": 41, "name": "Ann Tester"}}],
                "total_count": 1,
            },
            "/projects/shop/versions.json": {"versions": [{"id": 31, "name": "SOC 2"}], "total_count": 1},
        }
        admins = {"/custom_fields.json", "/users.json"}
        return (200, lists[path]) if path in lists else (403 if path in admins else 404, b"")

    def _listed(self) -> Answer:
        first, most = int(self.query["offset"]), int(self.query["limit"])
        found = [one for one in self.issues if not one.get("gone") and _value(one)]
        return 200, {"issues": found[first : first + most], "total_count": len(found), "offset": first, "limit": most}

    def _make(self, given: dict[str, Any]) -> Answer:
        if self.required and not any(one["id"] == 8 and one["value"] for one in given["custom_fields"]):
            return 422, {"errors": [f"{self.required} cannot be blank"]}
        made: dict[str, Any] = {
            "id": len(self.issues) + 1,
            "status": STATUSES[0],
            "tracker": {"id": given["tracker_id"]},
            "priority": {"id": 2, "name": "Normal"},
            "custom_fields": [{"id": FIELD, "name": "cloudaudit", "value": ""}],
            "is_private": False,
            "journals": [],
        }
        self.issues.append(made)
        self._write_to(made, given)
        return 201, {"issue": made}

    def _issue(self, method: str, number: int, body: Any) -> Answer:
        if not 0 < number <= len(self.issues) or self.issues[number - 1].get("gone"):
            return 404, b""
        issue = self.issues[number - 1]
        if method == "GET":
            return 200, {"issue": issue | {"allowed_statuses": [one for one in STATUSES if one["id"] in self.workflow]}}
        if method == "DELETE":
            issue["gone"] = True
            return (204, b"") if "delete_issues" in self.permissions else (403, b"")
        self._write_to(issue, body["issue"])
        return 204, b""

    def _write_to(self, issue: dict[str, Any], given: dict[str, Any]) -> None:
        given = {name: value for name, value in given.items() if name not in self.forbidden}
        issue.update({name: given[name] for name in _WRITTEN if name in given})
        if "status_id" in given:
            (issue["status"],) = [one for one in STATUSES if one["id"] == given["status_id"]]
        if "priority_id" in given:
            issue["priority"] = {
                "id": given["priority_id"],
                "name": {2: "Normal", 3: "High", 4: "Urgent"}[given["priority_id"]],
            }
        if given.get("notes"):
            issue["journals"].append({"notes": given["notes"]})
        kept = {one["id"]: one for one in issue["custom_fields"]}
        issue["custom_fields"] = [*(kept | {one["id"]: one for one in given.get("custom_fields", ())}).values()]

    def seen(self) -> list[Seen]:
        return [_seen(one) for one in self.issues if not one.get("gone")]

    def close_by_hand(self, place: int) -> None:
        self.issues[place]["status"] = STATUSES[4]

    def reopen_by_hand(self, place: int) -> None:
        self.issues[place]["status"] = STATUSES[1]

    def write_around(self, place: int, before: str, after: str) -> None:
        issue = self.issues[place]
        issue["description"] = f"{before}\r\n\r\n{issue['description']}\r\n\r\n{after}"

    def rename(self, place: int, title: str) -> None:
        self.issues[place]["subject"] = title

    def unlabel(self, place: int) -> None:
        self.issues[place]["custom_fields"][0]["value"] = ""

    def prose(self, body: str) -> str:
        return prose(body)


class RealRedmine(TrackerStandIn):
    """A new project of a real Redmine. Requests pass through here; people do what they do on their own."""

    kind = "redmine"
    one_write = True
    _numbers = itertools.count(1)

    def __init__(self, redmine: Server) -> None:
        super().__init__()
        self.redmine = redmine
        self._asked = ""
        self._http = httpx.Client(base_url=redmine.url, timeout=60.0)
        self.name = f"shop{next(self._numbers)}"
        self._found_project()

    def _found_project(self) -> None:
        made = {"name": self.name, "identifier": self.name, "enabled_module_names": ["issue_tracking"]}
        trackers = self.ask("root", "GET", "/trackers.json")["trackers"]
        fields = [one["id"] for one in self.ask("root", "GET", "/custom_fields.json")["custom_fields"]]
        project = made | {"tracker_ids": [one["id"] for one in trackers], "issue_custom_field_ids": fields}
        self.ask("root", "POST", "/projects.json", {"project": project})
        members = self.ask("root", "GET", "/projects/shop/memberships.json")["memberships"]
        for one in members:
            member = {"user_id": one["user"]["id"], "role_ids": [role["id"] for role in one["roles"]]}
            self.ask("root", "POST", f"/projects/{self.name}/memberships.json", {"membership": member})

    def ask(self, who: str, method: str, path: str, body: Any = None) -> Any:
        """What Redmine answers somebody."""
        key = {"X-Redmine-API-Key": str(getattr(self.redmine, who))}
        answer = self._http.request(method, path, json=body, headers=key)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    @property
    def options(self) -> dict[str, str]:
        return {"url": self.url, "project": self.name}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"REDMINE_API_KEY": self.redmine.auditor}

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        self._asked = request.path
        super().handle(request)

    def answer(self, method: str, path: str, body: Any) -> Answer:  # noqa: ARG002 - the whole address counts
        key = {"X-Redmine-API-Key": self.headers[-1].get("x-redmine-api-key", "")}
        answer = self._http.request(method, self._asked, json=body, headers=key)
        return answer.status_code, answer.content

    def issues(self) -> list[dict[str, Any]]:
        """As a person sees them, oldest first."""
        found = self.ask("ann", "GET", f"/projects/{self.name}/issues.json?status_id=*&sort=id&limit=100")["issues"]
        return [self.ask("ann", "GET", f"/issues/{one['id']}.json?include=journals")["issue"] for one in found]

    def write(self, who: str, place: int, **changed: Any) -> None:
        """Somebody changes the issue at this place of the list."""
        self.ask(who, "PUT", f"/issues/{self.issues()[place]['id']}.json", {"issue": changed})

    def seen(self) -> list[Seen]:
        return [_seen(one) for one in self.issues()]

    def close_by_hand(self, place: int) -> None:
        self.write("ann", place, status_id=5)

    def reopen_by_hand(self, place: int) -> None:
        self.write("ann", place, status_id=2)

    def write_around(self, place: int, before: str, after: str) -> None:
        text = self.issues()[place]["description"]
        self.write("ann", place, description=f"{before}\r\n\r\n{text}\r\n\r\n{after}")

    def rename(self, place: int, title: str) -> None:
        self.write("ann", place, subject=title)

    def unlabel(self, place: int) -> None:
        self.write("root", place, custom_fields=[{"id": 1, "value": ""}])

    def prose(self, body: str) -> str:
        return prose(body)


def prose(body: str) -> str:
    """A Textile text without words of programs."""
    return re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", body, flags=re.DOTALL)


def _value(issue: Mapping[str, Any]) -> str:
    return str(next(one["value"] for one in issue["custom_fields"] if one["id"] == FIELD) or "")


def _seen(issue: Mapping[str, Any]) -> Seen:
    return Seen(
        not issue["status"]["is_closed"],
        issue["subject"],
        issue["description"],
        [one["notes"] for one in issue["journals"] if one["notes"]],
        [],
    )
