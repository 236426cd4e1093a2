"""What a function may see of the world: files inside the repository, and nothing else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits
from cloudaudit.sources.hcl.trees import DISK, Tree
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

LARGEST_FILE = 8 * 1024 * 1024


class CallContext(msgspec.Struct, frozen=True):
    """Where a function is called. Relative paths start in `folder`, the folder of the root module, as Terraform's do;
    nothing outside `repository`, and the folders of modules `beside` it, is ever read, whether by `..`, by an absolute
    path or through a symbolic link."""

    repository: Path
    folder: Path
    beside: Sequence[Path] = ()
    tree: Tree = DISK

    def read_file(self, path: str) -> bytes | Unknown:
        """The content of a file. Unknown when it lies outside the repository; `EvaluationError` when there is none."""
        place = self._resolve(path)
        if isinstance(place, Unknown):
            return place
        try:
            if not self.tree.is_file(place):
                raise EvaluationError(f'no file exists at "{path}"')
            if self.tree.size(place) > LARGEST_FILE:
                raise LimitError(f'the file "{path}" has more than {LARGEST_FILE:,} bytes')
            return self.tree.read_bytes(place)
        except OSError as error:
            raise EvaluationError(f'cannot read "{path}": {error.strerror}') from None

    def exists(self, path: str) -> bool | Unknown:
        """Whether `path` is a regular file; unknown outside the repository."""
        place = self._resolve(path)
        if isinstance(place, Unknown):
            return place
        if self.tree.is_dir(place):
            raise EvaluationError(f'"{path}" is a directory, not a file')
        return self.tree.is_file(place)

    def files(self, path: str) -> list[str] | Unknown:
        """The files below a folder, as sorted paths relative to it; unknown outside the repository."""
        place = self._resolve(path)
        if isinstance(place, Unknown):
            return place
        found = []
        for name in self._walk(place):
            found.append(name)
            limits.elements(len(found))
        return sorted(found)

    def _walk(self, place: Path) -> Iterator[str]:
        for folder, _, names in self.tree.walk(place):
            for name in names:
                file = folder / name
                if self.tree.is_file(file) and self._holds(self.tree.resolve(file)):
                    yield file.relative_to(place).as_posix()

    def _resolve(self, path: str) -> Path | Unknown:
        outside = Unknown(because=f'"{path}" is outside the repository')
        if "\0" in path:
            raise EvaluationError("a path cannot hold a null character")
        if path.startswith("~"):
            return outside
        try:
            place = self.tree.resolve(self.folder / path)
        except (OSError, RuntimeError):
            raise EvaluationError(f'cannot follow "{path}"') from None
        return place if self._holds(place) else outside

    def _holds(self, place: Path) -> bool:
        return place.is_relative_to(self.repository.resolve()) or any(map(place.is_relative_to, self.beside))
