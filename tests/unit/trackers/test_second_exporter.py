"""Two exports at the same time: whatever their order, one ticket is left for each finding."""

from itertools import zip_longest

import pytest

from cloudaudit.trackers.apply import apply
from tests.standins.exports import STAND_INS, Exporter, observed
from tests.standins.trackers import TrackerStandIn

FOUND = (observed("a"), observed("b"), observed("c"))


def _left(server: TrackerStandIn) -> list[str]:
    return sorted(ticket.title for ticket in server.seen() if ticket.open)


def test_of_two_that_plan_at_the_same_time_the_second_closes_what_it_made(
    export: Exporter, server: TrackerStandIn
) -> None:
    one, other = export.connect(), export.connect()
    plans = [(tracker, export.plan(*FOUND, tracker=tracker)) for tracker in (one, other)]
    for tracker, planned in plans:
        tracker.prepare(write=True)
        list(apply(planned.actions, tracker))

    again = export(*FOUND)

    assert again == []
    assert _left(server) == sorted(one.message.rstrip(".") for one in FOUND)
    assert all("two runs at the same time" in ticket.comments[0] for ticket in server.seen() if not ticket.open)


def test_two_that_write_in_turns_leave_one_ticket_each(export: Exporter, server: TrackerStandIn) -> None:
    one, other = export.connect(), export.connect()
    steps = []
    for tracker in (one, other):
        planned = export.plan(*FOUND, tracker=tracker)
        tracker.prepare(write=True)
        steps.append(apply(planned.actions, tracker))
    for _ in zip_longest(*steps):
        pass

    again = export(*FOUND)

    assert again == []
    assert _left(server) == sorted(one.message.rstrip(".") for one in FOUND)
    assert len(server.seen()) == (3 if server.unique else 6)
    assert all(len(ticket.comments) == (not ticket.open) for ticket in server.seen())


@pytest.mark.parametrize("server", [name for name, tracker in STAND_INS.items() if not tracker.unique], indirect=True)
def test_a_duplicate_that_a_person_reopens_is_left_open(export: Exporter, server: TrackerStandIn) -> None:
    tracker = export.connect()
    (action,) = export.plan(observed(), tracker=tracker).actions
    assert action.draft is not None
    tracker.prepare(write=True)
    tracker.create(action.draft)
    tracker.create(action.draft)
    export(observed())
    (closed,) = [place for place, ticket in enumerate(server.seen()) if not ticket.open]
    server.reopen_by_hand(closed)

    assert export(observed()) == []
    assert [ticket.open for ticket in server.seen()] == [True, True]
