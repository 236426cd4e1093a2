"""`format` and `formatlist`: the verbs of Go's fmt package that Terraform takes over."""

import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits, numeric
from cloudaudit.sources.hcl.functions.json_text import encode, quote
from cloudaudit.sources.hcl.functions.signature import Function, aware
from cloudaudit.sources.hcl.functions.strings import characters
from cloudaudit.sources.hcl.numeric import Number
from cloudaudit.sources.hcl.types import ANY, STRING
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import TfList, TfSet, Value, normal_text, to_bool, to_number, to_string

_VERB = re.compile(
    r"%(?:(?P<percent>%)|(?P<flags>[ +\-#0]*)(?P<width>[1-9][0-9]*)?(?:\.(?P<precision>[0-9]*))?"
    r"(?:\[(?P<index>[1-9][0-9]*)\])?(?P<mode>[a-zA-Z]))"
)
_NULL = Unknown(because="format() of null is decided when applied")


class _Verb(msgspec.Struct, frozen=True):
    """One verb of a format string; width and precision are -1 when not given."""

    text: str
    flags: str
    width: int
    precision: int
    argument: int
    mode: str


def _format(template: Any, *args: Any) -> Value:
    if template is None:
        raise EvaluationError("the format must not be null")
    if isinstance(template, Unknown):
        return combine(template, args, prefix=template.prefix.partition("%")[0])
    known, unknown = [], False
    for part in _parts(template, len(args)):
        text = part if isinstance(part, str) else _write(part, args[part.argument])
        if isinstance(text, Unknown):
            unknown = True
            known.append(text.prefix)
            break
        known.append(text)
        limits.text(sum(map(len, known)) if len(text) > 1000 else 0)
    if unknown:
        return combine([*args, _NULL] if None in args else args, prefix=normal_text("".join(known)))
    return normal_text("".join(known))


def _parts(template: str, count: int) -> Iterator[str | _Verb]:
    """The literal pieces and the verbs of a format string; errors for arguments that are missing or not used."""
    position, following, highest = 0, 0, 0
    while (at := template.find("%", position)) >= 0:
        if at > position:
            yield template[position:at]
        found = _VERB.match(template, at)
        if not found:
            raise EvaluationError(f"unrecognized format verb at offset {at}")
        position = found.end()
        if found["percent"]:
            yield "%"
            continue
        following = _number(found["index"]) if found["index"] else following + 1
        highest = max(highest, following)
        if following > count:
            raise EvaluationError(f"not enough arguments for {found[0]!r} at {at}: {count} given")
        precision = -1 if found["precision"] is None else _number(found["precision"] or "0")
        width = _number(found["width"]) if found["width"] else -1
        yield _Verb(found[0], found["flags"], width, precision, following - 1, found["mode"])
    if position < len(template):
        yield template[position:]
    if count > highest:
        raise EvaluationError(f"too many arguments; only {highest} used by format string")


def _number(digits: str) -> int:
    number = int(digits[:12])
    limits.text(number)
    return number


def _write(verb: _Verb, arg: Value) -> Any:
    """One argument as its verb says; `Unknown` when it is not known, with a prefix where the verb keeps the start."""
    if arg is None:
        return _NULL
    if isinstance(arg, Unknown):
        starts = verb.mode in "sv" and "#" not in verb.flags and verb.width < 0 > verb.precision
        return combine(arg, prefix=arg.prefix if starts else "")
    if not limits.known(arg):
        return combine(arg)
    try:
        writer = _WRITERS[verb.mode]
    except KeyError:
        raise EvaluationError(f"unsupported format verb {verb.mode!r} in {verb.text!r}") from None
    try:
        return writer(verb, arg)
    except EvaluationError as error:
        raise EvaluationError(f"unsupported value for {verb.text!r}: {error}") from None


def _as_is(verb: _Verb, arg: Value) -> str:
    if "#" not in verb.flags and isinstance(arg, str):
        return _pad(verb, arg)
    if "#" not in verb.flags and numeric.is_number(arg):
        return _pad(verb, _general(_shortest(arg), 6))
    return _pad(verb, encode(arg))


def _bool(_: _Verb, arg: Value) -> str:
    return "true" if to_bool(arg) else "false"


def _text(verb: _Verb, arg: Value) -> str:
    text = str(to_string(arg))
    if verb.precision > 0:
        text = "".join(characters(text)[: verb.precision])
    return _pad(verb, quote(text) if verb.mode == "q" else text)


def _pad(verb: _Verb, text: str) -> str:
    missing = verb.width - len(characters(text))
    if missing <= 0:
        return text
    filling = ("0" if "0" in verb.flags else " ") * missing
    return text + filling if "-" in verb.flags else filling + text


_BASES = {"b": "b", "d": "d", "o": "o", "x": "x", "X": "X"}
_MARKS = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}


