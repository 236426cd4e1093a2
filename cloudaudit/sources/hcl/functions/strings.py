"""Terraform's functions on strings, but for `format` and regular expressions."""

import functools
from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits
from cloudaudit.sources.hcl.functions.numbers import whole
from cloudaudit.sources.hcl.functions.signature import Function, aware, strict
from cloudaudit.sources.hcl.numeric import Number
from cloudaudit.sources.hcl.types import NUMBER, STRING, list_of
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import TfList, Value, normal_text

# What Go takes for white space; Python's strip() also takes the separators U+001C to U+001F.
_SPACE = "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_CHARACTER = r"\X"
# Where newer Unicode joins two Indian consonants into one character, and Terraform does not yet.
_CONJUNCT = r"(?<=[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d][\p{M}\u200d]*)(?=\p{Lo})"


@functools.cache
def _pattern(text: str) -> Any:
    import regex  # type: ignore[import-untyped]  # noqa: PLC0415 - 10 ms that text in ASCII need not pay

    return regex.compile(text)


def characters(text: str) -> list[str]:
    """The characters as a reader sees them: grapheme clusters, an emoji of five code points is one."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    found: list[str] = _pattern(_CHARACTER).findall(text)
    conjunct = _pattern(_CONJUNCT)
    if not conjunct.search(text):
        return found
    return [part for each in found for part in conjunct.sub("\0", each).split("\0")]


def _upper(text: Any) -> Value:
    return _by_rune(text, str.upper)


def _lower(text: Any) -> Value:
    return _by_rune(text, str.lower)


def _by_rune(text: Any, change: Callable[[str], str]) -> Value:
    """Each code point changed alone, as Go does: no letter becomes two, and no final sigma."""
    if isinstance(text, Unknown):
        return combine(text, prefix=_by_rune(text.prefix, change))
    if text.isascii():
        return change(text)
    return normal_text("".join(_change(rune, change) for rune in text))


def _change(rune: str, change: Callable[[str], str]) -> str:
    if rune == "\u0130" and change is str.lower:
        return "i"
    changed = change(rune)
    if len(changed) == 1:
        return changed
    titled = rune.title()
    return titled if len(titled) == 1 else rune


def _title(text: str) -> str:
    result, previous = [], " "
    for rune in text:
        result.append(_title_rune(rune) if _separates(previous) else rune)
        previous = rune
    return "".join(result)


def _title_rune(rune: str) -> str:
    titled = rune.title()
    return titled if len(titled) == 1 else rune


def _separates(rune: str) -> bool:
    if rune.isascii():
        return not (rune.isalnum() or rune == "_")
    return rune in _SPACE


def _strrev(text: str) -> str:
    return "".join(reversed(characters(text)))


def _substr(text: Any, offset: Any, length: Any) -> Value:
    if isinstance(offset, Unknown) or isinstance(length, Unknown):
        return combine(text, offset, length)
    start, count = whole(offset), whole(length)
    if isinstance(text, Unknown):
        return _substr_of_prefix(text, start, count)
    found = characters(text)
    if start < 0:
        # Counted from the end, a length of zero means the rest.
        start, count = max(0, len(found) + start), count or -1
    return "".join(found[start:] if count < 0 else found[start : start + count])


def _substr_of_prefix(text: Unknown, start: int, count: int) -> Value:
    """What the known start of a string decides. Its last character does not count: what follows may join it."""
    found = characters(text.prefix)[:-1]
    if start < 0:
        return combine(text)
    if count == 0:
        return ""
    if 0 < count <= len(found) - start:
        return "".join(found[start : start + count])
    return combine(text, prefix="".join(found[start:]))


def _trim(text: str, cutset: str) -> str:
    return text.strip(cutset) if cutset else text


def _trimspace(text: str) -> str:
    return text.strip(_SPACE)


def _chomp(text: str) -> str:
    return text.rstrip("\r\n")


def _indent(spaces: Number, text: str) -> str:
    count = whole(spaces)
    if count < 0:
        raise EvaluationError("the number of spaces must not be negative")
    limits.text(len(text) + count * text.count("\n"))
    return text.replace("\n", "\n" + " " * count)


def _split(separator: str, text: str) -> Value:
    limits.elements(text.count(separator) if separator else len(text))
    parts = text.split(separator) if separator else list(text)
    return TfList(map(normal_text, parts), STRING)


def _join(separator: Any, *lists: Any) -> Value:
    if not lists:
        raise EvaluationError("at least one list is required")
    parts: list[Any] = []
    for each in lists:
        if isinstance(each, Unknown) or isinstance(separator, Unknown):
            return combine(separator, lists, prefix=_known_start(separator, parts))
        parts.extend(each)
        limits.elements(len(parts))
    if None in parts:
        raise EvaluationError("an element is null; cannot concatenate null values")
    if any(isinstance(part, Unknown) for part in parts):
        return combine(parts, prefix=_known_start(separator, parts))
    limits.text(sum(map(len, parts)) + len(separator) * len(parts))
    return str(separator).join(parts)


def _known_start(separator: Any, parts: list[Any]) -> str:
    """How a joined string starts, as far as its first unknown part."""
    if isinstance(separator, Unknown):
        parts, separator = parts[:1], ""
    known: list[str] = []
    for part in parts:
        if isinstance(part, Unknown):
            known.append(part.prefix)
            break
        known.append(part or "")
    return normal_text(str(separator).join(known))


def _startswith(text: Any, prefix: Any) -> Value:
    if isinstance(text, Unknown) and isinstance(prefix, str):
        if text.prefix.startswith(prefix):
            return True
        return combine(text) if prefix.startswith(text.prefix) else False
    if isinstance(text, Unknown) or isinstance(prefix, Unknown):
        return combine(text, prefix)
    return text.startswith(prefix)


def _endswith(text: str, suffix: str) -> bool:
    return text.endswith(suffix)


def _strcontains(text: Any, part: Any) -> Value:
    if isinstance(text, Unknown) and isinstance(part, str) and part in text.prefix:
        return True
    if isinstance(text, Unknown) or isinstance(part, Unknown):
        return combine(text, part)
    return part in text


def _trimprefix(text: str, prefix: str) -> str:
    return text.removeprefix(prefix)


def _trimsuffix(text: str, suffix: str) -> str:
    return text.removesuffix(suffix)


FUNCTIONS: dict[str, Function] = {
    "chomp": strict(_chomp, STRING),
    "endswith": strict(_endswith, STRING, STRING),
    "indent": strict(_indent, NUMBER, STRING),
    "join": aware(_join, STRING, rest=list_of(STRING)),
    "lower": aware(_lower, STRING),
    "split": strict(_split, STRING, STRING),
    "startswith": aware(_startswith, STRING, STRING),
    "strcontains": aware(_strcontains, STRING, STRING),
    "strrev": strict(_strrev, STRING),
    "substr": aware(_substr, STRING, NUMBER, NUMBER),
    "title": strict(_title, STRING),
    "trim": strict(_trim, STRING, STRING),
    "trimprefix": strict(_trimprefix, STRING, STRING),
    "trimspace": strict(_trimspace, STRING),
    "trimsuffix": strict(_trimsuffix, STRING, STRING),
    "upper": aware(_upper, STRING),
}
