"""What can happen while a run is written down: nothing that was there is lost, and a message says what to do."""

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from cloudaudit.errors import StoreError
from cloudaudit.model import Report, Verdict
from cloudaudit.store import Store, database, failures, open_store
from cloudaudit.store.database import writing
from tests.standins import postgres
from tests.standins.processes import apart, become_nobody, die, together
from tests.standins.reports import finding, night, report

BEFORE = [finding("r1", f"arn:aws:s3:::bucket-{number}") for number in range(20)]
AFTER = [finding("r1", f"arn:aws:s3:::bucket-{number}", Verdict.PASS) for number in range(5, 25)]
LARGE = [finding("r1", f"arn:aws:s3:::{'bucket' * 20}-{number}") for number in range(5_000)]


def whole(url: str, runs: int) -> None:
    """The store holds so many runs, all as they were written, and takes another."""
    store = open_store(url)
    assert store.verify(whole=True) == ""
    assert len(store.runs()) == runs
    store.record(report(BEFORE, targets=["other"]), at=night(20 + runs))
    assert store.verify(whole=True) == ""


def record_and_die(url: str, said: Report, statement: int) -> str:
    """Killed just before the given statement of the transaction."""
    store = open_store(url)
    left = [statement]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            die()

    event.listen(store.engine, "before_cursor_execute", count)
    event.listen(store.engine, "commit", count)
    store.record(said, at=night(2))
    return "recorded"


def test_a_process_that_is_killed_leaves_no_half_of_a_run(url: str) -> None:
    open_store(url, create=True).record(report(BEFORE), at=night(1))
    said = report(AFTER, gaps=["s3:ListBuckets in us-east-1"])

    deaths = 0
    while True:
        code, told = apart(record_and_die, url, said, deaths + 1)
        if told == "recorded":
            break
        assert code == -9
        assert [run.started for run in open_store(url).runs()] == [night(1)]
        deaths += 1

    assert deaths > 10
    whole(url, 2)


def test_a_store_that_is_killed_while_it_is_made_can_be_made(url: str) -> None:
    def make(statement: int) -> str:
        from cloudaudit.store import schema, store  # noqa: PLC0415 - those of this process

        made = store.engine

        def watched(place: object) -> object:
            found = made(place)  # type: ignore[arg-type]
            left = [statement]

            def count(*_: object) -> None:
                left[0] -= 1
                if left[0] == 0:
                    die()

            event.listen(found, "before_cursor_execute", count)
            return found

        store.engine = watched  # type: ignore[assignment]
        assert schema
        open_store(url, create=True)
        return "made"

    for statement in (3, 10, 20, 30):
        code, told = apart(make, statement)
        assert (code, told) in ((-9, ""), (0, "made"))
    open_store(url, create=True)
    whole(url, 0)


def record_within(url: str, more: int) -> str:
    """No file may grow by more than so many bytes."""
    path = Path(url.removeprefix("sqlite:///"))
    limit = path.stat().st_size + more
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    open_store(url).record(report(LARGE), at=night(2))
    return "recorded"


@pytest.mark.parametrize("more", [0, 4_096, 100_000, 500_000])
def test_a_file_that_may_not_grow_loses_nothing(tmp_path: Path, more: int) -> None:
    url = f"sqlite:///{tmp_path / 'history.db'}"
    open_store(url, create=True).record(report(BEFORE), at=night(1))

    _, told = apart(record_within, url, more)

    assert told == (
        f"StoreError: {tmp_path / 'history.db'}: the disk cannot be written or read; nothing of this run was recorded, "
        "and what was recorded before is whole"
    )
    whole(url, 1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    url = f"sqlite:///{small_disk / 'history.db'}"
    store = open_store(url, create=True)
    store.record(report(BEFORE), at=night(1))

    with pytest.raises(StoreError, match=r"history.db: the disk is full; nothing of this run was recorded, and what"):
        store.record(report(LARGE), at=night(2))
    whole(url, 1)


def record_nights(url: str, target: str) -> str:
    store = open_store(url)
    for day in range(1, 6):
        found = [finding("r1", f"{target}-{number}", target=target) for number in range(day, day + 50)]
        store.record(report(found, targets=[target]), at=night(day), audit=f"{target} {os.getpid()} {day}")
    return "recorded"


def test_several_processes_record_at_once(url: str) -> None:
    open_store(url, create=True)
    told = together(record_nights, [(url, target) for target in ("a", "b", "same", "same")])

    assert told == [(0, "recorded")] * 4
    store = open_store(url)
    assert store.verify(whole=True) == ""
    assert sorted(run.target for run in store.runs()) == ["a"] * 5 + ["b"] * 5 + ["same"] * 10


def test_processes_that_make_the_store_at_once_make_it_once(url: str) -> None:
    told = together(lambda: open_store(url, create=True) and "made", [()] * 4)

    assert told == [(0, "made")] * 4
    whole(url, 0)


def test_a_reader_is_not_disturbed_by_a_writer(store: Store, url: str) -> None:
    store.record(report(BEFORE), at=night(1))

    with writing(store.engine) as connection:
        connection.execute(text("DELETE FROM event"))
        seen = open_store(url).show("1")
        connection.rollback()

    assert len(seen[0].findings) == len(BEFORE)


def test_a_database_that_somebody_keeps_locked_is_left_alone(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record(report(BEFORE), at=night(1))
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    locks = {"sqlite": "SELECT 1", "postgresql": "LOCK TABLE target IN ACCESS EXCLUSIVE MODE"}

    with writing(store.engine) as connection:
        connection.execute(text(locks[connection.dialect.name]))
        with pytest.raises(
            StoreError, match="another process has kept it locked for 60 seconds; try again when that is"
        ):
            open_store(url).record(report(AFTER), at=night(2))

    whole(url, 1)


@pytest.fixture
def public(url: str) -> Iterator[Path]:
    """A folder that everybody can read, with a store in it; not for databases on a server."""
    if not url.startswith("sqlite"):
        pytest.skip("a file")
    folder = Path(tempfile.mkdtemp(prefix="cloudaudit-public-"))
    open_store(str(folder / "history.db"), create=True).record(report(BEFORE), at=night(1))
    (folder / "history.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_store_that_may_only_be_read_is_read(public: Path) -> None:
    def read() -> int:
        become_nobody()
        return len(open_store(str(public / "history.db")).show("1")[0].findings)

    assert apart(read) == (0, str(len(BEFORE)))
    assert sorted(path.name for path in public.iterdir()) == ["history.db"]


def test_a_store_that_may_only_be_read_is_not_written(public: Path) -> None:
    def write() -> object:
        become_nobody()
        return open_store(str(public / "history.db"), create=True)

    _, told = apart(write)

    place = public / "history.db"
    assert told == f"StoreError: {place}: this user may only read it; give --store a place that can be written"


def test_a_server_that_is_not_there_is_said_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://me:s3cret@127.0.0.1:9/history")

    assert str(caught.value).startswith("postgresql://me@127.0.0.1:9/history: ")
    assert "s3cret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_every_message_says_what_to_do() -> None:
    messages = [*failures._SQLITE.values(), *failures._POSTGRESQL.values()]  # noqa: SLF001 - the tables themselves

    assert [message for message in messages if ";" not in message] == []


def test_a_server_is_told_how_large_tables_became(server: postgres.Server) -> None:
    store = open_store(server.database(), create=True)
    store.record(report(LARGE), at=night(1))

    with database.reading(store.engine) as connection:
        rows = connection.execute(text("SELECT reltuples FROM pg_class WHERE relname IN ('finding', 'observation')"))
        assert set(rows.scalars()) == {len(LARGE)}
