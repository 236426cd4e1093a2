"""JSON with positions, and with members of one name kept apart; Python's own parser has neither."""

import re
from json import JSONDecodeError, JSONDecoder
from typing import Any

import msgspec

from cloudaudit.sources.hcl import literals
from cloudaudit.sources.hcl.document import Broken, Document, byte_offsets
from cloudaudit.sources.hcl.syntax import MAX_DEPTH, Span

_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|[a-z]+")
_DECODER = JSONDecoder()
_CONSTANTS = {"true": True, "false": False, "null": None}


class Scalar(msgspec.Struct, gc=False):
    """A string, a number, a boolean or null."""

    value: Any
    span: Span


class Array(msgspec.Struct, gc=False):
    """`[ ]`"""

    items: list[Any]
    span: Span


class Member(msgspec.Struct, gc=False):
    """One `"key": value` of an object; the span covers both."""

    key: str
    key_span: Span
    value: Any
    span: Span


class Members(msgspec.Struct, gc=False):
    """`{ }`"""

    members: list[Member]
    span: Span


Json = Scalar | Array | Members


def parse(document: Document) -> Json:
    """The one value that the document holds; raises `Broken`."""
    scan = _Scan(document)
    value = scan.value()
    scan.space()
    if scan.position < len(scan.text):
        raise scan.broken("something follows the JSON value")
    return value


class _Scan:
    """Reads values from left to right; `position` counts characters."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text(document.start, len(document.data))
        self.offsets = byte_offsets(self.text)
        self.position = 0
        self.depth = 0

    def broken(self, message: str, position: int | None = None) -> Broken:
        return Broken(f"invalid JSON: {message}", self.offset(self.position if position is None else position))

    def offset(self, position: int) -> int:
        return self.document.start + (self.offsets[position] if self.offsets else position)

    def span(self, start: int, end: int) -> Span:
        return self.document.span(self.offset(start), self.offset(end))

    def space(self) -> str:
        """Pass over spaces; the character that follows."""
        found = _SPACE.match(self.text, self.position)
        self.position = found.end() if found else self.position
        return self.text[self.position : self.position + 1]

    def value(self) -> Json:
        character = self.space()
        start = self.position
        if character == '"':
            text = self._string()
            return Scalar(text, self.span(start, self.position))
        if character in ("{", "["):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise self.broken("nested too deeply")
            found = self._object(start) if character == "{" else self._array(start)
            self.depth -= 1
            return found
        return self._word(start)

    def _string(self) -> str:
        try:
            text, self.position = _DECODER.raw_decode(self.text, self.position)
        except JSONDecodeError as error:
            raise self.broken(error.msg[:1].lower() + error.msg[1:], error.pos) from error
        # The escapes of JSON can make half a character, which no text may hold.
        return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _word(self, start: int) -> Scalar:
        found = _WORD.match(self.text, start)
        word = found[0] if found else ""
        if not word or (word.isalpha() and word not in _CONSTANTS):
            raise self.broken("a value is expected here" if start < len(self.text) else "the text ends too early")
        self.position += len(word)
        if word in _CONSTANTS:
            return Scalar(_CONSTANTS[word], self.span(start, self.position))
        sign = -1 if word[0] == "-" else 1
        value = sign * literals.number(word.removeprefix("-"), self.offset(start))
        return Scalar(value, self.span(start, self.position))

    def _array(self, start: int) -> Array:
        items: list[Any] = []
        self.position += 1
        if self.space() != "]":
            items.append(self.value())
            while self._another("]"):
                items.append(self.value())
        self.position += 1
        return Array(items, self.span(start, self.position))

    def _object(self, start: int) -> Members:
        members: list[Member] = []
        self.position += 1
        if self.space() != "}":
            members.append(self._member())
            while self._another("}"):
                members.append(self._member())
        self.position += 1
        return Members(members, self.span(start, self.position))

    def _another(self, closing: str) -> bool:
        character = self.space()
        if character == ",":
            self.position += 1
            return True
        if character != closing:
            raise self.broken(f'"," or "{closing}" is expected here')
        return False

    def _member(self) -> Member:
        if self.space() != '"':
            raise self.broken("a name in quotes is expected here")
        start = self.position
        key = self._string()
        key_span = self.span(start, self.position)
        if self.space() != ":":
            raise self.broken('":" is expected here')
        self.position += 1
        value = self.value()
        return Member(key, key_span, value, self.span(start, self.position))
