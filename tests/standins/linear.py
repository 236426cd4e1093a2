"""Linear on the loopback interface: one team, and questions that are checked by the published schema of its API."""

import functools
import re
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    extend_schema,
    parse,
    validate,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values

from tests.standins.forges import SPECS, TOKEN, Answer
from tests.standins.trackers import Seen, TrackerStandIn

_SCHEMA = SPECS / "linear" / "linear-trimmed.graphql"
_MORE = """
extend type Issue { trashed: Boolean }
extend type Team { visibility: TeamVisibility! }
enum TeamVisibility { public private restricted }
extend type Mutation { issueUnarchive(id: String!): IssueArchivePayload! }
extend type Query {
  users(filter: UserFilter, first: Int): UserConnection!
  projects(filter: ProjectFilter, first: Int): ProjectConnection!
}
input UserFilter { email: StringComparator }
input ProjectFilter { name: StringComparator }
type UserConnection { nodes: [User!]! }
type ProjectConnection { nodes: [Project!]! }
"""
"""What the trimmed schema leaves out, in our words."""

_STATES = {"Triage": "triage", "Backlog": "backlog", "Todo": "unstarted", "In Progress": "started"}
_ENDS = {"Done": "completed", "Canceled": "canceled", "Duplicate": "duplicate"}


_SOUND: set[bytes] = set()
"""Requests that the schema allows: tests ask the same ones over and over."""

parsed = functools.cache(parse)


