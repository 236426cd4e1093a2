"""The organisation, Identity Center, and whom AWS writes to."""

import json
from pathlib import Path
from typing import Any

import pytest
from recorded import Recorded
from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Verdict

LEAVING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": ["organizations:LeaveOrganization"], "Resource": "*"}],
}


@pytest.fixture
def managed(account: Account) -> Account:
    """A management account with a policy on its root."""
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    made = client.create_policy(
        Name="stay", Description="d", Type="SERVICE_CONTROL_POLICY", Content=json.dumps(LEAVING)
    )
    client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)
    return account


GUARDRAILS = (
    "organizations-service-control-policies",
    "organizations-denies-leaving",
    "organizations-denies-stopping-trails",
)
TWIN = """
resource "aws_organizations_organization" "main" { enabled_policy_types = ["SERVICE_CONTROL_POLICY"] }
resource "aws_organizations_policy" "stay" {
  name    = "stay"
  content = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Action = ["organizations:LeaveOrganization"], Resource = "*" }]
  })
}
resource "aws_organizations_policy_attachment" "stay" {
  policy_id = aws_organizations_policy.stay.id
  target_id = aws_organizations_organization.main.roots[0].id
}
"""


def test_guardrails_of_the_organisation_are_those_that_are_attached(managed: Account, tmp_path: Path) -> None:
    run = managed.audit(*GUARDRAILS)

    assert run.by_rule() == {
        "organizations-service-control-policies": {Verdict.PASS},
        "organizations-denies-leaving": {Verdict.PASS},
        "organizations-denies-stopping-trails": {Verdict.FAIL},
    }
    assert declared(tmp_path, TWIN, *GUARDRAILS[:2]) == {rule: {Verdict.PASS} for rule in GUARDRAILS[:2]}


def test_targets_that_cannot_be_listed_leave_guardrails_open(managed: Account) -> None:
    managed.deny("organizations:ListTargetsForPolicy")

    run = managed.audit(*GUARDRAILS)

    assert run.by_rule() == {
        "organizations-service-control-policies": {Verdict.PASS},
        "organizations-denies-leaving": {Verdict.UNKNOWN},
        "organizations-denies-stopping-trails": {Verdict.UNKNOWN},
    }


def test_an_account_without_organisation_has_none_to_judge(account: Account) -> None:
    run = account.audit(*GUARDRAILS)

    assert not run.findings
    assert not run.gaps


def test_a_member_is_not_judged_by_what_its_management_account_decides() -> None:
    organization = {"Id": "o-1", "Arn": "arn:aws:organizations::999999999999:organization/o-1"}
    member = Recorded(
        {"organizations.describe_organization": {"Organization": {**organization, "MasterAccountId": "9"}}}
    )

    assert member.judge(*GUARDRAILS).findings == []
    assert not [asked for asked in member.asked if asked[1] == "list_roots"]


def test_the_accounts_of_the_organisation_are_known(managed: Account) -> None:
    managed.client("organizations").create_account(Email="prod@example.com", AccountName="prod")

    accounts = managed.graph("aws_organizations_account").of_type("aws_organizations_account")

    assert {each.attributes["name"] for each in accounts} == {"master", "prod"}


def test_a_security_contact_is_looked_for(account: Account) -> None:
    before = account.audit("account-security-contact")
    account.client("account").put_alternate_contact(
        AlternateContactType="SECURITY",
        Name="Security",
        Title="Duty officer",
        EmailAddress="security@example.com",
        PhoneNumber="+4930000000",
    )
    after = account.audit("account-security-contact")

    assert [*before.verdicts.values(), *after.verdicts.values()] == [Verdict.FAIL, Verdict.PASS]


INSTANCE = "arn:aws:sso:::instance/ssoins-1"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def center(policies: list[str], inline: str = "", owner: str = ACCOUNT) -> Recorded:
    """What Identity Center answers; moto has few of its operations."""
    attached = [{"Name": name, "Arn": f"arn:aws:iam::aws:policy/{name}"} for name in policies]
    answers: dict[str, Any] = {
        "iam.get_account_authorization_details": {},
        "sso-admin.list_instances": {"Instances": [{"InstanceArn": INSTANCE, "OwnerAccountId": owner}]},
        "sso-admin.list_permission_sets": {"PermissionSets": [SET]},
        "sso-admin.list_managed_policies_in_permission_set": {"AttachedManagedPolicies": attached},
        "sso-admin.get_inline_policy_for_permission_set": {"InlinePolicy": inline},
    }
    return Recorded(answers)


def test_administrators_of_identity_center_are_found() -> None:
    admin = center(["AdministratorAccess", "ReadOnlyAccess"])

    found = admin.verdicts("iam-identity-center-no-administrator")

    managed = f"{SET}/aws_ssoadmin_managed_policy_attachment"
    assert found == {f"{managed}/AdministratorAccess": Verdict.FAIL, f"{managed}/ReadOnlyAccess": Verdict.PASS}


def test_inline_policies_of_permission_sets_are_judged() -> None:
    rule = "iam-identity-center-policy-no-administrator"

    assert [*center([], ALL).verdicts(rule).values()] == [Verdict.FAIL]
    assert center([]).verdicts(rule) == {}


def test_a_member_account_does_not_own_identity_center() -> None:
    assert center(["AdministratorAccess"], owner="999999999999").verdicts("iam-identity-center-no-administrator") == {}


@pytest.mark.parametrize(
    ("policies", "verdict"), [(["AWSSupportAccess"], Verdict.PASS), (["ReadOnlyAccess"], Verdict.FAIL)]
)
def test_support_access_may_come_from_identity_center(policies: list[str], verdict: Verdict) -> None:
    assert [*center(policies).verdicts("account-support-role").values()] == [verdict]


def test_permission_sets_that_cannot_be_read_leave_support_access_open() -> None:
    closed = center([])
    closed.answers["sso-admin.list_managed_policies_in_permission_set"] = "AccessDeniedException"

    assert [*closed.verdicts("account-support-role").values()] == [Verdict.UNKNOWN]
