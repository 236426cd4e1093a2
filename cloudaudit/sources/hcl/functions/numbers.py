"""Terraform's functions on numbers."""

import functools
import math
import string
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import numeric
from cloudaudit.sources.hcl.functions import doubles
from cloudaudit.sources.hcl.functions.signature import Function, aware, strict
from cloudaudit.sources.hcl.numeric import Number
from cloudaudit.sources.hcl.types import ANY, BOOL, NUMBER, list_of
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine
from cloudaudit.sources.hcl.values import Value, to_number

_DIGITS = string.digits + string.ascii_lowercase + string.ascii_uppercase


def whole(value: Number) -> int:
    """The number as an integer of 64 bits, which many parameters require."""
    number = numeric.whole(value)
    if number is None or not -(2**63) <= number < 2**63:
        raise EvaluationError("value must be a whole number, between -9223372036854775808 and 9223372036854775807")
    return number


def _abs(number: Number) -> Number:
    return numeric.negate(number) if numeric.negative(number) else number


def _ceil(number: Number) -> Number:
    return number if isinstance(number, int) else math.ceil(numeric.exact(number))


def _floor(number: Number) -> Number:
    return number if isinstance(number, int) else math.floor(numeric.exact(number))


def _double(number: Number) -> float:
    try:
        return float(numeric.exact(number))
    except OverflowError:
        raise LimitError("a number of more than 308 digits") from None


def _from_double(value: float) -> Number:
    """The result of a computation that Terraform does with 53 bits."""
    if math.isinf(value):
        raise LimitError("an infinite number")
    if not value and math.copysign(1, value) < 0:
        return numeric.NEGATIVE_ZERO
    return int(value) if value.is_integer() and abs(value) < 2**numeric.FLOAT_PRECISION else value


def _log(number: Number, base: Number) -> Number:
    value, of = _double(number), _double(base)
    if value < 0 or of < 0:
        raise EvaluationError("the logarithm of a negative number")
    if not value or not of or of == 1:
        raise LimitError("an infinite number")
    return _from_double(doubles.log(value) / doubles.log(of))


def _pow(number: Number, power: Number) -> Value:
    base, exponent = _double(number), _double(power)
    if not base and exponent < 0:
        raise LimitError("an infinite number")
    if base < 0 and not exponent.is_integer():
        raise EvaluationError("a root of a negative number")
    if not exponent.is_integer() and abs(exponent) != 0.5:
        return Unknown(because="pow() with a fraction differs from machine to machine in its last digit")
    return _from_double(doubles.power(base, exponent))


def _signum(number: Number) -> Number:
    value = whole(number)
    return (value > 0) - (value < 0)


def _max(*numbers: Number) -> Number:
    return _extreme(numbers, larger=True)


def _min(*numbers: Number) -> Number:
    return _extreme(numbers, larger=False)


def _extreme(numbers: tuple[Number, ...], *, larger: bool) -> Number:
    if not numbers:
        raise EvaluationError("must pass at least one number")
    best = numbers[0]
    for number in numbers[1:]:
        if numeric.less(best, number) if larger else numeric.less(number, best):
            best = number
    return best


def _parseint(number: Value, base: Number) -> Number:
    if not isinstance(number, str):
        raise EvaluationError("first argument must be a string")
    radix = numeric.whole(base)
    if radix is None or not 2 <= radix <= 62:
        raise EvaluationError("base must be a whole number between 2 and 62 inclusive")
    digits = number.removeprefix("-") if number.startswith("-") else number.removeprefix("+")
    if len(digits) > numeric.LARGEST_BITS // 6:
        raise LimitError("a number of too many digits")
    value = 0
    for digit in digits if radix > 36 else digits.lower():
        place = _DIGITS.find(digit)
        if not 0 <= place < radix:
            digits = ""
            break
        value = value * radix + place
    if not digits:
        raise EvaluationError(f"cannot parse {number!r} as a base {radix} integer")
    return -value if number.startswith("-") else value


def _sum(numbers: Value) -> Value:
    if not isinstance(numbers, list):
        raise EvaluationError("argument must be list, set, or tuple")
    if not numbers:
        raise EvaluationError("cannot sum an empty list")
    if None in numbers:
        raise EvaluationError("argument must be list, set, or tuple of number values")
    return functools.reduce(numeric.add, map(to_number, numbers))


def _alltrue(values: Any) -> Value:
    return _decide(values, decisive=False)


def _anytrue(values: Any) -> Value:
    return _decide(values, decisive=True)


def _decide(values: Any, *, decisive: bool) -> Value:
    """The decisive answer if any member gives it (null counts as false), else unknown if any is unknown."""
    if isinstance(values, Unknown):
        return combine(values)
    if any(bool(value) is decisive for value in values if not isinstance(value, Unknown)):
        return decisive
    return combine(values) if any(isinstance(value, Unknown) for value in values) else not decisive


FUNCTIONS: dict[str, Function] = {
    "abs": strict(_abs, NUMBER),
    "alltrue": aware(_alltrue, list_of(BOOL)),
    "anytrue": aware(_anytrue, list_of(BOOL)),
    "ceil": strict(_ceil, NUMBER),
    "floor": strict(_floor, NUMBER),
    "log": strict(_log, NUMBER, NUMBER),
    "max": strict(_max, rest=NUMBER),
    "min": strict(_min, rest=NUMBER),
    "parseint": strict(_parseint, ANY, NUMBER),
    "pow": strict(_pow, NUMBER, NUMBER),
    "signum": strict(_signum, NUMBER),
    "sum": strict(_sum, ANY),
}
