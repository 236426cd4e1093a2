"""From what was observed to what is done: tickets are listed, a plan is made, and carried out."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from cloudaudit.history import Linked
from cloudaudit.model import Record
from cloudaudit.trackers.cases import Case, Observed, cases
from cloudaudit.trackers.plan import Action, Scene, plan
from cloudaudit.trackers.tracker import Memory, Ticket, Tracker


class Planned(Record, frozen=True):
    """The actions, and all tickets that are there."""

    actions: tuple[Action, ...]
    tickets: tuple[Ticket, ...]


def prepare(
    tracker: Tracker,
    observed: Iterable[Observed],
    absent: Callable[[Memory], Observed | None],
    links: Sequence[Linked],
    scene: Scene,
) -> Planned:
    """What is to be done. `absent` says what is known of a ticket whose finding is not among the observed; `links` are
    the tickets that the store knows of: one that has lost its mark is found by them. RemoteError if it is refused."""
    tracker.prepare(write=False)
    tickets = _tickets(tracker, links)
    has = {ticket.memory.key for ticket in tickets}
    settings = scene.settings
    found = cases(observed, has, scene.picked, group_by=settings.group_by, above=settings.group_above)
    return Planned(actions=plan((*found, *_absent(tickets, found, absent)), tickets, scene), tickets=tuple(tickets))


def _tickets(tracker: Tracker, links: Sequence[Linked]) -> list[Ticket]:
    listed = list(tracker.tickets())
    keys = {ticket.memory.key for ticket in listed}
    lost = (tracker.find(link.ticket, remembered(link)) for link in links if link.key not in keys)
    return [*listed, *(ticket for ticket in lost if ticket is not None)]


def _absent(
    tickets: Iterable[Ticket], found: Iterable[Case], absent: Callable[[Memory], Observed | None]
) -> Iterable[Case]:
    """The cases of tickets whose findings nobody observed."""
    keys = {case.key for case in found}
    for ticket in tickets:
        key = ticket.memory.key
        if key not in keys and (one := absent(ticket.memory)) is not None:
            keys.add(key)
            yield Case(key=key, members=(one,))


def remembered(link: Linked) -> Memory:
    """What the store remembers of a ticket."""
    return msgspec.json.decode(link.memory, type=Memory)


def linked(ticket: Ticket) -> Linked:
    """A ticket as the store notes it."""
    memory = ticket.memory
    return Linked(
        key=memory.key,
        target=memory.target,
        fingerprint=memory.fingerprint,
        ticket=ticket.id,
        name=ticket.name,
        address=ticket.address,
        said=memory.said,
        opened=memory.opened,
        memory=msgspec.json.encode(memory).decode(),
    )
