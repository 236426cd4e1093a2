"""Linear: issues of a team. Requests as in the schema of its GraphQL API.

What we remember of an issue is the metadata of an attachment, known by its address; pages show its title only. Linear
lets us choose the ids of issues and comments: ours are made of the key, so nothing can be made twice.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.outputs.escape import visible
from cloudaudit.settings import Export
from cloudaudit.trackers import linear_queries as queries
from cloudaudit.trackers.cases import key_of
from cloudaudit.trackers.linear_graph import HINTS, Graph
from cloudaudit.trackers.linear_text import replaced
from cloudaudit.trackers.markdown import render
from cloudaudit.trackers.once import once
from cloudaudit.trackers.tracker import LABEL, Change, Draft, Given, Kind, Memory, Option, Ticket
from cloudaudit.transport import MOST_PAGES, Api, RefusedError, UnsettledError

API = "https://api.linear.app"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ENDS = ("completed", "canceled", "duplicate")
_TYPES = {
    "open": ("unstarted", "backlog", "triage", "started"),
    "fixed": ("completed",),
    "removed": ("completed", "canceled"),
    "accepted": ("canceled", "completed"),
    "duplicate": ("duplicate", "canceled", "completed"),
}
"""Types of states, the best first."""

_PRIORITIES = {"none": 0, "urgent": 1, "high": 2, "medium": 3, "low": 4}
_BY_SEVERITY = {"critical": 1, "high": 2, "medium": 3, "low": 4}
_COLOURS = {"critical": "#b60205", "high": "#d93f0b", "medium": "#fbca04", "low": "#c2e0c6"}
_GENERATIONS = 5
"""How many times a ticket may have been deleted and made anew."""

_TAKEN = re.compile(r"conflict|exist|unique|duplicate", re.IGNORECASE)


class _Named(msgspec.Struct):
    id: str
    name: str = ""


class _State(_Named):
    type: str = ""
    position: float = 0


class _Labels(msgspec.Struct):
    nodes: list[_Named] = []


class _Attachment(msgspec.Struct):
    metadata: dict[str, Any] = {}


class _Attachments(msgspec.Struct):
    nodes: list[_Attachment] = []


class _Issue(msgspec.Struct, rename="camel"):
    id: str
    identifier: str
    url: str
    title: str
    created_at: str
    state: _State
    labels: _Labels
    attachments: _Attachments
    description: str | None = None
    archived_at: str | None = None
    trashed: bool | None = None

    def memory(self) -> Memory | None:
        """What its attachment remembers, None if there is none that can be read."""
        for one in self.attachments.nodes:
            try:
                return msgspec.json.decode(str(one.metadata.get("memory")), type=Memory)
            except msgspec.DecodeError:
                continue
        return None


class Linear:
    """The issues of a team that carry our attachment. `workspace` is its name in addresses."""

    def __init__(self, api: Graph, workspace: str, team: str, settings: Export) -> None:
        self._api = api
        self._team = team
        self._team_id = ""
        self._settings = settings
        self._states: list[_State] = []
        self._labels: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._project = ""
        self.place = f"linear:{workspace}/{team}"

    def prepare(self, *, write: bool) -> None:
        """See that the team is there and that the settings name what it has; with `write`, make the labels."""
        if not self._states:
            self._read_team()
        if write:
            self._make_labels()
            self._project = self._find_project()

    def tickets(self) -> Iterator[Ticket]:
        """All issues with our attachment, also archived ones, oldest first."""
        found = sorted(self._listed(), key=lambda issue: (issue.created_at, issue.identifier))
        return (self._ticket(issue, memory) for issue in found if (memory := issue.memory()))

    def find(self, number: str, memory: Memory) -> Ticket | None:
        """The issue, wherever its attachment went; None if it was deleted."""
        issue = self._issue(number)
        return self._ticket(issue, issue.memory() or memory) if issue and not issue.trashed else None

    def create(self, draft: Draft) -> Ticket:
        """A new issue, then its attachment. If the issue is there already, an interrupted run has made it."""
        description = replaced("", render(draft.text), draft.memory.key)
        fields = self._filled(draft) | {"title": draft.title, "description": description}
        issue = self._made(draft.memory.key, fields)
        self._remember(issue.id, draft.memory)
        return self._ticket(issue, draft.memory)

    def change(self, ticket: Ticket, change: Change) -> Ticket:
        """First the comment, unless it is there; then the state, announced in the attachment, with all the rest."""
        issue = self._issue(ticket.id)
        if issue is None:
            raise RefusedError(f"{ticket.name} is not there any more", 404)
        if change.comment:
            self._comment(issue, change)
        edits = self._edits(issue, change)
        if "stateId" in edits:
            self._remember(issue.id, msgspec.structs.replace(change.memory, pending=True))
        if "stateId" in edits and issue.archived_at:
            self._api.write(queries.RESTORE, id=issue.id)
        if edits:
            self._api.write(queries.UPDATE, id=issue.id, input=edits)
        self._remember(issue.id, change.memory)
        open_ = change.state == "open" if "stateId" in edits else self._is_open(issue.state)
        return msgspec.structs.replace(ticket, memory=change.memory, open=open_)

    def _read_team(self) -> None:
        found = self._api.read(queries.TEAM, key=self._team)
        if not found["teams"]["nodes"]:
            there = ", ".join(str(one["key"]) for one in found["all"]["nodes"]) or "none"
            raise TrackerError(f"Linear has no team {self._team} for this key; there are: {visible(there)}")
        team = found["teams"]["nodes"][0]
        if self._settings.confidential and team["visibility"] == "public":
            raise TrackerError(
                f"{self._team} is open to the whole workspace, and [export] asks for confidential tickets; "
                "make the team private, or export to one that is"
            )
        self._team_id = str(team["id"])
        self._states = sorted(msgspec.convert(team["states"]["nodes"], list[_State]), key=lambda one: one.position)
        for said in self._settings.states:
            self._state(said)
        for name in self._settings.priorities.values():
            if name.casefold() not in _PRIORITIES:
                raise TrackerError(f"Linear has no priority {name!r}; there are: {', '.join(_PRIORITIES)}")

    def _state(self, said: str) -> _State:
        """The state of the team that stands for what is said: by its name in the settings, else by its type."""
        name = self._settings.states.get(said, "")
        by_type = (one for kind in _TYPES[said] for one in self._states if one.type == kind)
        by_name = (one for one in self._states if one.name.casefold() == name.casefold())
        found = next(by_name if name else by_type, None)
        if found is None:
            there = ", ".join(f"{one.name} ({one.type})" for one in self._states)
            what = f"state {name!r}" if name else f"state of the type {_TYPES[said][0]}"
            raise TrackerError(f"{self._team} has no {what}; there are: {visible(there)}; see [export.states]")
        return found

    def _is_open(self, state: _State) -> bool:
        """Whether work is left: neither Linear nor the settings call the state an end."""
        ends = {name.casefold() for said, name in self._settings.states.items() if said != "open"}
        return state.type not in _ENDS and state.name.casefold() not in ends

    def _listed(self) -> Iterator[_Issue]:
        after: str | None = None
        for _ in range(MOST_PAGES):
            found = self._api.read(queries.TICKETS, team=self._team, after=after)["issues"]
            yield from (issue for one in found["nodes"] if not (issue := _decoded(one)).trashed)
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]
        raise TrackerError(f"Linear: {self._team} has more tickets than {MOST_PAGES} pages hold")

    def _issue(self, number: str) -> _Issue | None:
        found = self._api.read(queries.TICKET, id=number)["issues"]["nodes"] if _UUID.fullmatch(number) else []
        return _decoded(found[0]) if found else None

    def _made(self, key: str, fields: Mapping[str, Any]) -> _Issue:
        """The issue with the id that the key gives, or with the next one if that is deleted."""
        for generation in range(_GENERATIONS):
            number = self._id_of("issue", key, str(generation))
            try:
                made = self._api.write(
                    queries.CREATE, input={"id": number, "teamId": self._team_id, **fields}, once=True
                )
                return _decoded(made["issue"])
            except RefusedError as error:
                found = self._issue(number)
                if found is None and not _TAKEN.search(str(error)):
                    raise
            except UnsettledError:
                found = self._issue(number)
                if found is None:
                    raise
            if found and not found.trashed:
                return self._completed(found, fields)
        raise RefusedError("Linear has kept all that were deleted of this ticket; restore one of them", 409)

    def _completed(self, issue: _Issue, fields: Mapping[str, Any]) -> _Issue:
        """The issue of an earlier run that was interrupted, with the text of this one."""
        if issue.memory() is None and (issue.title, issue.description) != (fields["title"], fields["description"]):
            edits = {name: fields[name] for name in ("title", "description")}
            self._api.write(queries.UPDATE, id=issue.id, input=edits)
        return issue

    def _filled(self, draft: Draft) -> dict[str, Any]:
        priority = _PRIORITIES[draft.priority.casefold()] if draft.priority else _BY_SEVERITY[draft.severity.value]
        made: dict[str, Any] = {
            "priority": priority,
            "labelIds": [self._labels[name.casefold()] for name in dict.fromkeys(draft.labels)],
        }
        if self._settings.states.get("open"):
            made["stateId"] = self._state("open").id
        if draft.assignee:
            made["assigneeId"] = self._person(draft.assignee)
        if draft.due:
            made["dueDate"] = draft.due
        if self._project:
            made["projectId"] = self._project
        return made | self._settings.fields

    def _edits(self, issue: _Issue, change: Change) -> dict[str, Any]:
        """What differs from the issue as it is."""
        edits: dict[str, Any] = {}
        if change.title and change.title != issue.title:
            edits["title"] = change.title
        if change.text:
            edits["description"] = replaced(issue.description or "", render(change.text), change.memory.key)
        if change.state and self._is_open(issue.state) != (change.state == "open"):
            edits["stateId"] = self._state("open" if change.state == "open" else change.memory.said).id
        has = {one.name.casefold(): one.id for one in issue.labels.nodes}
        drop = [has[name.casefold()] for name in change.drop if name.casefold() in has]
        add = [self._labels[name.casefold()] for name in change.add if name.casefold() not in has]
        lists = {"removedLabelIds": drop, "addedLabelIds": add}
        return edits | {name: ids for name, ids in lists.items() if ids}

    def _comment(self, issue: _Issue, change: Change) -> None:
        number = self._id_of("comment", issue.id, change.mark)

        def there() -> bool:
            return bool(self._api.read(queries.COMMENT, id=number)["comments"]["nodes"])

        body = {"id": number, "issueId": issue.id, "body": render(change.comment)}
        once(there, lambda: self._api.write(queries.SAY, input=body, once=True))

    def _remember(self, number: str, memory: Memory) -> None:
        """Made or changed: an attachment of an issue is known by its address."""
        said = msgspec.json.encode(memory, order="deterministic").decode()
        attachment = {
            "issueId": number,
            "url": queries.PREFIX + memory.key,
            "title": "cloudaudit keeps this ticket up to date",
            "subtitle": "Taken away, it is a ticket of the audit no more.",
            "metadata": {"memory": said},
        }
        self._api.write(queries.REMEMBER, input=attachment)

    def _make_labels(self) -> None:
        wanted = {LABEL: "#0052cc", **{f"severity: {name}": colour for name, colour in _COLOURS.items()}}
        wanted |= dict.fromkeys(self._settings.labels, "#8a8f98")
        self._read_labels(list(wanted))
        for name, colour in wanted.items():
            if name.casefold() not in self._labels:
                once(partial(self._has_label, name), partial(self._make_label, name, colour))

    def _has_label(self, name: str) -> bool:
        self._read_labels([name])
        return name.casefold() in self._labels

    def _read_labels(self, names: list[str]) -> None:
        """Those of the team and those that all teams share."""
        for one in self._api.read(queries.LABELS, names=names)["issueLabels"]["nodes"]:
            if not one["team"] or one["team"]["id"] == self._team_id:
                self._labels[str(one["name"]).casefold()] = str(one["id"])

    def _make_label(self, name: str, colour: str) -> None:
        given = {"name": name, "color": colour, "teamId": self._team_id}
        made = self._api.write(queries.LABEL, input=given, once=True)["issueLabel"]
        self._labels[name.casefold()] = str(made["id"])

    def _find_project(self) -> str:
        wanted = self._settings.milestone
        if not wanted:
            return ""
        found = self._api.read(queries.PROJECT, name=wanted)["projects"]["nodes"]
        if not found:
            raise TrackerError(f"Linear has no project {wanted!r}; make it, or change [export] milestone")
        return str(found[0]["id"])

    def _person(self, said: str) -> str:
        """The user that the settings name by an id or an e-mail address."""
        if _UUID.fullmatch(said):
            return said
        if said not in self._people:
            found = self._api.read(queries.PERSON, email=said)["users"]["nodes"]
            if not found:
                raise RefusedError(
                    f"Linear knows nobody with the address {said!r}; [export.assignees] names people by e-mail or id",
                    422,
                )
            self._people[said] = str(found[0]["id"])
        return self._people[said]

    def _ticket(self, issue: _Issue, memory: Memory) -> Ticket:
        return Ticket(
            id=issue.id,
            name=issue.identifier,
            address=issue.url,
            open=self._is_open(issue.state),
            title=issue.title,
            memory=memory,
            body=issue.description or "",
            labels=tuple(one.name for one in issue.labels.nodes),
        )

    def _id_of(self, *parts: str) -> str:
        """An id that is always the same for these parts, in the form of a random one."""
        return str(uuid.UUID(key_of(self.place, *parts), version=4))


def _decoded(found: Any) -> _Issue:
    try:
        return msgspec.convert(found, _Issue)
    except msgspec.ValidationError as error:
        raise TrackerError(f"Linear: this is no issue: {error}") from None


def connect(given: Given) -> Linear:
    """The team; the workspace is that of the key. TrackerError where something is not said, RemoteError."""
    if not _KEY.fullmatch(team := given.options["team"]):
        raise TrackerError("which team is it? Say --team KEY, as in the names of its issues: ENG of ENG-123")
    token = (given.token or given.environment.get("LINEAR_API_KEY", "")).strip()
    if not token:
        raise TrackerError("LINEAR_API_KEY is not set; Settings, Security & access, Personal API keys makes one")
    address = given.options["api"] or API
    prefix = "" if token.startswith("lin_api_") else "Bearer "
    graph = Graph(Api("Linear", address, ("Authorization", prefix, token), HINTS, given.waiting))
    workspace = str((graph.read(queries.WORKSPACE).get("organization") or {}).get("urlKey", ""))
    if not workspace:
        raise TrackerError("Linear: the key belongs to no workspace; is this the API of Linear?")
    host = "" if address == API else f"{urlsplit(address).netloc}/"
    return Linear(graph, host + workspace, team.upper(), given.settings)


TRACKER = Kind(
    name="linear",
    title="a Linear team",
    options=(
        Option(name="team", metavar="KEY", help="The key of the team: ENG of ENG-123.", variable="LINEAR_TEAM"),
        Option(name="api", metavar="URL", help="Another address of the API.", variable="LINEAR_API_URL"),
    ),
    connect=connect,
)
