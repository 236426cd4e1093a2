"""From what was observed to what is done: tickets are listed, a plan is made, and carried out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from cloudaudit.history import Linked
from cloudaudit.model import Record
from cloudaudit.trackers.cases import Case, Observed, State, cases, unseen
from cloudaudit.trackers.plan import Action, Scene, plan
from cloudaudit.trackers.tracker import Memory, Ticket, Tracker


class Source(Protocol):
    """Where it is known how findings stand: a report, or the store."""

    def observed(self, has: Collection[str]) -> Iterable[Observed]:
        """The findings; of those that are settled, at least the ones whose tickets have a key in `has`."""

    def absent(self, memory: Memory) -> Observed | None:
        """What is known of a ticket none of whose findings was observed; None where that is nothing."""

    def unseen(self, memory: Memory, *, closing: bool) -> str:
        """Why what was observed is not all that a group's ticket is about; empty where it is."""


class Planned(Record, frozen=True):
    """The actions, and all tickets that are there."""

    actions: tuple[Action, ...]
    tickets: tuple[Ticket, ...]


def prepare(tracker: Tracker, source: Source, links: Sequence[Linked], scene: Scene) -> Planned:
    """What is to be done. `links` are the tickets that the store knows of: one that has lost its mark is found by them.
    RemoteError if the tracker refuses."""
    tracker.prepare(write=False)
    tickets = _tickets(tracker, links)
    has = {ticket.memory.key: ticket.memory for ticket in tickets}
    settings, observed = scene.settings, source.observed(has)
    found = cases(observed, has, scene.picked, group_by=settings.group_by, above=settings.group_above)
    told = [_told(case, has.get(case.key), source) for case in found]
    return Planned(actions=plan((*told, *_absent(has, found, source)), tickets, scene), tickets=tuple(tickets))


def _tickets(tracker: Tracker, links: Sequence[Linked]) -> list[Ticket]:
    listed = list(tracker.tickets())
    keys = {ticket.memory.key for ticket in listed}
    lost = (tracker.find(link.ticket, remembered(link)) for link in links if link.key not in keys)
    return [*listed, *(ticket for ticket in lost if ticket is not None)]


def _told(case: Case, memory: Memory | None, source: Source) -> Case:
    """A group as it is, or as unknown: its ticket may be about more than was looked at this time."""
    if memory is None or not case.group:
        return case
    why = source.unseen(memory, closing=case.state is not State.OPEN)
    return Case(key=case.key, group=case.group, members=(unseen(case.lead, why),)) if why else case


def _absent(has: Mapping[str, Memory], found: Iterable[Case], source: Source) -> Iterator[Case]:
    """The cases of tickets whose findings nobody observed."""
    observed = {case.key for case in found}
    for key, memory in has.items():
        if key not in observed and (one := source.absent(memory)) is not None:
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
