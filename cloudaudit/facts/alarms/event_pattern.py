"""Event patterns of EventBridge: whether one matches an event."""

import json
import operator
from collections.abc import Mapping
from typing import Any

from cloudaudit.facts import wildcards
from cloudaudit.facts.truth import Truth, all_of, any_of, negate
from cloudaudit.model import Unknown

_ABSENT = object()
_DEEPEST = 20
_COMPARISONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def decode(value: Any) -> Any:
    """The document that an attribute holds, or an `Unknown`."""
    if isinstance(value, Unknown):
        return value.document if isinstance(value.document, dict) else value
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return Unknown(because="the event pattern is not JSON")


def matches(pattern: Any, event: Any, depth: int = 0) -> Truth:
    """Whether the pattern, a decoded document that may hold unknowns, matches. Unknown for tests not read here."""
    if isinstance(pattern, Unknown):
        return pattern
    if not isinstance(pattern, Mapping) or depth > _DEEPEST:
        return Unknown(because="the event pattern cannot be read")
    return all_of(_field(name, wanted, event, depth + 1) for name, wanted in pattern.items())


def _field(name: str, wanted: Any, event: Any, depth: int) -> Truth:
    if name == "$or" and isinstance(wanted, list):
        return any_of(matches(each, event, depth) for each in wanted)
    if isinstance(event, list):  # one member that matches is enough
        return any_of(_field(name, wanted, member, depth) for member in event)
    value = event.get(name, _ABSENT) if isinstance(event, Mapping) else _ABSENT
    if isinstance(wanted, Mapping):
        return matches(wanted, {} if value is _ABSENT else value, depth)
    if isinstance(wanted, list):
        members = value if isinstance(value, list) else [value]
        return any_of(_test(each, member, depth) for each in wanted for member in members)
    return wanted if isinstance(wanted, Unknown) else Unknown(because=f"{name} of the event pattern is no list")


def _test(wanted: Any, value: Any, depth: int) -> Truth:
    if isinstance(wanted, Unknown):
        return wanted
    if not isinstance(wanted, Mapping):
        return value is not _ABSENT and value == wanted
    return all_of(_operator(name, argument, value, depth + 1) for name, argument in wanted.items())


def _operator(name: str, argument: Any, value: Any, depth: int) -> Truth:
    if isinstance(argument, Unknown) or depth > _DEEPEST:
        return argument if isinstance(argument, Unknown) else Unknown(because="the event pattern cannot be read")
    if name == "exists":
        return (value is not _ABSENT) is bool(argument)
    if name == "anything-but":
        members = argument if isinstance(argument, list) else [argument]
        return all_of([value is not _ABSENT, negate(any_of(_test(member, value, depth) for member in members))])
    if name == "numeric" and isinstance(argument, list):
        return _numeric(argument, value)
    text = value if isinstance(value, str) else None
    if text is None or not isinstance(argument, str):
        return False if value is _ABSENT else Unknown(because=f"{name} in the event pattern cannot be read")
    tests = {
        "prefix": text.startswith(argument),
        "suffix": text.endswith(argument),
        "equals-ignore-case": text.lower() == argument.lower(),
        "wildcard": wildcards.matches(argument, text),
    }
    return tests[name] if name in tests else Unknown(because=f"{name} in the event pattern cannot be read")


def _numeric(argument: list[Any], value: Any) -> Truth:
    """Pairs of an operator and a number, all of which must hold."""
    if not isinstance(value, int | float):
        return False
    tests: list[Truth] = []
    for sign, bound in zip(argument[::2], argument[1::2], strict=False):
        if sign not in _COMPARISONS or not isinstance(bound, int | float):
            return Unknown(because="numeric in the event pattern cannot be read")
        tests.append(_COMPARISONS[sign](value, bound))
    return all_of(tests)
