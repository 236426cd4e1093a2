"""A progress line on a terminal, for whatever takes longer than two seconds."""

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


@contextmanager
def progress(stream: IO[str]) -> Iterator[Tell]:
    """Something to tell progress to. It shows nothing unless `stream` is a terminal and two seconds have passed."""
    if not stream.isatty():
        yield lambda _done, _total, _what: None
        return
    bar = _Bar(stream)
    try:
        yield bar.tell
    finally:
        bar.close()


class _Bar:
    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._started = time.monotonic()
        self._shown: Progress | None = None

    def tell(self, done: int, total: int, what: str) -> None:
        """Show where we are."""
        if self._shown is None:
            if time.monotonic() - self._started < DELAY:
                return
            self._shown = _open(self._stream)
        task = self._shown.task_ids[0]
        self._shown.update(task, completed=done, total=total or None, description=visible(what)[-40:])

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._shown is not None:
            self._shown.stop()


def _open(stream: IO[str]) -> "Progress":
    from rich.console import Console  # noqa: PLC0415 - 0.15 s that a short scan need not pay
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    shown = Progress(*columns, console=Console(file=stream), transient=True)
    shown.add_task("", total=None)
    shown.start()
    return shown
