"""JSON of any size, a piece at a time: what is wanted is decoded, the rest is passed over and never held.

The standard library's decoder takes a value out of a text and says where it ends; so a megabyte of text is held, and
one value. It reads 170 MB/s, as ijson does with its C library, and needs no package that must be compiled.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from cloudaudit.errors import SourceError

CHUNK = 2**20
LARGEST = 8 * 2**20
"""How many characters one value may have: a result with a whole file quoted in it has not a tenth of that."""
DEEPEST = 200
_MARGIN = 64  # a number or word that ends nearer to the end of the text may go on in the next chunk
_HEAD = 65_536
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[\[\]{}"]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_LEVELS = 3
_WORDS = ("true", "false", "null", "-")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_Tree = dict[str, Any]


def outline(path: Path) -> frozenset[str]:
    """The members that the start of a file shows, down to three levels, as dotted paths with `*` for a list's: they
    tell formats apart. SourceError when the file cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    found: set[str] = set()
    names: list[str] = []
    lists: list[bool] = []
    key = ""
    for token in _TOKEN.finditer(head.decode(_encoding(head), "replace")):
        if token[0] == '"':
            break  # a text that the head cuts off
        if token[2] is not None:
            key = token[1]
            if len(names) <= _LEVELS:
                found.add(".".join([*names[1:], key]))
        elif token[0] in _CLOSING:
            names.append("*" if lists and lists[-1] else key)
            lists.append(token[0] == "[")
        elif token[0] in "]}" and names:
            names.pop()
            lists.pop()
    return frozenset(found)


class Document:
    """A file of one JSON value, or of one after the other. Used as a context manager; SourceError says what is wrong
    with the file, and where. `at` holds the places in the lists that lead to what was told last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at: list[int] = []
        self._text, self._here, self._passed, self._ended = "", 0, 0, False

    def __enter__(self) -> Self:
        try:
            with self.path.open("rb") as file:
                encoding = _encoding(file.read(4))
            self._file: IO[str] = self.path.open(encoding=encoding, errors="replace", newline="")
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read: {error.strerror}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def items(self, *wanted: str) -> Iterator[tuple[str, Any]]:
        """The values at these places, in the order of the file: "runs.*.results.*" are all results of all runs, "" is
        all there is. Each comes with the name under which it was asked for."""
        tree: Any = {}
        for name in wanted:
            if not name:
                tree = name
                break
            *parts, last = name.split(".")
            node = tree
            for part in parts:
                node = node.setdefault(part, {})
            node[last] = name
        if not self._peek():
            raise SourceError(f"{self.path}: the file is empty")
        while self._peek():
            yield from self._walk(tree)

    def _walk(self, node: "str | _Tree") -> Iterator[tuple[str, Any]]:
        if isinstance(node, str):
            yield node, self._value()
            return
        if self._peek() not in _CLOSING:
            self._value()
            return
        for name in self._entries():
            if (below := node.get(name)) is None:
                self._skip()
            else:
                yield from self._walk(below)

    def _entries(self) -> Iterator[str]:
        """The names of an object's members, `*` for those of a list. Whoever takes one must read the value after it."""
        opening = self._take()
        closing = _CLOSING[opening]
        if self._peek() == closing:
            self._here += 1
            return
        if opening == "[":
            self.at.append(-1)
        while True:
            if opening == "[":
                self.at[-1] += 1
                yield "*"
            else:
                yield self._key()
            sign = self._take()
            if sign == closing:
                break
            if sign != ",":
                raise self._malformed(self._here - 1)
        if opening == "[":
            self.at.pop()

    def _key(self) -> str:
        if self._peek() != '"':
            raise self._malformed(self._here)
        name = self._value()
        if self._take() != ":":
            raise self._malformed(self._here - 1)
        return str(name)

    def _skip(self, depth: int = 0) -> None:
        """Pass over a value, whatever its size."""
        if depth > DEEPEST:
            raise self._too_deep()
        if self._peek() not in _CLOSING:
            self._value()
            return
        try:
            self._here = _DECODER.raw_decode(self._text, self._here)[1]
        except RecursionError:
            raise self._too_deep() from None
        except ValueError:  # it goes on, or is malformed: its parts will tell
            for _ in self._entries():
                self._skip(depth + 1)

    def _value(self) -> Any:
        if not self._peek():
            raise self._cut_off()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._here)
            except RecursionError:
                raise self._too_deep() from None
            except ValueError as error:
                if not self._may_go_on(error) or not self._more():
                    raise self._fault(error) from None
                continue
            if len(self._text) - end < _MARGIN and self._more():
                continue
            self._here = end
            return value

    def _may_go_on(self, error: ValueError) -> bool:
        """Whether the fault may be that the text is cut off."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return len(self._text) - error.pos < _MARGIN or error.msg.startswith("Unterminated string")

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            self._here = _SPACE.match(self._text, self._here).end()  # type: ignore[union-attr] # it matches nothing, too
            if self._here < len(self._text):
                return self._text[self._here]
            if not self._more():
                return ""

    def _take(self) -> str:
        sign = self._peek()
        if not sign:
            raise self._cut_off()
        self._here += 1
        return sign

    def _more(self) -> bool:
        """Hold more of the file, as much again as is held; False at its end, and when too much is held."""
        held = len(self._text) - self._here
        if self._ended or held > LARGEST:
            return False
        try:
            chunk = self._file.read(max(CHUNK, held))
        except UnicodeError:  # UTF-16 that is none
            chunk = ""
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read: {error.strerror}") from error
        self._ended = not chunk
        if chunk:
            self._passed += self._here
            self._text, self._here = self._text[self._here :] + chunk, 0
        return bool(chunk)

    def _fault(self, error: ValueError) -> SourceError:
        if not isinstance(error, json.JSONDecodeError):
            return SourceError(
                f"{self.path}: the JSON is malformed near character {self._passed + self._here + 1:,}: {error}"
            )
        if not self._may_go_on(error):
            return self._malformed(error.pos)
        if not self._ended:
            place = self._passed + self._here + 1
            return SourceError(f"{self.path}: a value at character {place:,} is larger than {LARGEST // 2**20} MB")
        rest = self._text[error.pos :].strip()
        cut_off = error.msg.startswith("Unterminated") or any(word.startswith(rest) for word in _WORDS)
        return self._cut_off() if cut_off else self._malformed(error.pos)

    def _malformed(self, place: int) -> SourceError:
        if self._ended and place >= len(self._text):
            return self._cut_off()
        return SourceError(f"{self.path}: the JSON is malformed at character {self._passed + place + 1:,}")

    def _cut_off(self) -> SourceError:
        return SourceError(f"{self.path}: the JSON ends too early; the tool did not finish, or the copy did not")

    def _too_deep(self) -> SourceError:
        return SourceError(f"{self.path}: the JSON is nested too deeply")


def _encoding(head: bytes) -> str:
    """UTF-8, unless a mark says otherwise: a redirect in PowerShell writes UTF-16."""
    return next((encoding for mark, encoding in _ENCODINGS if head.startswith(mark)), "utf-8")
