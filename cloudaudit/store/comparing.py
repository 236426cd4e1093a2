"""Two runs of a target side by side. What did not change between them is not read."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from cloudaudit.history import Changed, Comparison, Difference, RunRow, Seen, State
from cloudaudit.model import Status, Verdict
from cloudaudit.store.states import Coverage, coverage, hidden_at, seen_by
from cloudaudit.store.tables import OBSERVATION

_BATCH = 500
_MANY = 5_000
"""Where more findings than this may differ, all are read at once."""


class _Side(NamedTuple):
    """One of the two runs: what it saw of the findings in question, and whether it could have seen others."""

    asked: Coverage
    hidden: set[str]
    seen: dict[str, Seen]

    def looked(self, one: Seen) -> bool:
        """Whether the run would have named the finding if it was there."""
        return self.asked.holds(one.subject.rule, one.subject.root) and one.subject.fingerprint not in self.hidden


def compare(connection: Connection, before: Sequence[RunRow], after: Sequence[RunRow]) -> Comparison:
    """What changed from the runs before to those after, target by target."""
    asked = coverage(connection, [run.number for run in (*before, *after)])
    first = {run.target: run for run in before}
    second = {run.target: run for run in after}
    changes: list[Changed] = []
    for target in sorted({*first, *second}):
        if target not in second:
            changes += _alone(connection, asked[first[target].number], target, Difference.UNSEEN)
        elif target not in first:
            changes += _alone(connection, asked[second[target].number], target, Difference.FIRST_SEEN)
        else:
            sides = asked[first[target].number], asked[second[target].number]
            changes += _both(connection, *sides, target)
    return Comparison(before=tuple(before), after=tuple(after), changes=tuple(sorted(changes, key=_order)))


def _alone(connection: Connection, asked: Coverage, target: str, kind: Difference) -> Iterator[Changed]:
    """The failures of a target that only one of the sides looked at."""
    for one in seen_by(connection, asked, target, failing=True).values():
        states = (one.state, None) if kind is Difference.UNSEEN else (None, one.state)
        yield Changed(kind=kind, subject=one.subject, before=states[0], after=states[1])


def _both(connection: Connection, first: Coverage, second: Coverage, target: str) -> Iterator[Changed]:
    hidden = [hidden_at(connection, asked.target, asked.run) for asked in (first, second)]
    only: Collection[str] | None = None
    if (first.rules, first.roots) == (second.rules, second.roots):
        only = _moved(connection, first, second) | (hidden[0] ^ hidden[1])
    sides = [
        _Side(asked, out, _seen(connection, asked, target, only))
        for asked, out in zip((first, second), hidden, strict=True)
    ]
    for fingerprint in {**sides[0].seen, **sides[1].seen}:
        if changed := _changed(fingerprint, *sides):
            yield changed


def _moved(connection: Connection, first: Coverage, second: Coverage) -> set[str]:
    """The fingerprints about which something else was said between the two runs."""
    low, high = sorted((first.run, second.run))
    began = and_(OBSERVATION.c.from_run > low, OBSERVATION.c.from_run <= high)
    ended = and_(OBSERVATION.c.to_run > low, OBSERVATION.c.to_run <= high)
    query = select(OBSERVATION.c.fingerprint).where(OBSERVATION.c.target == first.target, or_(began, ended))
    return set(connection.execute(query).scalars())


def _seen(connection: Connection, asked: Coverage, target: str, only: Collection[str] | None) -> dict[str, Seen]:
    if only is None or len(only) > _MANY:
        return seen_by(connection, asked, target)
    names = sorted(only)
    found: dict[str, Seen] = {}
    for start in range(0, len(names), _BATCH):
        found |= seen_by(connection, asked, target, only=names[start : start + _BATCH])
    return found


def _changed(fingerprint: str, first: _Side, second: _Side) -> Changed | None:
    one, other = first.seen.get(fingerprint), second.seen.get(fingerprint)
    known = other or one
    if known is None:
        return None
    before, after = one.state if one else None, other.state if other else None
    kind = _kind(before, after, known, first, second)
    return Changed(kind=kind, subject=known.subject, before=before, after=after) if kind else None


def _kind(before: State | None, after: State | None, known: Seen, first: _Side, second: _Side) -> Difference | None:
    if before == after:
        return None
    failed = before is not None and before.verdict is Verdict.FAIL
    if after is not None and after.verdict is Verdict.FAIL:
        if before is not None and failed:
            return _degree(before, after)
        could_tell = before.verdict is Verdict.PASS if before else first.looked(known)
        return Difference.INTRODUCED if could_tell else Difference.FIRST_SEEN
    if after is not None and after.verdict is Verdict.UNKNOWN:
        was_known = before is not None and before.verdict is not Verdict.UNKNOWN
        return Difference.UNKNOWN if was_known else None
    if not failed or after is not None:
        return Difference.FIXED if failed else None
    return Difference.GONE if second.looked(known) else Difference.UNSEEN


def _degree(before: State, after: State) -> Difference | None:
    """How a failure that stayed one differs."""
    if before.severity is not after.severity:
        return Difference.WORSENED if after.severity.weight > before.severity.weight else Difference.EASED
    if Status.OPEN not in (before.status, after.status):
        return None
    return Difference.UNWAIVED if after.status is Status.OPEN else Difference.WAIVED


_KINDS = {kind: place for place, kind in enumerate(Difference)}


def _order(changed: Changed) -> tuple[int, int, str, str, str]:
    state = changed.after or changed.before
    weight = state.severity.weight if state else 0
    about = changed.subject
    return _KINDS[changed.kind], -weight, about.target, about.rule, about.resource
