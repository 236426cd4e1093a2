import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource

EVERYTHING = {"Effect": "Deny", "Resource": "*"}
STOPS = {**EVERYTHING, "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"]}


def guardrails(*statements, **attributes):
    subject = resource("aws_organizations_policy.p", content=policy(*statements), **attributes)
    return fact("iam.guardrails", subject)


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        (STOPS, ["trail"]),
        ({**STOPS, "Action": "cloudtrail:StopLogging"}, []),
        ({**STOPS, "Action": "cloudtrail:*"}, ["trail"]),
        ({**STOPS, "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit"}}}, ["trail"]),
        ({**STOPS, "Condition": {"StringEquals": {"aws:PrincipalAccount": "1"}}}, []),
        ({**STOPS, "Resource": "arn:aws:cloudtrail:*:*:trail/one"}, []),
        ({**STOPS, "Effect": "Allow"}, []),
        ({**EVERYTHING, "Action": "organizations:LeaveOrganization"}, ["leave"]),
        (
            {
                **EVERYTHING,
                "NotAction": "iam:*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}},
            },
            ["regions"],
        ),
        (
            {**EVERYTHING, "Action": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}},
            ["root"],
        ),
    ],
)
def test_what_a_service_control_policy_keeps_accounts_from(statement, names):
    assert guardrails(statement) == names


def test_denials_of_several_statements_count_together():
    one, other = ({**STOPS, "Action": action} for action in STOPS["Action"])

    assert guardrails(one, other) == ["trail"]


def test_policies_on_tags_guard_nothing_and_unknown_ones_are_unknown():
    assert guardrails(STOPS, type="TAG_POLICY") == []
    assert is_unknown(fact("iam.guardrails", resource("aws_organizations_policy.p", content=ELSEWHERE)))


@pytest.mark.parametrize(
    ("changes", "locked"),
    [
        ({}, True),
        ({"Action": "s3:Put*"}, True),
        ({"Action": "s3:GetObject"}, False),
        ({"Resource": "arn:aws:s3:::b/*"}, False),
        ({"Principal": {"AWS": "arn:aws:iam::111111111111:role/app"}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, False),
    ],
)
def test_a_denial_to_everybody_of_changing_the_policy_locks_out(changes, locked):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b", **changes}

    assert fact("iam.locks_out", resource("aws_s3_bucket_policy.p", policy=policy(statement))) is locked


def test_a_policy_that_is_only_a_boundary_grants_nothing():
    subject = resource("aws_iam_policy.p", policy=policy({"Action": "*", "Resource": "*"}))
    bounded = resource("aws_iam_role.r", permissions_boundary=ref("aws_iam_policy.p.arn"))
    attached = resource("aws_iam_role_policy_attachment.a", policy_arn=ref("aws_iam_policy.p.arn"))

    assert fact("iam.only_boundary", subject) is False
    assert fact("iam.only_boundary", subject, bounded) is True
    assert fact("iam.only_boundary", subject, bounded, attached) is False
    assert is_unknown(fact("iam.only_boundary", subject, resource("aws_iam_role.r", permissions_boundary=ELSEWHERE)))


def test_a_boundary_that_allows_everything_limits_nothing():
    everything = {"Action": "*", "Resource": "*"}
    role = resource("aws_iam_role.r", name="r", permissions_boundary=ref("aws_iam_policy.b.arn"))
    inline = resource("aws_iam_role_policy.p", role=ref("aws_iam_role.r.id"), policy=policy(everything))

    def paths(*statements):
        return fact("iam.admin_paths", role, inline, resource("aws_iam_policy.b", policy=policy(*statements)))

    assert paths(everything) == ["aws_iam_role_policy.p"]
    assert paths({"Action": "s3:*", "Resource": "*"}) == []
    assert paths(everything, {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}) == []


def test_exclusive_attachments_count():
    role = resource("aws_iam_role.r", name="r")
    several = resource(
        "aws_iam_role_policy_attachments_exclusive.a",
        role_name=ref("aws_iam_role.r.name"),
        policy_arns=["arn:aws:iam::aws:policy/AdministratorAccess"],
    )

    assert fact("iam.admin_paths", role, several) == [
        "aws_iam_role_policy_attachments_exclusive.a: AdministratorAccess"
    ]


def test_a_group_may_ask_for_a_second_factor_in_what_it_allows():
    group = resource("aws_iam_group.g", name="g")
    asking = {"Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}

    def asks(*statements):
        inline = resource("aws_iam_group_policy.p", group=ref("aws_iam_group.g.name"), policy=policy(*statements))
        return fact("iam.requires_mfa", group, inline)

    assert asks(asking) is True
    assert asks(asking, {"Action": "s3:*", "Resource": "*"}) is False
    assert asks({**asking, "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}) is False
