"""Accounts spread over the processes of a Dask cluster: the same answers, also when workers die."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.standins.clouds import ACCOUNT, Cloud

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
BUCKETS = ("--rule", "s3-bucket-versioning")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.close()


@pytest.fixture
def members(cloud: Cloud) -> list[str]:
    """An organisation of five accounts with a bucket each; the ids of all but the first."""
    client = cloud.client("organizations")
    client.create_organization(FeatureSet="ALL")
    ids = []
    for number in range(4):
        made = client.create_account(AccountName=f"team-{number}", Email=f"team{number}@example.com")
        ids.append(made["CreateAccountStatus"]["AccountId"])
        cloud.client("s3", ids[-1]).create_bucket(Bucket=f"team-{number}-files")
    return ids


def findings(path: Path) -> list[dict[str, object]]:
    """What a report says, apart from when values were read."""
    found: list[dict[str, object]] = json.loads(path.read_text())["findings"]
    for one in found:
        one.pop("evidence")
    return sorted(found, key=lambda one: str(one["resource"]))


def test_a_cluster_says_what_one_process_says(cloud: Cloud, members: list[str], run: Run, place: Path) -> None:
    spread = run("audit", "--org", *BUCKETS, "--cluster", "local:2", "-o", "a.json", "--strict", **cloud.environment)
    alone = run("audit", "--org", *BUCKETS, "-o", "b.json", **cloud.environment)

    assert (spread.returncode, alone.returncode) == (0, 0), spread.stderr
    assert len(findings(place / "a.json")) == len(members)
    assert findings(place / "a.json") == findings(place / "b.json")


def test_the_account_of_a_worker_that_dies_is_looked_at_again(
    cloud: Cloud, members: list[str], place: Path, cache: Path
) -> None:
    import psutil  # noqa: PLC0415 - Dask brings it

    killed: list[int] = []

    def kill(service: str, said: str) -> None:
        if service == "s3" and "versioning" in said and not killed:
            workers = [one for one in psutil.Process(process.pid).children() if "spawn_main" in "".join(one.cmdline())]
            for worker in workers[:1]:
                killed.append(worker.pid)
                worker.kill()

    env = {**os.environ, **cloud.environment, "HOME": str(place), "CLOUDAUDIT_CACHE_DIR": str(cache)}
    command = ["audit", "--org", *BUCKETS, "--cluster", "local:2", "-o", "{account}.json", "--strict"]
    cloud.before = kill
    with subprocess.Popen([sys.executable, "-m", "cloudaudit", *command], env=env, cwd=place) as process:
        process.wait(timeout=100)

    assert killed
    assert process.returncode == 0
    for account in (ACCOUNT, *members):
        report = json.loads((place / f"{account}.json").read_text())
        assert not report.get("gaps")
        assert len(report["findings"]) == (0 if account == ACCOUNT else 1)


@pytest.mark.parametrize("address", ["local:many", "nowhere", "tcp://127.0.0.1:9"])
def test_a_cluster_that_is_not_there_is_said_in_a_line(cloud: Cloud, run: Run, address: str) -> None:
    done = run("audit", "--org", *BUCKETS, "--cluster", address, **cloud.environment)

    assert done.returncode == 2
    assert b"no such cluster" in done.stderr
    assert b"Traceback" not in done.stderr
