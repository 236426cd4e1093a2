"""JSON, YAML, CSV, base64 and URL encoding."""

import base64
import binascii
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits
from cloudaudit.sources.hcl.functions import json_text
from cloudaudit.sources.hcl.functions.signature import Function, aware, strict
from cloudaudit.sources.hcl.types import ANY, STRING, object_of
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import TfList, Value, normal_text

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
# IANA names that mean the same to Terraform and to Python. Tables of Asian encodings differ: they are missing.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-2": "iso8859-2",
    "iso-8859-15": "iso8859-15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "koi8-r": "koi8-r",
}


def _jsonencode(value: Any) -> Value:
    """JSON; when parts of the value are not known, an `Unknown` whose `partial` is the value."""
    if not limits.known(value):
        return combine(value, partial=json_text.document(value))
    return json_text.encode(value)


def _jsondecode(text: Any) -> Value:
    if isinstance(text, Unknown):
        return json_text.known_document(text)
    return json_text.decode(text)


def decode_base64(text: str) -> bytes:
    """The bytes that standard base64 stands for; line ends are skipped, anything else is an error."""
    compact = text.replace("\r", "").replace("\n", "")
    if not _BASE64.match(compact):
        raise EvaluationError("failed to decode base64 data")
    try:
        return base64.b64decode(compact)
    except binascii.Error:
        raise EvaluationError("failed to decode base64 data") from None


def encode_base64(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode("ascii")


def _base64encode(text: Value) -> Value:
    return _encoded(text) if isinstance(text, Unknown) else encode_base64(text.encode())


def _encoded(text: Unknown) -> Unknown:
    """A text that is not wholly known, encoded: its pieces stay for who looks for what is in it."""
    pieces = text.partial if isinstance(text.partial, tuple) else None
    return Unknown(because=text.because, refs=text.refs, partial=pieces, is_set=text.is_set)


def _base64decode(text: str) -> str:
    try:
        return decode_base64(text).decode()
    except UnicodeDecodeError:
        raise EvaluationError("the result of decoding the provided string is not valid UTF-8") from None


def _base64gzip(text: Value) -> Value:
    if isinstance(text, Unknown):
        return _encoded(text)
    return Unknown(because="base64gzip() depends on how Terraform compresses", partial=(text,), is_set=True)


def _textencodebase64(text: str, encoding: str) -> Value:
    name = _ENCODINGS.get(encoding.lower())
    if name is None:
        return Unknown(because=f"textencodebase64() into {encoding} is decided by Terraform")
    try:
        return encode_base64(text.encode(name))
    except UnicodeEncodeError:
        raise EvaluationError(f"the given string contains characters that {encoding} cannot represent") from None


def _textdecodebase64(text: str, encoding: str) -> Value:
    name = _ENCODINGS.get(encoding.lower())
    if name is None:
        return Unknown(because=f"textdecodebase64() from {encoding} is decided by Terraform")
    try:
        return decode_base64(text).decode(name)
    except UnicodeDecodeError:
        raise EvaluationError(f"the given string contains symbols that are not defined for {encoding}") from None


def _urlencode(text: str) -> str:
    return urllib.parse.quote_plus(text, safe="")


def _csvdecode(text: str) -> Value:
    rows = list(_rows(text))
    if not rows:
        raise EvaluationError("missing header line")
    header = [normal_text(name) for name in rows[0]]
    if len(set(header)) < len(header):
        raise EvaluationError("duplicate column name")
    if any(len(row) != len(header) for row in rows):
        raise EvaluationError("wrong number of fields")
    records = [dict(zip(header, map(normal_text, row), strict=True)) for row in rows[1:]]
    return TfList(records, object_of(dict.fromkeys(header, STRING)))


def _rows(text: str) -> Iterator[list[str]]:
    """The records, as Go's encoding/csv reads them: strict about quotes, without empty lines."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    limits.elements(len(lines))
    position = 0
    while position < len(lines):
        if not lines[position]:
            position += 1
            continue
        fields, position = _record(lines, position)
        yield fields


def _record(lines: list[str], position: int) -> tuple[list[str], int]:
    """One record, and where the next one starts; a quoted field may span lines."""
    fields: list[str] = []
    rest = lines[position]
    while True:
        if not rest.startswith('"'):
            field, comma, rest = rest.partition(",")
            if '"' in field:
                raise EvaluationError('bare " in non-quoted-field')
        else:
            field, rest, position = _quoted(lines, position, rest[1:])
            comma = rest[:1]
            if comma not in ("", ","):
                raise EvaluationError('extraneous or missing " in quoted-field')
            rest = rest[1:]
        fields.append(field)
        if not comma:
            return fields, position + 1


def _quoted(lines: list[str], position: int, rest: str) -> tuple[str, str, int]:
    pieces: list[str] = []
    while True:
        piece, quote, after = rest.partition('"')
        pieces.append(piece)
        if not quote:
            position += 1
            if position == len(lines):
                raise EvaluationError('extraneous or missing " in quoted-field')
            pieces.append("\n")
            rest = lines[position]
        elif after.startswith('"'):
            pieces.append('"')
            rest = after[1:]
        else:
            return "".join(pieces), after, position


def _yamldecode(text: Any) -> Value:
    if isinstance(text, Unknown):
        return json_text.known_document(text)
    from cloudaudit.sources.hcl.functions import yaml_text  # noqa: PLC0415 - 12 ms with its library

    return yaml_text.decode(text)


def _yamlencode(value: Any) -> Value:
    if not limits.known(value, most=limits.ELEMENTS):
        return combine(value, partial=json_text.document(value))
    from cloudaudit.sources.hcl.functions import yaml_text  # noqa: PLC0415 - as above

    return yaml_text.encode(value)


FUNCTIONS: dict[str, Function] = {
    "base64decode": strict(_base64decode, STRING),
    "base64encode": aware(_base64encode, STRING),
    "base64gzip": aware(_base64gzip, STRING),
    "csvdecode": strict(_csvdecode, STRING),
    "jsondecode": aware(_jsondecode, STRING),
    "jsonencode": aware(_jsonencode, ANY, nullable=True),
    "textdecodebase64": strict(_textdecodebase64, STRING, STRING),
    "textencodebase64": strict(_textencodebase64, STRING, STRING),
    "urlencode": strict(_urlencode, STRING),
    "yamldecode": aware(_yamldecode, STRING),
    "yamlencode": aware(_yamlencode, ANY, nullable=True),
}
