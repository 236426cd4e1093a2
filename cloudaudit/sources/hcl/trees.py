"""Where files are looked at: on disk, or in another tree that answers the same questions."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from cloudaudit.sources.hcl import index


class Entry(NamedTuple):
    """One name in a folder. A link to a folder is both."""

    name: str
    is_folder: bool
    is_link: bool


class Tree(Protocol):
    """What is asked of files. Paths are absolute; methods that read raise OSError."""

    def is_file(self, path: Path) -> bool: ...  # noqa: D102 - as those of Path
    def is_dir(self, path: Path) -> bool: ...  # noqa: D102
    def is_symlink(self, path: Path) -> bool: ...  # noqa: D102
    def resolve(self, path: Path) -> Path: ...  # noqa: D102
    def size(self, path: Path) -> int: ...  # noqa: D102
    def read_bytes(self, path: Path) -> bytes: ...  # noqa: D102

    def entries(self, folder: Path) -> list[Entry]:
        """What is in a folder, sorted by name."""

    def walk(self, folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
        """As os.walk: folders below may be taken out of the list before they are entered."""

    def tracked(self, repository: Path) -> frozenset[str] | None:
        """The paths that git keeps, relative to the repository; None where that cannot be told."""


class Disk:
    """The files as they are."""

    def is_file(self, path: Path) -> bool:
        """As of Path; through links."""
        return path.is_file()

    def is_dir(self, path: Path) -> bool:
        """As of Path; through links."""
        return path.is_dir()

    def is_symlink(self, path: Path) -> bool:
        """As of Path."""
        return path.is_symlink()

    def resolve(self, path: Path) -> Path:
        """The path without links."""
        return path.resolve()

    def size(self, path: Path) -> int:
        """Of a file, in bytes."""
        return path.stat().st_size

    def read_bytes(self, path: Path) -> bytes:
        """The content of a file."""
        return path.read_bytes()

    def entries(self, folder: Path) -> list[Entry]:
        """What is in a folder, sorted by name."""
        found = (Entry(each.name, each.is_dir(), each.is_symlink()) for each in os.scandir(folder))
        return sorted(found, key=lambda each: each.name)

    def walk(self, folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
        """As os.walk."""
        return ((Path(each), below, names) for each, below, names in os.walk(folder))

    def tracked(self, repository: Path) -> frozenset[str] | None:
        """The paths in the index of the repository."""
        return index.tracked(repository)


DISK = Disk()
