"""Connections: one transaction to read a consistent state, one to write all or nothing."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from cloudaudit.errors import StoreError
from cloudaudit.store.failures import PATIENCE, told

_WRITES = "cloudaudit_writes"
_CONNECTING = 10


def engine(url: URL) -> Engine:
    """An engine that opens a connection when one is needed and keeps none: stores outlive servers and forks."""
    if url.get_backend_name() == "sqlite":
        made = create_engine(url, poolclass=NullPool, **_sqlite(url))
        event.listen(made, "connect", _settle)
        event.listen(made, "begin", _begin)
        return made
    try:
        arguments = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECTING}
        return create_engine(url, poolclass=NullPool, connect_args=arguments)
    except ImportError as error:
        raise StoreError('PostgreSQL needs psycopg; run: pip install "cloudaudit[postgres]"') from error


def _sqlite(url: URL) -> dict[str, Any]:
    """How the file is opened. Where nothing can be written beside it, as on a disk that may only be read, it is read as
    one that nobody changes: otherwise SQLite wants to make a file for its readers."""
    if url.query:
        return {}
    path = Path(url.database or "").absolute()
    if path.exists() and not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists():
        address = f"{path.as_uri()}?mode=ro&immutable=1"
        return {"creator": lambda: sqlite3.connect(address, uri=True, timeout=PATIENCE)}
    return {"connect_args": {"timeout": PATIENCE}}


def _settle(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own: _begin does
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -65536")  # kibibytes: a night of a large account reads every finding


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: one that begins as a reader may find the store changed, and fail.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(made: Engine) -> Iterator[Connection]:
    """A connection that sees the store as it is now, whatever others write meanwhile."""
    options: dict[str, Any] = {}
    if made.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with told(made.url), made.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(made: Engine) -> Iterator[Connection]:
    """A connection whose work is kept whole when the block ends, and not at all when it fails."""
    with told(made.url), made.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        if made.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        yield connection


def lock(connection: Connection, name: str) -> None:
    """Wait for whoever else holds the lock of this name; it is held until the transaction ends. SQLite has one writer
    anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"cloudaudit {name}",))


def remember_sizes(made: Engine, tables: Sequence[str]) -> None:
    """Have PostgreSQL look at how large tables have become: until it does, it plans as if they were as before."""
    if made.dialect.name == "postgresql":
        with writing(made) as connection:
            connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")
