"""Finds the folder of each called module; reads every folder once, for all roots."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudaudit.sources.hcl.declarations import Declarations, declare
from cloudaudit.sources.hcl.files import Refused, Repository
from cloudaudit.sources.hcl.syntax import Literal

if TYPE_CHECKING:
    from cloudaudit.model import Resource
    from cloudaudit.sources.hcl.types import Type
    from cloudaudit.sources.hcl.written import Written


class Library:
    """The declarations of all folders read so far, and what was downloaded for each root."""

    def __init__(self, repository: Repository, reader: str) -> None:
        self.repository = repository
        self.reader = reader
        self.types: dict[int, Type] = {}
        """The types of variables, by the identity of their declaration."""
        self.written: dict[int, list[Written]] = {}
        """What is written out in the declarations of a folder, by their identity."""
        self.strays: dict[str, list[Resource]] = {}
        """Files that should not lie beside the source, by the root they are next to."""
        self._folders: dict[Path, Declarations] = {}
        self._downloaded: dict[Path, dict[str, Path]] = {}

    def declarations(self, folder: Path) -> Declarations:
        """What a folder declares."""
        found = self._folders.get(folder)
        if found is None:
            found = self._folders[folder] = declare(folder, self.repository, self.reader)
        return found

    def downloaded(self, root: Path) -> dict[str, Path]:
        """The folders of modules that `terraform init` has put below a root, by their key ("vpc.endpoints")."""
        known = self._downloaded.get(root)
        if known is None:
            known = self._downloaded[root] = dict(self._manifest(root))
        return known

    def _manifest(self, root: Path) -> list[tuple[str, Path]]:
        path = root / ".terraform" / "modules" / "modules.json"
        if not self.repository.tree.is_file(path):
            return []
        try:
            modules: Any = json.loads(self.repository.read(path))["Modules"]
            return [(each["Key"], Path(os.path.normpath(root / each["Dir"]))) for each in modules]
        except (Refused, ValueError, TypeError, KeyError, RecursionError):
            return []


def source_of(value: Any) -> str | None:
    """The source of a module call, if it is written as a plain string."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None


def is_local(source: str) -> bool:
    """Whether a module source names a folder of the same repository."""
    return source.startswith(("./", "../", ".\\", "..\\")) or source in {".", ".."}


def local_folder(folder: Path, source: str) -> Path:
    """The folder that a local source means when it is called in `folder`."""
    return Path(os.path.normpath(folder / source.replace("\\", "/")))
