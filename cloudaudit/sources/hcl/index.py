"""Which files git keeps, read from the index of a repository."""

from pathlib import Path

LARGEST = 64 * 1024 * 1024
_HEAD, _ENTRY = 12, 62  # bytes before the entries, and of an entry before its name
_EXTENDED = 0x4000


def tracked(repository: Path) -> frozenset[str] | None:
    """The paths that git keeps, with forward slashes; None where that cannot be told."""
    file = repository / ".git" / "index"
    try:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST:
            return None
        return frozenset(_paths(file.read_bytes()))
    except (OSError, ValueError, IndexError):
        return None


def _paths(data: bytes) -> list[str]:
    """The names in an index of version 2, 3 or 4. ValueError or IndexError if it is none."""
    version, count = int.from_bytes(data[4:8]), int.from_bytes(data[8:12])
    if data[:4] != b"DIRC" or version not in (2, 3, 4):
        raise ValueError
    found: list[str] = []
    name, place = b"", _HEAD
    for _ in range(count):
        start = place
        flags = int.from_bytes(data[place + 60 : place + _ENTRY])
        place += _ENTRY + (2 if version > 2 and flags & _EXTENDED else 0)
        kept = 0
        if version == 4:
            dropped, place = _number(data, place)
            kept = len(name) - dropped
        end = data.index(b"\0", place)
        name = name[:kept] + data[place:end]
        found.append(name.decode("utf-8", "surrogateescape"))
        # Names end with one to eight zero bytes, so that entries stand at multiples of eight; not in version 4.
        place = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
    return found


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A number of variable length, and what stands after it."""
    byte = data[place]
    value = byte & 0x7F
    while byte & 0x80:
        place += 1
        byte = data[place]
        value = (value + 1) << 7 | byte & 0x7F
    return value, place + 1
