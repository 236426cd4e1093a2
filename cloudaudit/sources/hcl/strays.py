"""Files beside the source that hold what should be nowhere near it: states, plans, values of variables, keys."""

import json
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Any

from cloudaudit.model import Location, Origin, Resource, Unknown
from cloudaudit.sources.hcl import files, readers
from cloudaudit.sources.hcl.files import Refused, Repository
from cloudaudit.sources.hcl.trees import Tree
from cloudaudit.sources.hcl.written import body_constants

_STATES = (".tfstate", ".tfstate.backup")
_PLANS = (".tfplan",)
_VALUES = (".tfvars", ".tfvars.json")
_KEYS = (".pem", ".key", ".ppk", ".p8", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")
_MOST_FOLDERS, _MOST_FILES = 20_000, 2_000
_ZIP = b"PK\x03\x04"


def resources(repository: Repository, roots: Sequence[tuple[str, Path]], reader: str) -> dict[str, list[Resource]]:
    """The files below the target by the root that they lie next to, each of the type `terraform_file`."""
    kept = repository.tree.tracked(repository.root) if repository.versioned else None
    found: dict[str, list[Resource]] = {}
    for number, (path, kind) in enumerate(_files(repository.target, repository.tree)):
        if number == _MOST_FILES or not roots:
            break
        name = repository.relative(path)
        attributes = _attributes(path, kind, repository, reader)
        if attributes is None:
            continue
        root = _nearest(path.parent, roots)
        made = Resource(
            key=name if root == "." else f"{root}:{name}",
            type="terraform_file",
            name=path.name,
            address=name,
            attributes={"kind": kind, "path": name, "tracked": _is_kept(path, repository, kept), **attributes},
            origin=Origin.SOURCE,
            location=Location(name),
        )
        found.setdefault(root, []).append(made)
    return found


def _is_kept(path: Path, repository: Repository, kept: frozenset[str] | None) -> bool | Unknown:
    """Whether a file is part of the repository. Without a `.git` around the target, all is that no `.gitignore` next to
    the file or at the top names."""
    if kept is not None:
        return repository.relative(path) in kept
    if any(_names(folder / ".gitignore", path.name, repository) for folder in (path.parent, repository.root)):
        return False
    return Unknown(because="the index of the repository cannot be read") if repository.versioned else True


def _names(ignored: Path, name: str, repository: Repository) -> bool:
    """Whether a `.gitignore` has a pattern for the file name."""
    try:
        lines = repository.read(ignored).decode("utf-8", "replace").splitlines()
    except Refused:
        return False
    return any(fnmatchcase(name, line.strip().removeprefix("**/").removeprefix("/")) for line in lines if line.strip())


def _nearest(folder: Path, roots: Sequence[tuple[str, Path]]) -> str:
    """The root in the folder or nearest above it; else the first one."""
    above = [(len(root.parts), name) for name, root in roots if folder.is_relative_to(root)]
    return max(above)[1] if above else roots[0][0]


def _files(target: Path, tree: Tree) -> Iterator[tuple[Path, str]]:
    """The files that may be meant, with what they seem to be, sorted. Hidden folders are left out."""
    if tree.is_file(target):
        return
    for folder, below, names in islice(tree.walk(target), _MOST_FOLDERS):
        below[:] = sorted(name for name in below if name[0] != "." and name not in files.SKIPPED)
        for name in sorted(names):
            if kind := _kind(name):
                yield folder / name, kind


def _kind(name: str) -> str:
    lower = name.lower()
    if lower.endswith(_STATES):
        return "state"
    if lower.endswith(_PLANS) or lower in ("tfplan", "plan.out"):
        return "plan"
    if lower.endswith(_VALUES):
        return "values"
    return "key" if lower.endswith(_KEYS) else ""


def _attributes(path: Path, kind: str, repository: Repository, reader: str) -> dict[str, Any] | None:
    """What is told of a file besides its name; None if it is not what it seems, or cannot be read."""
    try:
        data = repository.read(path)
    except Refused:
        return {} if kind == "state" else None
    if kind == "values":
        return _values(path, data, repository, reader)
    if kind == "key":
        return {} if b"PRIVATE KEY-----" in data and b"ENCRYPTED" not in data else None
    if kind == "plan":
        return {} if data.startswith((_ZIP, b"{")) else None
    return {} if b"{" in data[:64] else None


def _values(path: Path, data: bytes, repository: Repository, reader: str) -> dict[str, Any]:
    if path.name.endswith(".json"):
        try:
            found = json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            found = {}
        return {"arguments": found} if isinstance(found, dict) else {}
    return {"arguments": body_constants(readers.read(reader, repository.relative(path), data).body)}
