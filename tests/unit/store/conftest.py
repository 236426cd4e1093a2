"""Stores to test with: SQLite always, PostgreSQL where its programs are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cloudaudit.store import Store, open_store
from tests.standins import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL for this session."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store may be made."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'history.db'}"
    server: postgres.Server = request.getfixturevalue("server")
    return server.database()


@pytest.fixture
def store(url: str) -> Store:
    """An empty store."""
    return open_store(url, create=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Makes one empty store after another, quickly."""
    if request.param == "sqlite":
        first = tmp_path / "template.db"
        open_store(str(first), create=True)
        made = iter(range(10**6))

        def copy() -> Store:
            path = tmp_path / f"{next(made)}.db"
            path.write_bytes(first.read_bytes())
            return open_store(str(path))

        return copy
    server: postgres.Server = request.getfixturevalue("server")
    name = server.database()
    open_store(name, create=True)
    template = name.partition("@/")[2].partition("?")[0]
    return lambda: open_store(server.database(template))
