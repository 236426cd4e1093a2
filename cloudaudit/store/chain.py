"""Events: appended only, each with the digest of the one before, so that a later edit shows."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select

from cloudaudit.history import Event
from cloudaudit.store.database import lock
from cloudaudit.store.lifecycle import Kind
from cloudaudit.store.tables import EVENT

GENESIS = "0" * 64
_BATCH = 10_000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An event that has no place in the chain yet."""

    run: int
    at: str
    kind: Kind
    target: str
    fingerprint: str = ""
    rule: str = ""
    resource: str = ""
    detail: dict[str, str] = {}


def append(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Put the events at the end of the chain. Others wait until the transaction ends, so do this last."""
    lock(connection, "events")
    newest = select(EVENT.c.number, EVENT.c.digest).order_by(EVENT.c.number.desc()).limit(1)
    last = connection.execute(newest).first()
    newest_number, previous = (last.number, last.digest) if last else (0, GENESIS)
    rows = []
    for number, draft in enumerate(drafts, newest_number + 1):
        row = {name: getattr(draft, name) for name in draft.__struct_fields__}
        row |= {"kind": draft.kind.value, "detail": msgspec.json.encode(draft.detail, order="sorted").decode()}
        row |= {"number": number, "previous": previous}
        previous = row["digest"] = digest_of(row)
        rows.append(row)
    if rows:
        connection.execute(insert(EVENT), rows)


_FIELDS = ("number", "run", "at", "kind", "target", "fingerprint", "rule", "resource", "detail", "previous")


def digest_of(row: Any) -> str:
    """SHA-256 over the JSON list of all fields but the digest, in the order of the table."""
    return hashlib.sha256(msgspec.json.encode([row[name] for name in _FIELDS])).hexdigest()


def broken(connection: Connection) -> int:
    """The number of the first event that is not as it was written, 0 if all are."""
    expected, previous = 1, GENESIS
    rows = connection.execution_options(yield_per=_BATCH).execute(select(EVENT).order_by(EVENT.c.number)).mappings()
    for row in rows:
        if row["number"] != expected or row["previous"] != previous or row["digest"] != digest_of(row):
            return expected
        expected, previous = expected + 1, row["digest"]
    return 0


def events(rows: Sequence[Row[Any]]) -> Iterator[Event]:
    """Rows of the table as values."""
    for row in rows:
        fields = dict(row._mapping)  # noqa: SLF001 - the public name of SQLAlchemy
        yield Event(**{**fields, "detail": msgspec.json.decode(fields["detail"], type=dict[str, str])})
