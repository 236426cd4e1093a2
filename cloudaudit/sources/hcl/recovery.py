"""Keeps what is sound of a file that a parser refuses: statement by statement, and inside broken blocks again."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloudaudit.sources.hcl import bodies, lexical
from cloudaudit.sources.hcl.document import Broken, Document
from cloudaudit.sources.hcl.syntax import MAX_DEPTH, Attribute, Block, Body

Parse = Callable[[Document, int, int], Body]
"""Reads a piece of a file; raises `Broken` when any of it cannot be read."""

_MOST_PROBLEMS = 100
_MOST_TIMES = 6  # how often each byte of a file may be parsed again, on average
_TOP_LEVEL = re.compile(
    rb"(?:resource|data|ephemeral|module|variable|output|locals|provider|terraform|moved|import|removed|check)\b[^\n=]*\{"
)
_HEADER = re.compile(rb'\s*([^\W\d][\w-]*)((?:[ \t]+(?:"[^"\n]*"|[^\W\d][\w-]*))*|(?:[ \t]*"[^"\n]*")+)[ \t]*(\{)')
_LABEL = re.compile(rb'"([^"\n]*)"|([^\W\d][\w-]*)')
_FIRST_WORD = re.compile(rb"\s*([^\W\d][\w-]*)")
_NAME = re.compile(rb"\s*([^\W\d][\w-]*)[ \t]*=")


class Statement(NamedTuple):
    """An argument or a block of a body, by its bytes; `closed` is false when a bracket in it stays open."""

    start: int
    end: int
    closed: bool


def read_body(document: Document, start: int, end: int, parse: Parse) -> Body:
    """The body between two bytes. What `parse` refuses is left out, with one problem for each place; the value of an
    argument becomes an `Unknown`."""
    noted = len(document.problems)
    try:
        return parse(document, start, end)
    except Broken:
        del document.problems[noted:]
        return _Recovery(document, parse).body(start, end, 0)


class _Recovery:
    """Reads a body statement by statement. Every level of blocks is parsed anew, so the bytes to parse are limited."""

    def __init__(self, document: Document, parse: Parse) -> None:
        self.document = document
        self.parse = parse
        self.bytes_left = _MOST_TIMES * len(document.data)

    def body(self, start: int, end: int, depth: int) -> Body:
        body = Body({}, [])
        for statement in _statements(self.document, start, end, top=depth == 0):
            if len(self.document.problems) >= _MOST_PROBLEMS:
                self.document.problem("too many problems; the rest was not read", statement.start, lost=True)
                break
            noted = len(self.document.problems)
            try:
                bodies.merge(self.document, body, self._parsed(statement))
            except Broken as error:
                del self.document.problems[noted:]
                bodies.merge(self.document, body, self._broken(statement, error, depth))
        return body

    def _parsed(self, statement: Statement) -> Body:
        self.bytes_left -= statement.end - statement.start
        if self.bytes_left < 0:
            raise Broken("nested too deeply", statement.start)
        return self.parse(self.document, statement.start, statement.end)

    def _broken(self, statement: Statement, error: Broken, depth: int) -> Body:
        """What can be kept of a refused statement: of an argument its name, of a block the sound part of its body."""
        document = self.document
        header = _HEADER.match(document.data, statement.start, statement.end)
        if not header:
            return _without_value(document, statement, error, _FIRST_WORD if depth else _NAME)
        if depth > MAX_DEPTH or self.bytes_left < 0:
            document.problem(error.message, error.offset, lost=True)
            return Body({}, [])
        noted = len(document.problems)
        if not statement.closed:
            line = document.span(header.start(1), header.end())[0]
            document.problem(f"missing closing brace for the block opened at line {line}", header.start(1), lost=True)
        closing = document.data.rfind(b"}", header.end(), statement.end) if statement.closed else statement.end
        inside = self.body(header.end(), max(closing, header.end()), depth + 1)
        if len(document.problems) == noted:
            document.problem(error.message, error.offset, lost=True)
        labels = tuple((quoted or bare).decode() for quoted, bare in _LABEL.findall(header[2]))
        span = document.span(header.start(1), statement.end)
        head = document.span(header.start(1), header.end())
        return Body({}, [Block(header[1].decode(), labels, inside, span, head)])


def _without_value(document: Document, statement: Statement, error: Broken, pattern: re.Pattern[bytes]) -> Body:
    """The argument of a refused statement, its value unknown; nothing when not even a name is there."""
    name = pattern.match(document.data, statement.start, statement.end)
    if not name:
        document.problem(error.message, error.offset, lost=True)
        return Body({}, [])
    message, offset = error.message, error.offset
    if not statement.closed:
        message, offset = "a bracket, quote or heredoc in it is not closed", name.start(1)
    span = document.span(name.start(1), statement.end)
    word = name[1].decode()
    value = bodies.unreadable(document, word, message, document.span(name.end(), statement.end), offset)
    return Body({word: Attribute(word, value, span)}, [])


def _statements(document: Document, start: int, end: int, *, top: bool) -> Iterator[Statement]:
    """Split at the line ends outside of brackets. When brackets do not match, a line that looks like the beginning of
    an argument or of a top-level block is taken for one."""
    found = list(_split(document.data, start, end, resume=None))
    if not all(statement.closed for statement in found):
        found = list(_split(document.data, start, end, resume=_TOP_LEVEL if top else _NAME))
    for statement in found:
        if document.data[statement.start : statement.end].strip():
            yield statement


def _split(data: bytes, start: int, end: int, *, resume: re.Pattern[bytes] | None) -> Iterator[Statement]:
    while start < end:
        depth = 0
        for offset, token, depth, inside in lexical.brackets(data, start, end):
            line_end = token == b"\n"
            resumed = resume and line_end and depth > 0 and _resumes(data, offset + 1, end, inside, resume)
            if resumed or depth < 0 or (line_end and depth == 0):
                yield Statement(start, offset + (not line_end), closed=not resumed)
                start = offset + 1
                break
        else:
            yield Statement(start, end, closed=depth == 0)
            return


def _resumes(data: bytes, start: int, end: int, inside: bytes, resume: re.Pattern[bytes]) -> bool:
    # In an object there are lines like those of arguments, too.
    return bool(resume.match(data, start, end)) and (resume is _TOP_LEVEL or inside in (b"[", b"("))