class LinearTeam(TrackerStandIn):
    """The team ENG. `page` is how many issues a page holds."""

    kind = "linear"
    unique = True

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.labels: dict[str, dict[str, Any]] = {}
        self.projects: list[dict[str, str]] = [{"id": "project-1", "name": "SOC 2"}]
        self.people: dict[str, str] = {"ann@example.com": "user-1"}
        self.page = 100
        self.visibility = "public"
        kinds = {**_STATES, **_ENDS}
        self.states = [
            {"id": f"state-{name}", "name": name, "type": kind, "position": place}
            for place, (name, kind) in enumerate(kinds.items())
        ]

    @property
    def options(self) -> dict[str, str]:
        return {"team": "ENG", "api": self.url}

    @property
    def environment(self) -> Mapping[str, str]:
        return {"LINEAR_API_KEY": f"lin_api_{TOKEN}"}

    @property
    def writes(self) -> int:
        return sum(body["query"].lstrip().startswith("mutation") for _, _, body in self.calls)

    def _check(self, request: BaseHTTPRequestHandler, path: str, query: dict[str, str], data: bytes) -> bool:
        _ = request, path, query
        schema, body = _schema(), self.calls[-1][2]
        if schema is None or data in _SOUND:
            return True
        document = parsed(body["query"])
        wrong = [str(error) for error in validate(schema, document)]
        given = get_variable_values(schema, _operation(document).variable_definitions or (), body["variables"])
        wrong += [str(error) for error in given] if isinstance(given, list) else []
        self.wrong += wrong
        if not wrong:
            _SOUND.add(data)
        return not wrong

    def answer(self, method: str, path: str, body: Any) -> Answer:
        if (method, path) != ("POST", "/graphql"):
            return 404, {"error": "not found"}
        if self.headers[-1]["authorization"] != self.environment["LINEAR_API_KEY"]:
            return 401, _error("Authentication required, not authenticated", "authentication error")
        try:
            return 200, {"data": _Question(body["query"], body["variables"]).answer(self._root())}
        except LookupError as error:
            return 200, _error(str(error), "invalid input")

    def _root(self) -> dict[str, Any]:
        return {
            "organization": {"urlKey": "acme"},
            "teams": self._teams,
            "issues": self._issues,
            "comments": lambda filter, **_: _nodes(  # noqa: A006 - the schema's name
                [one for one in self.notes if one["id"] == filter["id"]["eq"]]
            ),
            "issueLabels": lambda filter, **_: _nodes(  # noqa: A006
                [one for one in self.labels.values() if one["name"] in filter["name"]["in"]]
            ),
            "users": lambda filter, **_: _nodes(  # noqa: A006
                [{"id": number} for mail, number in self.people.items() if mail == filter["email"]["eqIgnoreCase"]]
            ),
            "projects": lambda filter, **_: _nodes(  # noqa: A006
                [one for one in self.projects if one["name"] == filter["name"]["eqIgnoreCase"]]
            ),
            "issueCreate": self._create,
            "issueUpdate": self._update,
            "issueUnarchive": self._restore,
            "issueLabelCreate": self._label,
            "attachmentCreate": self._attach,
            "commentCreate": self._say,
        }

    def _teams(self, first: int = 50, filter: Any = None) -> dict[str, Any]:  # noqa: A002
        team = {"id": "team-1", "key": "ENG", "visibility": self.visibility, "states": lambda **_: _nodes(self.states)}
        return _nodes([team][:first] if filter is None or filter["key"]["eq"] == "ENG" else [])

    def _issues(self, filter: Any, first: int, after: str | None = None, **_: Any) -> dict[str, Any]:  # noqa: A002
        if "id" in filter:
            return _nodes([self._shown(one) for one in self.issues if one["id"] == filter["id"]["eq"]])
        prefix = filter["attachments"]["some"]["url"]["startsWith"]
        found = [one for one in self.issues if any(url.startswith(prefix) for url in one["attached"])][::-1]
        start, size = int(after or 0), min(first, self.page)
        more = {"hasNextPage": len(found) > start + size, "endCursor": str(start + size)}
        return _nodes([self._shown(one) for one in found[start : start + size]]) | {"pageInfo": more}

    def _shown(self, issue: dict[str, Any]) -> dict[str, Any]:
        tags = [one for one in self.labels.values() if one["id"] in issue["labelIds"]]

        def attachments(filter: Any, **_: Any) -> dict[str, Any]:  # noqa: A002
            prefix = filter["url"]["startsWith"]
            return _nodes([{"metadata": kept} for url, kept in issue["attached"].items() if url.startswith(prefix)])

        return {**issue, "state": self._state(issue), "labels": lambda **_: _nodes(tags), "attachments": attachments}

    def _state(self, issue: dict[str, Any]) -> dict[str, Any]:
        return next(one for one in self.states if one["id"] == issue["stateId"])

    def _one(self, number: str) -> dict[str, Any]:
        for issue in self.issues:
            if issue["id"] == number:
                return issue
        raise LookupError("Entity not found: Issue - Could not find referenced Issue.")

    def _create(self, input: Any) -> dict[str, Any]:  # noqa: A002
        if any(one["id"] == input["id"] for one in self.issues):
            raise LookupError("conflict on insert of Issue")
        if input.get("assigneeId", "user-1") not in self.people.values():
            raise LookupError("Entity not found: User")
        number = len(self.issues) + 1
        made = {
            "identifier": f"ENG-{number}",
            "url": f"https://linear.app/acme/issue/ENG-{number}",
            "createdAt": f"2026-11-22T02:00:{number:02}Z",
            "archivedAt": None,
            "trashed": None,
            "stateId": "state-Triage",
            "attached": {},
            **input,
            "description": _rewritten(input["description"]),
        }
        self.issues.append(made)
        return {"success": True, "issue": self._shown(made)}

    def _update(self, id: str, input: Any) -> dict[str, Any]:  # noqa: A002
        issue = self._one(id)
        if issue["archivedAt"]:
            raise LookupError("Archived issues cannot be changed")
        changed = dict(input)
        drop, add = changed.pop("removedLabelIds", []), changed.pop("addedLabelIds", [])
        issue["labelIds"] = [one for one in issue["labelIds"] if one not in [*drop, *add]] + add
        issue.update(changed)
        issue["description"] = _rewritten(issue["description"])
        return {"success": True}

    def _restore(self, id: str) -> dict[str, Any]:  # noqa: A002
        self._one(id)["archivedAt"] = None
        return {"success": True}

    def _label(self, input: Any) -> dict[str, Any]:  # noqa: A002
        if input["name"].lower() in self.labels:
            raise LookupError("duplicate label name")
        made = {"id": f"label-{len(self.labels)}", "name": input["name"], "team": {"id": input["teamId"]}}
        self.labels[input["name"].lower()] = made
        return {"success": True, "issueLabel": made}

    def _attach(self, input: Any) -> dict[str, Any]:  # noqa: A002
        if not all(isinstance(value, str | int | float) for value in input["metadata"].values()):
            raise LookupError("metadata holds strings and numbers only")
        self._one(input["issueId"])["attached"][input["url"]] = input["metadata"]
        return {"success": True}

    def _say(self, input: Any) -> dict[str, Any]:  # noqa: A002
        if any(one["id"] == input["id"] for one in self.notes):
            raise LookupError("conflict on insert of Comment")
        self._one(input["issueId"])
        self.notes.append(input)
        return {"success": True}

    def seen(self) -> list[Seen]:
        names = {one["id"]: one["name"] for one in self.labels.values()}
        return [
            Seen(
                self._state(one)["type"] not in _ENDS.values(),
                one["title"],
                one["description"],
                [note["body"] for note in self.notes if note["issueId"] == one["id"]],
                [names[number] for number in one["labelIds"]],
            )
            for one in self.issues
        ]

    def close_by_hand(self, place: int) -> None:
        self.issues[place]["stateId"] = "state-Done"

    def reopen_by_hand(self, place: int) -> None:
        self.issues[place]["stateId"] = "state-Todo"

    def write_around(self, place: int, before: str, after: str) -> None:
        issue = self.issues[place]
        issue["description"] = _rewritten(f"{before}\n\n{issue['description']}\n\n{after}")

    def rename(self, place: int, title: str) -> None:
        self.issues[place]["title"] = title

    def unlabel(self, place: int) -> None:
        self.issues[place].update(labelIds=[], attached={})


