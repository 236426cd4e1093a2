"""Terraform's numbers: binary floats of 512 bits, not those of Python.

A number is an `int`, a `decimal.Decimal` (the shortest text that stands for the 512-bit value; `-0` too), or a `float`
where Terraform itself computes with 53 bits (`log` and `pow`). Infinity and numbers beyond `LARGEST_BITS` raise
`LimitError`.
"""

import re
from decimal import Decimal
from fractions import Fraction

from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

Number = int | Decimal | float

PRECISION = 512
FLOAT_PRECISION = 53
LARGEST_BITS = 13_000  # about 3,900 digits; Python refuses to print integers of more than 4,300
NEGATIVE_ZERO = Decimal("-0")

_NUMBER = re.compile(r"([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:([eEpP])([+-]?[0-9]+))?\Z", re.ASCII)
_INFINITY = re.compile(r"[+-]?[iI]nf\Z")


def is_number(value: object) -> bool:
    """Whether `value` is a Terraform number; booleans are not."""
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def parse(text: str) -> Number:
    """The number that `text` stands for; raises `EvaluationError` when it stands for none."""
    if _INFINITY.match(text):
        raise LimitError("an infinite number")
    found = _NUMBER.match(text)
    if not found:
        raise EvaluationError("a number is required")
    sign, digits, marker, exponent = found.groups()
    power = int(exponent[:12]) if exponent else 0
    if abs(power) > LARGEST_BITS or len(digits) > LARGEST_BITS // 3:
        raise LimitError("a number of too many digits")
    if marker in ("p", "P"):
        value = Fraction(Decimal(digits)) * Fraction(2) ** power
    else:
        value = Fraction(Decimal(f"{digits}e{power}"))
    if not value and sign == "-":
        return NEGATIVE_ZERO
    return from_fraction(-value if sign == "-" else value)


def literal(value: Number) -> Number:
    """A number as the readers deliver it, rounded to what Terraform would hold."""
    if isinstance(value, Decimal):
        return parse(str(value))
    if isinstance(value, int) and value.bit_length() > PRECISION:
        return from_fraction(Fraction(value))
    return value


def from_fraction(value: Fraction, precision: int = PRECISION) -> Number:
    """The number nearest to `value`: an `int` when integral, else a `Decimal` (a `float` at a precision of 53 bits)."""
    if value.denominator == 1 and value.numerator.bit_length() <= precision:
        return value.numerator
    mantissa, exponent = _round(value, precision)
    if exponent >= 0:
        if mantissa.bit_length() + exponent > LARGEST_BITS:
            raise LimitError("a number of too many digits")
        return mantissa << exponent if precision == PRECISION else float(mantissa << exponent)
    if exponent < -LARGEST_BITS:
        raise LimitError("a number of too many digits")
    rounded = Fraction(mantissa, 1 << -exponent)
    if precision == FLOAT_PRECISION:
        return float(rounded)
    return rounded.numerator if rounded.denominator == 1 else Decimal(_shortest(mantissa, exponent, precision))


def exact(value: Number) -> Fraction:
    """The exact value that Terraform holds for this number."""
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > LARGEST_BITS:
            raise LimitError("a number of too many digits")
        fraction = Fraction(value)
        if not fraction:
            return fraction
        mantissa, exponent = _round(fraction, PRECISION)
        return mantissa * Fraction(2) ** exponent
    return Fraction(value)


def text(value: Number) -> str:
    """The number as Terraform writes it into strings and JSON: never an exponent, as few digits as identify it."""
    if isinstance(value, float):
        if value == 0:
            return "0"
        return _plain(_shortest(*_round(Fraction(value), FLOAT_PRECISION), FLOAT_PRECISION))
    if isinstance(value, int):
        if value.bit_length() <= PRECISION:
            return str(value)
        return _plain(_shortest(*_round(Fraction(value), PRECISION), PRECISION))
    return _plain(str(value))


def add(left: Number, right: Number) -> Number:
    """`left + right`"""
    if isinstance(left, int) and isinstance(right, int):
        return left + right if (left + right).bit_length() <= PRECISION else from_fraction(Fraction(left + right))
    if negative(left) and negative(right) and not left and not right:
        return NEGATIVE_ZERO
    return from_fraction(exact(left) + exact(right), _precision(left, right))


def subtract(left: Number, right: Number) -> Number:
    """`left - right`"""
    return add(left, negate(right)) if right else add(left, 0)


def multiply(left: Number, right: Number) -> Number:
    """`left * right`"""
    product = exact(left) * exact(right)
    if not product:
        return NEGATIVE_ZERO if negative(left) != negative(right) else 0
    if isinstance(left, float) and isinstance(right, float):
        raise LimitError("a product of two inexact numbers, which Terraform computes with a precision of its own")
    return from_fraction(product)


