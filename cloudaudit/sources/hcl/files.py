"""The repository that is scanned: which files belong to a folder, and reading them without leaving it."""

import os
from collections.abc import Iterator
from pathlib import Path

from cloudaudit.errors import SourceError
from cloudaudit.sources.hcl.trees import DISK, Tree

LARGEST_FILE = 10 * 1024 * 1024
_DEEPEST = 60
_SUFFIXES = (".tofu.json", ".tf.json", ".tofu", ".tf")
LINKED = "it is a symbolic link"
SKIPPED = frozenset({"node_modules", "__pycache__"})


class Refused(Exception):  # noqa: N818 (it becomes a gap, nobody sees it as an error)
    """A file or folder was not read; the message says why."""


class Repository:
    """The nearest folder with a `.git` around the target; the target itself when there is none.

    Nothing outside is read. Only a target without a `.git` around it may call modules next to it by `..`, as the folder
    of an environment does that was copied without its history.
    """

    def __init__(self, target: Path, tree: Tree = DISK) -> None:
        self.tree = tree
        self.target = target.resolve()
        if not (tree.is_file(self.target) or tree.is_dir(self.target)):
            raise SourceError(f"{target}: there is no such file or folder")
        folder = self.target if tree.is_dir(self.target) else self.target.parent
        found = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
        self.versioned = found is not None
        self.root = found or folder
        self.beside: list[Path] = []
        """The folders of modules outside of a target without a `.git`."""
        self._inside: dict[Path, bool] = {}

    def relative(self, path: Path) -> str:
        """The path as reports show it: relative to the repository, with forward slashes."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def holds(self, folder: Path) -> bool:
        """Whether the real place of a path is inside the repository."""
        known = self._inside.get(folder)
        if known is None:
            known = self._inside[folder] = self.tree.resolve(folder).is_relative_to(self.root)
        return known

    def reaches(self, folder: Path) -> bool:
        """Whether a module in this folder may be read."""
        if self.holds(folder):
            return True
        if self.versioned or self.tree.resolve(folder) != Path(os.path.normpath(folder)):
            return False
        if folder not in self.beside:
            self.beside.append(folder)
        return True

    def read(self, path: Path) -> bytes:
        """The bytes of a file. Raises `Refused` when it is large, unreadable, or a link that leaves the repository."""
        try:
            if self.tree.is_symlink(path) and not self.holds(path):
                raise Refused("a symbolic link that leaves the repository")
            if not self.tree.is_file(path):
                raise Refused("not a regular file")
            if self.tree.size(path) > LARGEST_FILE:
                raise Refused(f"larger than {LARGEST_FILE // 1024**2} MiB")
            return self.tree.read_bytes(path)
        except OSError as error:
            raise Refused(error.strerror or str(error)) from None


def terraform_files(folder: Path, tree: Tree) -> list[Path]:
    """The files of the module in a folder, in Terraform's order. A `.tofu` file hides the `.tf` of its name."""
    try:
        names = [entry.name for entry in tree.entries(folder) if entry.name.endswith(_SUFFIXES)]
    except OSError:
        return []
    present = set(names)
    return [folder / name for name in names if not _ignored(name) and _by_tofu(name) not in present]


def _ignored(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith("~")


def _by_tofu(name: str) -> str:
    """The name of the file that would hide this one."""
    for tf, tofu in ((".tf.json", ".tofu.json"), (".tf", ".tofu")):
        if name.endswith(tf):
            return name.removesuffix(tf) + tofu
    return ""


def overrides(path: Path) -> bool:
    """Whether the file's blocks change those of other files instead of adding to them."""
    stem = next(path.name.removesuffix(suffix) for suffix in _SUFFIXES if path.name.endswith(suffix))
    return stem == "override" or stem.endswith("_override")


def module_folders(top: Path, tree: Tree = DISK) -> Iterator[tuple[Path, str]]:
    """The folders below `top` that hold Terraform files, sorted; with a reason those that were not entered: links, and
    what cannot be read. Hidden folders and node_modules are left out."""
    stack = [(top, 0)]
    while stack:
        folder, depth = stack.pop()
        try:
            entries = tree.entries(folder)
        except OSError as error:
            yield folder, f"it cannot be listed: {error.strerror}"
            continue
        folders = [each for each in entries if each.is_folder and each.name[0] != "." and each.name not in SKIPPED]
        for each in folders:
            if each.is_link:
                yield folder / each.name, LINKED
        if any(each.name.endswith(_SUFFIXES) and not _ignored(each.name) and not each.is_folder for each in entries):
            yield folder, ""
        below = [(folder / each.name, depth + 1) for each in folders if not each.is_link]
        stack.extend(reversed(below if depth < _DEEPEST else []))
