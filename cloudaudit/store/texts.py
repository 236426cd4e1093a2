"""Text as every database can hold it."""

import hashlib
from typing import Any

import msgspec


def plain(text: str) -> str:
    """`text` without what cannot be written as UTF-8, which odd file names hold, and without zero bytes."""
    return text.replace("\0", "?") if text.isascii() else text.encode("utf-8", "replace").decode().replace("\0", "?")


def encoded(value: Any) -> str:
    """`value` as JSON, the same for equal values."""
    try:
        return msgspec.json.encode(value, order="deterministic").decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_plain(msgspec.to_builtins(value)), order="deterministic").decode()


def digest(value: Any) -> str:
    """The first 32 hex digits of the SHA-256 of `value` as JSON."""
    return hashlib.sha256(encoded(value).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {_plain(name): _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value
