"""Shows a rule the attributes of a resource: values, defaults for what is unset, nothing for what is unknown."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from cloudaudit.engine.attributes import schema_of
from cloudaudit.engine.reads import FILLED, SET, without_question
from cloudaudit.model import PLAIN, Unknown
from cloudaudit.schema import AttributeSchema, NestedSchema, TypeSchema

Causes: TypeAlias = dict[str, list[str]]
"""Dotted paths without list positions, each with why nothing is shown there."""

Tree: TypeAlias = dict[str, Any]
"""Names of attributes, each with a tree of the names below."""

PHANTOM: dict[str, Any] = {}
"""Stands in a list for a member that may or may not exist. Recognised by identity, so that it can be taken out."""

ANYTHING = "*"
"""`Causes` at "ingress.*" are of a phantom in that list: any name below it is unknown."""

_LATE = Unknown(because="known after apply")
_MISSING = Unknown(because="it is required, and not written")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_SCALARS: dict[str, frozenset[type]] = {
    "string": frozenset({str}),
    "number": frozenset({int, float}),
    "bool": frozenset({bool}),
}
_NAMES = {"string": "text", "number": "a number", "bool": "true or false", "list": "a list", "set": "a list"}


class Part(NamedTuple):
    """One attribute or block to show. `below` are the parts of a block, None for an attribute; `late` says that only
    AWS fills it in; `type` is in Terraform's notation; `keyed` says that a block is a map."""

    name: str
    type: Any
    unset: Any
    late: bool
    below: "tuple[Part, ...] | None"
    keyed: bool


class Lens:
    """Shows the attributes of a type that are read at `paths`. What only one of `others` has is unset."""

    def __init__(self, type_: str, paths: Iterable[str], others: Iterable[str] = ()) -> None:
        schemas = [schema for name in (type_, *others) if (schema := schema_of(name))]
        self._parts = _parts(schemas, tree(paths), own=bool(schema_of(type_))) if schemas else ()

    def show(self, attributes: Mapping[str, Any], *, source: bool, causes: Causes) -> dict[str, Any]:
        """The attributes as an expression sees them. `source` says that what AWS fills in is not there yet."""
        return _show(self._parts, attributes, "", source, causes)


def tree(paths: Iterable[str]) -> Tree:
    """Dotted paths as a tree of names."""
    top: Tree = {}
    for path in paths:
        level = top
        for name in path.split("."):
            level = level.setdefault(name, {})
    return top


def _parts(schemas: list[TypeSchema], names: Tree, *, own: bool) -> tuple[Part, ...]:
    parts = []
    for asked, below in names.items():
        name = without_question(asked)
        holders = [schema for schema in schemas if name in schema.attributes or name in schema.blocks]
        if not holders:
            continue
        schema = holders[0].attributes.get(name) or holders[0].blocks[name]
        part = _part(asked, schema, below)
        if not (own and holders[0] is schemas[0]):
            part = part._replace(late=False, unset=None if part.unset is _MISSING else part.unset)
        parts.append(part)
    return tuple(parts)


def _part(name: str, schema: AttributeSchema | NestedSchema, below: Tree) -> Part:
    late = schema.computed and not schema.optional
    if name.endswith(SET):
        return Part(name, SET, schema.unset is not None, late, None, keyed=False)
    if name.endswith(FILLED):
        is_block = isinstance(schema, NestedSchema) or _object(schema.type) is not None
        return Part(name, FILLED, bool(schema.unset), late, () if is_block else None, keyed=False)
    if isinstance(schema, AttributeSchema):
        members = _object(schema.type)
        nested = None if members is None else _object_parts(members, below)
        unset = _MISSING if schema.required and isinstance(schema.type, str) else schema.unset
        return Part(name, schema.type, unset, late, nested, keyed=False)
    parts = tuple(
        _part(asked, schema.attributes.get(inner) or schema.blocks[inner], further)
        for asked, further in below.items()
        if (inner := without_question(asked)) in schema.attributes or inner in schema.blocks
    )
    return Part(name, "block", schema.unset, late, parts, keyed=schema.nesting == "map")


def _object(type_: Any) -> dict[str, Any] | None:
    """The members of the objects in a list or set of objects."""
    match type_:
        case ["list" | "set", ["object", dict() as members]]:
            return members
    return None


def _object_parts(members: dict[str, Any], names: Tree) -> tuple[Part, ...]:
    return tuple(
        _part(asked, AttributeSchema(members[name], 0), below)
        for asked, below in names.items()
        if (name := without_question(asked)) in members
    )


