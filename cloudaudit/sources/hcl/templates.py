"""Templates: quoted strings, heredocs, and files for `templatefile`, as both readers build them.

A template becomes pieces, literal text and `Mark`s; `assemble` applies strip markers and the indentation of heredocs
and nests the directives, in the order in which Terraform does it. `split` finds the pieces where no grammar does.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from cloudaudit.sources.hcl import lexical, literals
from cloudaudit.sources.hcl.document import Broken, Document, unexpected
from cloudaudit.sources.hcl.syntax import MAX_DEPTH, Expression, Literal, Span, Template, TemplateFor, TemplateIf

_CLOSED_BY = {"if": "%{ endif }", "else": "%{ endif }", "for": "%{ endfor }"}


class Mark(msgspec.Struct, gc=False):
    """One `${ }` or `%{ }`. `kind` is value, if, else, endif, for or endfor; `left` and `right` are strip markers."""

    kind: str
    span: Span
    expression: Expression | None = None
    key: str | None = None
    value: str = ""
    left: bool = False
    right: bool = False


Piece = str | Mark
ReadText = Callable[[Document, int, int], str]
ReadExpression = Callable[[Document, int, int], Expression]

_DIRECTIVE = re.compile(rb"\s*(if|else|endif|for|endfor)\b")
_FOR = re.compile(rb"\s*([^\W\d][\w-]*)\s*(?:,\s*([^\W\d][\w-]*)\s*)?in\b")


def whole(parts: list[Any], span: Span) -> Literal | Template:
    """A template of these parts, or a plain string when nothing has to be evaluated in it."""
    if all(isinstance(part, str) for part in parts):
        return Literal("".join(parts), span)
    return Template(parts, span)


def quoted(document: Document, start: int, end: int) -> str:
    """The literal text that stands between two bytes of a quoted string."""
    text = document.text(start, end)
    if "\n" in text:
        raise Broken("a quoted string must end on its line", start)
    return literals.unescape_quoted(text, start)


def heredoc(document: Document, start: int, end: int) -> str:
    """The literal text that stands between two bytes of a heredoc, or of a file for `templatefile`."""
    return literals.unescape_template(document.text(start, end))


def split(document: Document, start: int, end: int, literal: ReadText, read: ReadExpression) -> list[Piece]:
    """The pieces of the template between two bytes; `literal` is `quoted` or `heredoc`, `read` reads the expressions in
    it. Raises `Broken`."""
    pieces: list[Piece] = []
    while found := lexical.sequence(document.data, start, end):
        opening, closing = found
        if start < opening:
            pieces.append(literal(document, start, opening))
        pieces.append(_mark(document, opening, closing, read))
        start = closing + 1
    if start < end:
        pieces.append(literal(document, start, end))
    return pieces


def _mark(document: Document, opening: int, closing: int, read: ReadExpression) -> Mark:
    data = document.data
    left = data[opening + 2 : opening + 3] == b"~"
    right = data[closing - 1 : closing] == b"~" and closing - 1 > opening + 2
    start, end = opening + 2 + left, closing - right
    mark = Mark("value", document.span(opening, closing + 1), left=left, right=right)
    if data[opening : opening + 1] == b"%":
        keyword = _DIRECTIVE.match(data, start, end)
        if not keyword:
            raise Broken("%{ } must hold if, else, endif, for or endfor", opening)
        mark.kind, start = keyword[1].decode(), keyword.end()
    if mark.kind == "for":
        names = _FOR.match(data, start, end)
        if not names:
            raise unexpected(document, start)
        first, second = names[1].decode(), (names[2] or b"").decode()
        mark.key, mark.value, start = (first, second, names.end()) if second else (None, first, names.end())
    if mark.kind in {"value", "if", "for"}:
        mark.expression = read(document, start, end)
    elif data[start:end].strip():
        raise unexpected(document, start)
    return mark


def assemble(pieces: list[Piece], *, by_line: bool = False, flush: bool = False) -> list[Any]:
    """The parts of a `Template`. `by_line`: strip markers eat no more than the line (heredocs and files); `flush`: take
    away the indentation that all lines share (`<<-`). Raises `Broken` when directives do not nest."""
    if by_line:
        pieces = [line for piece in pieces for line in _lines(piece)]
    pieces = _strip(pieces)
    if flush:
        pieces = _unindent(pieces)
    parts = _Nesting(pieces).parts()
    # Next to text, even to text that a strip marker ate, an interpolation makes a string.
    return parts if len(parts) != 1 or len(pieces) == 1 else [*parts, ""]


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
        self._depth = 0

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
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Broken("nested too deeply", opener.span[4])
        body, end = self._until(opener)
        otherwise: list[Any] = []
        if opener.kind == "if" and end and end.kind == "else":
            otherwise, end = self._until(end)
        if not end or end.kind != f"end{opener.kind}":
            raise Broken(f"no {_CLOSED_BY[opener.kind]} for this directive", opener.span[4])
        self._depth -= 1
        span: Span = (*opener.span[:2], *end.span[2:4], opener.span[4], end.span[5])
        if opener.kind == "if":
            return TemplateIf(_given(opener), body, otherwise, span)
        return TemplateFor(opener.key, opener.value, _given(opener), body, span)


def _given(mark: Mark) -> Expression:
    if mark.expression is None:
        raise Broken(f"%{{ {mark.kind} }} without an expression", mark.span[4])
    return mark.expression
