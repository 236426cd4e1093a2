"""IAM as moto simulates it. Its credential report has no line for root, and its GeneratedTime is years ago."""

import json
from pathlib import Path
from typing import Any

import pytest
from moto.iam.models import AWSManagedPolicy, iam_backends
from simulated import ACCOUNT, Account

from cloudaudit import app
from cloudaudit.model import Unknown, Verdict

ADMIN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READER = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::docs/*"}],
}
EVERYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
MACHINES = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
AWS_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def add_policy_of_aws(name: str) -> None:
    """Moto can load them all, which takes seconds."""
    made = {"CreateDate": "2020-01-01T00:00:00+00:00", "UpdateDate": "2020-01-01T00:00:00+00:00", "Path": "/"}
    data = {**made, "Arn": f"arn:aws:iam::aws:policy/{name}", "Document": ADMIN, "DefaultVersionId": "v1"}
    policy = AWSManagedPolicy.from_data(name, ACCOUNT, "us-east-1", data)
    iam_backends[ACCOUNT]["aws"].managed_policies[policy.arn] = policy


@pytest.fixture
def people(account: Account) -> Account:
    """Ada holds too much herself, Bob by his group, and one of two roles by a policy of AWS."""
    add_policy_of_aws("AdministratorAccess")
    iam = account.client("iam")
    own = iam.create_policy(PolicyName="everything", PolicyDocument=json.dumps(ADMIN))["Policy"]["Arn"]
    iam.create_group(GroupName="developers")
    iam.attach_group_policy(GroupName="developers", PolicyArn=own)
    for name in ("ada", "bob"):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "web"}])
    iam.put_user_policy(UserName="ada", PolicyName="inline", PolicyDocument=json.dumps(ADMIN))
    iam.create_login_profile(UserName="ada", Password="Correct-Horse-9")  # noqa: S106 - of a simulated user
    iam.create_access_key(UserName="ada")
    iam.create_access_key(UserName="ada")
    iam.add_user_to_group(UserName="bob", GroupName="developers")
    for name, trust in (("open", EVERYBODY), ("machine", MACHINES)):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    iam.attach_role_policy(RoleName="open", PolicyArn=AWS_ADMIN)
    iam.put_role_policy(RoleName="machine", PolicyName="read", PolicyDocument=json.dumps(READER))
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="machine")
    return account


def test_whoever_is_administrator_is_found_by_every_path(people: Account) -> None:
    run = people.audit("iam-principal-no-admin")

    assert run.verdicts == {
        arn("user", "ada"): Verdict.FAIL,
        arn("user", "bob"): Verdict.FAIL,
        arn("group", "developers"): Verdict.FAIL,
        arn("role", "open"): Verdict.FAIL,
        arn("role", "machine"): Verdict.PASS,
    }


def test_policies_are_judged_wherever_they_stand(people: Account) -> None:
    run = people.audit("iam-policy-no-admin")

    assert run.verdicts == {
        arn("policy", "everything"): Verdict.FAIL,
        f"{ACCOUNT}/global/aws_iam_user_policy/ada/inline": Verdict.FAIL,
        f"{ACCOUNT}/global/aws_iam_role_policy/machine/read": Verdict.PASS,
    }


def test_trust_policies_are_read(people: Account) -> None:
    run = people.audit("iam-role-trust-no-wildcard")

    assert run.verdicts == {arn("role", "open"): Verdict.FAIL, arn("role", "machine"): Verdict.PASS}


def test_one_call_tells_all_about_users_groups_and_roles(people: Account) -> None:
    run = people.audit("iam-principal-no-admin", "iam-policy-no-admin", "iam-user-in-group", "iam-group-has-members")

    assert [call for call in run.calls if call.startswith("iam.")].count("iam.get_account_authorization_details") == 1
    assert run.by_rule()["iam-group-has-members"] == {Verdict.PASS}


def test_keys_and_passwords_come_from_the_credential_report(people: Account) -> None:
    run = people.audit("iam-user-one-active-key", "iam-user-no-console-password", "iam-user-no-access-key")

    failed = {(finding.rule, finding.resource) for finding in run.findings if finding.verdict is Verdict.FAIL}
    assert failed == {
        ("iam-user-one-active-key", arn("user", "ada")),
        ("iam-user-no-console-password", arn("user", "ada")),
        ("iam-user-no-access-key", f"{ACCOUNT}/global/aws_iam_access_key/ada/1"),
        ("iam-user-no-access-key", f"{ACCOUNT}/global/aws_iam_access_key/ada/2"),
    }
    assert run.calls.count("iam.generate_credential_report") == 1


def test_a_denied_report_leaves_open_what_users_sign_in_with(people: Account) -> None:
    people.deny("iam:GenerateCredentialReport")

    run = people.audit("iam-user-no-console-password")

    assert set(run.verdicts.values()) == {Verdict.UNKNOWN}
    assert [gap.what for gap in run.gaps] == [f"iam:GetCredentialReport in {ACCOUNT} us-east-1"]


def test_denied_details_leave_no_user_to_be_judged(people: Account) -> None:
    people.deny("iam:GetAccountAuthorizationDetails")

    run = people.audit("iam-principal-no-admin", "iam-policy-no-admin")

    assert run.findings == []
    assert run.gaps


def test_roles_of_aws_services_are_not_the_accounts(account: Account) -> None:
    account.client("iam").create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")

    graph = account.graph("aws_iam_role", "aws_iam_service_linked_role")

    assert graph.of_type("aws_iam_role") == []
    [role] = graph.of_type("aws_iam_service_linked_role")
    assert role.attributes["aws_service_name"] == "autoscaling.amazonaws.com"


def test_an_instance_profile_leads_to_its_role(people: Account) -> None:
    [profile] = people.graph("aws_iam_instance_profile").of_type("aws_iam_instance_profile")

    assert profile.attributes["role"] == "machine"
    assert profile.arn == arn("instance-profile", "machine")


def test_tags_of_users_come_along(people: Account) -> None:
    user = people.graph("aws_iam_user").resources[arn("user", "ada")]

    assert user.attributes["tags"] == {"team": "web"}
    assert isinstance(user.attributes["force_destroy"], Unknown)


def test_administrators_need_a_second_factor_by_whatever_path_they_are(people: Account) -> None:
    run = people.audit("iam-administrator-mfa")

    assert run.verdicts == {
        f"{ACCOUNT}/global/aws_iam_user_credentials/ada": Verdict.FAIL,
        f"{ACCOUNT}/global/aws_iam_user_credentials/bob": Verdict.FAIL,
    }


TWIN = """
resource "aws_iam_policy" "everything" {
  name   = "everything"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_iam_group" "developers" { name = "developers" }
resource "aws_iam_group_policy_attachment" "developers" {
  group      = aws_iam_group.developers.name
  policy_arn = aws_iam_policy.everything.arn
}
resource "aws_iam_user" "ada" { name = "ada" }
resource "aws_iam_user_policy" "ada" {
  name   = "inline"
  user   = aws_iam_user.ada.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_iam_user_login_profile" "ada" { user = aws_iam_user.ada.name }
resource "aws_iam_access_key" "ada" {
  count = 2
  user  = aws_iam_user.ada.name
}
resource "aws_iam_user" "bob" { name = "bob" }
resource "aws_iam_user_group_membership" "bob" {
  user   = aws_iam_user.bob.name
  groups = [aws_iam_group.developers.name]
}
resource "aws_iam_role" "open" {
  name               = "open"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_iam_role_policy_attachment" "open" {
  role       = aws_iam_role.open.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_iam_role" "machine" {
  name               = "machine"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
resource "aws_iam_role_policy" "machine" {
  name   = "read"
  role   = aws_iam_role.machine.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::docs/*" }]
  })
}
resource "aws_iam_instance_profile" "machine" {
  name = "machine"
  role = aws_iam_role.machine.name
}
"""
RULES = (
    "iam-attachment-no-administrator-access",
    "iam-group-has-members",
    "iam-group-requires-mfa",
    "iam-policy-attached",
    "iam-policy-no-admin",
    "iam-policy-no-full-iam",
    "iam-policy-no-open-data-actions",
    "iam-policy-no-open-pass-role",
    "iam-policy-no-privilege-escalation",
    "iam-policy-no-service-wildcard",
    "iam-policy-no-star-action",
    "iam-principal-no-admin",
    "iam-role-service-trust-source-bound",
    "iam-role-trust-no-wildcard",
    "iam-user-in-group",
    "iam-user-no-access-key",
    "iam-user-no-console-password",
    "iam-user-no-direct-policy",
    "iam-user-one-active-key",
)


def verdicts(findings: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings:
        if finding.rule in RULES:
            found.setdefault(f"{finding.rule} {finding.type}", []).append(finding.verdict.value)
    return {name: sorted(each) for name, each in found.items()}


def test_the_same_people_in_terraform_get_the_same_verdicts(people: Account, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(TWIN, encoding="utf-8")
    live = verdicts(people.audit(*RULES).findings)
    [declared] = app.load(tmp_path)

    assert live == verdicts(app.check(declared, RULES))
