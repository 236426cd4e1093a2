"""Versions of the store: made, upgraded, downgraded, refused."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from cloudaudit.errors import StoreError
from cloudaudit.store import Store, open_store, schema
from cloudaudit.store.database import engine, reading, writing
from cloudaudit.store.place import parse
from cloudaudit.store.tables import METADATA
from tests.standins.reports import finding, night, report


def names(store: Store) -> set[str]:
    with reading(store.engine) as connection:
        return set(inspect(connection).get_table_names())


def test_the_versions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))

    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(schema.VERSIONS)
    assert scripts.get_heads() == [schema.HEAD]


def test_the_migrations_make_the_tables_that_the_program_uses(store: Store) -> None:
    with reading(store.engine) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert differences == []


def test_a_store_goes_down_to_nothing_and_up_again(store: Store) -> None:
    tables = names(store)

    schema.migrate(store.engine, "base")
    left = names(store)
    schema.migrate(store.engine, schema.HEAD)

    assert left == {"alembic_version"}
    assert names(store) == tables
    store.record(report([finding("r1", "a")]), at=night(1))
    assert len(store.runs()) == 1


def test_each_step_keeps_what_was_recorded(store: Store) -> None:
    store.record(report([finding("r1", "a")]), at=night(1))
    before = store.show("1")

    for version in schema.VERSIONS[-2::-1]:
        schema.migrate(store.engine, version)
    assert "audit" not in names(store)
    for version in schema.VERSIONS[1:]:
        schema.migrate(store.engine, version)

    assert store.show("1") == before
    assert store.verify(whole=True) == ""


def test_an_older_store_is_upgraded_when_it_is_opened(store: Store, url: str) -> None:
    store.record(report([finding("r1", "a")]), at=night(1))
    schema.migrate(store.engine, "0001")

    again = open_store(url)

    assert "audit" in names(again)
    assert len(again.runs()) == 1


def test_a_store_of_a_newer_program_is_refused(store: Store, url: str) -> None:
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match=r"a newer cloudaudit made this store \(version 9999, ours is 0003\)"):
        open_store(url)


def test_a_database_with_tables_of_others_is_refused(url: str) -> None:
    made = engine(parse(url))
    with writing(made) as connection:
        connection.execute(text("CREATE TABLE finding (other INTEGER)"))

    with pytest.raises(StoreError, match="tables that are not ours"):
        open_store(url, create=True)


def test_an_empty_database_is_no_store_for_a_reader(url: str) -> None:
    with pytest.raises(StoreError, match="nothing was recorded here yet"):
        open_store(url)
    assert not url.startswith("sqlite:///") or not Path(url.removeprefix("sqlite:///")).exists()
