"""What AWS answered, as plain data: kept for the run, and on disk where a run may have to be taken up again."""

import datetime as dt
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

_SIZE = 4  # bytes of the length before each entry


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The pages of one request, when they were read (ISO 8601, UTC), and why there are none: a code and a message.
    `recorded` is when AWS Config saw what they say, where it answered in the service's place."""

    pages: list[Any]
    at: str
    code: str = ""
    message: str = ""
    recorded: str = ""


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    request: str
    answer: Answer


class Journal:
    """The answers of one account, by request. With a `file`, each is written there as it comes; a file that a killed
    process left is read up to its last whole entry, so what is in it is not asked again.

    The file holds the account's configuration: only its owner can read it, and `discard` removes it after the run.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.known: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self._file = file
        self._stream: BinaryIO | None = None
        if file is not None:
            self._open(file)

    def _open(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        data = file.read_bytes()
        end, decoder = 0, msgspec.msgpack.Decoder(_Entry)
        while end + _SIZE <= len(data):
            size = int.from_bytes(data[end : end + _SIZE])
            if end + _SIZE + size > len(data):
                break
            entry = decoder.decode(data[end + _SIZE : end + _SIZE + size])
            self.known[entry.request] = entry.answer
            end += _SIZE + size
        self._stream = file.open("r+b")
        self._stream.truncate(end)
        self._stream.seek(end)

    def keep(self, request: str, answer: Answer, *, refused: bool) -> None:
        """Remember an answer; what was refused is asked again when the run is taken up."""
        self.known[request] = answer
        if self._stream is not None and not refused:
            data = msgspec.msgpack.encode(_Entry(request, answer))
            with self._lock:
                self._stream.write(len(data).to_bytes(_SIZE) + data)
                self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()

    def discard(self) -> None:
        """Close the file and remove it: the run is complete."""
        self.close()
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def plain(value: Any) -> Any:
    """The value without what JSON does not have: times become ISO 8601 texts in UTC; bytes, and what is to be read as
    a stream, become texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(member) for key, member in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, dt.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)
