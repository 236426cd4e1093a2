"""Roots are shared among processes, and nobody notices but the clock."""

import os
import signal
import time

import pytest

from cloudaudit.errors import RuleError, SourceError
from cloudaudit.workers import Share, available

forks = pytest.mark.skipif(available() < 2, reason="there is one processor only, or no safe fork")


def numbers(share: Share[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    def work() -> None:
        for number in range(count):
            if share.takes(str(number)):
                share.put((number, os.getpid()))

    return share.run(work)


def test_one_process_does_all_when_there_is_little_to_do() -> None:
    results = numbers(Share(4, delay=60), 5)

    assert results == [(number, os.getpid()) for number in range(5)]


@forks
def test_results_of_several_processes_come_in_order() -> None:
    results = numbers(Share(3, delay=0), 2000)

    assert [number for number, _ in results] == list(range(2000))


@forks
def test_an_error_of_another_process_is_raised_here() -> None:
    share: Share[int] = Share(2, delay=0)
    first = os.getpid()

    def work() -> None:
        for _ in range(50):
            if not share.takes():
                continue
            if os.getpid() != first:
                raise RuleError("found there")
            time.sleep(0.01)  # so that the other process comes to draw a root, too
            share.put(1)

    with pytest.raises(RuleError, match="found there"):
        share.run(work)


@forks
def test_a_process_that_dies_is_an_error_not_a_smaller_report() -> None:
    share: Share[int] = Share(2, delay=0)
    first = os.getpid()

    def work() -> None:
        for _ in range(3):
            if share.takes():
                share.put(1)
            if os.getpid() != first:
                os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(SourceError, match="died"):
        share.run(work)


def test_a_source_that_never_asks_is_not_shared() -> None:
    share: Share[int] = Share(4, delay=0)

    def work() -> None:
        share.put(1)
        share.put(2)

    assert share.run(work) == [1, 2]
