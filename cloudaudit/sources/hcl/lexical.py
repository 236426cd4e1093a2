"""Finds brackets, line ends and template sequences in Terraform source without parsing it.

The readers use it where their grammars give up: to keep the sound parts of a broken file, and to split templates.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from cloudaudit.sources.hcl.document import Broken

_CODE = re.compile(rb'["\n{}()\[\]]|#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/|<<-?([^\s"(){}\[\]-][^\s"(){}\[\]]*)[ \t]*\r?\n')
_QUOTED = re.compile(rb'(?:[^"\\$%\n]+|\$\$\{|%%\{|\\.|\$(?!\{)|%(?!\{))*+')
_LITERAL = re.compile(rb"(?:[^$%\n]+|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+")
_LITERAL_LINES = re.compile(rb"(?:[^$%]+|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*+")
_OPENERS = {b"}": (b"{", b"${"), b")": (b"(",), b"]": (b"[",)}


class Bracket(NamedTuple):
    """A bracket or line end, how many are open after it (-1: it closed nothing), and the innermost of these."""

    offset: int
    token: bytes
    depth: int
    inside: bytes


def sequence(data: bytes, position: int, end: int) -> tuple[int, int] | None:
    """The next `${ }` or `%{ }` of a template: where it starts, and where its closing brace is; None when only text
    follows. Raises `Broken` when nothing closes it."""
    found = _LITERAL_LINES.match(data, position, end)
    start = found.end() if found else end
    if start >= end:
        return None
    for bracket in brackets(data, start + 1, end):
        if bracket.token == b"}" and not bracket.depth:
            return start, bracket.offset
    raise Broken("no closing brace for this template sequence", start)


def brackets(data: bytes, start: int, end: int) -> Iterator[Bracket]:
    """Every bracket and line end in code. Strings, heredocs and comments are passed over, and the brackets of
    interpolations too. A curly brace closes what is still open inside of it."""
    return _Walk(data, start, end).steps()


class _Walk:
    """What is open at a position: brackets, strings, heredocs and the template sequences in them."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data = data
        self.position = start
        self.end = end
        self.open: list[bytes] = []
        self.hidden = 0

    def steps(self) -> Iterator[Bracket]:
        while self.position < self.end:
            top = self.open[-1] if self.open else b""
            if top == b'"':
                self._quoted()
            elif top.startswith(b"<<"):
                self._heredoc(top[2:])
            elif found := _CODE.search(self.data, self.position, self.end):
                self.position = found.end()
                yield from self._code(found)
            else:
                return

    def _code(self, found: re.Match[bytes]) -> Iterator[Bracket]:
        token = found[0]
        if token == b'"' or found[1]:
            self.open.append(b"<<" + found[1] if found[1] else token)
            self.hidden += 1
        elif token in _OPENERS:
            yield from self._close(token, found.start())
        elif token in (b"{", b"(", b"["):
            self.open.append(token)
            if not self.hidden:
                yield self._bracket(token, found.start())
        elif token == b"\n":
            yield self._bracket(token, found.start())

    def _bracket(self, token: bytes, offset: int) -> Bracket:
        return Bracket(offset, token, len(self.open), self.open[-1] if self.open else b"")

    def _close(self, token: bytes, offset: int) -> Iterator[Bracket]:
        if token == b"}":
            while self.open and self.open[-1] in (b"(", b"[") and b"{" in self.open:
                self.open.pop()
        if not self.open:
            yield Bracket(offset, token, -1, b"")
        elif self.open[-1] in _OPENERS[token]:
            if self.open.pop() == b"${":
                self.hidden -= 1
            elif not self.hidden:
                yield self._bracket(token, offset)

    def _quoted(self) -> None:
        found = _QUOTED.match(self.data, self.position, self.end)
        self.position = found.end() if found else self.end
        token = self.data[self.position : self.position + 1]
        if token in (b"$", b"%"):
            self._enter()
        elif token == b"\\":
            self.position += 1
        else:
            # A line end ends it too: nothing else could be made of the rest of the file.
            self.position += token == b'"'
            self._leave()

    def _heredoc(self, marker: bytes) -> None:
        line_end = self.data.find(b"\n", self.position, self.end)
        line_end = self.end if line_end < 0 else line_end
        at_start = self.data[self.position - 1 : self.position] == b"\n"
        if at_start and self.data[self.position : line_end].strip() == marker:
            self.position = line_end
            self._leave()
            return
        found = _LITERAL.match(self.data, self.position, line_end)
        self.position = found.end() if found else line_end
        if self.position < line_end:
            self._enter()
        else:
            self.position += 1

    def _enter(self) -> None:
        self.open.append(b"${")
        self.hidden += 1
        self.position += 2

    def _leave(self) -> None:
        self.open.pop()
        self.hidden -= 1
