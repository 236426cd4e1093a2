"""A store that fails in the middle of an audit: the audit goes on, and what it found is recorded later."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Run
from tests.standins import postgres
from tests.standins.clouds import Cloud

ACCOUNTS = ("222222222222", "333333333333", "444444444444")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    for id_ in ACCOUNTS:
        cloud.client("s3", id_).create_bucket(Bucket=f"files-{id_}")
    yield cloud
    cloud.close()


class Fate(NamedTuple):
    """A store, how it fails, how it comes back, and what is said of it meanwhile."""

    store: str
    lose: Callable[[], object]
    mend: Callable[[], object]
    said: str


def _other_file(place: Path) -> Iterator[Fate]:
    """Somebody put another file in its place."""
    file, away = place / "history.db", place / "away.db"

    def lose() -> None:
        file.rename(away)
        file.write_text("shopping list\n" * 100)

    yield Fate(str(file), lose, lambda: away.replace(file), "this is no store but some other file")


def _full_disk(place: Path) -> Iterator[Fate]:
    folder = place / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    other = folder / "other"

    def fill() -> None:
        with other.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(1024)):
                    pass
            except OSError:
                return

    try:
        yield Fate(str(folder / "history.db"), fill, other.unlink, "the disk ")
    finally:
        subprocess.run(["umount", folder], check=True)


def _database_gone(_place: Path) -> Iterator[Fate]:
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.running() as server:
        url = server.database()
        name = url.partition("@/")[2].partition("?")[0]
        yield Fate(
            url,
            lambda: server.run(f"ALTER DATABASE {name} RENAME TO away"),
            lambda: server.run(f"ALTER DATABASE away RENAME TO {name}"),
            "does not exist",
        )


@pytest.fixture(params=[_other_file, _full_disk, _database_gone])
def fate(request: pytest.FixtureRequest, place: Path) -> Iterator[Fate]:
    yield from request.param(place)


def test_an_audit_goes_on_without_its_store_and_is_recorded_later(
    cloud: Cloud, run: Run, place: Path, fate: Fate
) -> None:
    (place / "accounts").write_text("\n".join(ACCOUNTS))
    ask = ("audit", "--accounts", "accounts", "--rule", "s3-bucket-versioning", "--store", fate.store)
    reports = ("-o", "out/{account}.json", "-o", "r.json", "--heartbeat", "beat.json")
    entered: list[str] = []

    def lose(service: str, said: str) -> None:
        if service == "sts" and "AssumeRole" in said:
            entered.append(said)
            if len(entered) == 2:
                fate.lose()

    cloud.before = lose
    done = run(*ask, *reports, **cloud.environment)
    cloud.before = lambda _service, _said: None

    assert done.returncode == 2
    (line,) = [line for line in done.stderr.decode().splitlines() if "recorded" in line]
    assert fate.said in line
    assert "1 of 3 accounts is recorded" in line
    assert "--resume" in line
    assert len(json.loads((place / "r.json").read_text())["findings"]) == 3
    assert {path.stem for path in (place / "out").iterdir()} == set(ACCOUNTS)
    beat = json.loads((place / "beat.json").read_text())
    assert (beat["exit_code"], beat["accounts"]) == (2, 3)

    fate.mend()
    cloud.asked.clear()
    again = run(*ask, "--resume", **cloud.environment)

    assert again.returncode == 0, again.stderr
    assert cloud.asked["s3"] == 0
    runs = json.loads(run("runs", "-f", "json", "--store", fate.store).stdout)["runs"]
    assert [one["target"] for one in runs] == [f"aws:{id_}" for id_ in ACCOUNTS]
    assert len({one["audit"] for one in runs}) == 1
