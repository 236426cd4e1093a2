"""Shares the roots of a target among processes, once they turn out to be a second of work or more.

The processes are forked while the target is being read, so each has all that was read until then, and nothing is read
twice. They draw the numbers of roots from one pipe: whoever is done with a root draws the next.
"""

import os
import struct
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, NoReturn, TypeVar

from cloudaudit.errors import SourceError

T = TypeVar("T")
DELAY = 1.0
_NUMBER = struct.Struct("=I")
# As many numbers as a pipe holds; a tree of more roots keeps the rest in this process.
_MOST = 16_000


def available() -> int:
    """The processors that this process may use; 1 where processes cannot be forked safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


class Share(Generic[T]):
    """The share of one process in a row of roots.

    `takes` is asked once for each root in order, and says whether it falls to us. `put` is told what became of a root,
    and forks when it is time. `run` does the work and ends it: a forked process hands over what it has and is gone, the
    first process gets it all in order.
    """

    def __init__(self, jobs: int, delay: float = DELAY) -> None:
        self._jobs = jobs
        self._due = time.monotonic() + delay
        self._asked = 0
        self._drawn = 0
        self._numbers = -1
        self._ours: list[tuple[int, T]] = []
        self._children: list[tuple[int, int]] = []
        self._answers = -1

    @property
    def first(self) -> bool:
        """Whether this is the process that began, which alone may talk to the user."""
        return self._answers < 0

    @property
    def reached(self) -> int:
        """How many roots have been taken by somebody, as far as we can tell."""
        return self._asked

    def takes(self, _name: str = "") -> bool:
        """Whether the next root is ours."""
        number = self._asked
        self._asked += 1
        if self._numbers < 0:
            return True
        if self._drawn < number:
            self._drawn = self._draw(number)
        return self._drawn == number

    def put(self, result: T) -> None:
        """Keep the result of the root last taken; perhaps share the others."""
        self._ours.append((self._asked - 1, result))
        asked = self._asked > 0  # a source that never asks reads everything itself
        if asked and self._jobs > 1 and self._numbers < 0 and time.monotonic() >= self._due:
            self._split()

    def _gather(self) -> list[T]:
        if not self.first:
            self._hand_over((self._ours, None))
        found = list(self._ours)
        for process, answers in self._children:
            found += self._collect(process, answers)
        return [result for _, result in sorted(found, key=lambda pair: pair[0])]

    def run(self, work: Callable[[], None]) -> list[T]:
        """All results in the order of their roots, once `work` has taken and put them. What a forked process raises is
        raised here; SourceError if one died."""
        try:
            work()
        except BaseException as error:
            if not self.first:
                self._hand_over(([], error))
            raise
        return self._gather()

    def _split(self) -> None:
        self._numbers, tickets = os.pipe()
        self._drawn = self._asked - 1
        first = self._asked
        os.write(tickets, b"".join(_NUMBER.pack(number) for number in range(first, first + _MOST)))
        os.close(tickets)
        for _ in range(self._jobs - 1):
            answers, ours = os.pipe()
            if process := os.fork():
                os.close(ours)
                self._children.append((process, answers))
            else:
                os.close(answers)
                self._answers, self._children, self._ours = ours, [], []
                return

    def _draw(self, least: int) -> int:
        """The next number that nobody has; those beyond the pipe fall to the first process."""
        ticket = os.read(self._numbers, _NUMBER.size)
        if len(ticket) == _NUMBER.size:
            return int(_NUMBER.unpack(ticket)[0])
        return least if self.first else sys.maxsize

    def _hand_over(self, answer: Any) -> NoReturn:
        """Write the answer and end, without running anything that belongs to the first process."""
        import pickle  # noqa: PLC0415 - most scans need no second process

        try:
            with os.fdopen(self._answers, "wb") as pipe:
                pickle.dump(answer, pipe, pickle.HIGHEST_PROTOCOL)
        finally:
            os._exit(0)

    @staticmethod
    def _collect(process: int, answers: int) -> Iterable[tuple[int, Any]]:
        import pickle  # noqa: PLC0415 - as above

        with os.fdopen(answers, "rb") as pipe:
            data = pipe.read()
        os.waitpid(process, 0)
        if not data:
            raise SourceError("a process that read some of the roots died, perhaps for want of memory; try --jobs 1")
        results: list[tuple[int, Any]]
        results, error = pickle.loads(data)  # noqa: S301 - written by our own process, to a pipe that nobody else has
        if error is not None:
            raise error
        return results
