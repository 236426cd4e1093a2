"""YAML as Terraform writes and reads it."""

import io
import re
from typing import Any

import yaml
from yaml.emitter import Emitter

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits, numeric
from cloudaudit.sources.hcl.functions.json_text import sound
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError
from cloudaudit.sources.hcl.values import Value, to_string

_LONGEST_KEY = 128
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
_FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
_DECIMAL = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)
_BASED = re.compile(r"0x[0-9a-fA-F]+\Z|0o[0-7]+\Z", re.ASCII)
_SPECIAL_FLOAT = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z", re.ASCII)
_LIKE_A_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)


class _Writer(Emitter):
    """PyYAML's emitter with the few choices of the Go port of libyaml that differ."""

    analysis: Any

    def choose_scalar_style(self) -> str:
        event: Any = self.event
        if event.style is None:
            return ""
        if self.analysis is None:
            self.analysis = self.analyze_scalar(event.value)
        literal = event.style == "|" and not self.flow_level and not self.simple_key_context
        plain = all(char == "\n" or _escape(char) == char or char in '"\\\u2028\u2029' for char in event.value)
        return "|" if literal and plain and self.analysis.allow_block else '"'

    def check_empty_document(self) -> bool:
        return False

    def check_simple_key(self) -> bool:
        event: Any = self.event
        if not isinstance(event, yaml.ScalarEvent):
            return bool(super().check_simple_key())
        self.analysis = self.analyze_scalar(event.value)
        return not self.analysis.multiline and len(event.value.encode()) <= _LONGEST_KEY

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Breaks a line at the first space beyond the width, not at the last one before it."""
        self.write_indicator('"', need_whitespace=True)
        after_space = False
        for i, char in enumerate(text):
            breaks = split and not after_space and self.column > self.best_width and 0 < i < len(text) - 1
            if char == " " and breaks:
                self.write_indent()
                self._put("\\" if text[i + 1] == " " else "")
            else:
                self._put(_escape(char))
            after_space = char == " "
        self.write_indicator('"', need_whitespace=False)

    def _put(self, text: str) -> None:
        self.column += len(text)
        self.stream.write(text)


def _escape(char: str) -> str:
    if char in Emitter.ESCAPE_REPLACEMENTS and char != "\xa0":
        return "\\" + Emitter.ESCAPE_REPLACEMENTS[char]
    if " " <= char <= "~" or "\xa0" <= char <= "\ud7ff" or ("\ue000" <= char <= "\ufffd" and char != "\ufeff"):
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def encode(value: Value) -> str:
    """A wholly known value as YAML: block style, keys sorted, strings quoted."""
    stream = io.StringIO()
    writer = _Writer(stream, allow_unicode=True)
    writer.emit(yaml.StreamStartEvent())
    writer.emit(yaml.DocumentStartEvent(explicit=False))
    _emit(writer, value)
    writer.emit(yaml.DocumentEndEvent(explicit=False))
    writer.emit(yaml.StreamEndEvent())
    return stream.getvalue()


def _emit(writer: Any, value: Value) -> None:
    if isinstance(value, dict):
        writer.emit(yaml.MappingStartEvent(None, None, implicit=True, flow_style=not value))
        for name in sorted(value):
            _emit_text(writer, name)
            _emit(writer, value[name])
        writer.emit(yaml.MappingEndEvent())
    elif isinstance(value, list):
        writer.emit(yaml.SequenceStartEvent(None, None, implicit=True, flow_style=not value))
        for member in value:
            _emit(writer, member)
        writer.emit(yaml.SequenceEndEvent())
    elif isinstance(value, str):
        _emit_text(writer, value)
    else:
        plain = "null" if value is None else str(to_string(value))
        writer.emit(yaml.ScalarEvent(None, None, (True, True), plain))


def _emit_text(writer: Any, text: str) -> None:
    writer.emit(yaml.ScalarEvent(None, None, (True, True), text, style="|" if "\n" in text else '"'))


class _Reader:
    """Builds the value of one document from YAML events."""

    def __init__(self, text: str) -> None:
        self.events = yaml.parse(text, Loader=_LOADER)
        self.anchors: dict[str, Value] = {}
        self.open: set[str] = set()
        self.depth = 0

    def document(self) -> Value:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise EvaluationError("missing start of document")
        value = self._node(next(self.events))
        next(self.events)  # the end of the document
        if not isinstance(next(self.events), yaml.StreamEndEvent):
            raise EvaluationError("unexpected extra content after value")
        return value

    def _node(self, event: Any) -> Value:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self.open or event.anchor not in self.anchors:
                raise EvaluationError(f'reference to undefined anchor "{event.anchor}"')
            return self.anchors[event.anchor]
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise LimitError(f"YAML nested more than {limits.DEPTH} levels deep")
        if event.anchor:
            self.open.add(event.anchor)
        value = self._content(event)
        if event.anchor:
            self.open.discard(event.anchor)
            self.anchors[event.anchor] = value
        self.depth -= 1
        return value

    def _content(self, event: Any) -> Value:
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        wanted = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
        if event.tag not in (None, _TAG + wanted):
            raise EvaluationError(f"unsupported tag {event.tag}")
        return self._sequence() if wanted == "seq" else self._mapping()

    def _sequence(self) -> Value:
        members: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            members.append(self._node(event))
        return members

    def _mapping(self) -> Value:
        members: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            merges = isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]
            key = "<<" if merges else self._node(event)
            value = self._node(next(self.events))
            if merges:
                if not isinstance(value, dict):
                    raise EvaluationError("only a mapping can be merged into a mapping")
                members.update(value)
                continue
            if key is None or isinstance(key, dict | list):
                raise EvaluationError("only strings are allowed as mapping keys")
            members[str(to_string(key))] = value
        return members


def _scalar(event: Any) -> Value:
    tag, text = event.tag, event.value
    if tag is None and not event.implicit[0]:
        return text
    if tag is None:
        return _plain(text)
    if tag == _TAG + "str":
        return text
    if tag == _TAG + "null":
        return None
    if tag.startswith(_TAG):
        return Unknown(because="yamldecode() of an explicitly tagged value is decided by Terraform")
    raise EvaluationError(f"unsupported tag {tag}")


def _plain(text: str) -> Value:
    """What a plain scalar stands for: YAML 1.1's booleans, the numbers of 1.2, times."""
    if text in _NULLS:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _DECIMAL.match(text):
        return numeric.parse(text)
    if _BASED.match(text):
        return int(text, 0)
    if _SPECIAL_FLOAT.match(text):
        raise LimitError("a number that is infinite, or none")
    return _time(text) if _LIKE_A_TIME.match(text) else text


def _time(text: str) -> Value:
    date = _DATE.match(text)
    if date and 1 <= int(date[2]) <= 12 and 1 <= int(date[3]) <= 28:
        return f"{text}T00:00:00Z"
    return Unknown(because="yamldecode() of a date or time is decided by Terraform")


def decode(text: str) -> Value:
    """The value that a YAML document stands for; raises `EvaluationError` when it is none, or more than one."""
    try:
        value = _Reader(text).document()
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).partition("\n")[0]
        raise EvaluationError(f"not valid YAML: {first}") from None
    limits.known(value)
    return sound(value)
