"""A change that was under way when a run was interrupted, seen by a run that may know better."""

import pytest

from cloudaudit.settings import Export
from cloudaudit.trackers.cases import Case, Picked, State
from cloudaudit.trackers.plan import Action, Do, Scene, plan
from cloudaudit.trackers.tracker import Memory, Ticket
from tests.standins.exports import TODAY, observed


def _action(state: State, said: str, *, is_open: bool) -> Action:
    """What is done with a ticket on its way to what was said."""
    one = observed(state=state)
    memory = Memory(key=one.key, target=one.target, said=said, turn=1, severity="high", pending=True)
    ticket = Ticket(id="1", name="#1", address="", open=is_open, title="", memory=memory)
    scene = Scene(settings=Export(), picked=Picked(), today=TODAY)
    (action,) = plan([Case(key=one.key, members=(one,))], [ticket], scene)
    return action


@pytest.mark.parametrize("is_open", [True, False])
def test_nothing_is_carried_on_with_while_it_is_unknown(*, is_open: bool) -> None:
    assert _action(State.UNKNOWN, "fixed", is_open=is_open).do is Do.LEAVE


@pytest.mark.parametrize(
    ("said", "state", "is_open", "do"),
    [
        ("fixed", State.FIXED, True, Do.CLOSE),
        ("fixed", State.FIXED, False, Do.UPDATE),
        ("open", State.OPEN, False, Do.REOPEN),
        ("open", State.OPEN, True, Do.UPDATE),
    ],
)
def test_what_still_holds_is_brought_to_its_end(said: str, state: State, *, is_open: bool, do: Do) -> None:
    action = _action(state, said, is_open=is_open)

    assert action.change is not None
    assert (action.do, action.change.memory.said, action.change.memory.turn) == (do, said, 1)
    assert not action.change.memory.pending
    assert action.change.comment


@pytest.mark.parametrize(("said", "state", "is_open"), [("declined", State.OPEN, False), ("held", State.FIXED, True)])
def test_what_was_to_be_said_to_a_person_is_said_under_the_same_mark(said: str, state: State, *, is_open: bool) -> None:
    action = _action(state, said, is_open=is_open)

    assert action.change is not None
    assert action.do is Do.COMMENT
    assert action.change.mark.endswith(f".1.{said}")


@pytest.mark.parametrize(
    ("said", "state", "is_open", "do", "then"),
    [
        ("fixed", State.OPEN, True, Do.COMMENT, "open"),
        ("fixed", State.OPEN, False, Do.REOPEN, "open"),
        ("fixed", State.ACCEPTED, True, Do.CLOSE, "accepted"),
        ("open", State.FIXED, True, Do.CLOSE, "fixed"),
    ],
)
def test_what_holds_no_more_is_dropped_for_what_does(
    said: str, state: State, *, is_open: bool, do: Do, then: str
) -> None:
    action = _action(state, said, is_open=is_open)

    assert action.change is not None
    assert (action.do, action.change.memory.said) == (do, then)
    assert not action.change.memory.pending
    assert "Fixed" not in str(action.change.comment) or state is State.FIXED
