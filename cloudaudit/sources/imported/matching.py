"""Results matched to what we know: paths to files of the tree, addresses and lines to resources, ARNs to live ones.

A tool names files from where it was started, or from the folder it looked at; both are found. What it says of a file
outside of the tree is refused, whatever else it says.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from cloudaudit.graph import ResourceGraph
from cloudaudit.graph.addresses import Addresses, parse, strip_keys
from cloudaudit.model import Resource
from cloudaudit.sources.hcl.files import Repository
from cloudaudit.sources.imported.result import Foreign

OUTSIDE = "the path leads out of the tree"
ABSOLUTE = "the path is absolute, and of another place than the tree"
LINK = "the path is a link that leads out of the tree"
NO_PATH = "it is no path that a file can have"
NO_FILE = "there is no such file in the tree"
_ELSEWHERE = re.compile(r"[a-z0-9+.-]+:(?::|//)", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:/")
_LONGEST = 1_000
_Found = tuple[Resource, ResourceGraph]


class File(NamedTuple):
    """A file that a result names: its path as locations have it, and why it is refused, or why it is in doubt."""

    path: str = ""
    refused: str = ""
    doubt: str = ""


class Place(NamedTuple):
    """What a result is about: resources, or none that we know; and the file."""

    file: File
    found: tuple[_Found, ...] = ()


class Places:
    """The graphs of one tree, plan or account, ready to be asked; without any, only paths are looked at."""

    def __init__(self, graphs: Iterable[ResourceGraph] = (), tree: str = "") -> None:
        self._graphs = list(graphs)
        self._repository = Repository(Path(tree)) if tree and Path(tree).is_dir() else None
        self._indexes = [Addresses(graph) for graph in self._graphs]
        self._where: dict[str, list[int]] = {}
        self._lines: dict[str, list[_Found]] = {}
        self._arns: dict[str, list[_Found]] = {}
        self._files: dict[str, File] = {}
        self._known: dict[tuple[str, str, int, str, int], tuple[_Found, ...]] = {}
        for number, graph in enumerate(self._graphs):
            for resource in graph:
                self._add(number, resource, graph)

    def _add(self, number: int, resource: Resource, graph: ResourceGraph) -> None:
        if resource.arn:
            self._arns.setdefault(resource.arn, []).append((resource, graph))
        if "/" in resource.address or "." not in resource.address:
            return  # an argument made a resource of its own, the account: nobody else knows them
        numbers = self._where.setdefault(strip_keys(resource.address), [])
        if number not in numbers:
            numbers.append(number)
        if resource.location:
            self._lines.setdefault(resource.location.file, []).append((resource, graph))

    def find(self, result: Foreign) -> Place:
        """What the result is about."""
        if result.arn:
            return Place(File(), tuple(self._arns.get(result.arn, ())))
        file = self._file(result.path)
        if file.refused or not self._graphs:
            return Place(file)
        caller = self._file(result.caller).path
        key = (result.address, file.path, result.first_line, caller, result.caller_line)
        if (found := self._known.get(key)) is None:
            found = self._addressed(result.address, file.path) or tuple(
                self._written(file.path, result.first_line, result.address)
            )
            called = tuple(one for one in found if _is_called(one[0], caller, result.caller_line))
            found = self._known[key] = called or found
        return Place(file, found)

    def _addressed(self, text: str, file: str) -> tuple[_Found, ...]:
        """The resources with the address, in all roots; where files are known, those that are written in this one."""
        address = parse(text) if text else None
        if address is None:
            return ()
        found = [
            (resource, self._graphs[number])
            for number in self._where.get(address.plain, ())
            for resource in self._indexes[number].find(address)
        ]
        return tuple(one for one in found if not file or one[0].location is None or one[0].location.file == file)

    def _written(self, file: str, line: int, address: str) -> Iterator[_Found]:
        """The resources that the innermost block around the line makes; of this address inside of its module, if it has
        one."""
        around = [(one.location, one, graph) for one, graph in self._lines.get(file, ()) if one.location]
        around = [each for each in around if each[0].line <= line <= each[0].end_line]
        least = min((place.end_line - place.line for place, _, _ in around), default=0)
        inside = strip_keys(address)
        for place, resource, graph in around:
            plain = strip_keys(resource.address)
            if place.end_line - place.line == least and (not inside or plain == inside or plain.endswith(f".{inside}")):
                yield resource, graph

    def _file(self, path: str) -> File:
        if (known := self._files.get(path)) is None:
            known = self._files[path] = self._resolved(path.replace("\\", "/")) if path else File()
        return known

    def _resolved(self, path: str) -> File:
        if not _is_path(path):
            return File(refused=NO_PATH)
        if _ELSEWHERE.match(path):
            return File(refused=OUTSIDE)
        is_absolute = path.startswith("/") or _DRIVE.match(path) is not None
        if self._repository is None:
            plain = os.path.normpath(path)
            if is_absolute or plain.startswith(".."):
                return File(refused=ABSOLUTE if is_absolute else OUTSIDE)
            return File("" if plain == "." else plain)
        return self._in_tree(path, self._repository, is_absolute=is_absolute)

    def _in_tree(self, path: str, repository: Repository, *, is_absolute: bool) -> File:
        for whole in [path] if is_absolute else _readings(path, repository.target):
            plain = Path(os.path.normpath(whole))
            if not plain.is_relative_to(repository.root):
                continue
            name = repository.relative(plain)
            if name in self._lines or _is_there(plain):
                return File(name) if repository.holds(plain) else File(refused=LINK)
        plain = Path(os.path.normpath(repository.target / path))
        if not plain.is_relative_to(repository.root):
            return File(refused=ABSOLUTE if is_absolute else OUTSIDE)
        return File(repository.relative(plain), doubt=NO_FILE)


def _is_path(text: str) -> bool:
    """Whether it has characters and a length that file systems take (255 bytes for each part)."""
    try:
        longest = max(len(part.encode()) for part in text.split("/"))
    except UnicodeEncodeError:
        return False
    return "\0" not in text and longest <= 255 and len(text) <= _LONGEST


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # nobody may look
        return False


def _is_called(resource: Resource, file: str, line: int) -> bool:
    """Whether a module call that leads to the resource stands there."""
    return bool(file) and any(call.file == file and call.line == line for call in resource.calls)


def _readings(path: str, target: Path) -> Iterator[Path]:
    """What a relative path may mean: from the tree, or from a folder above whose way down to the tree it repeats."""
    yield target / path
    parts = [part for part in path.split("/") if part != "."]
    for length in range(1, min(len(parts), len(target.parts))):
        if tuple(parts[:length]) == target.parts[-length:]:
            yield target.joinpath(*parts[length:])