def divide(left: Number, right: Number) -> Number:
    """`left / right`; dividing by zero gives infinity, which is a `LimitError` here, and zero by zero an error."""
    if not right:
        if not left:
            raise EvaluationError("can't divide zero by zero or infinity by infinity")
        raise LimitError("a division by zero, which is infinite")
    if not left:
        return NEGATIVE_ZERO if negative(left) != negative(right) else 0
    return from_fraction(exact(left) / exact(right), _precision(left, right))


def modulo(left: Number, right: Number) -> Number:
    """`left % right`, with the sign of `left`; `left` itself when `right` is zero, as in Terraform."""
    if not right:
        return left
    times = truncate(divide(left, right))
    return subtract(left, multiply(right, times)) if times else left


def negate(value: Number) -> Number:
    """-value"""
    if not value:
        return 0 if negative(value) else NEGATIVE_ZERO
    return value.copy_negate() if isinstance(value, Decimal) else -value


def negative(value: Number) -> bool:
    """Whether the sign is minus; true of -0."""
    return value.is_signed() if isinstance(value, Decimal) else value < 0


def same(left: Number, right: Number) -> bool:
    """Whether both are the same number."""
    if isinstance(left, int) and isinstance(right, int):
        return left == right
    return exact(left) == exact(right)


def less(left: Number, right: Number) -> bool:
    """`left < right`"""
    if isinstance(left, int) and isinstance(right, int):
        return left < right
    return exact(left) < exact(right)


def truncate(value: Number) -> int:
    """The integral part."""
    return value if isinstance(value, int) else int(exact(value))


def whole(value: Number) -> int | None:
    """The number as an `int`, or None when it has a fraction."""
    if isinstance(value, int):
        return value
    fraction = exact(value)
    return fraction.numerator if fraction.denominator == 1 else None


def _precision(left: Number, right: Number) -> int:
    return FLOAT_PRECISION if isinstance(left, float) and isinstance(right, float) else PRECISION


def _round(value: Fraction, precision: int) -> tuple[int, int]:
    """(mantissa of `precision` bits, exponent) nearest to `value`, ties to even. The mantissa carries the sign."""
    sign = -1 if value < 0 else 1
    numerator, denominator = abs(value.numerator), value.denominator
    shift = precision + 1 - (numerator.bit_length() - denominator.bit_length())
    if shift >= 0:
        quotient, rest = divmod(numerator << shift, denominator)
    else:
        quotient, rest = divmod(numerator, denominator << -shift)
    surplus = quotient.bit_length() - precision
    half = 1 << (surplus - 1)
    low = quotient & ((1 << surplus) - 1)
    mantissa = quotient >> surplus
    if low > half or (low == half and (rest or mantissa & 1)):
        mantissa += 1
    exponent = surplus - shift
    if mantissa.bit_length() > precision:
        mantissa, exponent = mantissa >> 1, exponent + 1
    return sign * mantissa, exponent


def _digits(mantissa: int, exponent: int) -> tuple[str, int]:
    """(digits without trailing zeros, position of the decimal point from their left) of mantissa * 2**exponent."""
    # A Decimal prints integers of any length; `str` of an `int` stops at 4,300 digits.
    value = str(Decimal(mantissa << exponent if exponent >= 0 else mantissa * 5**-exponent))
    point = len(value) + min(exponent, 0)
    return value.rstrip("0"), point


def _shortest(mantissa: int, exponent: int, precision: int) -> str:
    """The shortest decimal that rounds to mantissa * 2**exponent, found the way Go's math/big does, ties included."""
    sign, mantissa = ("-", -mantissa) if mantissa < 0 else ("", mantissa)
    shift = precision + 1 - mantissa.bit_length()
    inclusive = mantissa & 1 == 0
    mantissa, exponent = mantissa << shift, exponent - shift
    digits, point = _digits(mantissa, exponent)
    lower, _ = _digits(mantissa - 1, exponent)
    upper, _ = _digits(mantissa + 1, exponent)
    for i, digit in enumerate(digits):
        low = lower[i] if i < len(lower) else "0"
        high = upper[i] if i < len(upper) else "0"
        down = low != digit or (inclusive and i + 1 == len(lower))
        up = digit != high and (inclusive or int(digit) + 1 < int(high) or i + 1 < len(upper))
        if down or up:
            kept, grows = int(digits[: i + 1]), up and (not down or _rounds_up(digits, i + 1))
            shorter = str(kept + 1 if grows else kept)
            return f"{sign}{shorter}e{point - i - 1}"
    return f"{sign}{digits}e{point - len(digits)}"


def _rounds_up(digits: str, kept: int) -> bool:
    if kept >= len(digits):
        return False
    if digits[kept] == "5" and kept + 1 == len(digits):
        return int(digits[kept - 1]) % 2 == 1
    return digits[kept] >= "5"


def _plain(number: str) -> str:
    """`number` without an exponent and without trailing zeros after the point."""
    plain = format(Decimal(number), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
