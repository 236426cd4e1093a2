"""The files of a git revision, read from git's objects: nothing is checked out, and no hook or filter runs."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from cloudaudit.errors import SourceError
from cloudaudit.sources.hcl.trees import DISK, Entry

_BLOB, _LINK = "100", "120"
_DOWNLOADED = ".terraform"
# Nothing that a repository configures may run, be fetched, or ask a person something.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never")
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}


class Revision:
    """A tree of `repository` at a revision. Modules that `terraform init` downloaded are in no revision, so those on
    disk stand in for them. SourceError if git or the revision is not there."""

    def __init__(self, repository: Path, revision: str) -> None:
        self._root = repository
        self.commit = _commit(repository, revision)
        self._files: dict[str, tuple[str, int]] = {}
        self._links: set[str] = set()
        self._folders: dict[str, dict[str, bool]] = {"": {}}
        for mode, object_, size, path in _listed(repository, self.commit):
            if mode.startswith(_BLOB):
                self._files[path] = (object_, size)
            elif mode.startswith(_LINK):
                self._links.add(path)
            else:
                continue
            self._enter(path)
        self._reader: subprocess.Popen[bytes] | None = None
        self._process = 0

    def _enter(self, path: str) -> None:
        """Put a file into its folder, and that into its own, up to the top."""
        is_folder = False
        while path:
            above, _, name = path.rpartition("/")
            known = above in self._folders
            self._folders.setdefault(above, {})[name] = is_folder
            if known and above:
                return
            path, is_folder = above, True

    def _name(self, path: Path) -> str | None:
        """The path as git has it; None outside, and for what was downloaded."""
        if _DOWNLOADED in path.parts:
            return None
        try:
            name = Path(os.path.normpath(path)).relative_to(self._root).as_posix()
        except ValueError:
            return None
        return "" if name == "." else name

    def is_file(self, path: Path) -> bool:
        """Whether it is a file of the revision; links are none."""
        name = self._name(path)
        return DISK.is_file(path) if name is None else name in self._files

    def is_dir(self, path: Path) -> bool:
        """Whether it is a folder of the revision."""
        name = self._name(path)
        return DISK.is_dir(path) if name is None else name in self._folders

    def is_symlink(self, path: Path) -> bool:
        """Whether it is a link; links are not followed."""
        name = self._name(path)
        return DISK.is_symlink(path) if name is None else name in self._links

    def resolve(self, path: Path) -> Path:
        """The path without `..`."""
        return DISK.resolve(path) if self._name(path) is None else Path(os.path.normpath(path))

    def size(self, path: Path) -> int:
        """Of a file, in bytes."""
        name = self._name(path)
        return DISK.size(path) if name is None else self._file(name)[1]

    def read_bytes(self, path: Path) -> bytes:
        """The content of a file."""
        name = self._name(path)
        return DISK.read_bytes(path) if name is None else self._object(self._file(name)[0])

    def entries(self, folder: Path) -> list[Entry]:
        """What is in a folder, sorted by name."""
        name = self._name(folder)
        if name is None:
            return DISK.entries(folder)
        if name not in self._folders:
            raise FileNotFoundError(2, "No such file or directory", str(folder))
        inside = f"{name}/" if name else ""
        return [
            Entry(each, is_folder, f"{inside}{each}" in self._links)
            for each, is_folder in sorted(self._folders[name].items())
        ]

    def walk(self, folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
        """As os.walk."""
        found = self.entries(folder) if self.is_dir(folder) else []
        below = [each.name for each in found if each.is_folder]
        yield folder, below, [each.name for each in found if not each.is_folder]
        for name in below:
            yield from self.walk(folder / name)

    def tracked(self, repository: Path) -> frozenset[str] | None:  # noqa: ARG002 - as of other trees
        """All its files."""
        return frozenset(self._files)

    def _file(self, name: str) -> tuple[str, int]:
        if name not in self._files:
            raise FileNotFoundError(2, "No such file or directory", name)
        return self._files[name]

    def _object(self, name: str) -> bytes:
        """The content of an object, from one git that answers for all."""
        if self._reader is None or self._process != os.getpid():  # a forked process must not read its parent's pipe
            self._process = os.getpid()
            command = _command(self._root, ("cat-file", "--batch"))
            self._reader = subprocess.Popen(  # noqa: S603 - git, with nothing of the repository in the command
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_ENVIRONMENT},
            )
        into, out = self._reader.stdin, self._reader.stdout
        if into is None or out is None:
            raise OSError(32, "git does not answer")
        into.write(f"{name}\n".encode())
        into.flush()
        head = out.readline().split()
        if len(head) != 3:
            raise OSError(5, "git does not have it")
        return out.read(int(head[2]) + 1)[:-1]

    def close(self) -> None:
        """End the git that reads objects."""
        if self._reader is not None and self._process == os.getpid():
            self._reader.communicate()
            self._reader = None


def _command(repository: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", *_SAFE, "-C", str(repository), *arguments]


def _run(repository: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - git; the revision is checked, and cannot be an option
            _command(repository, arguments),
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT},
        )
    except OSError as error:
        raise SourceError(f"git cannot be run: {error.strerror}; --base needs it") from error


def _commit(repository: Path, revision: str) -> str:
    """The commit to compare with: where the revision and the checked-out one part, else the revision itself."""
    if revision.startswith("-"):
        raise SourceError(f"{revision}: this is no revision")
    found = _run(repository, ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"))
    if found.returncode:
        why = found.stderr.decode("utf-8", "replace").strip()
        shallow = _run(repository, ("rev-parse", "--is-shallow-repository")).stdout.strip() == b"true"
        hint = 'this clone is shallow: fetch it first ("git fetch origin REF", or fetch-depth: 0)' if shallow else why
        raise SourceError(f"{revision}: there is no such revision in {repository}" + (f"; {hint}" if hint else ""))
    commit = found.stdout.decode().strip()
    base = _run(repository, ("merge-base", commit, "HEAD"))
    return base.stdout.decode().split("\n")[0] if base.returncode == 0 else commit


def _listed(repository: Path, commit: str) -> Iterator[tuple[str, str, int, str]]:
    """Mode, object, size and path of all that the revision holds."""
    found = _run(repository, ("ls-tree", "-r", "-z", "--long", "--full-tree", commit))
    if found.returncode:
        raise SourceError(f"{commit}: {found.stderr.decode('utf-8', 'replace').strip()}")
    for row in found.stdout.split(b"\0"):
        about, sign, path = row.partition(b"\t")
        if sign:
            mode, _, object_, size = about.decode().split()
            yield mode, object_, int(size) if size.isdecimal() else 0, path.decode("utf-8", "surrogateescape")
