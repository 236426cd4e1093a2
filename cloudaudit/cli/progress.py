"""A progress bar on a terminal, for whatever takes longer than two seconds."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from cloudaudit.outputs.escape import visible

if TYPE_CHECKING:
    from rich.progress import Progress

Tell = Callable[[int, int, str], None]
"""Called with what is done, how much there is (0 when nobody knows yet), and what is being done."""

DELAY = 2.0
_ROOM = 36


@contextmanager
def progress(stream: IO[str]) -> Iterator[Tell]:
    """Something to tell progress to. It shows nothing unless `stream` is a terminal and two seconds have passed."""
    if not stream.isatty():
        yield lambda _done, _total, _what: None
        return
    bar = _Bar(stream)
    before = _alarm(bar)
    try:
        yield bar.tell
    finally:
        if before is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        bar.close()


def _alarm(bar: "_Bar") -> "signal._HANDLER | None":
    """Opens the bar in time, also when one large file keeps us from telling anything. Not on Windows: there it opens
    when something is told."""
    if not hasattr(signal, "setitimer"):
        return None
    before = signal.signal(signal.SIGALRM, lambda _signal, _frame: bar.open())
    signal.setitimer(signal.ITIMER_REAL, DELAY)
    return before


class _Bar:
    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._started = time.monotonic()
        self._shown: Progress | None = None

    def tell(self, done: int, total: int, what: str) -> None:
        """Show where we are."""
        if self._shown is None and time.monotonic() - self._started >= DELAY:
            self.open()
        if self._shown is not None:
            name = visible(what)
            name = name if len(name) <= _ROOM else f"...{name[-_ROOM:]}"
            self._shown.update(self._shown.task_ids[0], completed=done, total=total or None, description=name)

    def open(self) -> None:
        """Put the bar on the screen."""
        if self._shown is None:
            self._shown = _made(self._stream)
            self._shown.start()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._shown is not None:
            self._shown.stop()


def _made(stream: IO[str]) -> "Progress":
    from rich.console import Console  # noqa: PLC0415 - 0.15 s that a short scan need not pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    shown = Progress(*columns, console=Console(file=stream), transient=True)
    shown.add_task("reading", total=None)
    return shown
