"""`replace` in JSON of which parts are not known, as modules do that fill placeholders in policies."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.functions import json_text
from cloudaudit.sources.hcl.operators import template
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine, light

_STRUCTURE = re.compile(r'["{}\[\]\\,:<>&]')
_WORDS = ("true", "false", "null")


def fill(text: str | Unknown, part: str, replacement: str | Unknown) -> Any:
    """The decoded document with `part` replaced in all its texts; None where that cannot be told.

    Only what cannot be part of the structure of JSON is replaced: letters, digits and the like.
    """
    if not part or _STRUCTURE.search(part) or any(part in word for word in _WORDS) or not re.search("[A-Za-z]", part):
        return None
    if isinstance(replacement, str) and re.search(r'["\\]', replacement):
        return None
    document = _decoded(text)
    return None if document is None or _names(document, part) else _filled(document, part, replacement)


def _decoded(text: str | Unknown) -> Any:
    if isinstance(text, Unknown):
        return text.partial if isinstance(text.partial, dict | list) else None
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json_text.decode(text)
    except (EvaluationError, LimitError):
        return None


def _names(document: Any, part: str) -> bool:
    """Whether the part occurs in a name of a member."""
    if isinstance(document, dict):
        return any(part in name or _names(member, part) for name, member in document.items())
    return isinstance(document, list) and any(_names(member, part) for member in document)


def _filled(value: Any, part: str, replacement: str | Unknown) -> Any:
    if isinstance(value, dict):
        return {name: _filled(member, part, replacement) for name, member in value.items()}
    if isinstance(value, list):
        return [_filled(member, part, replacement) for member in value]
    if isinstance(value, str):
        return _text([value], part, replacement)
    if isinstance(value, Unknown):
        pieces = value.partial if isinstance(value.partial, tuple) else None
        return _text(pieces, part, replacement) if pieces else _beginning(value, part, replacement)
    return value


def _text(pieces: Iterable[str | Unknown], part: str, replacement: str | Unknown) -> str | Unknown:
    """A text of these pieces with the part replaced: text again where all is known."""
    filled: list[str | Unknown] = []
    for piece in pieces:
        if isinstance(piece, Unknown):
            filled.append(piece)
            continue
        for number, rest in enumerate(piece.split(part)):
            filled += [replacement, rest] if number else [rest]
    pieces = tuple(piece for piece in filled if piece != "")
    whole: str | Unknown = template(pieces)
    return msgspec.structs.replace(whole, partial=light(pieces)) if isinstance(whole, Unknown) else whole


def _beginning(value: Unknown, part: str, replacement: str | Unknown) -> Unknown:
    """A text of which only the start is known; the part may begin at its end."""
    if not value.prefix:
        return value
    start = value.prefix.partition(part)[0]
    longest = next((size for size in range(len(part) - 1, 0, -1) if start.endswith(part[:size])), 0)
    return combine(value, replacement, prefix=start[: len(start) - longest])
