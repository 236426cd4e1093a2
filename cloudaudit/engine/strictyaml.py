"""Reads the honest part of YAML: no aliases, tags or duplicate keys, and no scalars that mean what they do not say.

Written for files of strangers: the size, the depth and the work are bounded, and nothing is ever constructed but text,
numbers, truth values, lists and dicts.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml import events

from cloudaudit.model import Record

MAX_DEPTH = 20

Path = tuple[str | int, ...]

_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d*[1-9]|-?(0|[1-9]\d*)\.0")
_CONSTANTS = {"": None, "null": None, "true": True, "false": False}
# What YAML 1.1 reads as something else than text: no, 012, 1.10, 0x1F, 1_000, 12:30:45, 2024-01-31, .inf, ~.
_AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null|~|[-+]?\.(inf|nan))|[-+.]?\d[\d_.,:xobeE+-]*|0[xob][\da-fA-F_]+|\d{4}-\d\d?-\d\d?.*"
)


class Fault(Record, frozen=True):
    """Something wrong with a file, and the line it stands in, counted from 1."""

    line: int
    text: str


class Document:
    """The content of a file, the line of every value in it, and what is wrong with it."""

    def __init__(self, data: bytes, limit: int) -> None:
        self.content: Any = None
        self.faults: list[Fault] = []
        self._lines: dict[Path, int] = {}
        if len(data) > limit:
            self._fault(1, f"larger than {limit:,} bytes: split the file")
            return
        try:
            self.content = self._build(yaml.parse(data.decode("utf-8-sig"), Loader=yaml.CSafeLoader))
        except UnicodeDecodeError as error:
            self._fault(data.count(b"\n", 0, error.start) + 1, "not UTF-8")
        except yaml.MarkedYAMLError as error:
            self._fault(_line(error), f"not YAML: {error.problem or error.context}")
        except yaml.YAMLError as error:
            self._fault(1, f"not YAML: {error}")
        except _StopError as stop:
            self._fault(stop.args[0], stop.args[1])

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest one around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _fault(self, line: int, text: str) -> None:
        self.faults.append(Fault(line=line, text=text))

    def _build(self, parsed: Iterator[events.Event]) -> Any:
        top: list[Any] = []
        stack = [_Frame(top, None)]
        for event in parsed:
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, events.ScalarEvent):
                self._add(stack[-1], event, line)
            elif isinstance(event, events.CollectionStartEvent):
                if len(stack) > MAX_DEPTH:
                    raise _StopError(line, f"nested deeper than {MAX_DEPTH} levels")
                if event.tag not in (None, "!"):
                    self._fault(line, f"the tag {event.tag} is not allowed")
                container: Any = {} if isinstance(event, events.MappingStartEvent) else []
                stack.append(_Frame(container, self._place(stack[-1], container, line)))
            elif isinstance(event, events.CollectionEndEvent):
                stack.pop()
            elif isinstance(event, events.AliasEvent):
                raise _StopError(line, f"the alias *{event.anchor} is not allowed: write the value out")
            elif isinstance(event, events.DocumentStartEvent) and top:
                raise _StopError(line, "a second document is not allowed")
        return top[0] if top else None

    def _add(self, frame: "_Frame", event: events.ScalarEvent, line: int) -> None:
        if isinstance(frame.container, dict) and frame.key is None:
            if event.value in frame.container:
                self._fault(line, f"the key {event.value} stands here twice")
            frame.key = event.value
            return
        self._place(frame, self._scalar(event, line), line)

    def _place(self, frame: "_Frame", value: Any, line: int) -> Path:
        """Store `value` in the innermost list or dict; answer its path."""
        if isinstance(frame.container, list):
            path: Path = () if frame.path is None else (*frame.path, len(frame.container))
            frame.container.append(value)
        elif frame.key is None:
            raise _StopError(line, "a key must be plain text")
        else:
            path = (*(frame.path or ()), frame.key)
            frame.container[frame.key] = value
            frame.key = None
        self._lines[path] = line
        return path

    def _scalar(self, event: events.ScalarEvent, line: int) -> Any:
        text = event.value
        if event.tag not in (None, "!"):
            self._fault(line, f"the tag {event.tag} is not allowed")
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if _AMBIGUOUS.fullmatch(text):
            self._fault(line, f"{text}: put text into quotes; write numbers plainly and truth as true or false")
        return text


def _line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 1


class _Frame:
    """A list or dict under construction, and its path; the list that will hold the document has none."""

    __slots__ = ("container", "key", "path")

    def __init__(self, container: Any, path: Path | None) -> None:
        self.container = container
        self.path = path
        self.key: str | None = None


class _StopError(Exception):
    """Nothing after this line can be read: line and text."""
