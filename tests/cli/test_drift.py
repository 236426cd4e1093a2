"""`cloudaudit drift` against AWS on loopback: what is in no state, missing or different, and what nobody could see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.standins.clouds import ACCOUNT, REGION, Cloud

RULES = ("--rule", "sqs-queue-encrypted", "--rule", "s3-bucket-versioning")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.close()


def queue(cloud: Cloud, name: str, **attributes: str) -> str:
    """A queue, and its ARN."""
    cloud.client("sqs").create_queue(QueueName=name, Attributes=attributes)
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def state(place: Path, **queues: dict[str, Any]) -> str:
    """A state with these queues, by name in Terraform."""
    resources = [
        {
            "mode": "managed",
            "type": "aws_sqs_queue",
            "name": name,
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": attributes}],
        }
        for name, attributes in queues.items()
    ]
    document = {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "a", "outputs": {}}
    (place / "prod.tfstate").write_text(json.dumps({**document, "resources": resources}))
    return "prod=prod.tfstate"


def declared(arn: str, **attributes: Any) -> dict[str, Any]:
    name = arn.rpartition(":")[2]
    return {"arn": arn, "id": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}", "name": name, **attributes}


def drift(run: Run, cloud: Cloud, *arguments: str, code: int = 1) -> list[dict[str, Any]]:
    done = run("drift", *arguments, "--region", REGION, *RULES, "-f", "json", **cloud.environment)
    assert done.returncode == code, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["drifted"]
    return found


def test_what_agrees_is_no_drift(cloud: Cloud, run: Run, place: Path) -> None:
    arn = queue(cloud, "orders", SqsManagedSseEnabled="true")

    assert drift(run, cloud, "--state", state(place, orders=declared(arn, sqs_managed_sse_enabled=True)), code=0) == []


def test_what_somebody_changed_by_hand_names_rules_and_criteria(cloud: Cloud, run: Run, place: Path) -> None:
    arn = queue(cloud, "orders", SqsManagedSseEnabled="false")

    (one,) = drift(run, cloud, "--state", state(place, orders=declared(arn, sqs_managed_sse_enabled=True)))

    assert (one["kind"], one["resource"], one["arn"]) == ("changed", "prod:aws_sqs_queue.orders", arn)
    assert (one["attribute"], one["declared"], one["live"]) == ("sqs_managed_sse_enabled", True, False)
    assert one["rules"] == ["sqs-queue-encrypted"]
    assert {"CC6.1", "CC8.1"} <= set(one["criteria"])


def test_what_is_in_no_state_and_what_is_not_there(cloud: Cloud, run: Run, place: Path) -> None:
    arn = queue(cloud, "by-hand", SqsManagedSseEnabled="true")
    gone = declared(f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders")

    found = drift(run, cloud, "--state", state(place, orders=gone))

    assert {(one["kind"], one["arn"]) for one in found} == {("unmanaged", arn), ("missing", gone["arn"])}


def test_what_could_not_be_listed_is_not_missing(cloud: Cloud, run: Run, place: Path) -> None:
    cloud.deny("ListQueues")
    gone = declared(f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders")

    assert drift(run, cloud, "--state", state(place, orders=gone), code=0) == []


def test_other_regions_and_accounts_are_not_missing(cloud: Cloud, run: Run, place: Path) -> None:
    there = declared(f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders")
    theirs = declared(f"arn:aws:sqs:{REGION}:999999999999:orders")

    assert drift(run, cloud, "--state", state(place, there=there, theirs=theirs), code=0) == []


def test_source_is_joined_by_names(cloud: Cloud, run: Run, place: Path) -> None:
    queue(cloud, "orders", SqsManagedSseEnabled="false")
    (place / "queues").mkdir()
    (place / "queues" / "main.tf").write_text(
        'resource "aws_sqs_queue" "orders" {\n  name                    = "orders"\n'
        "  sqs_managed_sse_enabled = true\n}\n"
    )

    (one,) = drift(run, cloud, "--source", "queues")

    assert (one["kind"], one["address"], one["live"]) == ("changed", "aws_sqs_queue.orders", False)


def test_the_page_fits_a_terminal(cloud: Cloud, run: Run, place: Path) -> None:
    arn = queue(cloud, "orders", SqsManagedSseEnabled="false")

    done = run(
        "drift",
        "--state",
        state(place, orders=declared(arn, sqs_managed_sse_enabled=True)),
        *RULES,
        **cloud.environment,
    )

    assert b"sqs_managed_sse_enabled: true declared, false live" in done.stdout
    assert b"0 unmanaged, 0 missing, 1 changed" in done.stdout
    assert max(map(len, done.stdout.decode().splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), b"give one of them"),
        (("--state", "nowhere.tfstate"), b"nowhere.tfstate"),
        (("--state", "notes.txt"), b"notes.txt"),
        (("--state", "prod.tfstate", "--account", "12"), b"12 digits"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(
    cloud: Cloud, run: Run, place: Path, arguments: tuple[str, ...], said: bytes
) -> None:
    state(place)

    done = run("drift", *arguments, **cloud.environment)

    assert done.returncode == 2
    assert said in done.stderr
    assert b"Traceback" not in done.stderr
