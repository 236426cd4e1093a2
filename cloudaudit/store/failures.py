"""What databases complain of, as one line that says what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cloudaudit.errors import StoreError
from cloudaudit.store.place import READ_ONLY, shown

PATIENCE = 60
"""Seconds that a writer waits for others."""

_KEPT = "nothing of this run was recorded, and what was recorded before is whole"
# The start of the name of a result code of SQLite.
_SQLITE = {
    "SQLITE_FULL": f"the disk is full; {_KEPT}; make room and record again",
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_BUSY": f"another process has kept it locked for {PATIENCE} seconds; try again when that is finished",
    "SQLITE_LOCKED": f"another process has kept it locked for {PATIENCE} seconds; try again when that is finished",
    "SQLITE_NOTADB": "this is no store but some other file; give --store another place",
    "SQLITE_CANTOPEN": "it cannot be opened; look at the folder and its rights",
    "SQLITE_CORRUPT": "it is damaged; restore it from a copy",
    "SQLITE_IOERR": f"the disk cannot be written or read; {_KEPT}",
    "SQLITE_TOOBIG": f"a value is too large for it; {_KEPT}",
}
# The start of an SQLSTATE of PostgreSQL.
_POSTGRESQL = {
    "53100": f"the disk of the server is full; {_KEPT}",
    "53200": f"the server has no memory left; {_KEPT}",
    "53300": "the server has no connection left; try again later",
    "25006": "the server may only be read; give --store one that can be written",
    "42501": "this user has not the rights; grant CREATE on the schema, or rights on its tables",
    "55P03": f"another process has kept it locked for {PATIENCE} seconds; try again when that is finished",
    "57P": f"the server is shutting down; {_KEPT}",
}


@contextmanager
def told(url: URL) -> Iterator[None]:
    """Turns whatever the database complains of into one StoreError line."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"{shown(url)}: {_reason(error)}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"{shown(url)}: {_first_line(error)}") from error


def _reason(error: DBAPIError) -> str:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        found = _by_start(_SQLITE, getattr(cause, "sqlite_errorname", ""))
    else:
        found = _by_start(_POSTGRESQL, getattr(cause, "sqlstate", None) or "")
    return found or _first_line(cause or error)


def _by_start(table: dict[str, str], code: str) -> str:
    return next((text for start, text in table.items() if code.startswith(start)), "")


def _first_line(error: BaseException) -> str:
    """What the database says, on one line and without values of ours."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
