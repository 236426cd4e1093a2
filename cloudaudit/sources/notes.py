"""The files of a folder that say what people decided: those of certain names, and Terraform source for its comments."""

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from cloudaudit.model import Record
from cloudaudit.sources.hcl.files import SKIPPED, Refused, Repository


class Note(Record, frozen=True):
    """One file, `name` as locations have it, in `folder` of the repository, "" for its top. `is_source` tells Terraform
    from the rest; `refused` says why it was not read."""

    name: str
    folder: str
    text: str = ""
    is_source: bool = False
    refused: str = ""


def notes(target: Path, names: Collection[str]) -> Iterator[Note]:
    """The file, or all files in the folder that are Terraform or fit one of the patterns; hidden folders and links are
    not entered. SourceError where there is nothing."""
    repository = Repository(target)
    if repository.tree.is_file(repository.target):
        yield _note(repository, repository.target, str(target), is_source=False)
        return
    for folder, below, files in repository.tree.walk(repository.target):
        below[:] = sorted(each for each in below if each[0] != "." and each not in SKIPPED)
        for name in sorted(files):
            is_source = name.endswith((".tf", ".tofu"))
            if is_source or any(fnmatchcase(name, pattern) for pattern in names):
                path = folder / name
                yield _note(repository, path, repository.relative(path), is_source=is_source)


def _note(repository: Repository, path: Path, name: str, *, is_source: bool) -> Note:
    folder = repository.relative(path.parent)
    note = Note(name=name, folder="" if folder == "." else folder, is_source=is_source)
    try:
        return msgspec.structs.replace(note, text=repository.read(path).decode("utf-8-sig"))
    except Refused as refused:
        return msgspec.structs.replace(note, refused=str(refused))
    except UnicodeDecodeError:
        return msgspec.structs.replace(note, refused="not UTF-8")
