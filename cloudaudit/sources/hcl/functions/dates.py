"""Terraform's functions on times. Those that ask for the present are known when applied."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import msgspec

from cloudaudit.sources.hcl.functions.signature import Function, strict
from cloudaudit.sources.hcl.types import STRING
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):([0-5]\d))\Z",
    re.ASCII,
)
_DURATION = re.compile(r"([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)\Z", re.ASCII)
_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_SECOND = 10**9
_TOKENS = re.compile(r"''|'((?:[^']|'')+)'|(')|([A-Za-z])\3*|[^A-Za-z']+")


class _Moment(msgspec.Struct, frozen=True):
    """A time to the second, and its nanoseconds, which Python's own type cannot hold."""

    at: datetime
    nanoseconds: int


def _parse(text: str) -> _Moment:
    """A time as RFC 3339 writes it; raises `EvaluationError` for anything else."""
    found = _TIME.match(text)
    if not found:
        raise EvaluationError(f'"{text}" is not a valid RFC3339 timestamp')
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    if year == 0:
        raise LimitError("a time before the year 1")
    offset = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0)) * (-1 if found[8] == "-" else 1)
    try:
        zone = timezone(offset) if offset else UTC
        at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise EvaluationError(f'"{text}" is not a valid RFC3339 timestamp: {error}') from None
    return _Moment(at, int((found[7] or "").ljust(9, "0")[:9]))


def _nanoseconds(duration: str) -> int:
    """A duration such as "1h30m" in nanoseconds."""
    if re.fullmatch(r"[+-]?0", duration):
        return 0
    found = _DURATION.match(duration)
    if not found:
        raise EvaluationError(f'invalid duration "{duration}"')
    total = sum(int(Fraction("0" + number) * _UNITS[unit]) for number, unit in _PART.findall(found[2]))
    if total >= 2**63:
        raise EvaluationError(f'invalid duration "{duration}"')
    return -total if found[1] == "-" else total


def _timeadd(timestamp: str, duration: str) -> str:
    moment = _parse(timestamp)
    seconds = (moment.nanoseconds + _nanoseconds(duration)) // _SECOND
    try:
        return _rfc3339(moment.at + timedelta(seconds=seconds))
    except OverflowError:
        raise LimitError("a time after the year 9999") from None


def _rfc3339(at: datetime) -> str:
    return f"{at.year:04}-{at:%m-%dT%H:%M:%S}{_offset(at, ':', 'Z')}"


def _offset(at: datetime, colon: str, utc: str) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes and utc:
        return utc
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{minutes // 60:02}{colon}{minutes % 60:02}"


def _timecmp(one: str, other: str) -> int:
    first, second = _parse(one), _parse(other)
    left, right = (first.at, first.nanoseconds), (second.at, second.nanoseconds)
    return (left > right) - (left < right)


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_VERBS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": lambda at: f"{at.year % 100:02}",
    "MMMM": lambda at: _MONTHS[at.month - 1],
    "MMM": lambda at: _MONTHS[at.month - 1][:3],
    "MM": lambda at: f"{at.month:02}",
    "M": lambda at: str(at.month),
    "DD": lambda at: f"{at.day:02}",
    "D": lambda at: str(at.day),
    "EEEE": lambda at: _DAYS[at.weekday()],
    "EEE": lambda at: _DAYS[at.weekday()][:3],
    "hh": lambda at: f"{at.hour:02}",
    "h": lambda at: str(at.hour),
    "HH": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: str(at.hour % 12 or 12),
    "AA": lambda at: "AM" if at.hour < 12 else "PM",
    "aa": lambda at: "am" if at.hour < 12 else "pm",
    "mm": lambda at: f"{at.minute:02}",
    "m": lambda at: str(at.minute),
    "ss": lambda at: f"{at.second:02}",
    "s": lambda at: str(at.second),
    "ZZZZZ": lambda at: _offset(at, ":", ""),
    "ZZZZ": lambda at: _offset(at, "", ""),
    "ZZZ": lambda at: _offset(at, "", "UTC"),
    "Z": lambda at: _offset(at, ":", "Z"),
}


def _formatdate(template: str, time: str) -> str:
    at = _parse(time).at
    pieces: list[str] = []
    for token in _TOKENS.finditer(template):
        if token[2]:
            raise EvaluationError("unterminated literal '")
        if token[3]:
            if token[0] not in _VERBS:
                raise EvaluationError(f'invalid date format verb "{token[0]}"')
            pieces.append(_VERBS[token[0]](at))
        else:
            pieces.append(_literal(token[0]))
    return "".join(pieces)


def _literal(token: str) -> str:
    """The text between quotes, where two quotes stand for one; '' alone is a quote."""
    if not token.startswith("'"):
        return token
    return token[1:-1].replace("''", "'") or "'"


FUNCTIONS: dict[str, Function] = {
    "formatdate": strict(_formatdate, STRING, STRING),
    "timeadd": strict(_timeadd, STRING, STRING),
    "timecmp": strict(_timecmp, STRING, STRING),
}
