"""Hashes and identifiers."""

import hashlib
import re
import uuid
from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.functions.encoding import encode_base64
from cloudaudit.sources.hcl.functions.signature import Function, aware, contextual, strict
from cloudaudit.sources.hcl.types import NUMBER, STRING
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine
from cloudaudit.sources.hcl.values import Value

_UUID = re.compile(
    r"(?:(?:urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}|[0-9a-f]{32})\Z",
    re.IGNORECASE,
)
_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS,
    "url": uuid.NAMESPACE_URL,
    "oid": uuid.NAMESPACE_OID,
    "x500": uuid.NAMESPACE_X500,
}


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _of_text(digest: Callable[[bytes], bytes], write: Callable[[bytes], str]) -> Function:
    def compute(text: str) -> str:
        return write(digest(text.encode()))

    return strict(compute, STRING)


def _of_file(digest: Callable[[bytes], bytes], write: Callable[[bytes], str]) -> Function:
    def compute(context: CallContext, path: str) -> Value:
        data = context.read_file(path)
        return data if isinstance(data, Unknown) else write(digest(data))

    return contextual(compute, STRING)


def _uuidv5(namespace: str, name: str) -> str:
    space = _NAMESPACES.get(namespace)
    if space is None:
        if not _UUID.match(namespace):
            raise EvaluationError(f"uuidv5() doesn't support namespace {namespace}")
        space = uuid.UUID(namespace)
    return str(uuid.uuid5(space, name))


def _decided_later(name: str) -> Callable[..., Value]:
    def compute(*args: Any) -> Value:
        return combine(Unknown(because=f"{name}() is known when applied"), args)

    return compute


FUNCTIONS: dict[str, Function] = {
    "base64sha256": _of_text(_sha256, encode_base64),
    "base64sha512": _of_text(_sha512, encode_base64),
    "bcrypt": aware(_decided_later("bcrypt"), STRING, rest=NUMBER),
    "filebase64sha256": _of_file(_sha256, encode_base64),
    "filebase64sha512": _of_file(_sha512, encode_base64),
    "filemd5": _of_file(_md5, bytes.hex),
    "filesha1": _of_file(_sha1, bytes.hex),
    "filesha256": _of_file(_sha256, bytes.hex),
    "filesha512": _of_file(_sha512, bytes.hex),
    "md5": _of_text(_md5, bytes.hex),
    "plantimestamp": aware(_decided_later("plantimestamp")),
    "rsadecrypt": aware(_decided_later("rsadecrypt"), STRING, STRING),
    "sha1": _of_text(_sha1, bytes.hex),
    "sha256": _of_text(_sha256, bytes.hex),
    "sha512": _of_text(_sha512, bytes.hex),
    "timestamp": aware(_decided_later("timestamp")),
    "uuid": aware(_decided_later("uuid")),
    "uuidv5": strict(_uuidv5, STRING, STRING),
}
