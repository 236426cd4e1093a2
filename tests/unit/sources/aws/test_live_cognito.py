"""User pools, clients and identity pools."""

from pathlib import Path

import pytest
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

POOLS = (
    "cognito-user-pool-mfa",
    "cognito-user-pool-password-length",
    "cognito-user-pool-threat-protection",
    "cognito-user-pool-deletion-protection",
)
CLIENTS = ("cognito-client-hides-users", "cognito-client-token-revocation")
GUESTS = "cognito-identity-pool-no-guests"

GOOD = """
resource "aws_cognito_user_pool" "main" {
  name                = "people"
  mfa_configuration   = "ON"
  deletion_protection = "ACTIVE"
  password_policy { minimum_length = 14 }
  user_pool_add_ons { advanced_security_mode = "ENFORCED" }
  software_token_mfa_configuration { enabled = true }
}
resource "aws_cognito_user_pool_client" "main" {
  name                          = "app"
  user_pool_id                  = aws_cognito_user_pool.main.id
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
}
resource "aws_cognito_identity_pool" "main" {
  identity_pool_name               = "people"
  allow_unauthenticated_identities = false
}
"""
BAD = """
resource "aws_cognito_user_pool" "main" {
  name                = "people"
  mfa_configuration   = "OFF"
  deletion_protection = "INACTIVE"
  password_policy { minimum_length = 6 }
}
resource "aws_cognito_user_pool_client" "main" {
  name                          = "app"
  user_pool_id                  = aws_cognito_user_pool.main.id
  prevent_user_existence_errors = "LEGACY"
  enable_token_revocation       = false
}
resource "aws_cognito_identity_pool" "main" {
  identity_pool_name               = "people"
  allow_unauthenticated_identities = true
}
"""


def build(account: Account, good: bool) -> None:
    client = account.client("cognito-idp")
    pool = client.create_user_pool(
        PoolName="people",
        MfaConfiguration="ON" if good else "OFF",
        DeletionProtection="ACTIVE" if good else "INACTIVE",
        Policies={"PasswordPolicy": {"MinimumLength": 14 if good else 6}},
        **({"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}} if good else {}),
        UserPoolTags={"team": "web"},
    )["UserPool"]["Id"]
    client.create_user_pool_client(
        UserPoolId=pool,
        ClientName="app",
        PreventUserExistenceErrors="ENABLED" if good else "LEGACY",
        EnableTokenRevocation=good,
    )
    account.client("cognito-identity").create_identity_pool(
        IdentityPoolName="people", AllowUnauthenticatedIdentities=not good
    )


@pytest.mark.parametrize(("good", "text"), [(True, GOOD), (False, BAD)], ids=["good", "bad"])
def test_pools_get_the_verdicts_of_their_declaration(account: Account, tmp_path: Path, good: bool, text: str) -> None:
    build(account, good)
    rules = (*POOLS, *CLIENTS, GUESTS)

    live = account.audit(*rules).by_rule()

    assert live == declared(tmp_path, text, *rules)
    assert {verdict for found in live.values() for verdict in found} == {Verdict.PASS if good else Verdict.FAIL}


def test_a_pool_that_cannot_be_described_is_unknown(account: Account) -> None:
    build(account, good=True)
    account.deny("cognito-idp:DescribeUserPool")

    assert set(account.audit(*POOLS).by_rule()["cognito-user-pool-mfa"]) == {Verdict.UNKNOWN}


def test_tags_come_with_the_pool(account: Account) -> None:
    build(account, good=True)

    [pool] = account.graph("aws_cognito_user_pool").of_type("aws_cognito_user_pool")

    assert pool.attributes["tags"] == {"team": "web"}
    assert pool.arn.endswith(f":userpool/{pool.attributes['id']}")
