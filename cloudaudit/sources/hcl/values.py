"""Terraform's values: what distinguishes them from plain Python, and their conversion to types.

Strings, booleans, numbers (see `numeric`), None, and `model.Unknown` stand for themselves. A plain `list` is a tuple,
a plain `dict` an object; `TfList`, `TfMap` and `TfSet` are Terraform's typed collections, which matters to `==` and to
conversions. The order of keys in a `dict` means nothing: whoever iterates sorts them.
"""

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import numeric, types
from cloudaudit.sources.hcl.types import ANY, Type
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, unknowns

Value = Any


class TfList(list[Value]):
    """A list: all elements are of type `element`."""

    __slots__ = ("element",)

    def __init__(self, items: Iterable[Value] = (), element: Type = ANY) -> None:
        super().__init__(items)
        self.element = element


class TfSet(list[Value]):
    """A set: unique elements of type `element`, in Terraform's order. Unknown elements come last; each may equal
    another one, so the length of a set that holds them is not known.
    """

    __slots__ = ("element",)

    def __init__(self, items: Iterable[Value] = (), element: Type = ANY) -> None:
        super().__init__(_unique(items))
        self.element = element


class TfMap(dict[str, Value]):
    """A map: all elements are of type `element`."""

    __slots__ = ("element",)

    def __init__(self, items: Any = (), element: Type = ANY) -> None:
        super().__init__(items)
        self.element = element


def partly(elements: Iterable[Value], *causes: Value) -> Unknown:
    """A list of which only these elements are known, but neither their places nor how many others there are.

    Its `partial` is a `TfList`, which tells it from a document, and holds an `Unknown` for the others. (A `TfMap` as
    `partial` holds the members that a map has in any case.)
    """
    held = TfList(elements)
    if not any(isinstance(member, Unknown) for member in held):
        held.append(combine(causes))
    return combine(causes, held, partial=held)


def type_of(value: Value) -> Type:  # noqa: PLR0911 one answer for each kind
    """The type of a value; `any` for null and for what is unknown."""
    match value:
        case bool():
            return types.BOOL
        case str():
            return types.STRING
        case TfList():
            return types.list_of(value.element)
        case TfSet():
            return types.set_of(value.element)
        case TfMap():
            return types.map_of(value.element)
        case list():
            return types.tuple_of(map(type_of, value))
        case dict():
            return types.object_of({name: type_of(member) for name, member in value.items()})
        case None | Unknown():
            return ANY
    return types.NUMBER


