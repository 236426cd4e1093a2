import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource

from cloudaudit.model import Unknown


def allowing(*statements):
    return resource("aws_iam_policy.p", policy=policy(*statements))


def test_every_action_on_every_resource_is_admin():
    assert fact("iam.allows_admin", allowing({"Action": "*", "Resource": "*"})) is True


def test_one_service_on_every_resource_is_not_admin():
    assert fact("iam.allows_admin", allowing({"Action": "s3:*", "Resource": "*"})) is False


def test_every_action_on_one_bucket_is_not_admin():
    assert fact("iam.allows_admin", allowing({"Action": "*", "Resource": "arn:aws:s3:::b/*"})) is False


def test_a_not_action_on_every_resource_is_admin():
    assert fact("iam.allows_admin", allowing({"NotAction": "iam:*", "Resource": "*"})) is True


def test_a_denial_of_everything_takes_admin_away():
    everything = {"Action": "*", "Resource": "*"}

    assert fact("iam.allows_admin", allowing(everything, {"Effect": "Deny", **everything})) is False


def test_admin_with_a_second_factor_is_admin():
    statement = {"Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}

    assert fact("iam.allows_admin", allowing(statement)) is True


def test_admin_over_tagged_resources_only_is_not_admin():
    statement = {"Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}

    assert fact("iam.allows_admin", allowing(statement)) is False


def test_an_unknown_resource_leaves_admin_unknown_unless_it_is_a_reference():
    def partly(value):
        statement = {"Effect": "Allow", "Action": "*", "Resource": [value]}
        partial = {"Statement": [statement]}
        return resource("aws_iam_policy.p", policy=Unknown(because="x", partial=partial))

    assert is_unknown(fact("iam.allows_admin", partly(ELSEWHERE)))
    assert fact("iam.allows_admin", partly(ref("aws_s3_bucket.b.arn"))) is False


def test_a_policy_that_is_not_known_is_unknown():
    assert is_unknown(fact("iam.allows_admin", resource("aws_iam_policy.p", policy=ELSEWHERE)))


def test_a_known_statement_decides_whatever_a_resource_elsewhere_is():
    partial = {
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ELSEWHERE},
        ]
    }
    subject = resource("aws_iam_policy.p", policy=Unknown(because="x", partial=partial))

    assert fact("iam.allows_admin", subject) is True


def test_passing_roles_to_functions_is_an_escalation():
    actions = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]

    found = fact("iam.escalation_paths", allowing({"Action": actions, "Resource": "*"}))

    assert found == ["iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction"]


def test_passing_roles_to_one_service_is_limited():
    condition = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    subject = allowing({"Action": "iam:PassRole", "Resource": "*", "Condition": condition})

    assert fact("iam.passes_any_role", subject) is False


def test_all_roles_of_the_account_are_any_role():
    subject = allowing({"Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/*"})

    assert fact("iam.passes_any_role", subject) is True


def test_roles_with_a_path_are_a_limit():
    subject = allowing({"Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/app/*"})

    assert fact("iam.passes_any_role", subject) is False


def test_service_wildcards_are_named_in_lower_case():
    subject = allowing({"Action": ["S3:*", "dynamodb:*", "ec2:Describe*"], "Resource": "*"})

    assert fact("iam.service_wildcards", subject) == ["dynamodb:*", "s3:*"]
    assert fact("iam.unlimited_actions", subject) == ["dynamodb:*", "ec2:describe*", "s3:*"]


def test_data_actions_allowed_everywhere_are_listed():
    subject = allowing({"Action": ["s3:Get*", "secretsmanager:GetSecretValue"], "Resource": "*"})

    assert fact("iam.data_actions", subject) == ["s3:GetObject", "secretsmanager:GetSecretValue"]


def test_single_statement_and_lower_case_elements_are_read():
    text = '{"statement": {"effect": "allow", "action": "*", "resource": "*"}}'

    assert fact("iam.allows_admin", resource("aws_iam_policy.p", policy=text)) is True


def test_text_that_is_no_json_is_unknown():
    assert is_unknown(fact("iam.allows_admin", resource("aws_iam_policy.p", policy="{oops")))


def test_an_empty_policy_allows_nothing():
    assert fact("iam.allows_admin", resource("aws_iam_policy.p", policy="")) is False


def test_writes_that_could_be_limited_are_told_from_reads_and_from_services_without_resources():
    actions = ["s3:PutObject", "s3:Get*", "xray:PutTraceSegments", "ec2:Describe*", "dynamodb:*"]

    assert fact("iam.unlimited_writes", allowing({"Action": actions, "Resource": "*"})) == [
        "dynamodb:*",
        "s3:putobject",
    ]


@pytest.mark.parametrize(
    ("arn", "open_"),
    [("arn:aws:s3:::*/*", True), ("arn:aws:s3:::reports/*", False), ("arn:aws:s3:::reports", False)],
)
def test_all_objects_of_one_bucket_are_not_all_objects(arn, open_):
    assert fact("iam.data_actions", allowing({"Action": "s3:GetObject", "Resource": arn})) == (
        ["s3:GetObject"] if open_ else []
    )


def test_a_policy_with_too_many_exceptions_is_unknown_rather_than_slow():
    allows = [{"Action": [f"s3:Get{i}{j}*" for j in range(20)], "Resource": "*"} for i in range(20)]
    denies = [{"Effect": "Deny", "NotAction": [f"s3:*{i}{j}*" for j in range(20)], "Resource": "*"} for i in range(20)]

    assert is_unknown(fact("iam.unlimited_actions", allowing(*allows, *denies)))
    assert fact("iam.allows_admin", allowing(*allows)) is False


@pytest.mark.parametrize("condition", [{"StringLike": {"iam:PassedToService": "*"}}, {"StringNotEquals": {"a:b": "c"}}])
def test_conditions_that_leave_all_but_a_few_are_no_limit(condition):
    statement = {"Action": "iam:PassRole", "Resource": "*", "Condition": condition}

    assert fact("iam.passes_any_role", allowing(statement)) is True


def test_what_is_allowed_is_followed_through_what_a_denial_excepts():
    allow = {"Action": "*", "Resource": "*"}

    assert fact("iam.allows_admin", allowing(allow, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})) is False
    assert fact("iam.service_wildcards", allowing(allow, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})) == [
        "s3:*"
    ]


def test_actions_of_iam_work_on_resources_of_iam_only():
    assert fact("iam.passes_any_role", allowing({"Action": "iam:PassRole", "Resource": "arn:aws:s3:::*"})) is False
    assert fact("iam.passes_any_role", allowing({"Action": "iam:PassRole", "Resource": "arn:aws:iam*"})) is True


def test_all_that_denials_except_is_found_in_whatever_order():
    def left(*excepted):
        return fact(
            "iam.service_wildcards",
            allowing(
                {"Action": "*", "Resource": "*"}, {"Effect": "Deny", "NotAction": list(excepted), "Resource": "*"}
            ),
        )

    assert left("s3:*", "s3:Get*") == left("s3:Get*", "s3:*") == ["s3:*"]