def _rewritten(markdown: str) -> str:
    """Linear keeps a document and writes it again: hidden comments are gone, lists and line ends are its own."""
    lines = (re.sub(r"^- ", "* ", line.rstrip()) for line in re.sub(r"<!--.*?-->", "", markdown).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _nodes(found: list[Any]) -> dict[str, Any]:
    return {"nodes": found}


def _error(said: str, kind: str) -> dict[str, Any]:
    return {"data": None, "errors": [{"message": said, "extensions": {"type": kind, "userPresentableMessage": said}}]}


@functools.cache
def _schema() -> GraphQLSchema | None:
    """What questions are checked by; None when it is not on this machine."""
    return extend_schema(build_schema(_SCHEMA.read_text()), parsed(_MORE)) if _SCHEMA.exists() else None


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))


class _Question:
    """A question, answered from a tree of values and of functions that make them."""

    def __init__(self, query: str, variables: Mapping[str, Any]) -> None:
        document = parsed(query)
        self._variables = variables
        self._selected = _operation(document).selection_set
        self._fragments = {
            one.name.value: one.selection_set for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }

    def answer(self, root: Mapping[str, Any]) -> Any:
        return self._chosen(self._selected, root)

    def _chosen(self, selected: SelectionSetNode | None, value: Any) -> Any:
        if selected is None or value is None:
            return value
        if isinstance(value, list):
            return [self._chosen(selected, one) for one in value]
        return {(one.alias or one.name).value: self._field(one, value) for one in self._fields(selected)}

    def _field(self, one: FieldNode, source: Mapping[str, Any]) -> Any:
        value = source[one.name.value]
        if callable(value):
            value = value(
                **{each.name.value: value_from_ast_untyped(each.value, self._variables) for each in one.arguments}
            )
        return self._chosen(one.selection_set, value)

    def _fields(self, selected: SelectionSetNode) -> Iterator[FieldNode]:
        for one in selected.selections:
            if isinstance(one, FragmentSpreadNode):
                yield from self._fields(self._fragments[one.name.value])
            elif isinstance(one, FieldNode):
                yield one
