"""Rule files: YAML in, a `RuleSet` out, or one error that lists everything wrong with them by file and line."""

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from cloudaudit.engine import cache
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.errors import RuleError

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 1_000_000
"""Largest rule file; no more is ever read of one."""
TABLES = "foreign"
"""The folder in a folder of rules that says what the checks of other scanners mean; `engine.foreign` reads it."""


def load(
    paths: Iterable[Path], *, criteria: Collection[str] | None = None, scanned: Iterable[Path] | None = None
) -> RuleSet:
    """The rules of all rule files at or below `paths`.

    With `criteria`, rules may map to these ids only. With `scanned`, the paths that the run reads, compiled rules are
    kept in the user's cache folder unless that lies in one of them. RuleError lists all errors of all files, one a
    line: `rules/rds.yaml:12: rds-instance-storage-encrypted: there is no criterion CC6.99`.
    """
    files = read(paths)
    place = None if scanned is None else cache.folder(scanned)
    name = cache.key(files, criteria) if place else ""
    if place and (kept := cache.fetch(place, name)):
        return kept
    from cloudaudit.engine import rulereader  # noqa: PLC0415 - 25 ms with the YAML library; a warm start needs it not

    rules = rulereader.compile_files(files, criteria=criteria)
    if place:
        cache.keep(place, name, rules)
    return rules


def read(paths: Iterable[Path]) -> dict[str, bytes]:
    """The content of all rule files at or below `paths`, by file name as it shall appear in messages."""
    files: dict[str, bytes] = {}
    for path in paths:
        try:
            for file in _files(path) if path.is_dir() else [str(path)]:
                with open(file, "rb") as stream:  # noqa: PTH123 - hundreds, each time we start
                    files[file.replace(os.sep, "/")] = stream.read(MAX_BYTES + 1)
        except OSError as error:
            message = f"{path}: cannot be read: {error.strerror}"
            raise RuleError(message) from None
    return files


def _files(folder: Path) -> list[str]:
    """The names of the rule files in a folder, sorted. OSError where one cannot be listed."""
    found: list[str] = []
    tables = os.path.join(folder, TABLES)  # noqa: PTH118 - as scandir writes it
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.path != tables:
                        waiting.append(entry.path)
                elif entry.name.endswith(SUFFIXES) and entry.is_file():
                    found.append(entry.path)
    return sorted(found)
