"""Which folders are roots: those that no other scanned folder calls as a module."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from cloudaudit.model import Gap
from cloudaudit.sources.hcl import files, library
from cloudaudit.sources.hcl.declarations import Declarations
from cloudaudit.sources.hcl.library import Library


def find(target: Path, known: Library) -> tuple[list[Declarations], list[Gap]]:
    """The roots below a folder, sorted, and the gaps that belong to none of them."""
    scanned: dict[Path, Declarations] = {}
    gaps: list[Gap] = []
    for folder, problem in files.module_folders(target, known.repository.tree):
        if not problem:
            scanned[folder] = known.declarations(folder)
        elif why := _unseen(folder, problem, target, known):
            gaps.append(Gap(what=known.repository.relative(folder), why=why))
    roots = _roots(target, scanned)
    used = _reachable(roots, scanned)
    for folder, declarations in scanned.items():
        if folder not in used:
            gaps.extend(declarations.gaps)
    return [scanned[folder] for folder in roots], gaps


def _unseen(folder: Path, problem: str, target: Path, known: Library) -> str:
    """Why a folder is a gap; empty when it is read by its real name, or holds no Terraform."""
    if problem != files.LINKED:
        return problem
    if not known.repository.holds(folder):
        return "it is a symbolic link that leaves the repository"
    tree = known.repository.tree
    if tree.resolve(folder).is_relative_to(target) or not files.terraform_files(folder, tree):
        return ""
    return "it is a symbolic link to a folder that is not scanned"


def _roots(target: Path, scanned: dict[Path, Declarations]) -> list[Path]:
    candidates = [folder for folder, found in scanned.items() if found.is_root or (folder == target and found.any)]
    called = {folder for caller in scanned for folder in _called(scanned[caller]) if folder != caller}
    roots = [folder for folder in candidates if folder not in called]
    # Modules that call each other in a circle are called, but by no root.
    while left := sorted(set(candidates) - _reachable(roots, scanned)):
        roots.append(left[0])
    return sorted(roots)


def _reachable(roots: Iterable[Path], scanned: dict[Path, Declarations]) -> set[Path]:
    reached: set[Path] = set()
    stack = list(roots)
    while stack:
        folder = stack.pop()
        if folder not in reached:
            reached.add(folder)
            if folder in scanned:
                stack.extend(_called(scanned[folder]))
    return reached


def _called(declarations: Declarations) -> Iterator[Path]:
    for call in declarations.calls.values():
        attribute = call.block.body.attributes.get("source")
        source = library.source_of(attribute.value) if attribute else None
        if source and library.is_local(source):
            yield library.local_folder(declarations.folder, source)


def reachable(root: Path, known: Library) -> list[Path]:
    """The folder of a root and those of the local modules that it calls, at every depth: sorted, and none that may not
    be read."""
    repository = known.repository
    reached: set[Path] = set()
    stack = [root]
    while stack:
        folder = stack.pop()
        if folder not in reached and repository.reaches(folder) and repository.tree.is_dir(folder):
            reached.add(folder)
            stack.extend(_called(known.declarations(folder)))
    return sorted(reached)


def wanted(name: str, roots: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    """Whether a root is to be read: it is named, if any is, and matches no pattern that excludes it."""
    if roots and name not in roots:
        return False
    return not any(fnmatchcase(name, pattern) or fnmatchcase(f"{name}/", pattern) for pattern in exclude)
