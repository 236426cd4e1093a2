"""Lines of text for a terminal: wrapping, headings, colour."""

import re
from collections.abc import Iterator

from cloudaudit.model import Severity

_WORDS = re.compile(r"\S+")
_COLOURS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36"}


class Paint:
    """Colours text, or leaves it alone when colour is off."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def _in(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def bold(self, text: str) -> str:
        """Stands out."""
        return self._in("1", text)

    def dim(self, text: str) -> str:
        """Stands back."""
        return self._in("2", text)

    def good(self, text: str) -> str:
        """All is well."""
        return self._in("32", text)

    def severity(self, severity: Severity, text: str) -> str:
        """In the colour of a severity."""
        return self._in(_COLOURS[severity.value], text)


def heading(text: str, paint: Paint) -> Iterator[str]:
    """A title and a blank line."""
    yield paint.bold(text)
    yield ""


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 root, 3 roots, 12,345 resources."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def wrapped(text: str, width: int, first: str = "", then: str | None = None) -> Iterator[str]:
    """`text` in lines of at most `width`, indented; a word longer than a line keeps a line of its own."""
    indent = first if then is None else then
    if len(first) + len(text) <= width and "  " not in text:
        yield first + text
        return
    line, empty = first, True
    for word in _WORDS.findall(text):
        if not empty and len(line) + 1 + len(word) > width:
            yield line
            line, empty = indent, True
        line += word if empty else f" {word}"
        empty = False
    yield line
