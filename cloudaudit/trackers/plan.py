"""What has to be done so that the tickets say what is: pure, from cases and tickets to actions.

| the finding | no ticket | ticket open | ticket closed by us | closed by a person |
| --- | --- | --- | --- | --- |
| fails | create | update | reopen | say once that it still fails; leave |
| is accepted | - | close | leave | leave |
| passes, or its resource is gone | - | close | leave | confirm once |
| unknown, or was not looked at | - | leave | leave | leave |

A ticket that a person reopened is told once why it was closed, and then left alone until the finding fails again.
"""

import enum
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import msgspec

from cloudaudit.model import Record
from cloudaudit.settings import Export
from cloudaudit.trackers import text
from cloudaudit.trackers.cases import Case, Picked, State
from cloudaudit.trackers.document import Document
from cloudaudit.trackers.owners import assignee
from cloudaudit.trackers.tracker import LABEL, Change, Draft, Memory, Ticket

_MOST_ROOTS = 50
SOMEWHERE = "*"
"""In the place of the names of very many roots."""


class Do(enum.StrEnum):
    """What is done with a ticket."""

    CREATE = "create"
    UPDATE = "update"
    COMMENT = "comment"
    CLOSE = "close"
    REOPEN = "reopen"
    LEAVE = "leave"


class Action(Record, frozen=True):
    """One step: what to do, with what, and why. `case` is None for a ticket whose finding is not in the report."""

    do: Do
    reason: str
    case: Case | None = None
    ticket: Ticket | None = None
    draft: Draft | None = None
    change: Change | None = None

    @property
    def title(self) -> str:
        """What the ticket is called, or will be."""
        return self.ticket.title if self.ticket else self.draft.title if self.draft else ""


class Scene(Record, frozen=True):
    """What a plan is made for: the settings, which findings get tickets, today (YYYY-MM-DD), and how to link to what is
    in a file or an account."""

    settings: Export
    picked: Picked
    today: str
    links: text.Links = text.Links()


def plan(found: Sequence[Case], tickets: Iterable[Ticket], scene: Scene) -> tuple[Action, ...]:
    """The actions: new tickets first, the worst first, at most as many as the settings allow; then the others."""
    by_key: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_key[ticket.memory.key].append(ticket)
    made: list[Action] = []
    followed: list[Action] = []
    for case in found:
        mine = by_key.pop(case.key, [])
        if mine:
            followed.append(_follow(case, _first(mine), scene))
            followed += duplicates(mine)
        elif any(scene.picked.wants(one) for one in case.members):
            made.append(_create(case, scene, over=len(made) >= scene.settings.max_new))
    for several in by_key.values():
        followed += [Action(do=Do.LEAVE, reason="not in this report", ticket=one) for one in several if one.open]
    return (*made, *followed)