def _show(
    parts: tuple[Part, ...], attributes: Mapping[str, Any], prefix: str, source: bool, causes: Causes
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for part in parts:
        value = attributes.get(part.name)
        if part.type is SET:
            value = _whether_set(part, attributes.get(without_question(part.name)), source)
        elif part.type is FILLED:
            value = _whether_filled(part, attributes.get(without_question(part.name)), source)
        elif value is None:
            value = _LATE if part.late and source else part.unset
        elif part.below is None:
            value = _value(value, part.type)
        elif not isinstance(value, Unknown):
            value = _blocks(part, value, prefix, source, causes)
        if isinstance(value, Unknown):
            causes.setdefault(prefix + part.name, []).append(value.because)
        else:
            shown[part.name] = value
    return shown


def _whether_set(part: Part, value: Any, source: bool) -> bool | Unknown:
    if isinstance(value, Unknown) and not value.is_set:
        return value
    # the provider writes text that is not set into a state as empty text
    return value not in (None, "") or part.unset or (part.late and source)


def _whether_filled(part: Part, value: Any, source: bool) -> bool | Unknown:
    if value is None:
        return _LATE if part.late and source else part.unset
    if part.below is None or not isinstance(value, list | tuple):
        return value if isinstance(value, Unknown) else bool(value)
    # A block that is unknown as a whole, out of a `dynamic`, may not exist; an unknown member of a list does.
    doubts = [member for member in value if isinstance(member, Unknown)]
    return True if len(doubts) < len(value) else doubts[0] if doubts else False


def _blocks(part: Part, value: Any, prefix: str, source: bool, causes: Causes) -> Any:
    path = f"{prefix}{part.name}."
    below = part.below or ()
    if part.keyed and isinstance(value, dict):
        return {key: _show(below, each, path, source, causes) for key, each in value.items() if isinstance(each, dict)}
    shown = []
    for member in value if isinstance(value, list | tuple) else [value]:
        if isinstance(member, dict):
            shown.append(_show(below, member, path, source, causes))
        elif isinstance(member, Unknown):
            causes.setdefault(path + ANYTHING, []).append(member.because)
            shown.append(PHANTOM)
        elif member is not None:
            return _misfit(member, "a block")
    return shown


def _value(value: Any, type_: Any) -> Any:
    """The value if it fits its type, else an `Unknown` that says why not."""
    kind = value.__class__
    if (scalars := _SCALARS.get(type_) if isinstance(type_, str) else None) is not None:
        if kind not in scalars:
            return value if kind is Unknown else _misfit(value, _NAMES[type_])
        return _scalar(value)
    return (
        value
        if kind is Unknown
        else _COLLECTIONS.get(type_ if isinstance(type_, str) else type_[0], _any)(value, type_)
    )


def _scalar(value: Any) -> Any:
    """What CEL can hold: integers of 64 bits, strings without halves of surrogate pairs."""
    if value.__class__ is str:
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if value.__class__ is int and not _SMALLEST <= value <= _LARGEST:
        return float(value)
    return value


def _list(value: Any, type_: Any) -> Any:
    if not isinstance(value, list | tuple):
        return _misfit(value, "a list")
    shown = [_value(member, type_[1]) for member in value if member is not None]
    return next((member for member in shown if isinstance(member, Unknown)), shown)


def _map(value: Any, type_: Any) -> Any:
    if not isinstance(value, dict):
        return _misfit(value, "a map")
    shown = {str(key): _value(member, type_[1]) for key, member in value.items() if member is not None}
    return next((member for member in shown.values() if isinstance(member, Unknown)), shown)


def _any(value: Any, _type: Any = None) -> Any:
    """A value of no declared type: unknown as a whole if any part of it is."""
    if isinstance(value, dict):
        shown: Any = {str(key): _any(member) for key, member in value.items()}
        parts = shown.values()
    elif isinstance(value, list | tuple | set | frozenset):
        shown = parts = [_any(member) for member in value]
    else:
        return value if value is None or isinstance(value, Unknown) else _scalar(value)
    return next((part for part in parts if isinstance(part, Unknown)), shown)


_COLLECTIONS: dict[str, Callable[[Any, Any], Any]] = {"list": _list, "set": _list, "map": _map}


def _misfit(value: Any, expected: str) -> Unknown:
    found = {str: "text", bool: "true or false", int: "a number", float: "a number", dict: "a map"}
    return Unknown(because=f"{expected} expected, found {found.get(value.__class__, 'a list')}")


def reveal(value: Any, path: str, causes: Causes) -> Any:
    """What an expression sees of computed data: members that are `Unknown` are left out, here and below."""
    if value.__class__ in PLAIN:  # as most are
        return _scalar(value)
    if isinstance(value, dict):
        shown = {}
        for key, member in value.items():
            seen = member if member.__class__ is bool else reveal(member, f"{path}.{key}", causes)
            if seen.__class__ is not Unknown:
                shown[str(key)] = seen
        return shown
    if isinstance(value, list | tuple) and all(isinstance(member, dict) for member in value):
        return [reveal(member, path, causes) for member in value]
    value = _any(value)
    if isinstance(value, Unknown):
        causes.setdefault(path, []).append(value.because)
    return value
