"""Actions carried out one after the other: a run that is interrupted leaves what the next one can go on with."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.model import Record
from cloudaudit.trackers.plan import Action, Do, duplicates
from cloudaudit.trackers.tracker import Draft, Ticket, Tracker
from cloudaudit.transport import RefusedError, UnsettledError

_OF_ONE = (400, 404, 409, 410, 413, 422)
"""What a tracker answers when one ticket cannot be written as asked; anything else concerns all of them."""

_TRIES = 3


class Done(Record, frozen=True):
    """What became of an action: the ticket as it is now, or why the tracker refused."""

    action: Action
    ticket: Ticket | None = None
    refused: str = ""


def apply(actions: Iterable[Action], tracker: Tracker) -> Iterator[Done]:
    """Do what is planned, and tell of each step once it is done. One ticket that is refused stops no other; RemoteError
    when the tracker takes nothing any more."""
    created = []
    for action in actions:
        if action.do is Do.LEAVE:
            yield Done(action=action, ticket=action.ticket)
            continue
        try:
            ticket = _do(action, tracker)
        except RefusedError as error:
            if error.status not in _OF_ONE:
                raise
            yield Done(action=action, ticket=action.ticket, refused=str(error))
            continue
        if action.do is Do.CREATE:
            created.append(ticket.memory.key)
        yield Done(action=action, ticket=ticket)
    if created:
        yield from _single(created, tracker)


def _do(action: Action, tracker: Tracker) -> Ticket:
    if action.draft is not None:
        return _create(action.draft, tracker)
    if action.ticket is None or action.change is None:
        raise AssertionError(action.do)
    return tracker.change(action.ticket, action.change)


def _create(draft: Draft, tracker: Tracker) -> Ticket:
    """The new ticket. Where nobody knows whether it was made, it is looked for before it is made again."""
    for _ in range(_TRIES):
        try:
            return tracker.create(draft)
        except UnsettledError as error:
            found = [one for one in tracker.tickets() if one.memory.key == draft.memory.key]
            if found:
                return found[0]
            last: RemoteError = error
    raise TrackerError(f"{last}; nothing was made, run it again later") from last


def _single(keys: Sequence[str], tracker: Tracker) -> Iterator[Done]:
    """Somebody else may have exported at the same time: of two new tickets for one finding, the older stays."""
    mine = set(keys)
    for action in duplicates(one for one in tracker.tickets() if one.memory.key in mine):
        yield Done(action=action, ticket=_do(action, tracker))


def after(done: Done) -> Ticket | None:
    """The ticket with what is known of it now."""
    ticket, change = done.ticket, done.action.change
    if ticket is None or change is None or done.refused:
        return ticket
    return msgspec.structs.replace(ticket, memory=change.memory)
