"""Keeps compiled rules between runs, in the user's cache folder.

An entry is named by a digest of all that it was made from, so it is never stale: an edited rule, another version of
ours or of the CEL library, has another name. Entries are safe to delete, and safe with many writers: each writes a
file of its own and renames it. What is damaged, or may have been written by somebody else, is not read.
"""

import hashlib
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from cloudaudit.engine import cel
from cloudaudit.engine.ruleset import Compiled, RuleSet
from cloudaudit.model import Record, Rule

VARIABLE = "CLOUDAUDIT_CACHE_DIR"
KEEP = 20
"""Entries kept; older ones are deleted when one is added."""

_HEADER = b"cloudaudit compiled rules 3\n"
_DIGEST = 32


class _Stored(Record, frozen=True, array_like=True):
    rules: tuple[tuple[Rule, str], ...]
    """Each with its digest, which takes as long to work out as the rest to read."""
    conditions: dict[str, tuple[bytes, tuple[str, ...]]]


def folder(scanned: Iterable[Path] = ()) -> Path | None:
    """Where entries are kept. None without a home, and inside of a scanned tree, whose author could plant entries."""
    place = Path(os.environ.get(VARIABLE) or _user_cache())
    if not place.is_absolute():
        return None
    place = place.resolve()
    return None if any(place.is_relative_to(path.resolve()) for path in scanned) else place


def key(files: Mapping[str, bytes], criteria: Collection[str] | None) -> str:
    """The name of the entry for these rule files."""
    digest = hashlib.sha256(_HEADER)
    for part in _ingredients(files, criteria):
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()


def fetch(place: Path, name: str) -> RuleSet | None:
    """The entry of that name, or None if there is none that can be trusted."""
    try:
        if not _is_ours(place):
            return None
        data = (place / name).read_bytes()
    except OSError:
        return None
    payload = data[len(_HEADER) + _DIGEST :]
    if data[: len(_HEADER) + _DIGEST] != _HEADER + hashlib.sha256(payload).digest():
        return None
    try:
        stored = msgspec.msgpack.decode(payload, type=_Stored)
        conditions = {text: cel.Program(text, *parts) for text, parts in stored.conditions.items()}
        return RuleSet(_restored(rule, digest, conditions) for rule, digest in stored.rules)
    except (msgspec.MsgspecError, KeyError):
        return None


def keep(place: Path, name: str, rules: RuleSet) -> None:
    """Store the rules under that name. A cache that cannot be written is no cache, and no error."""
    conditions = {
        program.text: (program.serialized, program.reads) for one in rules.compiled.values() for program in one.programs
    }
    stored = tuple((one.rule, one.digest) for one in rules.compiled.values())
    payload = msgspec.msgpack.encode(_Stored(rules=stored, conditions=conditions))
    import tempfile  # noqa: PLC0415 - only where something is written

    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(place):
            return
        with tempfile.NamedTemporaryFile(dir=place, prefix="new-", delete=False) as file:
            file.write(_HEADER + hashlib.sha256(payload).digest() + payload)
        Path(file.name).replace(place / name)
        _prune(place)


def _restored(rule: Rule, digest: str, conditions: Mapping[str, cel.Program]) -> Compiled:
    eased = conditions[rule.eased.when.strip()] if rule.eased else None
    return Compiled(rule, conditions.get(rule.when.strip()), conditions[rule.require.strip()], eased, digest)


def _ingredients(files: Mapping[str, bytes], criteria: Collection[str] | None) -> Iterator[bytes]:
    yield repr(None if criteria is None else sorted(criteria)).encode()
    for file, data in sorted(files.items()):
        yield file.encode("utf-8", "surrogateescape")
        yield data
    ours = Path(__file__).parent.parent
    code = [ours / "model.py", *(ours / "facts").rglob("*.py")]
    code += [path for name in ("engine", "schema") for path in (ours / name).iterdir()]
    for path in (*sorted(code), Path(cel.LIBRARY)):
        if path.is_file():
            status = path.stat()
            yield f"{path.name} {status.st_size} {status.st_mtime_ns}".encode()


def _user_cache() -> str:
    """The platform's place for such files. By hand: the library for it loads four times as long as our rules."""
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA", "") + r"\cloudaudit"
    default = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    return str(Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(default)) / "cloudaudit")  # noqa: PTH111


def _is_ours(place: Path) -> bool:
    """Whether nobody else can have written there."""
    status = place.stat()
    others_may_write = 0o022
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & others_may_write)


def _prune(place: Path) -> None:
    entries = sorted((path for path in place.iterdir() if path.is_file()), key=lambda path: path.stat().st_mtime)
    for path in entries[:-KEEP]:
        path.unlink(missing_ok=True)
