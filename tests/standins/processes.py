"""Work in a process of its own, which may be killed, be somebody else, or run out of disk."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

NOBODY = 65_534


def apart(work: Callable[..., object], *arguments: Any) -> tuple[int, str]:
    """The exit code of a process that does the work (negative: the signal that killed it), and what it returned, or
    the error it ended in, as text."""
    (done,) = together(work, [arguments])
    return done


def together(work: Callable[..., object], each: Iterable[tuple[Any, ...]]) -> list[tuple[int, str]]:
    """The same for several processes at once."""
    begun = [_begin(work, arguments) for arguments in each]
    return [_end(*one) for one in begun]


def _begin(work: Callable[..., object], arguments: tuple[Any, ...]) -> tuple[Any, Any]:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_do, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    return process, ours


def _end(process: Any, ours: Any) -> tuple[int, str]:
    try:
        told = ours.recv()
    except EOFError:
        told = ""
    process.join()
    return process.exitcode, told


def _do(theirs: Any, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    try:
        theirs.send(str(work(*arguments)))
    except Exception as error:  # noqa: BLE001 - the test looks at it
        theirs.send(f"{type(error).__name__}: {error}")


def die() -> None:
    """As kill -9 does it."""
    os.kill(os.getpid(), signal.SIGKILL)


def become_nobody() -> None:
    """Root may write everything; nobody may not."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
