"""`regex`, `regexall` and `replace`."""

import re
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits
from cloudaudit.sources.hcl.functions.patterns import Pattern, compile_pattern
from cloudaudit.sources.hcl.functions.placeholders import fill
from cloudaudit.sources.hcl.functions.signature import Function, aware, strict
from cloudaudit.sources.hcl.types import STRING, Type, object_of, tuple_of
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import TfList, Value, normal_text

_REFERENCE = re.compile(r"\$(?:(\$)|\{([^}]*)\}|(\w+))")


def _regex(pattern: str, text: str) -> Value:
    compiled = _compile(pattern)
    found = compiled.search(text)
    if found is None:
        raise EvaluationError("pattern did not match any part of the given string")
    return _captured(compiled, found)


def _regexall(pattern: str, text: str) -> Value:
    compiled = _compile(pattern)
    results = []
    for found in compiled.matches(text):
        results.append(_captured(compiled, found))
        limits.elements(len(results))
    return TfList(results, _captured_type(compiled))


def _compile(pattern: str) -> Pattern:
    compiled = compile_pattern(pattern)
    if compiled.names and len(compiled.names) != compiled.groups:
        raise EvaluationError("cannot mix both named and unnamed capture groups")
    return compiled


def _captured(pattern: Pattern, found: Any) -> Value:
    """The groups by name, or in order, or the whole match when there are none. A group that took no part is null."""
    if not pattern.groups:
        return normal_text(found[0])
    groups = [None if group is None else normal_text(group) for group in found.groups()]
    return dict(zip(pattern.names.values(), groups, strict=True)) if pattern.names else groups


def _captured_type(pattern: Pattern) -> Type:
    if pattern.names:
        return object_of(dict.fromkeys(pattern.names.values(), STRING))
    return tuple_of([STRING] * pattern.groups) if pattern.groups else STRING


def _replace(text: str | Unknown, part: str | Unknown, replacement: str | Unknown) -> str | Unknown:
    if isinstance(part, Unknown) or isinstance(text, Unknown) or isinstance(replacement, Unknown):
        partial = None if isinstance(part, Unknown) else fill(text, part, replacement)
        return combine([text, part, replacement], partial=partial)
    if len(part) > 1 and part[0] == part[-1] == "/":
        return _replace_pattern(text, compile_pattern(part[1:-1]), replacement)
    count = text.count(part)
    limits.text(len(text) + count * (len(replacement) - len(part)))
    return text.replace(part, replacement)


def _replace_pattern(text: str, pattern: Pattern, replacement: str) -> str:
    pieces: list[str] = []
    position = length = 0
    for found in pattern.matches(text):
        pieces += [text[position : found.start()], _expand(replacement, pattern, found)]
        length += len(pieces[-1]) + len(pieces[-2])
        limits.text(length)
        position = found.end()
    return "".join([*pieces, text[position:]])


def _expand(replacement: str, pattern: Pattern, found: Any) -> str:
    def value(reference: re.Match[str]) -> str:
        if reference[1]:
            return "$"
        name = reference[2] if reference[2] is not None else reference[3]
        return _group(name, pattern, found)

    return _REFERENCE.sub(value, replacement)


def _group(name: str, pattern: Pattern, found: Any) -> str:
    """The text of a group; empty when there is no such group."""
    if name == "0" or (name.isdecimal() and not name.startswith("0")):
        return (found[int(name)] or "") if len(name) < 6 and int(name) <= pattern.groups else ""
    return next((found[number] or "" for number, each in pattern.names.items() if each == name), "")


FUNCTIONS: dict[str, Function] = {
    "regex": strict(_regex, STRING, STRING),
    "regexall": strict(_regexall, STRING, STRING),
    "replace": aware(_replace, STRING, STRING, STRING),
}
