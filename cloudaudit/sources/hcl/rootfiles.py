"""Which files each root is written in: its own and those of the local modules that it calls, at every depth."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cloudaudit.sources.hcl import roots
from cloudaudit.sources.hcl.files import Refused, Repository
from cloudaudit.sources.hcl.library import Library
from cloudaudit.sources.source import Options

_READ = (".tf", ".tfvars", ".tfvars.json")


class RootFiles(NamedTuple):
    """A root by its name, the files that it is written in, and the repository that they are part of."""

    name: str
    files: tuple[Path, ...]
    repository: Repository


def find(target: Path, options: Options) -> Iterator[RootFiles]:
    """The roots of a folder that the options want read, in the order of their names. What may not be read is left out,
    as the scan leaves it out and says so. SourceError if the target cannot be read."""
    repository = Repository(target)
    known = Library(repository, options.reader)
    top = repository.target
    found = [known.declarations(top.parent)] if repository.tree.is_file(top) else roots.find(top, known)[0]
    for each in found:
        name = repository.relative(each.folder)
        if roots.wanted(name, options.roots, options.exclude):
            folders = roots.reachable(each.folder, known)
            yield RootFiles(name, tuple(file for folder in folders for file in _files(folder, repository)), repository)


def _files(folder: Path, repository: Repository) -> Iterator[Path]:
    try:
        entries = repository.tree.entries(folder)
    except OSError:
        return
    for each in entries:
        if each.name.endswith(_READ) and not each.is_folder and not each.name.startswith((".", "#")):
            yield folder / each.name


def content(file: Path, repository: Repository) -> bytes | None:
    """What is in a file; None where it may not be read."""
    try:
        return repository.read(file)
    except Refused:
        return None
