"""What the policy of a KMS key leaves to IAM, and whether enclaves alone may decrypt with it."""

import json

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, resource

from cloudaudit.model import Unknown

ROOT = {"AWS": "arn:aws:iam::111122223333:root"}
ROLE = {"AWS": "arn:aws:iam::111122223333:role/app"}
EVERYTHING = {"Principal": ROOT, "Action": "kms:*", "Resource": "*"}
PCR = {"StringEqualsIgnoreCase": {"kms:RecipientAttestation:PCR0": "abc"}}


def key(text):
    return resource("aws_kms_key.k", policy=text)


@pytest.mark.parametrize("text", [None, "", policy(EVERYTHING)])
def test_no_policy_and_that_of_aws_leave_all_to_iam(text):
    assert fact("keypolicy.is_default", key(text)) is True


@pytest.mark.parametrize(
    "text",
    [
        policy(EVERYTHING, {**EVERYTHING, "Principal": ROLE}),
        policy({**EVERYTHING, "Principal": ROLE}),
        policy({**EVERYTHING, "Action": ["kms:Describe*", "kms:Put*"]}),
        policy({**EVERYTHING, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}),
    ],
)
def test_a_policy_that_says_more_is_ones_own(text):
    assert fact("keypolicy.is_default", key(text)) is False


def test_a_policy_that_is_not_known_may_be_either():
    assert is_unknown(fact("keypolicy.is_default", key(ELSEWHERE)))


def test_the_account_need_not_be_known_to_see_its_root():
    root = Unknown(because="read at apply", prefix="arn:aws:iam::", partial=("arn:aws:iam::", ELSEWHERE, ":root"))
    document = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}]}

    assert fact("keypolicy.is_default", key(Unknown(because="read at apply", partial=document))) is True


def test_a_role_that_decrypts_without_attestation_is_named():
    text = policy(
        EVERYTHING,
        {"Sid": "Enclave", "Principal": ROLE, "Action": "kms:Decrypt", "Resource": "*", "Condition": PCR},
        {"Sid": "Open", "Principal": ROLE, "Action": ["kms:Describe*", "kms:GenerateDataKey*"], "Resource": "*"},
    )

    assert fact("keypolicy.for_enclaves", key(text)) is True
    assert fact("keypolicy.unattested", key(text)) == ["Open"]


def test_a_key_whose_policy_asks_for_no_attestation_is_none_of_an_enclave():
    assert fact("keypolicy.for_enclaves", key(policy(EVERYTHING))) is False


def test_a_denial_lets_nobody_decrypt():
    document = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}]}

    assert fact("keypolicy.unattested", key(json.dumps(document))) == []
