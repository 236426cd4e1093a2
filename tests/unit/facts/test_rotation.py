import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource


def period(**rules):
    return fact("rotation.period_days", resource("aws_secretsmanager_secret_rotation.r", rotation_rules=[rules]))


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("rate(30 days)", 30),
        ("rate(12 hours)", 1),
        ("rate(365 days)", 365),
        ("cron(0 16 1,15 * ? *)", 31),
        ("cron(0 0 1 * ? *)", 31),
        ("cron(0 10 ? * SUN *)", 7),
        ("cron(0 0 * * ? *)", 1),
        ("cron(0 0 1 1/3 ? *)", 93),
        ("cron(0 0 1 1 ? *)", 366),
        ("cron(0 0 1 1,4,7,10 ? *)", 92),
        ("cron(0 18 ? * 6L *)", 31),
    ],
)
def test_schedules(schedule, days):
    assert period(schedule_expression=schedule) == days


def test_days_and_what_is_not_known():
    assert period(automatically_after_days=30) == 30
    assert period() == 100_000
    assert is_unknown(period(automatically_after_days=ELSEWHERE))
    assert is_unknown(period(schedule_expression="whenever"))
