"""JSON files of Terraform as bytes that a decoder can take: size, encoding and the mistakes people make with them."""

import codecs
import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from cloudaudit.errors import SourceError

MAX_BYTES = 100 * 2**20
# A hostile file of brackets needs a hundred times its size in memory; a real plan has one bracket in 40 bytes.
_MAX_BRACKETS = 6_000_000
_HEAD = 65_536
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

T = TypeVar("T")


_NONE = msgspec.Raw(b"")


class _Keys(msgspec.Struct):
    """The top-level members that tell a plan from a state, not decoded."""

    planned_values: msgspec.Raw = _NONE
    resource_changes: msgspec.Raw = _NONE
    configuration: msgspec.Raw = _NONE
    errored: msgspec.Raw = _NONE
    values: msgspec.Raw = _NONE
    resources: msgspec.Raw = _NONE
    modules: msgspec.Raw = _NONE
    lineage: msgspec.Raw = _NONE
    terraform_version: msgspec.Raw = _NONE
    format_version: msgspec.Raw = _NONE
    encrypted_data: msgspec.Raw = _NONE


def is_zip(path: Path) -> bool:
    """True for a zip archive, as a binary plan is one."""
    return _head(path, len(_ZIP)) == _ZIP


def is_empty(path: Path) -> bool:
    """True for a file without content."""
    return path.stat().st_size == 0


def top_level(path: Path) -> frozenset[str]:
    """The telling keys of a JSON object, also of one that is cut off; none for what is no such file."""
    if path.is_dir() or not path.exists():
        return frozenset()
    head = _head(path, _HEAD)
    text = _decoded(head if len(head) % 2 == 0 else head[:-1]).lstrip()
    if not text.startswith(b"{"):
        return frozenset()
    if path.stat().st_size <= MAX_BYTES:
        try:
            keys = msgspec.json.decode(_decoded(path.read_bytes()), type=_Keys)
        except (msgspec.DecodeError, RecursionError):
            pass
        else:
            return frozenset(name for name in keys.__struct_fields__ if getattr(keys, name) is not _NONE)
    names = set(re.findall(rb'"(\w+)"\s*:', text))
    return frozenset(name for name in _Keys.__struct_fields__ if name.encode() in names)


def within_repository(path: Path) -> str:
    """The path from the top of its repository, with forward slashes; the file's name where there is no repository. The
    folders above say nothing about what is in the file."""
    whole = path.resolve()
    top = next((folder for folder in whole.parents if (folder / ".git").exists()), whole.parent)
    return whole.relative_to(top).as_posix()


def read(path: Path, command: str) -> bytes:
    """The file as UTF-8; SourceError names `command` when the file is empty, binary or too large."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            limit = MAX_BYTES // 2**20
            raise SourceError(
                f"{path}: {size // 2**20} MB are more than the {limit} MB that are read; split the configuration"
            )
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if not data.strip():
        raise SourceError(f"{path}: the file is empty; run {command}")
    if data.startswith(_GZIP):
        raise SourceError(f"{path}: the file is compressed; unpack it and scan the result")
    data = _decoded(data)
    if b"\0" in data[:_HEAD]:
        raise SourceError(f"{path}: the file is binary; run {command}")
    if data.count(b"[") + data.count(b"{") > _MAX_BRACKETS:
        raise SourceError(f"{path}: more than {_MAX_BRACKETS:,} objects and lists; this is no plan or state")
    return data


def decode(path: Path, data: bytes, type_: type[T], command: str) -> T:
    """The typed document; SourceError for JSON that is cut off, malformed, too deep or of another shape."""
    try:
        with unhurried_collector():
            return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as error:
        raise SourceError(f"{path}: not the output of {command}: {error}") from error
    except msgspec.DecodeError as error:
        what = (
            "the JSON ends too early"
            if "truncated" in str(error)
            else f"the JSON is malformed: {str(error).removeprefix('JSON is malformed: ')}"
        )
        raise SourceError(f"{path}: {what}; run {command} again") from error
    except RecursionError as error:
        raise SourceError(f"{path}: the JSON is nested too deeply; this is no plan or state") from error


@contextmanager
def unhurried_collector() -> Iterator[None]:
    """No garbage collection inside: decoding makes millions of objects and no cycle, and each pass visits them all."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _head(path: Path, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return b""


def _decoded(data: bytes) -> bytes:
    """UTF-8 without mark; a redirect in PowerShell writes UTF-16."""
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").encode()
    return data
