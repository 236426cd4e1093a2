"""count and for_each: which instances a block has, and references to them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import operators
from cloudaudit.sources.hcl.iteration import pairs
from cloudaudit.sources.hcl.scope import Lazy, Session, plain
from cloudaudit.sources.hcl.traverse import position
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine, unknowns
from cloudaudit.sources.hcl.values import Value, to_string

MOST_INSTANCES = 10_000
_MOST_MERGED = 50
UNKNOWN_KEY = "?"

Key = int | str | None


class Expansion(msgspec.Struct, frozen=True):
    """The instances of a block: their keys, each with the names (`count`, `each`) that its body sees. `kind` is single,
    count, each or unknown; what is unknown has one instance, whose key is `?`."""

    kind: str
    instances: tuple[tuple[Key, dict[str, Any]], ...]
    because: Unknown | None = None


SINGLE = Expansion("single", ((None, {}),))


def by_count(value: Value) -> Expansion:
    """The instances that `count = value` makes. Raises `EvaluationError`, and `LimitError` for too many."""
    if value is None:
        raise EvaluationError("count must not be null")
    number = position(value)
    if isinstance(number, Unknown):
        return unknown(number)
    if number < 0:
        raise EvaluationError("count must not be negative")
    if number > MOST_INSTANCES:
        raise LimitError(f"count = {number:,} is more than the {MOST_INSTANCES:,} instances looked at")
    return Expansion("count", tuple((index, {"count": {"index": index}}) for index in range(number)))


def by_each(value: Any) -> Expansion:
    """The instances that `for_each = value` makes. Raises `EvaluationError`, and `LimitError` for too many."""
    members = pairs(value)
    if isinstance(members, Unknown):
        return unknown(members, value)
    is_map = isinstance(value, dict | Lazy)
    instances: dict[str, dict[str, Any]] = {}
    for key, member in members:
        name = to_string(key if is_map else plain(member))
        if isinstance(name, Unknown):
            return unknown(name)
        if name is None:
            raise EvaluationError("a key of for_each must not be null")
        instances[name] = {"each": {"key": name, "value": member if is_map else name}}
        if len(instances) > MOST_INSTANCES:
            raise LimitError(f"for_each has more than the {MOST_INSTANCES:,} instances looked at")
    return Expansion("each", tuple(sorted(instances.items())))


def unknown(because: Unknown, of: Any = None) -> Expansion:
    """The one instance `[?]` of a block that has nobody knows how many, one for each element `of` a collection."""
    cause = Unknown(because=because.because, refs=because.refs)
    member = of.element(because) if isinstance(of, Lazy) else cause
    names = {"count": {"index": cause}, "each": {"key": cause, "value": member}}
    return Expansion("unknown", ((UNKNOWN_KEY, names),), cause)


def key_text(kind: str, key: Key) -> str:
    """The instance key as addresses show it: nothing, `[0]`, `["name"]` or `[?]`."""
    if kind == "single":
        return ""
    if kind != "each":
        return f"[{key}]"
    text = str(key).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("${", "$${")
    return f'["{text}"]'


class Group(Lazy):
    """All instances of one resource, data source or module call."""

    __slots__ = ("because", "kind", "members", "name", "session")

    def __init__(self, name: str, expansion: Expansion, members: Iterable[Lazy], session: Session) -> None:
        self.name = name
        self.kind = expansion.kind
        self.because = expansion.because
        self.members = {key: member for (key, _), member in zip(expansion.instances, members, strict=True)}
        self.session = session

    def attribute(self, name: str) -> Any:
        """Of the one instance that may exist; else an error, since a key must come first."""
        if self.because:
            return self._assumed().attribute(name)
        if self.kind == "each" and name in self.members:
            return self.members[name]
        raise EvaluationError(f"{self.name} has several instances: an instance key must precede .{name}")

    def element(self, key: Any) -> Any:
        """One instance."""
        if self.because:
            return self._assumed()
        wanted = position(key) if self.kind == "count" else to_string(key)
        if isinstance(wanted, Unknown):
            return Blurred(self, wanted)
        if wanted not in self.members:
            raise EvaluationError(f"{self.name} has no instance {key_text(self.kind, wanted)}")
        return self.members[wanted]

    def elements(self) -> Iterable[tuple[Any, Any]] | Unknown:
        """Keys and instances."""
        return self.because or self.members.items()

    def whole(self) -> Value:
        """All instances, worked out."""
        if self.because:
            return combine(self.because, _whole(self.members[UNKNOWN_KEY]))
        if self.kind == "count":
            return [member.whole() for member in self.members.values()]
        return {str(key): member.whole() for key, member in self.members.items()}

    def _assumed(self) -> Lazy:
        """The instance `[?]`, if it exists at all."""
        self.session.assumed = self.because
        return self.members[UNKNOWN_KEY]


class Blurred(Lazy):
    """One instance of a group, but nobody knows which."""

    __slots__ = ("group", "key")

    def __init__(self, group: Group, key: Unknown) -> None:
        self.group = group
        self.key = key

    def attribute(self, name: str) -> Any:
        """What all instances agree upon."""
        members = list(self.group.members.values())[:_MOST_MERGED]
        if not members:
            return self.key
        values = [plain(member.attribute(name)) for member in members]
        result = values[0]
        for value in values[1:]:
            result = operators.either(self.key, result, value)
        return result if len(members) == len(self.group.members) else combine(self.key, result)

    def whole(self) -> Value:
        """Unknown, with the references of all instances."""
        return combine(self.key, self.group.whole())


def _whole(member: Lazy) -> list[Unknown]:
    try:
        return list(unknowns(member.whole()))[:_MOST_MERGED]
    except EvaluationError:
        return []
