"""Other scanners run beside our own scan: each in a process of its own, on a copy of what both read."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec

from cloudaudit.app.copying import Copied, Copy
from cloudaudit.app.equipping import tool
from cloudaudit.app.request import Request, Tell
from cloudaudit.errors import SourceError
from cloudaudit.model import Gap
from cloudaudit.sources.imported import reading
from cloudaudit.sources.imported.result import Foreign
from cloudaudit.sources.imported.result import Tool as Speaker

if TYPE_CHECKING:
    from types import TracebackType

    from cloudaudit.tools import Ended, Process, Tool

_LOST = 50
_REASON = re.compile(r"^(?:\w+\.)*\w+(?:Error|Exception)\b|^\w+: error: .*", re.MULTILINE)


class Heard(NamedTuple):
    """What tools said: results by target and root, with paths from the target; and what they did not look at."""

    results: dict[tuple[str, str], list[Foreign]]
    gaps: tuple[Gap, ...]


class Company:
    """The tools that a request wants beside us, running while we scan. To be used in a `with`: none outlives it.
    ToolError, before anything is started, when a tool is not known."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._tools = [tool(name) for name in request.beside]
        self._running: list[_Running] = []
        self._gaps: list[Gap] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        try:
            for each in self._tools:
                self._start(each)
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self._stack.close()

    def heard(self, tell: Tell | None = None) -> Heard:
        """Wait for what they say. What one could not say is a gap."""
        results: dict[tuple[str, str], list[Foreign]] = {}
        gaps = list(self._gaps)
        for one in self._running:
            if tell:
                tell(0, 0, f"waiting for {one.tool.name}")
            for told in _told(one):
                if isinstance(told, Gap):
                    gaps.append(told)
                else:
                    copied, result = told
                    results.setdefault((copied.target, copied.root), []).append(result)
        return Heard(results, tuple(gaps))

    def _start(self, wanted: "Tool") -> None:
        from cloudaudit.tools import Limits, Process, found  # noqa: PLC0415 - few scans run another program

        program = found(wanted)
        if program is None:
            remedy = f'Say "cloudaudit tools install {wanted.name}", or put one on the PATH.'
            self._gaps.append(Gap(what=wanted.name, why="it is not installed", remedy=remedy))
            return
        process = self._stack.enter_context(Process(Limits(seconds=self._request.patience)))
        copy = Copy(self._request, process.folder / "tree")
        self._gaps += [msgspec.structs.replace(gap, what=f"{wanted.name}: {gap.what}") for gap in copy.gaps]
        if not copy:
            return
        try:
            arguments = wanted.arguments(str(copy.folder), tuple(map(str, copy.var_files)))
            process.start([str(program), *arguments], wanted.environment)
        except OSError as error:
            self._gaps.append(Gap(what=wanted.name, why=f"{program} cannot be started: {error.strerror}"))
            return
        self._running.append(_Running(wanted, copy, process))


class _Running(NamedTuple):
    tool: "Tool"
    copy: Copy
    process: "Process"


def _told(one: _Running) -> Iterator[tuple[Copied, Foreign] | Gap]:
    ended = one.process.wait()
    if why := _failure(ended):
        remedy = "Give it more time with --with-timeout, or name single roots with --root." if ended.stopped else ""
        yield Gap(what=one.tool.name, why=why, remedy=remedy)
        return
    lost = one.tool.lost(ended.said)
    for check in lost[:_LOST]:
        yield Gap(what=f"{one.tool.name}: {_shown(one.copy, check)}", why="the check broke off in the tool itself")
    if len(lost) > _LOST:
        yield Gap(what=f"{one.tool.name}: {len(lost) - _LOST:,} checks more", why="they broke off in the tool itself")
    try:
        results = (told for told in reading.read(ended.output) if not isinstance(told, Speaker))
        yield from (_ours(told, one) for told in results)
    except SourceError as error:
        yield Gap(what=one.tool.name, why=f"what it said cannot be read: {error}")


def _failure(ended: "Ended") -> str:
    """Why the answer cannot be trusted; empty when it can. Of what it said only what cannot quote the tree and
    its secrets is told: the kind of its error, or what it says of its options."""
    if ended.stopped:
        return ended.stopped
    if ended.code == 0:
        return ""
    words = [found[0] for found in _REASON.finditer(ended.said)]
    return f"it ended with code {ended.code}" + (f": {words[-1].strip()[:300]}" if words else "")


def _ours(told: Foreign | Gap, one: _Running) -> tuple[Copied, Foreign] | Gap:
    """A result with the root that it is about, and the path that the file has there."""
    if isinstance(told, Gap):
        return msgspec.structs.replace(told, what=f"{one.tool.name}: {_shown(one.copy, told.what)}")
    found = one.copy.origin(told.path)
    if found is None:
        return Gap(what=f"{one.tool.name}: {told.rule} of {told.address}", why="it names a file that it was not given")
    copied, path = found
    caller = one.copy.origin(told.caller)
    return copied, msgspec.structs.replace(told, path=path, caller=caller[1] if caller else "")


def _shown(copy: Copy, text: str) -> str:
    """The text with the path in it, if it has one, as reports show it."""
    path, sign, rest = text.partition(":")
    head, _, path = path.rpartition(" ")
    found = copy.origin(path)
    return " ".join(part for part in (head, found[1] if found else path) if part) + sign + rest
