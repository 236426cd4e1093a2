"""Counts over time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, case, func, select

from cloudaudit.history import Count, Hole, Period, RunRow, Trend
from cloudaudit.store.counting import count
from cloudaudit.store.runs import holes, listed, moment
from cloudaudit.store.tables import POPULATION, RUN, TARGET

WIDTHS = {"day": 10, "month": 7}
"""How much of a time names a period."""


def trend(  # noqa: PLR0913 - each is one option of the command
    connection: Connection,
    *,
    per: str,
    by: str,
    since: str = "",
    target: str = "",
    every: timedelta | None = None,
    now: str = "",
) -> Trend:
    """The counts of the last run of each target in each period. Runs with narrowed rules or roots are left out, and so
    is a target in a period in which it had no run: nothing is carried over."""
    period = func.substr(RUN.c.started, 1, WIDTHS[per])
    chosen = [RUN.c.roots > 0, RUN.c.selection == ""]
    if since:
        chosen.append(RUN.c.started >= since)
    if target:
        chosen.append(RUN.c.target == select(TARGET.c.id).where(TARGET.c.name == target).scalar_subquery())
    last = select(func.max(RUN.c.number)).where(*chosen).group_by(RUN.c.target, period)
    incomplete = func.sum(case((RUN.c.status == "complete", 0), else_=1))
    heads = connection.execute(
        select(period, func.count(), incomplete).where(RUN.c.number.in_(last)).group_by(period).order_by(period)
    ).all()
    names = ("passing", "failing", "waived", "unknown")
    sums = [func.sum(POPULATION.c[name]).label(name) for name in names]
    query = (
        select(period.label("period"), POPULATION.c.name, *sums)
        .join(RUN, RUN.c.number == POPULATION.c.run)
        .where(POPULATION.c.by == by, RUN.c.number.in_(last))
        .group_by(period, POPULATION.c.name)
        .order_by(POPULATION.c.name)
    )
    counts: dict[str, dict[str, Count]] = defaultdict(dict)
    for row in connection.execute(query):
        counts[row.period][row.name] = count(row)
    found = [
        Period(period=name, targets=targets, incomplete=partly, counts=counts[name]) for name, targets, partly in heads
    ]
    missing = _holes(connection, since, target, every, now)
    return Trend(per=per, by=by, periods=tuple(_with_empty(found, missing, per, every, now)), holes=missing)


def _holes(connection: Connection, since: str, target: str, every: timedelta | None, now: str) -> tuple[Hole, ...]:
    if every is None:
        return ()
    whole: Sequence[RunRow] = [run for run in listed(connection, target=target) if run.roots]
    return tuple(hole for hole in holes(whole, every, now) if not hole.before or hole.before >= since)


def _with_empty(
    found: list[Period], missing: Sequence[Hole], per: str, every: timedelta | None, now: str
) -> list[Period]:
    """The periods, and between them those in which a run was due and no target had one."""
    width = WIDTHS[per]
    have = {period.period for period in found}
    empty: set[str] = set()
    for hole in missing:
        due = moment(hole.after) + (every or timedelta())
        end = moment(hole.before or now)
        while every and due < end:
            empty.add(due.isoformat()[:width])
            due += every
    first = found[0].period if found else ""
    holes_ = [Period(period=name, targets=0, incomplete=0, counts={}) for name in empty - have if name >= first]
    return sorted((*found, *holes_), key=lambda period: period.period)
