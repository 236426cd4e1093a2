"""Keys and secrets."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

PUBLIC = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def test_rotation_is_asked_of_keys_that_can_rotate(account: Account) -> None:
    kms = account.client("kms")
    rotates = kms.create_key()["KeyMetadata"]
    plain = kms.create_key()["KeyMetadata"]
    kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    kms.enable_key_rotation(KeyId=rotates["KeyId"])

    run = account.audit("kms-key-rotation")

    assert run.verdicts == {rotates["Arn"]: Verdict.PASS, plain["Arn"]: Verdict.FAIL}
    assert run.calls.count("kms.get_key_rotation_status") == 2


def test_a_denied_rotation_is_no_missing_rotation(account: Account) -> None:
    account.client("kms").create_key()
    account.deny("kms:GetKeyRotationStatus")

    assert set(account.audit("kms-key-rotation").verdicts.values()) == {Verdict.UNKNOWN}


def test_a_key_that_was_not_described_is_no_key_of_aws(account: Account) -> None:
    account.client("kms").create_key()
    account.deny("kms:DescribeKey")

    assert set(account.audit("kms-key-enabled").verdicts.values()) == {Verdict.UNKNOWN}


def test_keys_of_aws_are_left_out() -> None:
    answers = {
        "kms.list_keys": {"Keys": [{"KeyId": "1", "KeyArn": "arn:aws:kms:us-east-1:123456789012:key/1"}]},
        "kms.describe_key": {"KeyMetadata": {"KeyId": "1", "KeyManager": "AWS", "Enabled": True}},
    }

    assert Recorded(answers).verdicts("kms-key-enabled") == {}


def test_a_key_for_everybody_is_told(account: Account) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=PUBLIC)

    assert account.audit("kms-key-policy-not-public").verdicts == {key["Arn"]: Verdict.FAIL}


def test_grants_that_services_take_for_themselves_are_left_out(account: Account) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    role = "arn:aws:iam::111122223333:role/reader"
    for principal in (role, "rds.us-east-1.amazonaws.com"):
        kms.create_grant(KeyId=key, GranteePrincipal=principal, Operations=["Decrypt"])

    grants = account.graph("aws_kms_grant").of_type("aws_kms_grant")

    assert [grant.attributes["grantee_principal"] for grant in grants] == [role]


def test_a_key_that_will_be_deleted_is_told(account: Account) -> None:
    kms = account.client("kms")
    doomed = kms.create_key()["KeyMetadata"]["KeyId"]
    kept = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)

    verdicts = account.audit("kms-key-not-scheduled-for-deletion").verdicts

    assert {key.rpartition("/")[2]: verdict for key, verdict in verdicts.items()} == {
        doomed: Verdict.FAIL,
        kept: Verdict.PASS,
    }


def test_a_key_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    key = account.client("kms").create_key(Description="data", Policy=PUBLIC)["KeyMetadata"]
    rules = ("kms-key-rotation", "kms-key-enabled", "kms-key-policy-not-public")
    source = f"""
      resource "aws_kms_key" "data" {{
        description = "{key["Description"]}"
        policy      = {json.dumps(PUBLIC)}
      }}
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def secret(**given: Any) -> dict[str, Any]:
    name = given.get("Name", "db")
    return {
        "ARN": f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-a1b2c3",
        "Name": name,
        "CreatedDate": ago(400),
        **given,
    }


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 30}}, Verdict.PASS),
        ({"RotationEnabled": True, "RotationRules": {"ScheduleExpression": "rate(10 days)"}}, Verdict.PASS),
        ({"RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 300}}, Verdict.FAIL),
        ({"RotationEnabled": False, "RotationRules": {"AutomaticallyAfterDays": 30}}, Verdict.FAIL),
        ({}, Verdict.FAIL),
    ],
)
def test_rotation_of_secrets(given: dict[str, Any], verdict: Verdict) -> None:
    """moto does not keep what a rotation is like."""
    made = secret(**given)

    found = Recorded({"secretsmanager.list_secrets": {"SecretList": [made]}}).verdicts("secretsmanager-secret-rotation")

    assert found == {made["ARN"]: verdict}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"LastRotatedDate": ago(3)}, Verdict.PASS),
        ({"LastRotatedDate": ago(50)}, Verdict.FAIL),
        ({"CreatedDate": ago(3)}, Verdict.PASS),
        ({}, Verdict.FAIL),
    ],
)
def test_a_rotation_that_does_not_work_is_told(given: dict[str, Any], verdict: Verdict) -> None:
    made = secret(RotationEnabled=True, RotationRules={"AutomaticallyAfterDays": 30}, **given)

    answers = {"secretsmanager.list_secrets": {"SecretList": [made]}}

    assert set(Recorded(answers).verdicts("secretsmanager-secret-rotates-in-time").values()) == {verdict}


