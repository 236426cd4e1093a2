"""Filter patterns of CloudWatch Logs: whether one matches an event of CloudTrail.

The pattern is evaluated, not compared as text: spacing, order, brackets and extra terms do not matter.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts import wildcards
from cloudaudit.facts.truth import Truth, all_of, any_of, negate
from cloudaudit.model import Unknown

_LONGEST = 10_000
_DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>\|\||&&|[(){}])
    |(?P<path>\$(?:\.[\w\-*]+|\[(?:\d{1,6}|\*)\]|\["[^"]*"\])*)
    |(?P<operator>!=|<=|>=|=|<|>)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<word>[^\s(){}=!<>&|"]+))""",
    re.VERBOSE,
)
_STEP = re.compile(r'\.([\w\-*]+)|\[(\d{1,6}|\*)\]|\["([^"]*)"\]')


class _UnreadableError(Exception):
    """The pattern uses something that is not read here."""


def matches(pattern: str, event: Mapping[str, Any]) -> Truth:
    """Whether a filter pattern matches the event. Unknown for patterns that cannot be read."""
    text = pattern.strip()
    if len(text) > _LONGEST:
        return Unknown(because="the filter pattern is too long to be one")
    try:
        if text.startswith("{"):
            return _Reader(text, event).read()
        return _terms(text, json.dumps(event))
    except _UnreadableError:
        return Unknown(because=f"the filter pattern {text[:40]!r} cannot be read")


def _terms(pattern: str, text: str) -> Truth:
    """Terms without brackets: all of them, one of those with ?, none of those with -."""
    if pattern.startswith(("[", "%")):
        raise _UnreadableError
    terms = [found[0] + (found[1] or found[2]) for found in re.findall(r'([?-]?)(?:"([^"]*)"|(\S+))', pattern)]
    choices = [term[1:] in text for term in terms if term.startswith("?")]
    refused = [term[1:] not in text for term in terms if term.startswith("-")]
    wanted = [term in text for term in terms if not term.startswith(("?", "-"))]
    return all([*wanted, *refused]) and (any(choices) or not choices)


class _Reader:
    """Reads `{ ... }` from left to right; && binds closer than ||."""

    def __init__(self, text: str, event: Mapping[str, Any]) -> None:
        self._tokens = _tokens(text)
        self._event = event
        self._at = 0

    def read(self) -> Truth:
        self._take("{")
        truth = self._either(0)
        self._take("}")
        if self._at != len(self._tokens):
            raise _UnreadableError
        return truth

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, mark: str) -> None:
        if self._next() != ("mark", mark):
            raise _UnreadableError

    def _either(self, depth: int) -> Truth:
        truths = [self._both(depth)]
        while self._peek() == ("mark", "||"):
            self._next()
            truths.append(self._both(depth))
        return any_of(truths)

    def _both(self, depth: int) -> Truth:
        truths = [self._term(depth)]
        while self._peek() == ("mark", "&&"):
            self._next()
            truths.append(self._term(depth))
        return all_of(truths)

    def _term(self, depth: int) -> Truth:
        kind, text = self._next()
        if (kind, text) == ("mark", "(") and depth < _DEEPEST:
            truth = self._either(depth + 1)
            self._take(")")
            return truth
        if kind != "path":
            raise _UnreadableError
        return self._test(list(_reached(self._event, text)))

    def _test(self, found: list[Any]) -> Truth:
        kind, operator = self._next()
        if kind == "operator":
            return self._compare(found, operator)
        words = [operator.upper()]
        while self._peek()[0] == "word":
            words.append(self._next()[1].upper())
        return _state(found, words) if kind == "word" else _refuse()

    def _compare(self, found: list[Any], operator: str) -> Truth:
        kind, value = self._next()
        if kind not in ("word", "quoted") or value.startswith("%"):
            raise _UnreadableError
        if operator in ("=", "!="):
            equal = any(_equals(each, value) for each in found)
            return equal if operator == "=" else negate(equal)
        raise _UnreadableError


def _refuse() -> Truth:
    raise _UnreadableError


@functools.lru_cache(maxsize=256)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise _UnreadableError
        at = found.end()
        tokens.append(next((kind, part) for kind, part in found.groupdict().items() if part is not None))
    return tuple(tokens)


def _reached(event: Any, path: str) -> Iterator[Any]:
    """The values at a path; an asterisk stands for all members of a list."""
    values = [event]
    for name, index, quoted in _STEP.findall(path):
        values = [member for value in values for member in _members(value, index, name or quoted)]
    yield from values


def _members(value: Any, index: str, name: str) -> list[Any]:
    if isinstance(value, list) and index:
        return value if index == "*" else value[int(index) : int(index) + 1]
    return [value[name]] if isinstance(value, Mapping) and name in value else []


def _state(found: list[Any], words: list[str]) -> Truth:
    tests = {
        "EXISTS": bool(found),
        "NOT EXISTS": not found,
        "IS NULL": any(value is None for value in found),
        "IS TRUE": any(value is True for value in found),
        "IS FALSE": any(value is False for value in found),
    }
    if " ".join(words) not in tests:
        raise _UnreadableError
    return tests[" ".join(words)]


def _equals(value: Any, pattern: str) -> bool:
    text = value if isinstance(value, str) else json.dumps(value)
    return wildcards.matches(pattern, text)
