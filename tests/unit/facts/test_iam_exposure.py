import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource

from cloudaudit.model import Unknown

READ = {"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
BUCKET = resource("aws_s3_bucket.b", bucket="b")


def bucket_policy(*statements, bucket="b"):
    return resource("aws_s3_bucket_policy.p", bucket=bucket, policy=policy(*statements))


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::1:root", "*"]}, {"AWS": "arn:aws:iam::*:root"}]
)
def test_everybody_is_public(principal):
    assert fact("iam.public", bucket_policy({**READ, "Principal": principal})) is True


@pytest.mark.parametrize(
    "principal", [{"AWS": "123456789012"}, {"Service": "cloudfront.amazonaws.com"}, {"CanonicalUser": "79a5"}]
)
def test_somebody_is_not_public(principal):
    assert fact("iam.public", bucket_policy({**READ, "Principal": principal})) is False


def test_not_principal_in_an_allow_is_public():
    statement = {"NotPrincipal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "*"}

    assert fact("iam.public", bucket_policy(statement)) is True


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringLike": {"aws:PrincipalOrgPaths": "o-abc/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs"}},
        {"StringEquals": {"AWS:SourceAccount": "123456789012"}},
        {"StringEquals": {"aws:sourceVpce": ["vpce-1", "vpce-2"]}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8"]}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/*"}},
        {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": ["o-abc/r-1/"]}},
        {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
        {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"kms:CallerAccount": "123456789012"}},
    ],
)
def test_conditions_that_narrow(condition):
    assert fact("iam.public", bucket_policy({**READ, "Condition": condition})) is False


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringLike": {"aws:PrincipalOrgID": "*"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": ["o-abc/r-1/"]}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/1"]}},
        {"IpAddress": {"aws:SourceIp": "::/0"}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}},
        {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
        {"StringEquals": {"aws:PrincipalTag/team": "a"}},
        {"StringLike": {"aws:Referer": "https://example.com/*"}},
        {"StringLike": {"aws:userid": "*:session"}},
        {"StringEquals": {}},
    ],
)
def test_conditions_that_seem_to_narrow(condition):
    assert fact("iam.public", bucket_policy({**READ, "Condition": condition})) is True


@pytest.mark.parametrize(
    "denial",
    [
        {"Principal": "*", "Action": "s3:*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc"}}},
        {"Principal": "*", "Action": "s3:*", "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        {"Principal": {"AWS": "*"}, "Action": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}},
        {"NotPrincipal": {"AWS": "123456789012"}, "Action": "s3:Get*"},
        {"Principal": "*", "Action": "s3:GetObject"},
    ],
)
def test_a_denial_of_all_strangers_takes_the_public_away(denial):
    assert fact("iam.public", bucket_policy(READ, {"Effect": "Deny", "Resource": "*", **denial})) is False


@pytest.mark.parametrize(
    "denial",
    [
        {"Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Principal": "*", "Action": "s3:PutObject", "Resource": "*"},
        {"Principal": {"AWS": "123456789012"}, "Action": "s3:*", "Resource": "*"},
        {"Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/private/*"},
    ],
)
def test_other_denials_leave_it_public(denial):
    assert fact("iam.public", bucket_policy(READ, {"Effect": "Deny", **denial})) is True


def test_public_actions_are_named():
    statement = {**READ, "Action": ["s3:GetObject", "s3:PutObject"]}
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:Put*", "Resource": "*"}

    assert fact("iam.public_actions", bucket_policy(statement, denial)) == ["s3:GetObject"]


def test_the_policy_of_a_companion_counts_for_the_bucket():
    assert fact("iam.public", BUCKET, bucket_policy(READ, bucket=ref("aws_s3_bucket.b.id"))) is True
    assert fact("iam.public", BUCKET) is False


def test_a_policy_in_the_bucket_itself_stands_for_those_apart():
    own = resource("aws_s3_bucket.b", bucket="b", policy=policy({**READ, "Principal": {"AWS": "123456789012"}}))

    assert fact("iam.public", own, bucket_policy(READ)) is False


