"""A copy of the Terraform that a request names, for programs of other people: nothing but the files that both read.

It keeps away from them what else a tree may hold: configuration that they would obey, links, programs. Each root has a
numbered folder with modules of its own, since checkov takes two roots that call one module for one root. A file is
written by its path below the nearest folder that holds all files of its root, so that modules find each other.
"""

import re
import shutil
from collections.abc import Iterator
from os.path import commonpath, normpath, relpath
from pathlib import Path
from typing import NamedTuple

import msgspec

from cloudaudit.app.request import Request
from cloudaudit.app.targets import place, source
from cloudaudit.model import Gap
from cloudaudit.sources import Options

# Trees with more Terraform are not known; the largest public ones have some megabytes.
MOST_BYTES = 512 * 1024 * 1024
_NUMBERED = re.compile(r"/?(\d+)/(.*)", re.DOTALL)
_PLAN = "plan.json"


class Copied(NamedTuple):
    """What a numbered folder stands for: a root of a target, both as graphs have them. `origins` has the path of
    each file from the target by the path in the folder; that of a plan is empty."""

    target: str
    root: str
    origins: dict[str, str]


class Copy:
    """The copy in a folder, made at once. `gaps` say which targets are not in it, and why."""

    def __init__(self, request: Request, folder: Path) -> None:
        self.folder = folder
        self.gaps: list[Gap] = []
        self.var_files: list[Path] = []
        self._copied: list[Copied] = []
        self._bytes = 0
        folder.mkdir()
        options = msgspec.structs.replace(
            request.options, exclude=(*request.options.exclude, *request.settings.exclude)
        )
        for target in request.targets:
            self._add(target, options)
        for number, file in enumerate(request.options.var_files):
            self.var_files.append(folder / f"given-{number}{''.join(Path(file).suffixes[-2:])}")
            shutil.copyfile(file, self.var_files[-1])

    def __bool__(self) -> bool:
        return bool(self._copied)

    def origin(self, path: str) -> tuple[Copied, str] | None:
        """The root and the path from the target of a path in the copy, as a program tells it; None outside of it."""
        found = _NUMBERED.fullmatch(path.removeprefix(str(self.folder)).replace("\\", "/"))
        if found is None or int(found[1]) >= len(self._copied):
            return None
        copied = self._copied[int(found[1])]
        file = Path(normpath(found[2])).as_posix()
        return (copied, copied.origins[file]) if file in copied.origins else None

    def _add(self, target: str, options: Options) -> None:
        path, root = place(target)
        kind = source(path).name
        if kind == "plan":
            folder = self._folder(Copied(str(path), root or ".", {_PLAN: ""}))
            shutil.copyfile(path, folder / _PLAN)
        elif kind == "terraform":
            for name, files in _written(path, options):
                self._root(str(path), name, files)
        else:
            self.gaps.append(Gap(what=target, why="it is neither a folder nor a plan"))

    def _root(self, target: str, name: str, files: "dict[Path, tuple[str, bytes]]") -> None:
        self._bytes += sum(len(content) for _, content in files.values())
        if self._bytes > MOST_BYTES:
            self.gaps.append(Gap(what=name, why=f"there is more than {MOST_BYTES // 1024**2:,} MiB of Terraform"))
            return
        top = Path(commonpath([file.parent for file in files])) if files else Path()
        origins = {file.relative_to(top).as_posix(): shown for file, (shown, _) in files.items()}
        folder = self._folder(Copied(target, name, origins))
        for file, (_, content) in files.items():
            written = folder / file.relative_to(top)
            written.parent.mkdir(parents=True, exist_ok=True)
            written.write_bytes(content)

    def _folder(self, copied: Copied) -> Path:
        folder = self.folder / str(len(self._copied))
        folder.mkdir()
        self._copied.append(copied)
        return folder


def _written(path: Path, options: Options) -> Iterator[tuple[str, dict[Path, tuple[str, bytes]]]]:
    """Each root by its name, with the path from the target and the content of each of its files."""
    from cloudaudit.sources.hcl import rootfiles  # noqa: PLC0415 - plans need none of this

    top = path.resolve() if path.is_dir() else path.resolve().parent
    for root in rootfiles.find(path, options):
        read = ((file, rootfiles.content(file, root.repository)) for file in root.files)
        yield (
            root.name,
            {file: (Path(relpath(file, top)).as_posix(), content) for file, content in read if content is not None},
        )
