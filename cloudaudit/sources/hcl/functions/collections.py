"""Terraform's functions on maps, and on what they have in common with lists: length, lookup, membership."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits
from cloudaudit.sources.hcl.functions.signature import Function, aware, strict
from cloudaudit.sources.hcl.functions.strings import characters
from cloudaudit.sources.hcl.types import ANY, STRING, convertible, list_of, map_of, unify
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, unknowns
from cloudaudit.sources.hcl.values import TfList, TfMap, TfSet, Value, convert, equal, type_of


def _length(value: Any) -> Value:
    if isinstance(value, Unknown) or (isinstance(value, TfSet) and len(value) > 1 and any(unknowns(value))):
        return combine(value)
    if isinstance(value, str):
        return len(characters(value))
    if isinstance(value, list | dict):
        return len(value)
    raise EvaluationError("argument must be a string, a collection type, or a structural type")


def _keys(value: Any) -> Value:
    if isinstance(value, Unknown):
        return combine(value)
    if not isinstance(value, dict):
        raise EvaluationError("must have map or object type")
    names = sorted(value)
    return TfList(names, STRING) if isinstance(value, TfMap) else names


def _values(value: Any) -> Value:
    if isinstance(value, Unknown):
        return combine(value)
    if not isinstance(value, dict):
        raise EvaluationError("values() requires a map as the first argument")
    members = [value[name] for name in sorted(value)]
    return TfList(members, value.element) if isinstance(value, TfMap) else members


def _lookup(value: Any, key: Any, *default: Any) -> Value:
    if len(default) > 1:
        raise EvaluationError("lookup() takes two or three arguments")
    if value is None or key is None:
        raise EvaluationError("argument must not be null")
    if isinstance(value, Unknown) and isinstance(key, str) and key in _known_members(value):
        return _known_members(value)[key]
    if isinstance(value, Unknown) or isinstance(key, Unknown):
        return combine(value, key, default)
    if not isinstance(value, dict):
        raise EvaluationError("lookup() requires a map as the first argument")
    if isinstance(value, TfMap) and default:
        default = (_as_element(default[0], value),)
    if key in value:
        return value[key]
    if not default:
        raise EvaluationError(f"the given map has no element {key!r}")
    return default[0]


def _as_element(default: Value, value: TfMap) -> Value:
    try:
        return convert(default, value.element)
    except EvaluationError:
        raise EvaluationError("the default value must have the same type as the map elements") from None


def _contains(values: Any, value: Any) -> Value:
    if isinstance(values, Unknown):
        held = values.partial if isinstance(values.partial, TfList) else []
        return True if any(equal(member, value) is True for member in held) else combine(values, value)
    if not isinstance(values, list):
        raise EvaluationError("argument must be list, tuple, or set")
    answers = [equal(member, value) for member in values if member is not None]
    if any(answer is True for answer in answers):
        return True
    return combine(answers) if any(isinstance(answer, Unknown) for answer in answers) else False


def _merge(*maps: Any) -> Value:
    given = [each for each in maps if each is not None]
    if any(not isinstance(each, dict | Unknown) for each in given):
        raise EvaluationError("arguments must be maps or objects")
    merged: dict[str, Value] = {}
    for each in given:
        if isinstance(each, Unknown):
            # What stands before may be overridden by what is not known; what follows overrides it.
            merged = dict.fromkeys(merged, combine(each, merged)) if merged else {}
        merged.update(_known_members(each))
    if any(isinstance(each, Unknown) for each in given):
        return combine(given, partial=TfMap(merged) if merged else None)
    if maps and all(isinstance(each, TfMap) and each.element == maps[0].element for each in maps):
        return TfMap(merged, maps[0].element)
    return merged


def _known_members(value: dict[str, Value] | Unknown) -> dict[str, Value]:
    """The members that a map is known to have, whatever else it has."""
    if isinstance(value, Unknown):
        return value.partial if isinstance(value.partial, TfMap) else {}
    return value


def _zipmap(keys: Any, values: Any) -> Value:
    if isinstance(keys, Unknown) or isinstance(values, Unknown) or any(isinstance(key, Unknown) for key in keys):
        return combine(keys, values)
    if not isinstance(values, list) or isinstance(values, TfSet):
        raise EvaluationError("values must be a list or tuple")
    if len(keys) != len(values):
        raise EvaluationError(f"number of keys ({len(keys)}) does not match number of values ({len(values)})")
    if None in keys:
        raise EvaluationError("a key must not be null")
    pairs = dict(zip(keys, values, strict=True))
    return TfMap(pairs, values.element) if isinstance(values, TfList) else pairs


def _transpose(values: dict[str, Any]) -> Value:
    result: dict[str, list[str]] = {}
    for name in sorted(values):
        if values[name] is None or None in values[name]:
            raise EvaluationError("input must not contain null")
        for member in values[name]:
            result.setdefault(member, []).append(name)
    return TfMap({member: TfList(sorted(names), STRING) for member, names in result.items()}, list_of(STRING))


def _coalesce(*values: Any) -> Value:
    """The first value that is neither null nor an empty string, in the type that all have in common."""
    target = unify(type_of(value) for value in values)
    if target is None and any(unknowns(values)):
        return combine(values)
    if not values or target is None:
        raise EvaluationError("all arguments must have the same type")
    for value in values:
        if isinstance(value, Unknown) and not value.prefix:
            return combine(values)
        if value is not None and value != "":
            return value if isinstance(value, Unknown) else convert(value, target)
    raise EvaluationError("no non-null, non-empty-string arguments")


def _coalescelist(*lists: Any) -> Value:
    if not lists:
        raise EvaluationError("at least one argument is required")
    if any(not isinstance(each, list | Unknown) or isinstance(each, TfSet) for each in lists):
        raise EvaluationError("coalescelist arguments must be lists or tuples")
    for each in lists:
        if isinstance(each, Unknown):
            return combine(lists)
        if each:
            return each
    raise EvaluationError("no non-null arguments")


def _one(values: Any) -> Value:
    if isinstance(values, Unknown) or (isinstance(values, TfSet) and len(values) > 1 and any(unknowns(values))):
        return combine(values)
    if not isinstance(values, list) or len(values) > 1:
        raise EvaluationError("must be a list, set, or tuple value with either zero or one elements")
    return values[0] if values else None


def _matchkeys(values: Any, keys: Any, searched: Any) -> Value:
    if not convertible(type_of(keys).of, type_of(searched).of):
        raise EvaluationError("lists must be of the same type")
    if len(values) != len(keys):
        raise EvaluationError("length of keys and values should be equal")
    limits.elements(len(keys) * len(searched) // 100)
    wanted = convert(searched, list_of(keys.element))
    found = [value for value, key in zip(values, keys, strict=True) if any(equal(key, each) is True for each in wanted)]
    return TfList(found, values.element)


FUNCTIONS: dict[str, Function] = {
    "coalesce": aware(_coalesce, rest=ANY, nullable=True),
    "coalescelist": aware(_coalescelist, rest=ANY, nullable=True),
    "contains": aware(_contains, ANY, ANY),
    "keys": aware(_keys, ANY),
    "length": aware(_length, ANY),
    "lookup": aware(_lookup, ANY, STRING, rest=ANY, nullable=True),
    "matchkeys": strict(_matchkeys, list_of(ANY), list_of(ANY), list_of(ANY)),
    "merge": aware(_merge, rest=ANY, nullable=True),
    "one": aware(_one, ANY),
    "transpose": strict(_transpose, map_of(list_of(STRING))),
    "values": aware(_values, ANY),
    "zipmap": aware(_zipmap, list_of(STRING), ANY),
}
