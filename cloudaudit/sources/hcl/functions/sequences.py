"""Terraform's functions on lists, tuples and sets."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits, numeric
from cloudaudit.sources.hcl.functions.numbers import whole
from cloudaudit.sources.hcl.functions.signature import Function, aware, strict
from cloudaudit.sources.hcl.numeric import Number
from cloudaudit.sources.hcl.types import ANY, NUMBER, STRING, Type, list_of, set_of, tuple_of, unify
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, unknowns
from cloudaudit.sources.hcl.values import TfList, TfSet, Value, convert, equal, partly, type_of

_COMPARISONS = 100  # ten million comparisons of structures take seconds
_LONGEST_RANGE = 1024  # Terraform's own limit


def _is_sequence(value: Value) -> bool:
    return isinstance(value, list) and not isinstance(value, TfSet)


def _like(source: Value, items: list[Value]) -> Value:
    """A list when `source` is a list, else a tuple."""
    return TfList(items, source.element) if isinstance(source, TfList) else items


def _chunklist(values: Any, size: Any) -> Value:
    if isinstance(values, Unknown) or isinstance(size, Unknown):
        return combine(values, size)
    count = whole(size)
    if count < 0:
        raise EvaluationError("the size argument must be positive")
    step = count or max(len(values), 1)
    chunks = [TfList(values[i : i + step], values.element) for i in range(0, len(values), step)]
    return TfList(chunks, list_of(values.element))


def _compact(values: Any) -> Value:
    if isinstance(values, Unknown):
        return combine(values)
    kept = [value for value in values if value]
    if any(
        isinstance(value, Unknown) and not (value.prefix or isinstance(value.partial, dict | list)) for value in kept
    ):
        return partly(kept, values)  # an unknown string may turn out empty, but a document is never
    return TfList(kept, STRING)


def _concat(*lists: Any) -> Value:
    if not lists:
        raise EvaluationError("at least one argument is required")
    joined: list[Value] = []
    for each in lists:
        if not isinstance(each, Unknown) and not _is_sequence(each):
            raise EvaluationError("all arguments must be lists or tuples")
        joined += _parts(each) if isinstance(each, Unknown) else each
        limits.elements(len(joined))
    if any(isinstance(each, Unknown) for each in lists):
        return partly(joined, lists)
    if all(isinstance(each, TfList) for each in lists):
        element = unify(each.element for each in lists)
        if element is not None:
            return TfList([convert(member, element) for member in joined], element)
    return joined


def _parts(value: Unknown) -> list[Value]:
    """What is known of the elements of an unknown list: one that stands for all of them, or those that it holds anyway,
    among which there is always an unknown one.
    """
    return value.partial if isinstance(value.partial, TfList) else [value]


def _partly(values: Any) -> Unknown:
    """A list whose elements are partly known, but neither their places nor their number."""
    parts = _parts(values) if isinstance(values, Unknown) else values
    return combine(values) if parts == [values] else partly(parts, values)


def _flatten(values: Any) -> Value:
    if isinstance(values, Unknown):
        return combine(values)
    if not isinstance(values, list):
        raise EvaluationError("can only flatten lists, sets and tuples")
    limits.known(values)
    flat: list[Value] = []
    open_ = _flatten_into(values, flat)
    return partly(flat, values) if open_ else flat


def _flatten_into(values: list[Value], flat: list[Value]) -> bool:
    """Appends the members at all depths; True when an unknown one may be a list itself."""
    open_ = isinstance(values, TfSet) and any(unknowns(values))
    for value in values:
        if isinstance(value, list):
            open_ = _flatten_into(value, flat) or open_
            continue
        open_ = open_ or (isinstance(value, Unknown) and not value.prefix and not _scalars(values))
        flat += _parts(value) if isinstance(value, Unknown) else [value]
        limits.elements(len(flat))
    return open_


def _scalars(values: list[Value]) -> bool:
    """Whether the element type says that no member is a list."""
    return isinstance(values, TfList | TfSet) and values.element.kind in ("string", "number", "bool", "object", "map")


def _distinct(values: Any) -> Value:
    if isinstance(values, Unknown) or not limits.known(values):
        return _partly(values)
    if all(isinstance(value, str) for value in values):
        return TfList(dict.fromkeys(values), values.element)
    found: list[Value] = []
    limits.elements(len(values) ** 2 // _COMPARISONS)
    for value in values:
        if not any(equal(value, other) is True for other in found):
            found.append(value)
    return TfList(found, values.element)


def _element(values: Any, index: Any) -> Value:
    if isinstance(values, Unknown) or isinstance(index, Unknown):
        return combine(values, index)
    if not _is_sequence(values):
        raise EvaluationError("cannot read elements from this value")
    position = whole(index)
    if not values:
        raise EvaluationError("cannot use element function with an empty list")
    if position < 0:
        return Unknown(because="element() with a negative index depends on the version of Terraform")
    return values[position % len(values)]


def _index(values: Any, value: Any) -> Value:
    if isinstance(values, Unknown):
        return combine(values, value)
    if not _is_sequence(values):
        raise EvaluationError("argument must be a list or tuple")
    if not values:
        raise EvaluationError("cannot search an empty list")
    for position, member in enumerate(values):
        same = equal(member, value)
        if isinstance(same, Unknown):
            return combine(values, value)
        if same:
            return position
    raise EvaluationError("item not found")


def _range(*params: Number) -> Value:
    if not 1 <= len(params) <= 3:
        raise EvaluationError("must have one, two, or three arguments")
    start, end = (0, params[0]) if len(params) == 1 else params[:2]
    downward = numeric.less(end, start)
    step = params[2] if len(params) == 3 else -1 if downward else 1
    if len(params) == 3 and not numeric.same(start, end) and step and (step < 0) != downward:
        raise EvaluationError("the step leads away from the end")
    result: list[Value] = []
    while numeric.less(start, end) if step >= 0 and not downward else numeric.less(end, start):
        if len(result) == _LONGEST_RANGE:
            raise EvaluationError("more than 1024 values were generated")
        result.append(start)
        start = numeric.add(start, step)
    return TfList(result, NUMBER)


def _reverse(values: Any) -> Value:
    if isinstance(values, Unknown) or (isinstance(values, TfSet) and any(unknowns(values))):
        return combine(values)
    if not isinstance(values, list):
        raise EvaluationError("can only reverse list or tuple values")
    reverse = values[::-1]
    return TfList(reverse, values.element) if isinstance(values, TfList | TfSet) else reverse


def _slice(values: Any, start: Any, end: Any) -> Value:
    if isinstance(values, Unknown) or isinstance(start, Unknown) or isinstance(end, Unknown):
        return combine(values, start, end)
    if not _is_sequence(values):
        raise EvaluationError("cannot slice this value, because its elements do not have indices")
    first, last = whole(start), whole(end)
    if first < 0 or last > len(values) or first > last:
        raise EvaluationError("the indices must lie within the list, the start not after the end")
    return _like(values, values[first:last])


def _sort(values: Any) -> Value:
    if isinstance(values, Unknown) or any(isinstance(value, Unknown) for value in values):
        return _partly(values)
    if None in values:
        raise EvaluationError("a null string cannot be sorted")
    return TfList(sorted(values), STRING)


def _setproduct(*sets: Any) -> Value:
    if len(sets) < 2:
        raise EvaluationError("at least two arguments are required")
    if any(isinstance(each, Unknown) or (isinstance(each, TfSet) and any(unknowns(each))) for each in sets):
        return combine(sets)
    if not all(isinstance(each, list) for each in sets):
        raise EvaluationError("all arguments must be lists, sets or tuples")
    given = [each if isinstance(each, TfSet) else convert(each, list_of(ANY)) for each in sets]
    limits.elements(math.prod(map(len, given)))
    type_: Type = tuple_of(each.element for each in given)
    pairs = [list(members) for members in itertools.product(*given)]
    return TfSet(pairs, type_) if any(isinstance(each, TfSet) for each in given) else TfList(pairs, type_)


def _setunion(*sets: Any) -> Value:
    element = _common_element([each for each in sets if not isinstance(each, Unknown)])
    if element is None:
        return combine(sets)
    members = [convert(member, element) for each in sets if not isinstance(each, Unknown) for member in each]
    limits.elements(len(members))
    open_ = [part for each in sets if isinstance(each, Unknown) for part in _parts(each)]
    return partly([*TfSet(members, element), *open_], sets) if open_ else TfSet(members, element)


def _setintersection(*sets: Any) -> Value:
    first, *others = _converted(sets)
    tests = [_members(other, of=first) for other in others]
    kept = [member for member in first if all(test(member) for test in tests)]
    return TfSet(kept, first.element)


def _setsubtract(*sets: Any) -> Value:
    first, second = _converted(sets)
    removed = _members(second, of=first)
    return TfSet([member for member in first if not removed(member)], first.element)


def _converted(sets: Sequence[Any]) -> list[TfSet]:
    element = _common_element(sets) or ANY
    return [convert(each, set_of(element)) if element.kind != "any" else each for each in sets]


def _common_element(sets: Sequence[Any]) -> Type | None:
    """The type that the elements of all sets have in common; None when that depends on unknown ones."""
    if any(type_of(each).of.kind == "any" and each for each in sets):
        return ANY
    element = unify(type_of(each).of for each in sets if each or type_of(each).of.kind != "any")
    if element is None and not any(unknowns(sets)):
        raise EvaluationError("the sets must have elements of one type")
    return element


def _members(values: TfSet, *, of: Sequence[Value]) -> Callable[[Value], bool]:
    """Tells whether a value is a member of the set; raises `LimitError` when telling it of all would take too long."""
    if all(isinstance(member, str) for member in values):
        texts = frozenset(values)
        return lambda value: isinstance(value, str) and value in texts
    limits.elements(len(values) * len(of) // _COMPARISONS)
    return lambda value: any(equal(value, each) is True for each in values)


FUNCTIONS: dict[str, Function] = {
    "chunklist": aware(_chunklist, list_of(ANY), NUMBER),
    "compact": aware(_compact, list_of(STRING)),
    "concat": aware(_concat, rest=ANY),
    "distinct": aware(_distinct, list_of(ANY)),
    "element": aware(_element, ANY, NUMBER),
    "flatten": aware(_flatten, ANY),
    "index": aware(_index, ANY, ANY),
    "range": strict(_range, rest=NUMBER),
    "reverse": aware(_reverse, ANY),
    "setintersection": strict(_setintersection, set_of(ANY), rest=set_of(ANY)),
    "setproduct": aware(_setproduct, rest=ANY),
    "setsubtract": strict(_setsubtract, set_of(ANY), set_of(ANY)),
    "setunion": aware(_setunion, set_of(ANY), rest=set_of(ANY)),
    "slice": aware(_slice, ANY, NUMBER, NUMBER),
    "sort": aware(_sort, list_of(STRING)),
}
