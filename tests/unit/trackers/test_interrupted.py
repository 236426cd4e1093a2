"""An export may end at any request, and any answer may get lost: the next run brings it to the same end, once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from cloudaudit.errors import RemoteError
from cloudaudit.model import Severity
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import Observed, State
from tests.standins.exports import STAND_INS, Clock, Exporter, observed
from tests.standins.forges import running
from tests.standins.trackers import TrackerStandIn

Before = Callable[[Exporter, TrackerStandIn], object]
_FATES = [("unanswered", True), ("lost", False), ("unanswered", False)]
"""Killed after a write, and so before the next one; the request lost on the way, the answer lost on the way back."""


class Scenario(NamedTuple):
    """What was there before, and what was observed in the run that is interrupted."""

    before: Before
    found: tuple[Observed, ...]


def _nothing(_: Exporter, __: TrackerStandIn) -> None:
    pass


def _open(export: Exporter, _: TrackerStandIn) -> None:
    export(observed())


def _closed(export: Exporter, _: TrackerStandIn) -> None:
    export(observed())
    export(observed(state=State.FIXED))


def _closed_by_hand(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())
    server.close_by_hand(0)


def _reopened_by_hand(export: Exporter, server: TrackerStandIn) -> None:
    _closed(export, server)
    server.reopen_by_hand(0)


def _held(export: Exporter, server: TrackerStandIn) -> None:
    _reopened_by_hand(export, server)
    export(observed(state=State.FIXED))


def _twice(export: Exporter, _: TrackerStandIn) -> None:
    tracker = export.connect()
    (action,) = export.plan(observed(), tracker=tracker).actions
    assert action.draft is not None
    tracker.prepare(write=True)
    tracker.create(action.draft)
    tracker.create(action.draft)


def _grouped(export: Exporter, _: TrackerStandIn) -> None:
    export.settings = Export(group_by="rule", group_above=1)
    export(observed("a"), observed("b"))


_SCENARIOS = {
    "two new tickets": Scenario(_nothing, (observed("a"), observed("b"))),
    "another severity": Scenario(_open, (observed(severity=Severity.CRITICAL, message="Worse."),)),
    "fixed": Scenario(_open, (observed(state=State.FIXED),)),
    "accepted": Scenario(_open, (observed(state=State.ACCEPTED),)),
    "removed": Scenario(_open, (observed(state=State.REMOVED),)),
    "fails again": Scenario(_closed, (observed(),)),
    "closed by a person": Scenario(_closed_by_hand, (observed(),)),
    "passes what a person closed": Scenario(_closed_by_hand, (observed(state=State.FIXED),)),
    "reopened by a person": Scenario(_reopened_by_hand, (observed(state=State.FIXED),)),
    "fails again what a person reopened": Scenario(_held, (observed(),)),
    "a duplicate": Scenario(_twice, (observed(),)),
    "fewer in a group": Scenario(_grouped, (observed("a"), observed("b", State.FIXED))),
}


@contextmanager
def _there(kind: str, scenario: Scenario) -> Iterator[tuple[Exporter, TrackerStandIn]]:
    """A tracker, as it is before the run."""
    for server in running(STAND_INS[kind]):
        assert isinstance(server, TrackerStandIn)
        export = Exporter(server, Clock())
        scenario.before(export, server)
        yield export, server


@pytest.mark.parametrize(("fate", "dead"), _FATES)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, name)
        for kind, tracker in sorted(STAND_INS.items())
        for name in _SCENARIOS
        if name != "a duplicate" or not tracker.unique
    ],
)
def test_the_next_run_ends_what_was_interrupted_at_any_write(kind: str, name: str, fate: str, *, dead: bool) -> None:
    scenario = _SCENARIOS[name]
    with _there(kind, scenario) as (export, server):
        before = server.writes
        export(*scenario.found)
        writes, wanted = server.writes - before, server.seen()

    assert writes
    for write in range(1, writes + 1):
        with _there(kind, scenario) as (export, server):
            server.description = None  # the run that nobody interrupted was checked
            server.break_at(write, fate, dead=dead)
            if dead:
                with pytest.raises(RemoteError):
                    export(*scenario.found)
            else:
                export(*scenario.found)
            server.break_at(0, "", dead=False)
            export(*scenario.found)
            before = server.writes

            assert server.seen() == wanted, f"write {write} of {writes}"
            assert export(*scenario.found) == []
            assert server.writes == before


@pytest.mark.parametrize("kind", sorted(STAND_INS))
def test_what_was_said_before_the_interruption_is_no_reason_for_what_is_decided_after_it(kind: str) -> None:
    with _there(kind, Scenario(_open, ())) as (export, server):
        server.break_at(1, "unanswered", dead=True)
        with pytest.raises(RemoteError):
            export(observed(state=State.FIXED))
        server.break_at(0, "", dead=False)

        export(observed(state=State.ACCEPTED))

        (ticket,) = server.seen()
        assert not ticket.open
        assert ("Fixed" if server.one_write else "Accepted") in ticket.comments[-1]


@pytest.mark.parametrize("later", [State.OPEN, State.UNKNOWN, State.ACCEPTED])
@pytest.mark.parametrize("kind", sorted(STAND_INS))
def test_a_run_that_ends_an_interrupted_one_says_only_what_it_saw_itself(kind: str, later: State) -> None:
    with _there(kind, Scenario(_open, ())) as (export, server):
        before = server.writes
        export(observed(state=State.FIXED))
        writes = server.writes - before

    for write in range(1, writes + 1):
        with _there(kind, Scenario(_open, ())) as (export, server):
            server.break_at(write, "unanswered", dead=True)
            with pytest.raises(RemoteError):
                export(observed(state=State.FIXED))
            server.break_at(0, "", dead=False)

            now = observed(state=later, run="13", at="2026-11-23T02:00:00Z")
            for _ in range(3):
                export(now)

            (ticket,) = server.seen()
            assert not any("Fixed" in comment and "13" in comment for comment in ticket.comments), f"write {write}"
            assert ticket.open or later is not State.OPEN
            assert export(now) == []
