"""The history of a rule, a resource or a fingerprint."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from cloudaudit.errors import StoreError
from cloudaudit.history import Count, Event, Life, RuleCount, RunRow, Span, Unseen
from cloudaudit.store.chain import events
from cloudaudit.store.counting import count
from cloudaudit.store.runs import whole
from cloudaudit.store.states import Coverage, coverage, state, subject
from cloudaudit.store.tables import EVENT, FINDING, OBSERVATION, POPULATION, RUN, TARGET, UNSEEN
from cloudaudit.store.tickets import linked

_BATCH = 500


def about(connection: Connection, name: str) -> tuple[str, ColumnElement[bool]]:
    """What is asked about, and the condition that finds its findings. StoreError if the store knows nothing of it."""
    choices: list[tuple[str, ColumnElement[bool]]] = [
        ("rule", FINDING.c.rule == name),
        ("resource", or_(FINDING.c.resource == name, FINDING.c.address == name)),
    ]
    if re.fullmatch(r"[0-9a-f]{6,32}", name):
        choices.insert(0, ("fingerprint", and_(FINDING.c.fingerprint >= name, FINDING.c.fingerprint <= f"{name}g")))
    for kind, condition in choices:
        if connection.execute(select(FINDING.c.fingerprint).where(condition).limit(1)).first():
            return kind, condition
    raise StoreError(f"{name}: the store knows no rule, resource or fingerprint of this name")


def lives(connection: Connection, condition: ColumnElement[bool], runs: Sequence[RunRow]) -> tuple[Life, ...]:
    """The findings from their first run to now, by target, rule and resource."""
    wanted = and_(condition, TARGET.c.id == FINDING.c.target)
    order = (TARGET.c.name, FINDING.c.rule, FINDING.c.resource)
    rows = connection.execute(select(FINDING, TARGET.c.name).where(wanted).order_by(*order)).mappings().all()
    told = _Told(connection, condition, runs, {row["target"] for row in rows})
    return tuple(told.life(row) for row in rows)


class _Told:
    """Everything that was written down about some findings, found in a few queries."""

    def __init__(
        self, connection: Connection, condition: ColumnElement[bool], runs: Sequence[RunRow], targets: Iterable[int]
    ) -> None:
        self._times = {run.number: run.started for run in runs}
        self._spans = _by_finding(connection, OBSERVATION, condition)
        self._unseen = _by_finding(connection, UNSEEN, condition)
        self._tickets = linked(connection, condition)
        self._asked: dict[int, list[Coverage]] = defaultdict(list)
        numbers = connection.execute(
            select(RUN.c.number).where(RUN.c.target.in_(list(targets))).order_by(RUN.c.number)
        ).scalars()
        for asked in sorted(_coverages(connection, list(numbers))):
            self._asked[asked.target].append(asked)

    def life(self, row: Mapping[Any, Any]) -> Life:
        """One finding."""
        key = (row["target"], row["fingerprint"])
        spans = self._spans[key]
        unseen = self._unseen.get(key, [])
        opened, fixed = row["opened_run"], row["fixed_run"]
        return Life(
            subject=subject(row, row["name"]),
            first_seen=self._time(row["first_run"]),
            last_seen=self._time(self._last(row, spans[-1]["to_run"], unseen)),
            failing_since=self._time(opened),
            fixed=self._time(fixed),
            reopened=row["reopened"],
            spans=tuple(self._span(one) for one in spans),
            unseen=tuple(
                Unseen(
                    since=one["from_run"],
                    since_time=self._time(one["from_run"]),
                    until=one["to_run"] or 0,
                    until_time=self._time(one["to_run"]),
                )
                for one in unseen
            ),
            tickets=self._tickets.get((row["name"], row["fingerprint"]), ()),
        )

    def _time(self, run: int | None) -> str:
        return self._times[run] if run else ""

    def _span(self, row: Mapping[Any, Any]) -> Span:
        return Span(
            since=row["from_run"],
            since_time=self._time(row["from_run"]),
            until=row["to_run"] or 0,
            until_time=self._time(row["to_run"]),
            state=state(row),
            ended=row["ended"],
            evidence=row["evidence"],
        )

    def _last(self, row: Mapping[Any, Any], ended: int | None, unseen: Sequence[Mapping[Any, Any]]) -> int:
        """The last run that saw it: the last that asked, before it ended or got out of sight."""
        ends = [run for run in (ended, *(one["from_run"] for one in unseen if one["to_run"] in (None, ended))) if run]
        asked = self._asked[row["target"]]
        place = bisect_left(asked, min(ends), key=lambda one: one.run) if ends else len(asked)
        found = (one.run for one in reversed(asked[:place]) if one.holds(row["rule"], row["root"]))
        return next(found, row["first_run"])


def _coverages(connection: Connection, numbers: Sequence[int]) -> Iterator[Coverage]:
    for start in range(0, len(numbers), _BATCH):
        yield from coverage(connection, numbers[start : start + _BATCH]).values()


def _by_finding(
    connection: Connection, table: Any, condition: ColumnElement[bool]
) -> dict[tuple[int, str], list[Mapping[Any, Any]]]:
    joined = and_(table.c.target == FINDING.c.target, table.c.fingerprint == FINDING.c.fingerprint)
    query = select(table).join(FINDING, joined).where(condition).order_by(table.c.from_run)
    found: dict[tuple[int, str], list[Mapping[Any, Any]]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        found[row["target"], row["fingerprint"]].append(row)
    return found


def rule_counts(connection: Connection, rule: str, targets: Collection[str]) -> tuple[RuleCount, ...]:
    """What the rule counted in each target, wherever it changed."""
    mine = and_(POPULATION.c.run == RUN.c.number, POPULATION.c.by == "rule", POPULATION.c.name == rule)
    numbers = [POPULATION.c[name] for name in ("passing", "failing", "waived", "unknown")]
    query = (
        select(RUN.c.number, RUN.c.started, RUN.c.status, TARGET.c.name, *numbers)
        .select_from(RUN.join(TARGET, TARGET.c.id == RUN.c.target).outerjoin(POPULATION, mine))
        .where(whole(), TARGET.c.name.in_(targets))
        .order_by(RUN.c.number)
    )
    last: dict[str, Count] = {}
    found = []
    for row in connection.execute(query):
        now = count(row) if row.passing is not None else Count()
        if last.get(row.name, Count()) != now:
            last[row.name] = now
            complete = row.status == "complete"
            found.append(RuleCount(run=row.number, time=row.started, target=row.name, count=now, complete=complete))
    return tuple(found)


def events_of(connection: Connection, lives_: Sequence[Life]) -> tuple[Event, ...]:
    """The events of the findings, in the order in which they were written."""
    found: list[Event] = []
    names = sorted({life.subject.fingerprint for life in lives_})
    for start in range(0, len(names), _BATCH):
        chosen = EVENT.c.fingerprint.in_(names[start : start + _BATCH])
        found += events(connection.execute(select(EVENT).where(chosen)).all())
    return tuple(sorted(found, key=lambda event: event.number))
