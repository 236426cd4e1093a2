"""Reports are written down in the store: at once, or target by target as each is done."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from cloudaudit.app.request import Request
from cloudaudit.clock import now
from cloudaudit.model import Report

if TYPE_CHECKING:
    from cloudaudit.history import Missed, RunRow
    from cloudaudit.store import Store

_ORIGIN = re.compile(r'^\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S+)', re.MULTILINE | re.DOTALL)


def open_store(url: str = "", *, create: bool = False) -> "Store":
    """The store at a URL or path, the user's own where none is given. StoreError when it cannot be used."""
    from cloudaudit import store  # noqa: PLC0415 - 0.3 s that only commands about history pay

    return store.open_store(url, create=create)


class Recorder:
    """Writes reports down. StoreError, before any work is done, when the store cannot be used."""

    def __init__(self, url: str = "") -> None:
        self._store = open_store(url, create=True)
        self.audit = ""
        self._done: set[str] = set()

    @property
    def place(self) -> str:
        """Where the store is, without a password."""
        return self._store.place

    def begin(self, targets: Iterable[str], *, at: str = "", resume: bool = False) -> str:
        """An audit begins that adds one target after the other; until `finish` it shows as one that never finished.
        With `resume`, the newest such audit of the same targets goes on. The name of the audit."""
        wanted, time = sorted(set(targets)), at or now()
        going = [one for one in self._store.unfinished() if list(one.targets) == wanted]
        if resume and going:
            self.audit = going[-1].name
            self._done = {run.target for run in self._store.runs(audit=self.audit)}
        else:
            digest = hashlib.sha256("\0".join((time, *wanted)).encode("utf-8", "replace")).hexdigest()
            self.audit = f"{time[:16]}-{digest[:8]}"
            self._store.begin(self.audit, at=time, targets=wanted)
        return self.audit

    def add(
        self,
        report: Report,
        request: Request,
        *,
        name: str = "",
        missed: "Sequence[Missed] | None" = None,
        regions: Iterable[str] = (),
    ) -> "tuple[RunRow, ...]":
        """Write a report down: a run for each of its targets. `name` is what its only target is called in the store;
        `missed` is what could not be listed, where that is known better than by the gaps; `regions` are those that were
        looked at, where not all were. What an audit that goes on has written down already stays as it is."""
        names = {one.target: name or target_name(one.target) for one in report.scanned}
        if self._done.issuperset(names.values()):
            return ()
        folders = {names[one.target] for one in report.scanned if Path(one.target).is_dir()}
        return self._store.record(
            report,
            at=report.run.started or now(),
            audit=self.audit,
            names=names,
            selection=_selection(request),
            missed=missed,
            regions=tuple(regions) or None,
            covers=_covers(request, folders),
        )

    def add_import(
        self, report: Report, request: Request, *, name: str = "", complete: bool = False
    ) -> "tuple[RunRow, ...]":
        """Write down what was imported: a run for each tool and target. Files may hold a part of what a tool found, so
        what they do not name was not looked at; when they are `complete`, it is gone."""
        from cloudaudit.history import Missed  # noqa: PLC0415 - nobody asks of a scan

        return self._store.record(
            report,
            at=report.run.started or now(),
            names={one.target: name or target_name(one.target) for one in report.scanned},
            selection=_selection(request),
            missed=() if complete else (Missed(),),
            complete=complete,
        )

    def finish(self, *, at: str = "") -> None:
        """The audit came to its end."""
        self._store.finish(self.audit, at=at or now())


def record(report: Report, request: Request, url: str = "", *, name: str = "") -> "tuple[RunRow, ...]":
    """Write a report down at once."""
    return Recorder(url).add(report, request, name=name)


def target_name(target: str) -> str:
    """What a target is called in a store that many repositories may share: repository and path in it, whatever the
    current folder is. What a tool says of a target (`checkov:infra`) is named likewise; what is no path keeps its
    name."""
    path = Path(target)
    if not path.exists():
        tool, sign, rest = target.partition(":")
        return f"{tool}:{target_name(rest)}" if sign and rest and Path(rest).exists() else target
    whole = path.resolve()
    top = next((folder for folder in (whole, *whole.parents) if (folder / ".git").exists()), None)
    if top is None:
        return whole.as_posix()
    inside = whole.relative_to(top).as_posix()
    return _repository(top) if inside == "." else f"{_repository(top)}:{inside}"


def _repository(top: Path) -> str:
    """The last two parts of where the repository comes from, or the name of its folder. Never what stands before an @:
    it may be a password."""
    try:
        found = _ORIGIN.search((top / ".git" / "config").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        found = None
    parts = re.split(r"[/:\\]+", re.sub(r"^.*@", "", found[1]).rstrip("/").removesuffix(".git")) if found else []
    return "/".join(parts[-2:]) or top.name


def _selection(request: Request) -> str:
    """How the rules or roots were narrowed, empty if they were not."""
    narrowed = {"rule": request.only, "theme": request.themes, "root": request.options.roots}
    return ", ".join(f"{what} {name}" for what, names in narrowed.items() for name in names)


def _covers(request: Request, folders: Iterable[str]) -> Callable[[str, str], bool]:
    """Whether a root of a target that was not found was looked for: those of folders are, unless they were left out."""
    looked_into = set(folders) if not request.options.roots else set()
    left_out = (*request.options.exclude, *request.settings.exclude)

    def covers(target: str, root: str) -> bool:
        excluded = any(fnmatchcase(root, pattern) or fnmatchcase(f"{root}/", pattern) for pattern in left_out)
        return target in looked_into and not excluded

    return covers
