"""Counts over time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, case, func, select

from cloudaudit.history import Count, Hole, Period, Trend
from cloudaudit.store.counting import count
from cloudaudit.store.runs import holes, moment, whole
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
    """The counts of the last run of each target in each period. A target without a run in a period is not
    counted there: nothing is carried over."""
    period = func.substr(RUN.c.started, 1, WIDTHS[per])
    chosen = [whole()]
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
    missing = holes(connection, [target] if target else [], every, now, since)
    return Trend(per=per, by=by, periods=tuple(_with_empty(found, missing, WIDTHS[per])), holes=missing)


def _with_empty(found: list[Period], missing: Sequence[Hole], width: int) -> list[Period]:
    """The periods, and between them those in which a run was due and no target had one. After the last one, `holes` say
    it: a target that was given up would fill pages."""
    have = {period.period for period in found}
    over = [hole for hole in missing if hole.before]
    due = {_due(hole, place)[:width] for hole in over for place in range(1, hole.missing + 1)}
    first = found[0].period if found else ""
    empty = [Period(period=name, targets=0, incomplete=0, counts={}) for name in due - have if name >= first]
    return sorted((*found, *empty), key=lambda period: period.period)


def _due(hole: Hole, place: int) -> str:
    return (moment(hole.after) + timedelta(seconds=hole.every) * place).isoformat()
