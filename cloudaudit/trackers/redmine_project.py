"""A project of Redmine as far as new and changed issues need it: its field of ours, statuses, rights, people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.settings import Export
from cloudaudit.trackers.tracker import LABEL, Draft
from cloudaudit.transport import PAGE, Api, RefusedError, escaped

_CLOSED = 5
_RIGHTS = {"view_issues": "View Issues", "add_issues": "Add issues", "edit_issues": "Edit issues"}
_PRIVATE = {"set_issues_private": "Set issues public or private"}
_SETTLED = ("fixed", "accepted", "removed")
_STANDARD = ("category_id", "done_ratio", "estimated_hours", "parent_issue_id")
_T = TypeVar("_T")
_N = TypeVar("_N", "Status", "_Named")


class Status(msgspec.Struct, frozen=True):
    """A status, which closes a ticket or leaves it open."""

    id: int
    name: str
    is_closed: bool = False


class _Named(msgspec.Struct, frozen=True):
    id: int
    name: str = ""


class _Project(msgspec.Struct):
    id: int = 0
    status: int = 1
    trackers: list[_Named] = []
    enabled_modules: list[_Named] = []
    issue_custom_fields: list[_Named] = []


class Project:
    """A project by its identifier. What the settings name and it does not have is a TrackerError."""

    def __init__(self, api: Api, name: str, settings: Export) -> None:
        self.name = name
        self.path = f"/projects/{escaped(name)}"
        self.settings = settings
        self.field = 0
        self._api = api
        self._found = _Project()
        self._statuses: Mapping[int, Status] = {}
        self._priorities: Mapping[str, int] = {}
        self._people: dict[str, int] = {}
        self._version: int | None = None
        self.unwritable = (
            f"the field {LABEL} did not keep what was written to it: an administrator has to enable it for the "
            "tracker, let it be visible to the role of the account, and not read-only in its workflow"
        )

    def look(self) -> None:
        """See that the project takes issues, that we may write them, and which field is ours. With a wrong key, a
        project that is public can be seen all the same: so we ask who we are first."""
        user = self._one(self._api.get("/users/current.json", include="memberships"), "user", dict[str, Any])
        included = "trackers,enabled_modules,issue_custom_fields"
        self._found = self._one(self._api.get(f"{self.path}.json", include=included), "project", _Project)
        if self._found.status == _CLOSED:
            raise TrackerError(f"{self.name} is closed: it takes no issues; reopen it, or export elsewhere")
        if not any(module.name == "issue_tracking" for module in self._found.enabled_modules):
            raise TrackerError(f"{self.name} has no issues; its Settings, Project turns the module Issue tracking on")
        self._see_rights(user)
        self.field = self._find_field()
        self._statuses = {one.id: one for one in self._all("/issue_statuses.json", "issue_statuses", Status)}
        for state, name in self.settings.states.items():
            self._named(name, self._statuses.values(), f"[export.states] {state}")

    def look_up(self) -> None:
        """Look up what new issues need."""
        settings = self.settings
        found = self._all("/enumerations/issue_priorities.json", "issue_priorities", _Named)
        self._priorities = {one.name: one.id for one in found}
        for severity, name in settings.priorities.items():
            self._named(name, found, f"[export.priorities] {severity}")
        if settings.milestone:
            versions = self._all(f"{self.path}/versions.json", "versions", _Named)
            self._version = self._named(settings.milestone, versions, "[export] milestone").id
        self.fields()

    def is_open(self, status: int) -> bool:
        """Whether a ticket in this status is open. One that the settings name for what is settled is not, though
        Redmine may count it among the open ones ("Resolved")."""
        found = self._statuses.get(status)
        states = self.settings.states
        settled = {states[name] for name in _SETTLED if name in states}
        return found is None or not (found.is_closed or found.name in settled)

    def status(self, said: str, allowed: Sequence[Status], *, open_: bool) -> int:
        """The status for a ticket that is opened, or closed for the reason that was said: that of the settings, else
        the first that the workflow allows. RefusedError if it allows none."""
        wanted = self.settings.states.get("open" if open_ else said, "")
        fitting = [one for one in allowed if self.is_open(one.id) == open_ and wanted in ("", one.name)]
        if not fitting:
            there = ", ".join(one.name for one in allowed) or "none"
            what = (
                f"the status {wanted!r}" if wanted else "a status that opens it" if open_ else "a status that closes it"
            )
            raise RefusedError(
                f"the workflow does not let this account give the ticket {what} (allowed: {there}); Administration, "
                "Workflow changes that for the role and the tracker, [export.states] names another status",
                422,
            )
        closed = [one for one in fitting if self._statuses[one.id].is_closed] if not open_ else []
        return (closed or fitting)[0].id

    def priority(self, name: str) -> int:
        """The number of a priority that the settings name."""
        return self._priorities[name]

    def chosen(self, draft: Draft) -> Mapping[str, Any]:
        """Tracker, priority, person and version of a new issue. RefusedError if nobody has that name."""
        trackers, wanted = self._found.trackers, self.settings.type
        if not trackers:
            raise TrackerError(f"{self.name} has no trackers; its Settings, Issue tracking chooses some")
        body: dict[str, Any] = {
            "tracker_id": (self._named(wanted, trackers, "[export] type") if wanted else trackers[0]).id
        }
        if draft.priority:
            body["priority_id"] = self.priority(draft.priority)
        if draft.assignee:
            body["assigned_to_id"] = self._person(draft.assignee)
        if self._version is not None:
            body["fixed_version_id"] = self._version
        return body

    def fields(self) -> Mapping[str, Any]:
        """What the settings say of fields: custom ones by number or name, others by what the API calls them."""
        known = {one.name: one.id for one in self._found.issue_custom_fields}
        custom: list[Mapping[str, Any]] = []
        body: dict[str, Any] = {}
        for name, value in self.settings.fields.items():
            if name.isdecimal() or name in known:
                custom.append({"id": int(name) if name.isdecimal() else known[name], "value": value})
            elif name in _STANDARD:
                body[name] = value
            else:
                there = ", ".join(sorted(known))
                raise TrackerError(f"[export.fields] {name!r}: {self.name} has no such custom field; it has {there}")
        return {**body, "custom_fields": custom}

    def _see_rights(self, user: Mapping[str, Any]) -> None:
        """What the account's roles in the project allow; of somebody who is no member nothing is known."""
        if user.get("admin"):
            return
        members = [one for one in user.get("memberships", ()) if one["project"]["id"] == self._found.id]
        roles = [role["id"] for one in members for role in one["roles"]]
        if not roles:
            return
        found = (self._one(self._api.get(f"/roles/{role}.json"), "role", dict[str, Any]) for role in roles)
        has = {name for role in found for name in role.get("permissions", ())}
        needed = _RIGHTS | (_PRIVATE if self.settings.confidential else {})
        if missing := [title for name, title in needed.items() if name not in has]:
            raise TrackerError(f"{self.name}: the role of the account lacks {', '.join(missing)}")

    def _find_field(self) -> int:
        """The number of our field: among those of the project, or, for an administrator, of those for all projects."""
        found = [one.id for one in self._found.issue_custom_fields if one.name == LABEL]
        if not found:
            found = [one.id for one in self._all_fields() if one.name == LABEL]
        if found:
            return found[0]
        raise TrackerError(
            f"{self.name} has no custom field {LABEL!r}, in which a ticket remembers its finding. An administrator "
            f"makes it (Administration, Custom fields, New, Issues): format Long text, name {LABEL}, used as a filter, "
            "for this project and its trackers, visible to the role of this account only"
        )

    def _all_fields(self) -> Iterable[_Named]:
        try:
            return self._all("/custom_fields.json", "custom_fields", _Named)
        except RefusedError:
            return ()

    def _person(self, name: str) -> int:
        """The number of a member: by number, name or, for an administrator, login."""
        if name.isdecimal():
            return int(name)
        if not self._people:
            self._people = dict(self._members())
        if name not in self._people and (found := self._by_login(name)):
            self._people[name] = found
        if name not in self._people:
            there = ", ".join(sorted(self._people)[:10])
            raise RefusedError(f"{self.name} has no member {name!r} ({there}); change [export.assignees]", 422)
        return self._people[name]

    def _members(self) -> Iterator[tuple[str, int]]:
        for one in self._all(f"{self.path}/memberships.json", "memberships", dict[str, Any]):
            who = one.get("user") or one.get("group") or {}
            yield str(who.get("name", "")), int(who.get("id", 0))

    def _by_login(self, name: str) -> int | None:
        try:
            found = self._all("/users.json", "users", dict[str, Any], {"name": name, "status": "1"})
        except RefusedError:
            return None
        return next((int(one["id"]) for one in found if one.get("login") == name), None)

    def _one(self, found: Any, name: str, kind: type[_T]) -> _T:
        """What an answer holds under a name. TrackerError if it is something else."""
        try:
            return msgspec.convert(found.get(name) if isinstance(found, dict) else None, kind)
        except msgspec.ValidationError as error:
            raise TrackerError(f"{self.name}: what Redmine answers is no {name}: {error}") from None

    def _all(self, path: str, name: str, kind: type[_T], asked: Mapping[str, str] | None = None) -> list[_T]:
        """The members of a list, page by page where it comes in pages."""
        made: list[_T] = []
        while True:
            found = self._api.get(path, **(asked or {}), limit=PAGE, offset=len(made))
            page = self._one(found, name, list[kind])  # type: ignore[valid-type]
            made += page
            if not page or len(made) >= int(found.get("total_count", 0)):
                return made

    def _named(self, name: str, found: Iterable[_N], what: str) -> _N:
        """The one with this name. TrackerError if there is none."""
        there = {one.name: one for one in found}
        if name not in there:
            raise TrackerError(f"{what} = {name!r}: {self.name} has no such thing; it has {', '.join(there)}")
        return there[name]
