"""The bytes of one file, and where a byte stands in lines and columns."""

import re
from bisect import bisect_right
from itertools import accumulate

from cloudaudit.sources.hcl.syntax import Span, SyntaxProblem

BOM = b"\xef\xbb\xbf"
_NEWLINE = re.compile(rb"\n")
_INVALID = re.compile(r"[\udc80-\udcff]")


class Broken(Exception):  # noqa: N818 (raised and caught among the readers only)
    """A piece of a file cannot be read: why, and at which byte."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Document:
    """The bytes of one file, valid UTF-8 from `start` on, and the problems found in them so far."""

    def __init__(self, data: bytes) -> None:
        self.problems: list[SyntaxProblem] = []
        self.start = len(BOM) if data.startswith(BOM) else 0
        self._starts = [self.start, *(found.end() for found in _NEWLINE.finditer(data, self.start))]
        self.data = self._valid(data)
        self._ascii = self.data.isascii()

    def span(self, start: int, end: int) -> Span:
        """The span of the bytes from `start` up to `end`."""
        starts = self._starts
        first = bisect_right(starts, start)
        last = bisect_right(starts, end, first - 1)
        if self._ascii:
            return (first, start - starts[first - 1] + 1, last, end - starts[last - 1] + 1, start, end)
        return (first, self._column(first, start), last, self._column(last, end), start, end)

    def text(self, start: int, end: int) -> str:
        """The bytes from `start` up to `end` as text."""
        return self.data[start:end].decode()

    def problem(self, message: str, offset: int, *, lost: bool = False) -> None:
        """Note that something at the byte `offset` cannot be read; `lost` if no node stands for it."""
        line, column, *_ = self.span(offset, offset)
        self.problems.append(SyntaxProblem(message, line, column, lost))

    def _column(self, line: int, offset: int) -> int:
        return len(self.data[self._starts[line - 1] : offset].decode(errors="replace")) + 1

    def _valid(self, data: bytes) -> bytes:
        """Question marks in place of what is no UTF-8, so that offsets stay; of a binary file, nothing."""
        self.data, self._ascii = data, True
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            self.problem("the file is encoded as UTF-16; save it as UTF-8", 0)
            return b""
        if (offset := data.find(b"\0")) >= 0:
            self.problem("the file is binary: it holds a NUL byte", offset)
            return b""
        try:
            data.decode()
        except UnicodeDecodeError as error:
            text = data.decode(errors="surrogateescape")
            if len(_INVALID.findall(text)) > max(100, len(data) // 10):
                self.problem("the file is no text", 0)
                return b""
            self.problem("the file is not encoded as UTF-8 here", error.start)
            return text.encode(errors="replace")
        return data


def unexpected(document: Document, offset: int) -> Broken:
    """The error that names what stands at `offset`."""
    line_end = document.data.find(b"\n", offset)
    rest = document.data[offset : line_end if line_end >= 0 else len(document.data)].decode(errors="replace").strip()
    return Broken(f"unexpected {rest[:30]!r}" if rest else "unexpected end of line", offset)


def byte_offsets(text: str) -> list[int] | None:
    """The byte at which each character of `text` starts, and its end; None when characters are bytes."""
    return None if text.isascii() else [0, *accumulate(len(character.encode()) for character in text)]
