"""Audits that are recorded target by target: when they began, what they were to look at, and whether they finished."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select, update

from cloudaudit.history import Audit
from cloudaudit.store.recording import insert_missing
from cloudaudit.store.tables import AUDIT, RUN, TARGET
from cloudaudit.store.texts import encoded, plain


def begin(connection: Connection, name: str, at: str, targets: Iterable[str]) -> None:
    """Note that the audit is to look at these targets. One that was begun before goes on as it was."""
    wanted = encoded(sorted({plain(target) for target in targets}))
    insert_missing(connection, AUDIT, [{"name": name, "started": at, "finished": "", "targets": wanted}])


def finish(connection: Connection, name: str, at: str) -> None:
    """Note that the audit came to its end."""
    connection.execute(update(AUDIT).where(AUDIT.c.name == name, AUDIT.c.finished == "").values(finished=at))


def unfinished(connection: Connection) -> tuple[Audit, ...]:
    """The audits that were begun and have not come to their end, oldest first."""
    rows = connection.execute(select(AUDIT).where(AUDIT.c.finished == "").order_by(AUDIT.c.started, AUDIT.c.name)).all()
    had: dict[str, set[str]] = {row.name: set() for row in rows}
    joined = select(RUN.c.audit, TARGET.c.name).join(TARGET, TARGET.c.id == RUN.c.target)
    for run in connection.execute(joined.where(RUN.c.audit.in_(list(had)))):
        had[run.audit].add(run.name)
    return tuple(_audit(row.name, row.started, _names(row.targets), had[row.name]) for row in rows)


def _names(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _audit(name: str, started: str, targets: tuple[str, ...], had: set[str]) -> Audit:
    missing = tuple(target for target in targets if target not in had)
    return Audit(name=name, started=started, targets=targets, missing=missing)