def test_denials_of_another_policy_take_nothing_back():
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    other = resource("aws_s3_bucket_policy.q", bucket="b", policy=policy(denial))

    assert fact("iam.public", BUCKET, bucket_policy(READ), other) is True


def test_a_companion_that_may_be_ours_makes_it_unknown():
    assert is_unknown(fact("iam.public", BUCKET, bucket_policy(READ, bucket=ELSEWHERE)))


def test_an_unknown_principal_is_unknown_unless_it_refers_to_a_resource():
    def partly(name):
        partial = {"Statement": {"Effect": "Allow", "Principal": {"AWS": name}, "Action": "*", "Resource": "*"}}
        return resource("aws_s3_bucket_policy.p", policy=Unknown(because="x", partial=partial))

    assert is_unknown(fact("iam.public", partly(ELSEWHERE)))
    assert fact("iam.public", partly(ref("aws_iam_role.r.arn"))) is False
    assert fact("iam.public", partly(Unknown(because="x", prefix="arn:aws:iam::123456789012:role/"))) is False


def test_an_unknown_condition_value_is_unknown_unless_it_refers_to_a_resource():
    def partly(value):
        statement = {"Effect": "Allow", **READ, "Condition": {"ArnEquals": {"aws:SourceArn": value}}}
        return resource("aws_s3_bucket_policy.p", policy=Unknown(because="x", partial={"Statement": statement}))

    assert is_unknown(fact("iam.public", partly(ELSEWHERE)))
    assert fact("iam.public", partly(ref("aws_sns_topic.t.arn"))) is False


def test_a_function_may_be_invoked_by_everybody():
    open_to_all = resource("aws_lambda_permission.p", principal="*", action="lambda:InvokeFunction")
    narrowed = resource("aws_lambda_permission.p", principal="*", action="x", source_account="123456789012")
    service = resource("aws_lambda_permission.p", principal="s3.amazonaws.com", action="x")

    assert fact("iam.public", open_to_all) is True
    assert fact("iam.public", narrowed) is False
    assert fact("iam.public", service) is False
    assert fact("iam.unbound_services", service) == ["s3.amazonaws.com"]


def test_plain_http_is_denied_only_by_a_denial_for_everybody():
    def denial(**changes):
        return {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}, **changes,
        }  # fmt: skip

    assert fact("iam.denies_insecure_transport", bucket_policy(denial())) is True
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(Effect="Allow"))) is False
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(Principal={"AWS": "123456789012"}))) is False
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(Action="s3:PutObject"))) is False
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(Resource="arn:aws:s3:::b/*"))) is False
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(Resource="arn:aws:s3:::b"))) is False
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(Resource="arn:aws:s3:::b*"))) is True
    assert fact("iam.denies_insecure_transport", bucket_policy(denial(NotResource="arn:aws:s3:::b/public/*"))) is True
    assert fact("iam.denies_insecure_transport", BUCKET) is False


def test_file_systems_that_deny_mounting_without_tls():
    def denies(action):
        statement = {
            "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action, "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }  # fmt: skip
        shared = resource(
            "aws_efs_file_system_policy.p", file_system_id=ref("aws_efs_file_system.f.id"), policy=policy(statement)
        )
        return fact("iam.denies_insecure_transport", resource("aws_efs_file_system.f"), shared)

    assert denies("*") is True
    assert denies("elasticfilesystem:*") is True
    assert denies(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]) is True
    assert denies("elasticfilesystem:ClientWrite") is False


def test_other_accounts_need_one_of_our_own_to_be_told():
    statement = {**READ, "Principal": {"AWS": ["arn:aws:iam::111111111111:root", "222222222222"]}}

    assert is_unknown(fact("iam.cross_account_principals", bucket_policy(statement)))
    assert fact("iam.cross_account_principals", bucket_policy(statement), account_map={"111111111111": "prod"}) == [
        "222222222222"
    ]
