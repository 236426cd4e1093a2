"""JSON as Terraform writes and reads it."""

import json
import re
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits, numeric
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, combine
from cloudaudit.sources.hcl.values import TfList, TfMap, Value, normal_text

# Go escapes these beyond what JSON asks for, so that the text can stand within HTML and JavaScript.
_ESCAPES = {
    **{chr(code): f"\\u{code:04x}" for code in (*range(32), 0x3C, 0x3E, 0x26, 0x2028, 0x2029)},
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_SPECIAL = re.compile('[\\x00-\\x1f"\\\\<>&\u2028\u2029]')
_SURROGATE = re.compile("[\ud800-\udfff]")


def quote(text: str) -> str:
    """A string as JSON."""
    return '"' + _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text) + '"'


def encode(value: Value) -> str:
    """A wholly known value as JSON: no spaces, keys sorted."""
    pieces: list[str] = []
    _encode(value, pieces)
    return "".join(pieces)


def _encode(value: Value, pieces: list[str]) -> None:
    if value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, str):
        pieces.append(quote(value))
    elif isinstance(value, dict):
        pieces.append("{")
        for i, name in enumerate(sorted(value)):
            pieces.append(f"{',' if i else ''}{quote(name)}:")
            _encode(value[name], pieces)
        pieces.append("}")
    elif isinstance(value, list):
        pieces.append("[")
        for i, member in enumerate(value):
            if i:
                pieces.append(",")
            _encode(member, pieces)
        pieces.append("]")
    else:
        pieces.append(numeric.text(value))


def document(value: Value) -> Value:
    """What is known of the JSON of a partly known value: plain lists and dicts with `Unknown`s inside, or None.

    A list of which only some elements are known is those elements and an `Unknown` for the rest. A map of which only
    some members are known is an `Unknown`: within a document, a member that is missing would be taken for absent.
    """
    if isinstance(value, Unknown):
        return document(value.partial) if isinstance(value.partial, TfList) else None
    return _part(value)


def known_document(text: Unknown) -> Value:
    """The value that an unknown text stands for, where the document in it is partly known; else an `Unknown`."""
    if isinstance(text.partial, dict | list) and not isinstance(text.partial, TfList | TfMap):
        return text.partial
    return combine(text)


def _part(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _part(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_part(member) for member in value]
    if isinstance(value, Unknown) and isinstance(value.partial, TfList):
        return document(value)
    if isinstance(value, Unknown) and isinstance(value.partial, TfMap):
        return Unknown(because=value.because, refs=value.refs)
    return value


def decode(text: str) -> Value:
    """The value that a JSON text stands for; objects and tuples, numbers exact, the last of equal keys wins."""
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise LimitError(f"JSON nested more than {limits.DEPTH} levels deep") from None
    except ValueError as error:
        raise EvaluationError(f"not valid JSON: {error}") from None
    limits.known(value)
    return sound(value) if not text.isascii() or "\\u" in text else value


def sound(value: Value) -> Value:
    """`value` with all its strings in normal form, and U+FFFD for what is no character."""
    if isinstance(value, str):
        return normal_text(_SURROGATE.sub("\ufffd", value))
    if isinstance(value, dict):
        return {sound(name): sound(member) for name, member in value.items()}
    return [sound(member) for member in value] if isinstance(value, list) else value


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_float=numeric.parse, parse_int=numeric.parse, parse_constant=_refuse)
