"""Templates: quoted strings, heredocs, and files for `templatefile`, as both readers build them.

A reader turns a template into pieces, literal text and `Mark`s; `assemble` applies strip markers and the indentation of
heredocs and nests the directives, in the order in which Terraform does it.
"""

import re
import unicodedata
from typing import Any

import msgspec

from cloudaudit.sources.hcl.document import Broken
from cloudaudit.sources.hcl.syntax import Expression, Span, TemplateFor, TemplateIf

_QUOTED_ESCAPE = re.compile(r'\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|\$\$\{|%%\{')
_TEMPLATE_ESCAPE = re.compile(r"\$\$\{|%%\{")
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\", "$${": "${", "%%{": "%{"}
_CLOSED_BY = {"if": "%{ endif }", "else": "%{ endif }", "for": "%{ endfor }"}


class Mark(msgspec.Struct, gc=False):
    """One `${ }` or `%{ }`. `kind` is value, if, else, endif, for or endfor; `left` and `right` tell of strip markers."""

    kind: str
    span: Span
    expression: Expression | None = None
    key: str | None = None
    value: str = ""
    left: bool = False
    right: bool = False


Piece = str | Mark


def unescape_quoted(text: str) -> str:
    """The value of what stands between quotes, without interpolations."""
    if "\\" in text or "{" in text:
        text = _QUOTED_ESCAPE.sub(lambda found: _ESCAPES.get(found[0]) or _character(found[0][2:]), text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unescape_template(text: str) -> str:
    """The value of literal text in a heredoc or in a file of `templatefile`: backslashes mean nothing there."""
    if "{" in text:
        text = _TEMPLATE_ESCAPE.sub(lambda found: _ESCAPES[found[0]], text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def assemble(pieces: list[Piece], *, by_line: bool = False, flush: bool = False) -> list[Any]:
    """The parts of a `Template`. `by_line`: strip markers eat no more than the line (heredocs and files); `flush`: take away
    the indentation that all lines share (`<<-`). Raises `Broken` when directives do not nest."""
    if by_line:
        pieces = [line for piece in pieces for line in _lines(piece)]
    pieces = _strip(pieces)
    if flush:
        pieces = _unindent(pieces)
    return _Nesting(pieces).parts()


def _lines(piece: Piece) -> list[Piece]:
    if isinstance(piece, Mark):
        return [piece]
    lines: list[Piece] = [line + "\n" for line in piece.split("\n")]
    lines[-1] = str(lines[-1])[:-1]
    return lines if lines[-1] else lines[:-1]


def _strip(pieces: list[Piece]) -> list[Piece]:
    stripped = list(pieces)
    for number, piece in enumerate(pieces):
        if not isinstance(piece, Mark):
            continue
        before = stripped[number - 1] if number else None
        if piece.left and isinstance(before, str):
            stripped[number - 1] = before.rstrip()
        after = stripped[number + 1] if number + 1 < len(pieces) else None
        if piece.right and isinstance(after, str):
            stripped[number + 1] = after.lstrip()
    return stripped


def _unindent(pieces: list[Piece]) -> list[Piece]:
    """Lines of nothing but spaces do not count, and keep their spaces."""
    least: int | None = None
    indented: list[int] = []
    at_line_start = True
    for number, piece in enumerate(pieces):
        if at_line_start:
            text = piece if isinstance(piece, str) else ""
            bare = text.lstrip()
            if bare or not text.endswith("\n"):
                spaces = len(text) - len(bare)
                least = spaces if least is None else min(spaces, least)
                indented.append(number)
        at_line_start = isinstance(piece, str) and piece.endswith("\n")
    result = list(pieces)
    for number in indented:
        piece = pieces[number]
        if isinstance(piece, str):
            result[number] = piece[least or 0 :]
    return result


class _Nesting:
    """Puts what stands between directives into them."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = iter(pieces)

    def parts(self) -> list[Any]:
        parts, end = self._until(None)
        if end:
            raise Broken(f"%{{ {end.kind} }} without its beginning", end.span[4])
        return parts

    def _until(self, opener: Mark | None) -> tuple[list[Any], Mark | None]:
        parts: list[Any] = []
        text: list[str] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                text.append(piece)
                continue
            if joined := "".join(text):
                parts.append(joined)
            text.clear()
            if piece.kind in {"else", "endif", "endfor"}:
                return parts, piece
            parts.append(self._nested(piece) if piece.kind in {"if", "for"} else piece.expression)
        if opener:
            raise Broken(f"no {_CLOSED_BY[opener.kind]} for this directive", opener.span[4])
        if joined := "".join(text):
            parts.append(joined)
        return parts, None

    def _nested(self, opener: Mark) -> TemplateIf | TemplateFor:
        body, end = self._until(opener)
        otherwise: list[Any] = []
        if opener.kind == "if" and end and end.kind == "else":
            otherwise, end = self._until(end)
        if not end or end.kind != f"end{opener.kind}":
            raise Broken(f"no {_CLOSED_BY[opener.kind]} for this directive", opener.span[4])
        span: Span = (*opener.span[:2], *end.span[2:4], opener.span[4], end.span[5])
        if opener.kind == "if":
            return TemplateIf(_given(opener), body, otherwise, span)
        return TemplateFor(opener.key, opener.value, _given(opener), body, span)


def _given(mark: Mark) -> Expression:
    if mark.expression is None:
        raise Broken(f"%{{ {mark.kind} }} without an expression", mark.span[4])
    return mark.expression
