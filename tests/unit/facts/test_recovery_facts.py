import pytest
from facts_building import ELSEWHERE, fact, is_unknown, policy, ref, resource

from cloudaudit.facts.recovery import runs_daily

DELETING = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]


@pytest.mark.parametrize(
    "schedule",
    ["cron(0 3 * * ? *)", "cron(15 */6 ? * * *)", "cron(0 0 ? * MON-SUN *)", "rate(12 hours)", "rate(1 day)"],
)
def test_schedules_of_every_day(schedule):
    assert runs_daily(schedule)


@pytest.mark.parametrize(
    "schedule", ["cron(0 3 ? * SUN *)", "cron(0 3 1 * ? *)", "cron(0 3 * 6 ? *)", "rate(2 days)", "daily", "cron(0 3)"]
)
def test_schedules_that_leave_days_out(schedule):
    assert not runs_daily(schedule)


def plan(**rule):
    return resource("aws_backup_plan.main", rule=[rule], _region="eu-central-1", _account="111122223333")


def copying(arn):
    return plan(copy_action=[{"destination_vault_arn": arn}])


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:backup:eu-west-1:111122223333:backup-vault:far", True),
        ("arn:aws:backup:eu-central-1:999988887777:backup-vault:far", True),
        ("arn:aws:backup:eu-central-1:111122223333:backup-vault:near", False),
    ],
)
def test_a_copy_is_elsewhere_by_region_or_account(arn, expected):
    assert fact("recovery.copies_elsewhere", copying(arn)) is expected


def test_a_copy_to_a_vault_that_is_created_here_is_judged_by_its_region():
    far = resource("aws_backup_vault.far", _region="eu-west-1")
    near = resource("aws_backup_vault.near", _region="eu-central-1", _account="111122223333")

    assert fact("recovery.copies_elsewhere", copying(ref("aws_backup_vault.far.arn")), far) is True
    assert fact("recovery.copies_elsewhere", copying(ref("aws_backup_vault.near.arn")), near) is False


def test_a_copy_to_somewhere_unknown_is_unknown():
    assert is_unknown(fact("recovery.copies_elsewhere", copying(ELSEWHERE)))
    assert is_unknown(fact("recovery.runs_daily", plan(schedule=ELSEWHERE)))


def vault_policy(**statement):
    text = policy({"Effect": "Deny", "Principal": "*", "Resource": "*", **statement})
    return resource("aws_backup_vault_policy.main", backup_vault_name="main", policy=text)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Action": DELETING}, True),
        ({"Action": "backup:*"}, True),
        ({"Action": DELETING, "Condition": {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/admin"}}}, True),
        ({"Action": DELETING, "Condition": {"StringNotLike": {"aws:SourceVpce": "vpce-1"}}}, False),
        ({"Action": DELETING[0]}, False),
        ({"Action": DELETING, "Principal": {"AWS": "arn:aws:iam::111122223333:user/one"}}, False),
        ({"Action": DELETING, "Effect": "Allow"}, False),
    ],
)
def test_a_policy_keeps_recovery_points(statement, expected):
    vault = resource("aws_backup_vault.main", name="main")

    assert fact("recovery.deletion_denied", vault, vault_policy(**statement)) is expected


def test_a_policy_that_cannot_be_read_leaves_it_unknown():
    vault = resource("aws_backup_vault.main", name="main")
    hidden = resource("aws_backup_vault_policy.main", backup_vault_name="main", policy=ELSEWHERE)

    assert is_unknown(fact("recovery.deletion_denied", vault, hidden))