def test_secrets_that_nobody_reads_are_told() -> None:
    secrets = [
        secret(Name="read", LastAccessedDate=ago(2)),
        secret(Name="forgotten", LastAccessedDate=ago(200)),
        secret(Name="never-read"),
        secret(Name="new", CreatedDate=ago(1)),
    ]

    found = Recorded({"secretsmanager.list_secrets": {"SecretList": secrets}}).verdicts("secretsmanager-secret-used")

    assert {key.rpartition("/")[2]: verdict for key, verdict in found.items()} == {
        "read": Verdict.PASS,
        "forgotten": Verdict.FAIL,
        "never-read": Verdict.FAIL,
        "new": Verdict.PASS,
    }


def test_secrets_of_services_and_replicas_are_none_of_their_own() -> None:
    secrets = [
        secret(Name="rds", OwningService="rds"),
        secret(Name="copy", PrimaryRegion="eu-west-1"),
    ]

    answers = {"secretsmanager.list_secrets": {"SecretList": secrets}}

    assert Recorded(answers).verdicts("secretsmanager-secret-rotation") == {}


def test_a_secret_for_everybody_is_told(account: Account) -> None:
    client = account.client("secretsmanager")
    client.create_secret(Name="kept", SecretString="x")
    shared = client.create_secret(Name="shared", SecretString="x")["ARN"]
    client.put_resource_policy(SecretId=shared, ResourcePolicy=PUBLIC)

    verdicts = account.audit("secretsmanager-secret-not-public").verdicts

    assert verdicts.pop(shared) is Verdict.FAIL
    assert set(verdicts.values()) == {Verdict.PASS}


def test_a_denied_policy_makes_it_unknown_who_reads_a_secret(account: Account) -> None:
    account.client("secretsmanager").create_secret(Name="kept", SecretString="x")
    account.deny("secretsmanager:GetResourcePolicy", code="AccessDeniedException")

    run = account.audit("secretsmanager-secret-not-public")

    assert set(run.verdicts.values()) == {Verdict.UNKNOWN}
    assert [gap.what for gap in run.gaps] == ["secretsmanager:GetResourcePolicy in 123456789012 us-east-1"]


def test_a_plain_parameter_that_is_named_like_a_secret_fails_unread(account: Account) -> None:
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/app/db_password", Value="Sup3rS3cretPassw0rd", Type="String")
    ssm.put_parameter(Name="/app/api_key", Value="Sup3rS3cretPassw0rd", Type="SecureString")
    ssm.put_parameter(Name="colour", Value="blue", Type="String")

    run = account.audit("ssm-parameter-secure-string")

    start = "arn:aws:ssm:us-east-1:123456789012:parameter/app/"
    assert run.verdicts == {f"{start}db_password": Verdict.FAIL, f"{start}api_key": Verdict.PASS}
    assert "Sup3rS3cret" not in str(run.findings)
    assert "ssm.get_parameters" not in run.calls