def normal_text(text: str) -> str:
    """The string as Terraform holds it: in Unicode normal form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def convert(value: Value, target: Type) -> Value:
    """`value` as `target`, with the defaults of optional attributes filled in. Null and unknown values stay what they
    are. Raises `EvaluationError` when Terraform would refuse.
    """
    if isinstance(value, Unknown) and target.kind in ("number", "bool"):
        return _without_text(value)
    if value is None or isinstance(value, Unknown) or target.kind == "any":
        return value
    return _CONVERSIONS[target.kind](value, target)


def _without_text(value: Unknown) -> Unknown:
    """An unknown number or boolean: how its text starts says nothing of it."""
    return msgspec.structs.replace(value, prefix="", partial=None)


def to_string(value: Value) -> Any:
    """convert(value, string)"""
    if isinstance(value, str | Unknown) or value is None:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if numeric.is_number(value):
        return numeric.text(value)
    raise EvaluationError("string required")


def to_number(value: Value) -> Any:
    """convert(value, number)"""
    if isinstance(value, str):
        return numeric.parse(value)
    if isinstance(value, Unknown):
        return _without_text(value)
    if value is None or numeric.is_number(value):
        return value
    raise EvaluationError("number required")


def to_bool(value: Value) -> Any:
    """convert(value, bool)"""
    if isinstance(value, Unknown):
        return _without_text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        if value in ("true", "1"):
            return True
        if value in ("false", "0"):
            return False
        raise EvaluationError('a bool is required: only the strings "true" and "false" are allowed')
    raise EvaluationError("bool required")


def _to_sequence(value: Value, target: Type) -> Value:
    if not isinstance(value, list):
        raise EvaluationError(f"{target.kind} of {types.describe(target.of)} required")
    if target.kind == "list" and isinstance(value, TfSet) and any(unknowns(value)):
        # The place of an unknown element among the others is not known.
        return partly(value, value)
    items, element = _to_elements(value, value, target)
    if element is None:
        return combine(value)
    return TfList(items, element) if target.kind == "list" else TfSet(items, element)


def _to_map(value: Value, target: Type) -> Value:
    if not isinstance(value, dict):
        raise EvaluationError(f"map of {types.describe(target.of)} required")
    items, element = _to_elements(value, list(value.values()), target)
    if element is None:
        return combine(value)
    return TfMap(zip(value, items, strict=True), element)


def _to_elements(value: Value, members: list[Value], target: Type) -> tuple[list[Value], Type | None]:
    """The members as elements of one type: that of the target or, where it says `any`, one they have in common.

    No type when the known members have none in common, but may have one with what the unknown members turn out to be.
    """
    if target.of.kind != "any":
        return [convert(member, target.of) for member in members], types.bare(target.of)
    if isinstance(value, TfList | TfSet | TfMap):
        return members, value.element
    found = [type_of(member) for member in members]
    element = types.unify(found)
    if element is None and any(unknowns(members)):
        return members, None
    if element is None or (types.vague(element, found) and not any(unknowns(members))):
        raise EvaluationError(f"all elements of a {target.kind} must have the same type")
    converted = [convert(member, element) for member in members]
    return converted, types.blurred(element) if any(unknowns(members)) else element


def _to_tuple(value: Value, target: Type) -> Value:
    if not isinstance(value, list) or isinstance(value, TfList | TfSet):
        raise EvaluationError("tuple required")
    if len(value) != len(target.items):
        raise EvaluationError(f"tuple of {len(target.items)} elements required")
    return [convert(member, item) for member, item in zip(value, target.items, strict=True)]


def _to_object(value: Value, target: Type) -> Value:
    if not isinstance(value, dict):
        raise EvaluationError("object required")
    result: dict[str, Value] = {}
    for name, type_ in target.attributes.items():
        member = value.get(name)
        if member is None and name in target.defaults:
            result[name] = target.defaults[name]
        elif name in value or name in target.optional:
            result[name] = _inside(name, member, type_)
        else:
            raise EvaluationError(f'attribute "{name}" is required')
    return result


def _inside(name: str, value: Value, type_: Type) -> Value:
    try:
        return convert(value, type_)
    except EvaluationError as error:
        raise EvaluationError(f'attribute "{name}": {error}') from None


_CONVERSIONS = {
    "string": lambda value, _: to_string(value),
    "number": lambda value, _: to_number(value),
    "bool": lambda value, _: to_bool(value),
    "list": _to_sequence,
    "set": _to_sequence,
    "map": _to_map,
    "tuple": _to_tuple,
    "object": _to_object,
}


def equal(left: Value, right: Value) -> bool | Unknown:  # noqa: PLR0911 one answer for each kind
    """`left == right` as Terraform sees it: values of different types differ, "1" from 1 and a list from a tuple."""
    if left is None and right is None:
        return True
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _equal_unknown(left, right)
    if left is None or right is None or _kind(left) != _kind(right):
        return False
    if isinstance(left, TfList | TfSet | TfMap) and left.element != right.element:
        return _equal_elsewhere(left, right)
    if isinstance(left, TfSet):
        return _equal_sets(left, right)
    if isinstance(left, list):
        return _equal_members(list(zip(left, right, strict=True))) if len(left) == len(right) else False
    if isinstance(left, dict):
        return _equal_members([(left[k], right[k]) for k in left]) if left.keys() == right.keys() else False
    return numeric.same(left, right) if numeric.is_number(left) else bool(left == right)


def _kind(value: Value) -> type:
    return int if numeric.is_number(value) else type(value)


def _equal_elsewhere(left: Any, right: Any) -> bool | Unknown:
    """Whether collections of different types are equal: never, unless an unknown element hides the type."""
    if any(unknowns([left, right])) and types.convertible(left.element, right.element):
        return combine(left, right)
    return False


def _equal_unknown(left: Value, right: Value) -> bool | Unknown:
    unknown, other = (left, right) if isinstance(left, Unknown) else (right, left)
    if other is None and unknown.is_set:
        return False
    if unknown.prefix and isinstance(other, str) and not other.startswith(unknown.prefix):
        return False
    if isinstance(other, Unknown) and other.prefix and unknown.prefix:
        shorter = min(len(other.prefix), len(unknown.prefix))
        if other.prefix[:shorter] != unknown.prefix[:shorter]:
            return False
    return combine(left, right)


def _equal_members(pairs: list[tuple[Value, Value]]) -> bool | Unknown:
    results = [equal(one, other) for one, other in pairs]
    if any(result is False for result in results):
        return False
    open_ = [result for result in results if isinstance(result, Unknown)]
    return combine(open_) if open_ else True


def _equal_sets(left: "TfSet", right: "TfSet") -> bool | Unknown:
    if any(unknowns(left)) or any(unknowns(right)):
        return combine(left, right)
    return len(left) == len(right) and all(equal(one, other) is True for one, other in zip(left, right, strict=True))


def _unique(items: Iterable[Value]) -> list[Value]:
    """The distinct elements in Terraform's order: unknown ones last, null before them."""
    members = list(items)
    if all(isinstance(member, str) for member in members):
        return sorted(set(members))
    known = [member for member in members if member is not None and not any(unknowns(member))]
    if all(map(numeric.is_number, known)):
        known.sort(key=numeric.exact)
    else:
        known.sort(key=lambda member: member if isinstance(member, str) else _digest(member))
    distinct = known[:1]
    distinct += [member for before, member in pairwise(known) if equal(before, member) is not True]
    nulls = [None] if None in members else []
    return distinct + nulls + [member for member in members if any(unknowns(member))]


def _digest(value: Value) -> str:  # noqa: PLR0911 one answer for each kind
    """The text by which Terraform orders structures within a set."""
    match value:
        case None:
            return "~"
        case bool():
            return "T" if value else "F"
        case str():
            return f'"{value}"'
        case TfMap():
            return "{" + "".join(f"{_digest(k)}:{_digest(value[k])};" for k in sorted(value)) + "}"
        case dict():
            return "<" + "".join(f"{_digest(value[k])};" for k in sorted(value)) + ">"
        case TfList() | TfSet():
            return "[" + "".join(f"{_digest(member)};" for member in value) + "]"
        case list():
            return "<" + "".join(f"{_digest(member)};" for member in value) + ">"
        case Unknown():
            return "?"
    return numeric.text(value)
