"""What export asks of the store: how findings stand now, and which tickets they have."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from cloudaudit.errors import StoreError
from cloudaudit.history import Linked, Standing, Subject
from cloudaudit.model import Decision, Verdict
from cloudaudit.store.states import Known, known
from cloudaudit.store.tables import FINDING, OBSERVATION, RUN, TARGET, TICKET_LINK

_BATCH = 500


def standing(connection: Connection, target: str) -> tuple[Standing, ...]:
    """The findings of a target that failed once, or are unknown now. StoreError if there is no such target."""
    number = connection.execute(select(TARGET.c.id).where(TARGET.c.name == target)).scalar()
    if number is None:
        raise StoreError(f'{target}: the store has no run of this target; "cloudaudit runs" names them')
    times = dict(connection.execute(select(RUN.c.number, RUN.c.started).where(RUN.c.target == number)).tuples().all())
    ended = select(OBSERVATION.c.fingerprint, func.max(OBSERVATION.c.to_run)).where(OBSERVATION.c.target == number)
    gone = dict(connection.execute(ended.group_by(OBSERVATION.c.fingerprint)).tuples().all())
    began = select(OBSERVATION.c.fingerprint, func.max(OBSERVATION.c.from_run)).where(OBSERVATION.c.target == number)
    said = dict(connection.execute(began.group_by(OBSERVATION.c.fingerprint)).tuples().all())
    return tuple(
        _standing(one, target, (gone if one.course.state is None else said).get(fingerprint) or 0, times)
        for fingerprint, one in known(connection, number).items()
        if one.course.opened is not None or (one.course.state and one.course.state.verdict is Verdict.UNKNOWN)
    )


def _standing(one: Known, target: str, run: int, times: dict[int, str]) -> Standing:
    row, course = one.row, one.course
    names = ("fingerprint", "rule", "resource", "type", "address", "root", "message", "file", "line")
    return Standing(
        subject=Subject(target=target, **{name: getattr(row, name) for name in names}),
        state=course.state,
        region=row.region,
        environment=row.environment,
        owner=row.owner,
        decision=msgspec.json.decode(row.decision, type=Decision) if row.decision else None,
        hidden=one.hidden,
        since=times.get(course.opened or 0, ""),
        run=run,
        at=times.get(run, ""),
    )


def links(connection: Connection, tracker: str) -> tuple[Linked, ...]:
    """The tickets of a tracker, by key."""
    rows = connection.execute(select(TICKET_LINK).where(TICKET_LINK.c.tracker == tracker).order_by(TICKET_LINK.c.key))
    return tuple(_linked(row) for row in rows)


def linked(connection: Connection, condition: ColumnElement[bool]) -> dict[tuple[str, str], tuple[Linked, ...]]:
    """The tickets of findings, in all trackers, by target and fingerprint."""
    same = TICKET_LINK.c.fingerprint == FINDING.c.fingerprint
    rows = connection.execute(select(TICKET_LINK).join(FINDING, same).where(condition).order_by(TICKET_LINK.c.address))
    found: dict[tuple[str, str], dict[Linked, None]] = defaultdict(dict)
    for one in map(_linked, rows):
        found[one.target, one.fingerprint][one] = None
    return {key: tuple(several) for key, several in found.items()}


def _linked(row: object) -> Linked:
    return Linked(**{name: getattr(row, name) for name in Linked.__struct_fields__})


def remember(connection: Connection, tracker: str, found: Sequence[Linked], at: str) -> None:
    """Note the tickets, in place of what was noted of them; one that says the same keeps its time."""
    before = {one.key: one for one in links(connection, tracker)}
    rows = []
    for one in found:
        old = before.get(one.key)
        changed = old.changed if old and msgspec.structs.replace(old, changed="") == one else at
        rows.append({"tracker": tracker, **msgspec.to_builtins(one), "changed": changed})
    for start in range(0, len(rows), _BATCH):
        keys = [row["key"] for row in rows[start : start + _BATCH]]
        mine = TICKET_LINK.c.tracker == tracker, TICKET_LINK.c.key.in_(keys)
        connection.execute(delete(TICKET_LINK).where(*mine))
        connection.execute(insert(TICKET_LINK), rows[start : start + _BATCH])