def duplicates(tickets: Iterable[Ticket]) -> list[Action]:
    """Of several open tickets with one key, given oldest first, all but the oldest are closed; one that a person
    reopened stays."""
    by_key: dict[str, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        by_key[ticket.memory.key].append(ticket)
    return [
        _duplicate(one, _first(mine))
        for mine in by_key.values()
        for one in mine
        if one.open and one != _first(mine) and (one.memory.said != "duplicate" or one.memory.pending)
    ]


def _first(mine: Sequence[Ticket]) -> Ticket:
    """The one that counts: the oldest that is open, else the oldest that is no duplicate."""
    return min(mine, key=lambda one: (not one.open, one.memory.said == "duplicate"))


def counts(actions: Iterable[Action]) -> dict[Do, int]:
    """How many actions there are of each kind."""
    found = dict.fromkeys(Do, 0)
    for action in actions:
        found[action.do] += 1
    return found


def _create(case: Case, scene: Scene, *, over: bool) -> Action:
    if over:
        reason = f"{scene.settings.max_new} new tickets are the most for one run (--max-new)"
        return Action(do=Do.LEAVE, reason=reason, case=case)
    lead, settings = case.lead, scene.settings
    single = not case.group
    memory = _written(
        Memory(
            key=case.key,
            target=lead.target,
            since=lead.since or scene.today,
            opened=scene.today,
            severity=case.severity.value,
            fingerprint=lead.fingerprint if single else "",
            rule=lead.rule if single or settings.group_by == "rule" else "",
            roots=_roots(case, ()),
        ),
        case,
        scene,
    )
    draft = Draft(
        memory=memory,
        title=text.title(case),
        text=_body(case, memory, scene),
        severity=case.severity,
        labels=(LABEL, text.severity_label(case.severity), *settings.labels),
        assignee=assignee(lead, settings.assignees),
        milestone=settings.milestone,
        due=_due(memory, scene),
        priority=settings.priorities.get(case.severity.value, ""),
    )
    return Action(do=Do.CREATE, reason=text.because(case), case=case, draft=draft)


def _roots(case: Case, before: Sequence[str]) -> tuple[str, ...]:
    """Where the findings of the ticket are or were. Of very many roots no scan can show by itself that it saw them all:
    a ticket has no room for their names, so there it is the store's to say."""
    if SOMEWHERE in before:
        return (SOMEWHERE,)
    found = {*before, *(one.root for one in case.members)}
    return tuple(sorted(found)) if len(found) <= _MOST_ROOTS else (SOMEWHERE,)


def _due(memory: Memory, scene: Scene) -> str:
    """The last day, counted from the one on which the ticket was made."""
    days = scene.settings.due_days.get(memory.severity)
    return (date.fromisoformat(memory.opened) + timedelta(days=days)).isoformat() if days is not None else ""


_STATES = {Do.CLOSE: "closed", Do.REOPEN: "open"}
_SETTLED = {State.FIXED: "fixed", State.REMOVED: "removed", State.ACCEPTED: "accepted"}


def _follow(case: Case, ticket: Ticket, scene: Scene) -> Action:
    """What to do with the ticket that a case has."""
    if case.state is State.UNKNOWN:
        return _leave(case, ticket, f"cannot tell this time: {text.cause(case)}")
    if ticket.memory.pending:
        if ticket.memory.said == _SETTLED.get(case.state, "open"):
            return _resume(case, ticket)
        ticket = _dropped(case, ticket)
    memory = ticket.memory
    if case.state is State.OPEN:
        return _open(case, ticket, scene)
    if ticket.open:
        return _settle(case, ticket)
    said = _SETTLED[case.state]
    if memory.said == said or case.state is State.ACCEPTED:
        return _leave(case, ticket, f"closed as {memory.said}" if memory.said != "open" else "closed by a person")
    return _say(Do.COMMENT, ticket, said, text.closing(case), case=case)


def _settle(case: Case, ticket: Ticket) -> Action:
    """An open ticket of what does not fail any more."""
    if ticket.memory.said == "open":
        return _say(Do.CLOSE, ticket, _SETTLED[case.state], text.closing(case), case=case)
    if ticket.memory.said == "held":
        return _leave(case, ticket, "a person reopened it")
    return _say(Do.COMMENT, ticket, "held", text.held(case), case=case)


def _open(case: Case, ticket: Ticket, scene: Scene) -> Action:
    memory = ticket.memory
    if not ticket.open and memory.said == "declined":
        return _leave(case, ticket, "a person closed it")
    if not ticket.open and memory.said == "open":
        return _say(Do.COMMENT, ticket, "declined", text.declined(case), case=case)
    if not ticket.open:
        return _say(Do.REOPEN, ticket, "open", text.reopening(case, memory), case=case)
    if memory.said != "open":
        return _say(Do.COMMENT, ticket, "open", text.reopening(case, memory), case=case)
    roots = _roots(case, memory.roots)
    after = _written(msgspec.structs.replace(memory, severity=case.severity.value, roots=roots), case, scene)
    if after == memory:
        return _leave(case, ticket, "up to date")
    other = memory.severity != case.severity.value
    change = Change(
        memory=after,
        title=text.title(case) if _untouched(ticket) and after.title != memory.title else "",
        text=_body(case, after, scene) if after.text != memory.text else (),
        add=(text.severity_label(case.severity),) if other else (),
        drop=(text.severity_label(memory.severity),) if other and memory.severity else (),
    )
    reason = f"{memory.severity} -> {case.severity}" if other else "the text has changed"
    return Action(do=Do.UPDATE, reason=reason, case=case, ticket=ticket, change=change)


def _resume(case: Case, ticket: Ticket) -> Action:
    """A change of state that was interrupted is brought to its end; the comment is written unless it was."""
    memory, is_open = ticket.memory, ticket.memory.said == "open"
    state = "open" if is_open else "closed"
    do = Do.UPDATE if ticket.open == is_open else Do.REOPEN if is_open else Do.CLOSE
    comment = text.reopening(case, memory) if is_open else text.closing(case)
    done = msgspec.structs.replace(memory, pending=False)
    change = Change(memory=done, state="" if do is Do.UPDATE else state, comment=comment)
    return Action(do=do, reason="an interrupted run", case=case, ticket=ticket, change=change)


_BEFORE = {"declined": "open", "held": "fixed"}


def _dropped(case: Case, ticket: Ticket) -> Ticket:
    """The ticket as if nothing were under way: what a run was about to say is said now, or does not hold any more."""
    memory = msgspec.structs.replace(ticket.memory, pending=False)
    if memory.said in _BEFORE:
        memory = msgspec.structs.replace(memory, said=_BEFORE[memory.said], turn=memory.turn - 1)
    elif ticket.open and case.state is not State.OPEN:
        memory = msgspec.structs.replace(memory, said="open")
    return msgspec.structs.replace(ticket, memory=memory)


def _say(do: Do, ticket: Ticket, said: str, comment: Document, *, case: Case) -> Action:
    """A comment that says something new, with the state that goes with it."""
    memory = msgspec.structs.replace(ticket.memory, said=said, turn=ticket.memory.turn + 1)
    change = Change(memory=memory, state=_STATES.get(do, ""), comment=comment)
    return Action(do=do, reason=text.because(case), case=case, ticket=ticket, change=change)


def _duplicate(ticket: Ticket, first: Ticket) -> Action:
    before = ticket.memory
    turn = before.turn + (not (before.pending and before.said == "duplicate"))
    memory = msgspec.structs.replace(before, said="duplicate", turn=turn, pending=False)
    change = Change(memory=memory, state="closed", comment=text.duplicate(first.name))
    return Action(do=Do.CLOSE, reason=f"a duplicate of {first.name}", ticket=ticket, change=change)


def _leave(case: Case, ticket: Ticket, reason: str) -> Action:
    return Action(do=Do.LEAVE, reason=reason, case=case, ticket=ticket)


def _body(case: Case, memory: Memory, scene: Scene) -> Document:
    return text.body(case, memory, due=_due(memory, scene), links=scene.links)


def _written(memory: Memory, case: Case, scene: Scene) -> Memory:
    """The memory once title and text are written. Links to a commit differ from run to run, and do not count."""
    plain = msgspec.structs.replace(scene, links=text.Links())
    return msgspec.structs.replace(
        memory, title=_digest(text.title(case)), text=_digest(str(_body(case, memory, plain)))
    )


def _untouched(ticket: Ticket) -> bool:
    """Whether the title is still what we wrote; a tracker that is only written to does not say."""
    return not ticket.title or _digest(ticket.title) == ticket.memory.title


def _digest(written: str) -> str:
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()[:16]
