"""The runs that were recorded, and how people name them."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from cloudaudit.clock import text
from cloudaudit.errors import StoreError
from cloudaudit.history import Hole, RunRow
from cloudaudit.store.tables import RUN, TARGET

LATEST, PREVIOUS = "latest", "previous"
_COLUMNS = [column for column in RUN.c if column.name not in ("target", "rulebook")]
_NAMED = 5
# A run that is this much later than it was due was missed.
_LATE = 1.5
# What makes runs regular: enough steps between the last ones, most of them alike, and no morning of trying out.
_RECENT, _ENOUGH, _MOST, _SHORTEST = 60, 4, 0.7, timedelta(minutes=30)


def listed(
    connection: Connection, *, target: str = "", audit: str = "", last: int = 0, numbers: Iterable[int] = ()
) -> tuple[RunRow, ...]:
    """The runs, oldest first: those of a target, of an audit, of these numbers, and of these the last ones."""
    query = _all()
    if target:
        query = query.where(TARGET.c.name == target)
    if audit:
        query = query.where(RUN.c.audit == audit)
    if wanted := sorted(numbers):
        query = query.where(RUN.c.number.in_(wanted))
    if last:
        return _rows(connection, query.order_by(RUN.c.number.desc()).limit(last))[::-1]
    return _rows(connection, query.order_by(RUN.c.number))


def require(connection: Connection, target: str) -> None:
    """StoreError if the store has no target of this name; empty stands for all."""
    names = connection.execute(select(TARGET.c.name).order_by(TARGET.c.name)).scalars().all() if target else ()
    if target and target not in names:
        known = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
        raise StoreError(f"{target}: the store has no target of this name; it has {known or 'none'}")


def _all() -> Select[Any]:
    return select(*_COLUMNS, TARGET.c.name.label("target")).join(TARGET, TARGET.c.id == RUN.c.target)


def _rows(connection: Connection, query: Select[Any]) -> tuple[RunRow, ...]:
    return tuple(RunRow(**row) for row in connection.execute(query).mappings())


def named(connection: Connection, name: str) -> tuple[RunRow, ...]:
    """The runs that somebody means: a number, an audit, a day (the last run of each target on it), or `latest` and
    `previous` (those of each target). StoreError if there is none."""
    found: tuple[RunRow, ...] = ()
    if name.isdecimal() and name.isascii() and len(name) < 10:
        found = listed(connection, numbers=[int(name)])
    elif re.fullmatch(r"\d{4}-\d\d-\d\d", name):
        found = _last(connection, func.substr(RUN.c.started, 1, 10) == name)
    elif name == LATEST:
        found = _last(connection)
    elif name == PREVIOUS:
        newest = [run.number for run in _last(connection)]
        found = _last(connection, RUN.c.number.not_in(newest))
    else:
        found = listed(connection, audit=name)
    if not found:
        raise StoreError(
            f'there is no run {name}; give a number, an audit, a day or latest: "cloudaudit runs" lists them'
        )
    return found


def _last(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[RunRow, ...]:
    """The last run of each target."""
    newest = select(func.max(RUN.c.number)).where(*conditions).group_by(RUN.c.target)
    return listed(connection, numbers=numbers) if (numbers := connection.execute(newest).scalars().all()) else ()


def whole() -> ColumnElement[bool]:
    """The runs that counts over time are made of: those that looked at something, with all rules and roots. Of a target
    that never had such a run, all."""
    other = RUN.alias()
    never = RUN.c.target.not_in(select(other.c.target).where(other.c.selection == ""))
    return and_(RUN.c.roots > 0, or_(RUN.c.selection == "", never))


def holes(
    connection: Connection, targets: Collection[str], every: timedelta | None, now: str, since: str = ""
) -> tuple[Hole, ...]:
    """Where runs of these targets, or of all if none is named, were due and none was recorded, up to `now`.

    They are due `every` so often; where that is None, as often as the target usually has one, if it is regular at all.
    """
    query = select(TARGET.c.name, RUN.c.started).join(TARGET, TARGET.c.id == RUN.c.target).where(whole())
    times: dict[str, list[datetime]] = {}
    for row in connection.execute(query):
        times.setdefault(row.name, []).append(moment(row.started))
    found: list[Hole] = []
    for target in sorted(times if not targets else times.keys() & set(targets)):
        had = sorted(times[target])
        if step := rhythm(had) if every is None else every:
            found += _missing(target, had, step, moment(now) if now else had[-1])
    return tuple(hole for hole in found if not hole.before or hole.before >= since)


def rhythm(times: Sequence[datetime]) -> timedelta | None:
    """How often there is a run, if most come after the same time; None where they come as they please."""
    steps = [after - before for before, after in pairwise(times[-_RECENT:])]
    if len(steps) < _ENOUGH:
        return None
    usual = median_low(steps)
    regular = sum(abs(step - usual) <= usual / 4 for step in steps)
    return usual if usual >= _SHORTEST and regular >= len(steps) * _MOST else None


def _missing(target: str, times: Sequence[datetime], every: timedelta, now: datetime) -> Iterable[Hole]:
    for after, before in zip(times, (*times[1:], None), strict=True):
        passed = (before or now) - after
        if passed > every * _LATE:
            yield Hole(
                target=target,
                after=text(after),
                before=text(before) if before else "",
                missing=max(1, round(passed / every) - 1) if before else int(passed / every),
                every=round(every.total_seconds()),
            )


def moment(text: str) -> datetime:
    """A time of the store. StoreError if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise StoreError(f"{text!r} is no time; the store holds times such as 2026-11-22T02:00:00Z") from error
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
