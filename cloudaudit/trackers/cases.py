"""What wants a ticket: findings as the last run that looked at them saw them, alone or in groups."""

import enum
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec

from cloudaudit.model import Decision, Fix, Location, Record, Severity, Theme


class State(enum.StrEnum):
    """What is known of a finding, or of all findings of a ticket."""

    OPEN = "open"
    ACCEPTED = "accepted"
    FIXED = "fixed"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class About(Record, frozen=True):
    """What a rule says to people."""

    title: str
    theme: Theme | None = None
    criteria: tuple[str, ...] = ()
    why: str = ""
    fix: Fix = Fix(effect="manual")


class Observed(Record, frozen=True):
    """One finding. `target` is what the store calls what was looked at, `run` the run that said this and `at` when
    (empty where nobody noted it); `since` is the day on which the failure was first seen, as far as known. `removed` is
    `state` when nothing is judged there any more; what a run did not look at is `unknown`, with why in `because`."""

    fingerprint: str
    rule: str
    about: About
    target: str
    state: State
    severity: Severity
    resource: str
    address: str
    type: str
    message: str
    root: str = ""
    because: tuple[str, ...] = ()
    decision: Decision | None = None
    location: Location | None = None
    account: str = ""
    region: str = ""
    arn: str = ""
    environment: str = ""
    owner: str = ""
    since: str = ""
    run: str = ""
    at: str = ""

    @property
    def key(self) -> str:
        """Of the ticket of this finding alone: the same resource in two targets are two problems."""
        return key_of("finding", self.target, self.fingerprint)


def unseen(about: "Observed", why: str) -> "Observed":
    """The finding as one of which nothing can be said this time."""
    return msgspec.structs.replace(about, state=State.UNKNOWN, because=(why,))


class Case(Record, frozen=True):
    """What one ticket is about: a finding, or a `group` of them ("rule rds-instance-encrypted"), the worst first."""

    key: str
    members: tuple[Observed, ...]
    group: str = ""

    @property
    def lead(self) -> Observed:
        """The worst finding that is open, else the worst."""
        return self.members[0]

    @property
    def state(self) -> State:
        """Open while one is; nothing is settled while one is unknown."""
        states = {one.state for one in self.members}
        order = (State.OPEN, State.UNKNOWN, State.ACCEPTED, State.FIXED, State.REMOVED)
        return next(state for state in order if state in states)

    @property
    def severity(self) -> Severity:
        """That of the worst open finding."""
        return self.lead.severity


class Picked(Record, frozen=True):
    """Which findings get new tickets: an empty field picks all. Tickets that are there are followed whatever is picked.
    With `unknown`, verdicts that are unknown get tickets, too."""

    severity: Severity = Severity.LOW
    rules: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    unknown: bool = False

    def wants(self, one: Observed) -> bool:
        """Whether the finding gets a ticket if it has none."""
        return (one.state is State.OPEN or (self.unknown and one.state is State.UNKNOWN)) and self.covers(one)

    def covers(self, one: Observed) -> bool:
        """Whether it is among those picked, whatever its state."""
        return (
            one.severity.weight >= self.severity.weight
            and _among(one.rule, self.rules)
            and _among(one.about.theme or "", self.themes)
            and (not self.criteria or not set(self.criteria).isdisjoint(one.about.criteria))
            and _among(one.environment, self.environments)
            and _among(one.account, self.accounts)
        )


def key_of(*parts: str) -> str:
    """32 hex digits made of the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def cases(
    found: Iterable[Observed], has: Collection[str], picked: Picked, *, group_by: str = "", above: int = 0
) -> tuple[Case, ...]:
    """What there are tickets of, or should be; `has` are the keys of the tickets that are there.

    A finding with a ticket of its own keeps it. The others that share a rule, a resource or a root come together in one
    ticket if there is such a ticket, or if more than `above` of them want one.
    """
    alone: list[Case] = []
    shared: dict[tuple[str, str], list[Observed]] = defaultdict(list)
    for one in found:
        group = _group(one, group_by)
        if one.key in has or not group:
            alone.append(Case(key=one.key, members=(one,)))
        else:
            shared[one.target, group].append(one)
    for (target, group), members in shared.items():
        key = key_of(group_by, target, group)
        wanting = [one for one in members if picked.wants(one)]
        if key in has or len(wanting) > above:
            name = f"{group_by} {group}"
            kept = wanting if key not in has else [one for one in members if picked.covers(one)] or members
            alone.append(Case(key=key, group=name, members=tuple(sorted(kept, key=_worst))))
        else:
            alone += [Case(key=one.key, members=(one,)) for one in members]
    return tuple(sorted(alone, key=lambda case: (_worst(case.lead), case.key)))


def _group(one: Observed, by: str) -> str:
    """What the finding shares with others of its target; empty where every finding is for itself."""
    if not by:
        return ""
    return {"rule": one.rule, "resource": one.address or one.resource, "root": one.root or one.target}[by]


def _worst(one: Observed) -> tuple[bool, int, str, str, str]:
    return one.state is not State.OPEN, -one.severity.weight, one.rule, one.root, one.resource


def _among(name: str, names: Sequence[str]) -> bool:
    return not names or name in names
