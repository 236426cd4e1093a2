"""Keeps what is sound of a file that a parser refuses: statement by statement, and inside broken blocks again."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloudaudit.sources.hcl import bodies, lexical
from cloudaudit.sources.hcl.document import Broken, Document
from cloudaudit.sources.hcl.syntax import MAX_DEPTH, Block, Body

Parse = Callable[[Document, int, int], Body]
"""Reads a piece of a file; raises `Broken` when any of it cannot be read."""

_MOST_PROBLEMS = 100
_TOP_LEVEL = re.compile(
    rb"(?:resource|data|ephemeral|module|variable|output|locals|provider|terraform|moved|import|removed|check)\b[^\n=]*\{"
)
_HEADER = re.compile(rb'\s*([^\W\d][\w-]*)((?:[ \t]+(?:"[^"\n]*"|[^\W\d][\w-]*))*|(?:[ \t]*"[^"\n]*")+)[ \t]*(\{)')
_LABEL = re.compile(rb'"([^"\n]*)"|([^\W\d][\w-]*)')
_NAME = re.compile(rb"\s*([^\W\d][\w-]*)[ \t]*=")


class Statement(NamedTuple):
    """An argument or a block of a body, by its bytes; `closed` is false when a bracket in it stays open."""

    start: int
    end: int
    closed: bool


def read_body(document: Document, start: int, end: int, parse: Parse) -> Body:
    """The body between two bytes. What `parse` refuses is left out, with one problem for each place."""
    noted = len(document.problems)
    try:
        return parse(document, start, end)
    except Broken:
        del document.problems[noted:]
        return _statement_by_statement(document, start, end, parse, depth=0)


def _statement_by_statement(document: Document, start: int, end: int, parse: Parse, depth: int) -> Body:
    body = Body({}, [])
    for statement in _statements(document, start, end, top=depth == 0):
        if len(document.problems) >= _MOST_PROBLEMS:
            document.problem("too many problems; the rest of the file was not read", statement.start)
            break
        noted = len(document.problems)
        try:
            bodies.merge(document, body, parse(document, statement.start, statement.end))
        except Broken as error:
            del document.problems[noted:]
            bodies.merge(document, body, _broken(document, statement, error, parse, depth))
    return body


def _broken(document: Document, statement: Statement, error: Broken, parse: Parse, depth: int) -> Body:
    """What can be kept of a refused statement: of an argument nothing, of a block the sound part of its body."""
    header = _HEADER.match(document.data, statement.start, statement.end)
    if not header or depth > MAX_DEPTH:
        name = _NAME.match(document.data, statement.start, statement.end)
        what = f'the argument "{name[1].decode()}" cannot be read: ' if name else ""
        document.problem(what + error.message, error.offset)
        return Body({}, [])
    noted = len(document.problems)
    if not statement.closed:
        line = document.span(header.start(1), header.end())[0]
        document.problem(f"missing closing brace for the block opened at line {line}", header.start(1))
    closing = document.data.rfind(b"}", header.end(), statement.end) if statement.closed else statement.end
    inside = _statement_by_statement(document, header.end(), max(closing, header.end()), parse, depth + 1)
    if len(document.problems) == noted:
        document.problem(error.message, error.offset)
    labels = tuple((quoted or bare).decode() for quoted, bare in _LABEL.findall(header[2]))
    span = document.span(header.start(1), statement.end)
    return Body({}, [Block(header[1].decode(), labels, inside, span, document.span(header.start(1), header.end()))])


def _statements(document: Document, start: int, end: int, *, top: bool) -> Iterator[Statement]:
    """Split at the line ends outside of brackets. When brackets do not match, a line that looks like the beginning of
    a top-level block is taken for one."""
    found = list(_split(document.data, start, end, resume=False))
    if top and not all(statement.closed for statement in found):
        found = list(_split(document.data, start, end, resume=True))
    for statement in found:
        if document.data[statement.start : statement.end].strip():
            yield statement


def _split(data: bytes, start: int, end: int, *, resume: bool) -> Iterator[Statement]:
    while start < end:
        depth = 0
        for offset, token, depth in lexical.brackets(data, start, end):
            resumed = resume and depth > 0 and token == b"\n" and _TOP_LEVEL.match(data, offset + 1, end)
            if (token == b"\n" and depth == 0) or resumed:
                yield Statement(start, offset, not resumed)
                start = offset + 1
                break
            if depth < 0:
                yield Statement(start, offset + 1, True)
                start = offset + 1
                break
        else:
            yield Statement(start, end, depth == 0)
            return
