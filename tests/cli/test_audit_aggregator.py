"""`cloudaudit audit --aggregator` against AWS on loopback."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.standins.clouds import ACCOUNT, REGION, Cloud
from tests.standins.recorder import Recorder, Shelf

BUCKETS = ("--rule", "s3-bucket-versioning", "--region", REGION, "--fail-on", "never")
SELECT = "config:SelectAggregateResourceConfig"
STATUS = "DescribeConfigurationAggregatorSourcesStatus"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An account with a bucket that kept versions once, a recorder, and an aggregator."""
    cloud = Cloud()
    s3, config = cloud.client("s3"), cloud.client("config")
    s3.create_bucket(Bucket="shop-files")
    s3.put_bucket_versioning(Bucket="shop-files", VersioningConfiguration={"Status": "Suspended"})
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::1:role/a"})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "shop-files"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    shelf = Shelf(Recorder(lambda service, _region: cloud.client(service), ACCOUNT), (REGION,))
    cloud.answers["SelectAggregateResourceConfig"] = lambda given: shelf.select_aggregate_resource_config(**given)
    cloud.answers[STATUS] = lambda given: shelf.describe_configuration_aggregator_sources_status(**given)
    yield cloud
    cloud.close()


def calls(report: Path) -> set[tuple[str, str]]:
    """Which call told the status of versioning, and when it was so."""
    reads = [read for one in json.loads(report.read_text())["findings"] for read in one["evidence"]["reads"]]
    return {(one["reading"]["call"], one["reading"]["at"]) for one in reads if one["path"].endswith("status")}


def test_the_report_says_that_the_aggregator_told(cloud: Cloud, run: Run, place: Path) -> None:
    done = run("audit", *BUCKETS, "--aggregator", f"org@{REGION}", "-o", "r.json", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert calls(place / "r.json") == {(SELECT, "2026-01-02T03:04:05Z")}


def test_the_settings_may_name_it(cloud: Cloud, run: Run, place: Path) -> None:
    (place / "cloudaudit.toml").write_text('aggregator = "org"', encoding="utf-8")

    done = run("audit", *BUCKETS, "-o", "r.json", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert {call for call, _ in calls(place / "r.json")} == {SELECT}


def test_it_may_be_in_another_account(cloud: Cloud, run: Run, place: Path) -> None:
    keeper = "222222222222"
    roles: list[str] = []
    cloud.before = lambda _service, said: roles.append(said) if "AssumeRole" in said else None

    done = run(
        "audit", *BUCKETS, "--aggregator", f"org/{keeper}", "--role", "Reader", "-o", "r.json", **cloud.environment
    )

    assert done.returncode == 0, done.stderr
    assert any(keeper in said and "Reader" in said for said in roles)
    assert {call for call, _ in calls(place / "r.json")} == {SELECT}


@pytest.mark.parametrize(
    ("stated", "said"), [("two words", b"names no aggregator"), ("org@us-east-1", b"there is no aggregator 'org'")]
)
def test_one_that_is_not_there_is_said_in_a_line(cloud: Cloud, run: Run, stated: str, said: bytes) -> None:
    cloud.deny(STATUS, code="NoSuchConfigurationAggregatorException")

    done = run("audit", *BUCKETS, "--aggregator", stated, **cloud.environment)

    assert done.returncode == 2
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"us-west" not in done.stderr


def test_one_that_refuses_is_told(cloud: Cloud, run: Run) -> None:
    cloud.deny("SelectAggregateResourceConfig")

    done = run("audit", *BUCKETS, "--aggregator", "org", "--strict", **cloud.environment)

    assert done.returncode == 3
    assert SELECT.encode() in done.stdout
    assert b"1 failure" in done.stdout


def test_workers_of_a_cluster_ask_it(cloud: Cloud, run: Run, place: Path) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

    done = run("audit", *BUCKETS, "--aggregator", "org", "--cluster", "local:1", "-o", "r.json", **cloud.environment)

    assert done.returncode == 0, done.stderr
    assert calls(place / "r.json") == {(SELECT, "2026-01-02T03:04:05Z")}


def test_what_it_told_before_the_audit_was_stopped_is_not_asked_again(
    cloud: Cloud, run: Run, place: Path, cache: Path
) -> None:
    asked: list[str] = []

    def stop(service: str, said: str) -> None:
        asked.append(said)
        if service == "s3" and "ownership" in said:  # it has told of versions by then
            process.kill()

    env = {**os.environ, **cloud.environment, "HOME": str(place), "CLOUDAUDIT_CACHE_DIR": str(cache)}
    command = ["audit", *BUCKETS, "--aggregator", "org", "--threads", "1", "-o", "r.json"]
    cloud.before = stop
    with subprocess.Popen([sys.executable, "-m", "cloudaudit", *command], env=env, cwd=place) as process:
        process.wait(timeout=60)
    before = [said for said in asked if "SelectAggregate" in said]
    asked.clear()
    cloud.before = lambda _service, said: asked.append(said)

    done = run(*command, "--resume", **cloud.environment)

    assert len(before) == 1
    assert done.returncode == 0, done.stderr
    assert [said for said in asked if "SelectAggregate" in said] == []
    assert {call for call, _ in calls(place / "r.json")} == {SELECT}
