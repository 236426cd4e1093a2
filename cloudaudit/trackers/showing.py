"""Plans and what became of them, as text and as JSON."""

from collections.abc import Iterable, Sequence

from cloudaudit.model import Record
from cloudaudit.outputs.escape import visible
from cloudaudit.trackers.apply import Done
from cloudaudit.trackers.plan import Action, Do, counts

_SIGNS = {Do.CREATE: "+", Do.UPDATE: "~", Do.COMMENT: "~", Do.CLOSE: "-", Do.REOPEN: "+", Do.LEAVE: " "}
_WIDEST = max(len(do) for do in Do)


class Step(Record, frozen=True):
    """One action in JSON."""

    do: Do
    reason: str
    key: str
    title: str
    ticket: str
    address: str
    refused: str


def line(action: Action) -> str:
    """One action on one line: a sign, what is done, the ticket, its title, and why."""
    name = f"{action.ticket.name} " if action.ticket else ""
    title = action.title or (action.case.lead.message if action.case else "")
    return f"  {_SIGNS[action.do]} {action.do:<{_WIDEST}}  {visible(f'{name}{title}')} ({visible(action.reason)})"


def outcome(done: Done) -> str:
    """What became of one action, with the page of the ticket."""
    where = done.ticket.address if done.ticket else ""
    said = f"\n      refused: {visible(done.refused)}" if done.refused else f"\n      {where}" if where else ""
    return f"{line(done.action)}{said}"


def summary(actions: Iterable[Action], *, planned: bool) -> str:
    """How many of each."""
    words = {
        Do.CREATE: ("to create", "created"),
        Do.UPDATE: ("to update", "updated"),
        Do.COMMENT: ("to comment on", "commented on"),
        Do.CLOSE: ("to close", "closed"),
        Do.REOPEN: ("to reopen", "reopened"),
        Do.LEAVE: ("left as they are", "left as they are"),
    }
    found = counts(actions)
    said = [f"{found[do]:,} {words[do][0 if planned else 1]}" for do in Do if found[do]]
    return ", ".join(said) or "there is nothing to do"


def steps(done: Sequence[Done]) -> list[Step]:
    """The actions, for programs."""
    return [
        Step(
            do=one.action.do,
            reason=one.action.reason,
            key=_key(one),
            title=one.action.title,
            ticket=one.ticket.name if one.ticket else "",
            address=one.ticket.address if one.ticket else "",
            refused=one.refused,
        )
        for one in done
    ]


def _key(done: Done) -> str:
    case, ticket = done.action.case, done.ticket
    return case.key if case else ticket.memory.key if ticket else ""