def _integer(verb: _Verb, arg: Value) -> str:
    value = numeric.whole(to_number(arg))
    if value is None:
        raise EvaluationError("an integer is required")
    digits = format(abs(value), _BASES[verb.mode])
    if verb.precision >= 0:
        digits = "" if value == 0 and verb.precision == 0 else digits.rjust(verb.precision, "0")
    mark = _MARKS.get(verb.mode, "") if "#" in verb.flags else ""
    zeros = verb.precision < 0
    return _signed(verb, value < 0, mark, digits, zeros=zeros)


def _float(verb: _Verb, arg: Value) -> str:
    number: Number = to_number(arg)
    negative = numeric.negative(number)
    # abs() and arithmetic on a Decimal would round it to 28 digits.
    value = _exact(number).copy_abs()
    mode, precision = verb.mode.lower(), verb.precision
    if mode == "g":
        digits = max(precision, 1)
        text = (
            _general(_rounded(value, digits), digits) if precision >= 0 else _general(_shortest(number).copy_abs(), 6)
        )
    elif mode == "e":
        text = _exponential(value, precision if precision >= 0 else 6)
    else:
        text = format(_fixed(value, precision if precision >= 0 else 6), "f")
    return _signed(verb, negative, "", text.upper() if verb.mode.isupper() else text, zeros=True)


def _signed(verb: _Verb, negative: bool, mark: str, digits: str, *, zeros: bool) -> str:
    sign = "-" if negative else "+" if "+" in verb.flags else " " if " " in verb.flags else ""
    missing = verb.width - len(sign) - len(mark) - len(digits)
    if missing <= 0:
        return sign + mark + digits
    if "-" in verb.flags:
        return sign + mark + digits + " " * missing
    if "0" in verb.flags and zeros:
        return sign + mark + "0" * missing + digits
    return " " * missing + sign + mark + digits


def _exact(number: Number) -> Decimal:
    """The exact value, however many digits it takes: a fraction of a power of two always ends."""
    fraction = numeric.exact(number)
    digits = max(fraction.numerator.bit_length() + fraction.denominator.bit_length() * 4, 50)
    return Context(prec=digits).divide(Decimal(fraction.numerator), Decimal(fraction.denominator))


def _shortest(number: Number) -> Decimal:
    return Decimal(numeric.text(number))


def _rounded(value: Decimal, digits: int) -> Decimal:
    return Context(prec=digits, rounding=ROUND_HALF_EVEN).plus(value)


def _fixed(value: Decimal, places: int) -> Decimal:
    digits = max(value.adjusted(), 0) + places + 2
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=Context(prec=digits))


def _exponential(value: Decimal, places: int) -> str:
    rounded = _rounded(value, places + 1)
    digits = "".join(map(str, rounded.as_tuple().digits)).ljust(places + 1, "0")[: places + 1]
    exponent = rounded.adjusted() if value else 0
    return f"{digits[0]}{'.' if places else ''}{digits[1:]}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _general(value: Decimal, precision: int) -> str:
    """%g: as few digits as `value` has, with an exponent when it is below -4 or reaches the precision."""
    digits = "".join(map(str, value.as_tuple().digits)).strip("0") or "0"
    exponent = value.adjusted() if value else 0
    if precision > len(digits) >= exponent + 1:
        precision = len(digits)
    if exponent < -4 or exponent >= precision:
        return ("-" if value.is_signed() else "") + _exponential(value.copy_abs(), len(digits) - 1)
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


_WRITERS = {
    "v": _as_is,
    "t": _bool,
    **dict.fromkeys("bdoxX", _integer),
    **dict.fromkeys("eEfgG", _float),
    **dict.fromkeys("sq", _text),
}


def _formatlist(template: Any, *args: Any) -> Value:
    if template is None:
        raise EvaluationError("the format must not be null")
    lists = [arg for arg in args if isinstance(arg, list)]
    if isinstance(template, Unknown) or any(isinstance(arg, Unknown) for arg in args) or None in args:
        # An unknown argument may be a list, so even the number of results is open.
        return combine([template, *args, _NULL] if None in args else [template, *args])
    if any(isinstance(arg, TfSet) and not limits.known(arg) for arg in args):
        return combine(args)
    if len({len(each) for each in lists}) > 1:
        raise EvaluationError("the lists have different lengths")
    count = len(lists[0]) if lists else 1
    limits.elements(count)
    return TfList([_format(template, *_row(args, i)) for i in range(count)], STRING)


def _row(args: Sequence[Value], position: int) -> list[Value]:
    return [arg[position] if isinstance(arg, list) else arg for arg in args]


FUNCTIONS: dict[str, Function] = {
    "format": aware(_format, STRING, rest=ANY, nullable=True),
    "formatlist": aware(_formatlist, STRING, rest=ANY, nullable=True),
}
