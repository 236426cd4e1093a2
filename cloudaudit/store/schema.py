"""The version of the tables: newer programs upgrade older stores, and a store of a newer program is refused."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from cloudaudit.errors import StoreError
from cloudaudit.store.database import lock, reading, writing
from cloudaudit.store.place import NOTHING_YET, shown

HEAD = "0003"
VERSIONS = ("0001", "0002", "0003")
_MIGRATIONS = Path(__file__).parent / "migrations"


def version(connection: Connection) -> str:
    """The version of the store, empty for an empty database. StoreError if something else is in it."""
    names = set(inspect(connection).get_table_names())
    if "alembic_version" in names:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    if names & {"run", "finding", "observation"}:
        raise StoreError(f"{shown(connection.engine.url)}: this database holds tables that are not ours")
    return ""


def require(engine: Engine, *, create: bool) -> None:
    """See to it that the tables are those of this program: upgrade older ones, with `create` make missing ones."""
    with reading(engine) as connection:
        found = version(connection)
    if found == HEAD:
        return
    place = shown(engine.url)
    if found and found not in VERSIONS:
        raise StoreError(
            f"{place}: a newer cloudaudit made this store (version {found}, ours is {HEAD}); upgrade yours"
        )
    if not found and not create:
        raise StoreError(f"{place}: {NOTHING_YET}")
    if not found and engine.dialect.name == "sqlite":
        _write_ahead(engine)
    migrate(engine, HEAD)


def migrate(engine: Engine, to: str) -> None:
    """Upgrade or downgrade to a version, "base" for none, in one transaction."""
    from alembic import command  # noqa: PLC0415 - 0.2 s that a store of our version need not pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with writing(engine) as connection:
        lock(connection, "schema")
        found = version(connection)
        if found == to:
            return
        config.attributes["connection"] = connection
        if to != "base" and VERSIONS.index(to) >= (VERSIONS.index(found) if found else -1):
            command.upgrade(config, to)
        else:
            command.downgrade(config, to)


def _write_ahead(engine: Engine) -> None:
    """Readers and a writer do not wait for each other. The file remembers it."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()
