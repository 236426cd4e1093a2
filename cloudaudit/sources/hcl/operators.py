"""Terraform's operators, conditionals and templates, on values that may be unknown."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import numeric, types
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, unknowns
from cloudaudit.sources.hcl.values import (
    TfList,
    TfMap,
    TfSet,
    Value,
    convert,
    equal,
    normal_text,
    to_bool,
    to_number,
    to_string,
    type_of,
)


def unary(operator: str, operand: Value) -> Value:
    """`-operand` or `!operand`"""
    value = _operand(operand, to_bool if operator == "!" else to_number)
    if isinstance(value, Unknown):
        return combine(value)
    return not value if operator == "!" else numeric.negate(value)


def binary(operator: str, left: Value, right: Value) -> Value:
    """`left operator right`. A logical operator with one unknown side is known when the other side decides."""
    if operator in ("==", "!="):
        same = equal(left, right)
        if same is True and _holds_null(left):
            same = Unknown(because="whether two nulls within structures are of the same type is decided by Terraform")
        return same if isinstance(same, Unknown) or operator == "==" else not same
    if operator in ("&&", "||"):
        return _logical(operator == "||", _operand(left, to_bool), _operand(right, to_bool))
    left, right = _operand(left, to_number), _operand(right, to_number)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return combine(left, right)
    return _ARITHMETIC[operator](left, right)


def _holds_null(value: Value) -> bool:
    """Whether a null without a declared type stands within a structure."""
    if isinstance(value, TfList | TfSet | TfMap):
        return False
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(member is None or _holds_null(member) for member in members)


def _operand(value: Value, conversion: Callable[[Value], Any]) -> Any:
    if value is None:
        raise EvaluationError("an operand must not be null")
    return conversion(value)


def _logical(decisive: bool, left: bool | Unknown, right: bool | Unknown) -> bool | Unknown:
    """`||` when True is decisive, `&&` when False is."""
    if decisive in (left, right):
        return decisive
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return combine(left, right)
    return not decisive


_ARITHMETIC: dict[str, Callable[[Any, Any], Value]] = {
    "+": numeric.add,
    "-": numeric.subtract,
    "*": numeric.multiply,
    "/": numeric.divide,
    "%": numeric.modulo,
    "<": numeric.less,
    ">": lambda left, right: numeric.less(right, left),
    "<=": lambda left, right: not numeric.less(right, left),
    ">=": lambda left, right: not numeric.less(left, right),
}


def conditional(condition: Value, then: Value, otherwise: Value) -> Value:
    """`condition ? then : otherwise`. Both arms are given, since Terraform gives the chosen one the type they have in
    common; an arm that could not be evaluated, for an error, is passed as an `Unknown`.
    """
    if condition is None:
        raise EvaluationError("the condition value is null; conditions must either be true or false")
    truth = to_bool(condition)
    target = _common_type(then, otherwise)
    if isinstance(truth, Unknown):
        return either(truth, _arm(then, target), _arm(otherwise, target))
    return convert(then if truth else otherwise, target)


def _arm(value: Value, target: types.Type) -> Value:
    """An arm that may be chosen; that it does not convert is an error only when it is."""
    try:
        return convert(value, target)
    except EvaluationError as error:
        return Unknown(because=str(error))


def _common_type(then: Value, otherwise: Value) -> types.Type:
    if isinstance(then, str) and isinstance(otherwise, str):
        return types.STRING
    if isinstance(then, Unknown | None) or isinstance(otherwise, Unknown | None):
        return types.ANY
    target = types.unify((type_of(then), type_of(otherwise)))
    if target is None and any(unknowns([then, otherwise])):
        return types.ANY
    if target is None:
        raise EvaluationError("the true and false result expressions must have consistent types")
    return target


def either(because: Unknown, one: Value, other: Value) -> Value:
    """What is known of a value that is `one` or `other`: all of it when they are equal, else the equal members of two
    collections with the same keys, or the common start of two strings.
    """
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return _one_of(because, one, other)
    if equal(one, other) is True:
        return one
    if type(one) is type(other) and isinstance(one, dict) and one.keys() == other.keys():
        members = {name: either(because, one[name], other[name]) for name in one}
        return TfMap(members, one.element) if isinstance(one, TfMap) else members
    if type(one) is type(other) and isinstance(one, list) and len(one) == len(other) and not isinstance(one, TfSet):
        items = [either(because, *pair) for pair in zip(one, other, strict=True)]
        return TfList(items, one.element) if isinstance(one, TfList) else items
    return _one_of(because, one, other)


def _one_of(because: Unknown, one: Value, other: Value) -> Unknown:
    found = combine(because, one, other, prefix=_common_start(one, other))
    is_set = all(each.is_set if isinstance(each, Unknown) else each is not None for each in (one, other))
    return msgspec.structs.replace(found, is_set=True) if is_set else found


def _common_start(one: Value, other: Value) -> str:
    texts = [each.prefix if isinstance(each, Unknown) else each for each in (one, other)]
    if not isinstance(texts[0], str) or not isinstance(texts[1], str):
        return ""
    first, second = texts
    shorter = min(len(first), len(second))
    return first[: next((i for i in range(shorter) if first[i] != second[i]), shorter)]


def template(parts: Iterable[Value]) -> Value:
    """The parts of a template joined into a string; with an unknown part, an `Unknown` that knows its start."""
    texts = [_part(part) for part in parts]
    known: list[str] = []
    for text in texts:
        if isinstance(text, Unknown):
            found = combine(texts, prefix=normal_text("".join(known) + text.prefix))
            return msgspec.structs.replace(found, is_set=True)
        known.append(text)
    return normal_text("".join(known))


def _part(value: Value) -> Any:
    if value is None:
        raise EvaluationError("the expression result is null; cannot include a null value in a string template")
    return to_string(value)
