"""The runs that were recorded, and how people name them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from cloudaudit.errors import StoreError
from cloudaudit.history import Hole, RunRow
from cloudaudit.store.tables import RUN, TARGET

LATEST, PREVIOUS = "latest", "previous"
_COLUMNS = [column for column in RUN.c if column.name not in ("target", "rulebook")]
# A run that is this much later than it was due was missed.
_LATE = 1.5


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


def holes(runs: Iterable[RunRow], every: timedelta | None, now: str) -> tuple[Hole, ...]:
    """Where runs of a target were due and none was recorded, up to `now`. Nothing where nobody said how often."""
    if every is None:
        return ()
    times: dict[str, list[str]] = {}
    for run in runs:
        times.setdefault(run.target, []).append(run.started)
    return tuple(hole for target in sorted(times) for hole in _missing(target, sorted(times[target]), every, now))


def _missing(target: str, times: Sequence[str], every: timedelta, now: str) -> Iterable[Hole]:
    for after, before in zip(times, (*times[1:], ""), strict=True):
        passed = moment(before or now) - moment(after)
        if passed > every * _LATE:
            missing = max(1, round(passed / every) - 1) if before else int(passed / every)
            yield Hole(target=target, after=after, before=before, missing=missing)


def moment(text: str) -> datetime:
    """A time of the store. StoreError if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise StoreError(f"{text!r} is no time; the store holds times such as 2026-11-22T02:00:00Z") from error
    return found.replace(tzinfo=None)
