"""`value.name` and `value[key]`."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import numeric
from cloudaudit.sources.hcl.scope import Lazy
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, later
from cloudaudit.sources.hcl.values import TfMap, TfSet, Value, to_number, to_string


class Open(dict[str, Value]):
    """An object of which not all attributes are known, at `address`: what it does not hold is unknown."""

    __slots__ = ("address",)

    def __init__(self, members: dict[str, Value], address: str) -> None:
        super().__init__(members)
        self.address = address


def attribute(of: Any, name: str) -> Any:
    """`of.name`"""
    if isinstance(of, Lazy):
        return of.attribute(name)
    if isinstance(of, dict):
        return of[name] if name in of else _absent(of, name)
    if isinstance(of, Unknown):
        return within(of, name)
    if of is None:
        raise EvaluationError(f'"{name}" is asked of a null value, which has no attributes')
    raise EvaluationError(f'this value does not have an attribute "{name}"')


def element(of: Any, key: Value) -> Any:
    """`of[key]`"""
    if key is None:
        raise EvaluationError("can't use a null value as an index")
    if isinstance(of, Lazy):
        return of.element(key)
    if isinstance(of, Unknown):
        return within(of, key)
    if of is None:
        raise EvaluationError("this value is null, so it does not have any indices")
    if isinstance(of, TfSet):
        raise EvaluationError("elements of a set are identified only by their value and don't have any index")
    if isinstance(of, dict):
        return _member(of, key)
    if isinstance(of, list):
        return _item(of, key)
    raise EvaluationError("this value does not have any indices")


def within(unknown: Unknown, name: Value = None) -> Value:
    """A part of an unknown value: not known for the same cause, unless `merge` has put it there in any case."""
    if isinstance(unknown.partial, TfMap) and isinstance(name, str) and name in unknown.partial:
        return unknown.partial[name]
    if unknown.prefix or unknown.partial is not None or unknown.is_set:
        return Unknown(because=unknown.because, refs=unknown.refs)
    return unknown


def position(key: Value) -> int | Unknown:
    """The index into a list that `key` stands for."""
    number = to_number(key)
    if isinstance(number, Unknown):
        return number
    whole = numeric.whole(number)
    if whole is None:
        raise EvaluationError("an index must be a whole number")
    return whole


def _member(of: dict[str, Value], key: Value) -> Value:
    name = to_string(key)
    if isinstance(name, Unknown):
        return combine(name, of)
    return of[name] if name in of else _absent(of, name)


def _item(of: list[Value], key: Value) -> Value:
    number = position(key)
    if isinstance(number, Unknown):
        return combine(number, of)
    if not 0 <= number < len(of):
        raise EvaluationError("the given index is greater than or equal to the length of the collection")
    return of[number]


def _absent(of: dict[str, Value], name: str) -> Value:
    if isinstance(of, Open):
        return later(of.address, name)
    if isinstance(of, TfMap):
        raise EvaluationError(f'the map has no element with the key "{name}"')
    raise EvaluationError(f'this object does not have an attribute named "{name}"')
