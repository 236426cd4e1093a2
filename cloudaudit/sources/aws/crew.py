"""Threads that work off tasks, where a task may bring more."""

import queue
import threading
from collections.abc import Callable
from typing import Any

Task = tuple[Callable[..., None], tuple[Any, ...]]


class Crew:
    """Runs tasks on at most `size` threads, the newest first, so that what a task brings is done with before others
    begin. `run` returns when all are done, and raises the first error of any."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: queue.LifoQueue[Task | None] = queue.LifoQueue()
        self._open = 0
        self._done = threading.Condition()
        self._error: BaseException | None = None

    def put(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do this too, some time."""
        with self._done:
            self._open += 1
        self._tasks.put((work, arguments))

    def run(self) -> None:
        """Work until nothing is left. An interrupt lets the running tasks end, drops the others, and is raised."""
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._size)]
        for thread in threads:
            thread.start()
        try:
            with self._done:
                while self._open and self._error is None:
                    self._done.wait(0.2)  # a wait without end would not hear Ctrl-C
        except BaseException as error:
            self._error = error
            raise
        finally:
            for _ in threads:
                self._tasks.put(None)
            for thread in threads:
                thread.join()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            work, arguments = task
            try:
                if self._error is None:
                    work(*arguments)
            except BaseException as error:  # noqa: BLE001 - raised by run, in the caller's thread
                self._error = self._error or error
            finally:
                with self._done:
                    self._open -= 1
                    self._done.notify_all()
