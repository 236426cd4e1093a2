"""How often a secret is replaced."""

import re

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

NEVER = 100_000
_RATE = re.compile(r"rate\((\d{1,6}) (hour|day)s?\)")
_CRON = re.compile(r"cron\(\S+ \S+ (\S+) (\S+) (\S+) \S+\)")
_YEAR, _MONTH, _WEEK = 366, 31, 7


def _period(resource: Resource, graph: ResourceGraph) -> int | Unknown:  # noqa: ARG001 - the form of a fact
    """The days between two rotations."""
    rules = blocks(resource.attributes, "rotation_rules")
    if rules.because:
        return unknown(rules.because)
    for rule in rules.items:
        days, schedule = rule.get("automatically_after_days"), rule.get("schedule_expression")
        for value in (days, schedule):
            if isinstance(value, Unknown):
                return value
        if isinstance(days, int) and days > 0:
            return days
        if isinstance(schedule, str):
            return _scheduled(schedule.strip())
    return NEVER


def _scheduled(expression: str) -> int | Unknown:
    if found := _RATE.fullmatch(expression):
        number = int(found[1])
        return number if found[2] == "day" else -(-number // 24)
    if found := _CRON.fullmatch(expression):
        return _by_calendar(*found.groups())
    return Unknown(because=f"{expression} is no schedule that is known")


def _by_calendar(day: str, month: str, weekday: str) -> int:
    """The longest time between two dates: within a year of certain months, a month of certain days, a week."""
    if step := re.fullmatch(r"[\d*]+/(\d+)", month):
        return _MONTH * int(step[1])
    if month != "*":
        months = len(month.split(","))
        return _YEAR if months == 1 and "-" not in month else -(-_YEAR // months)
    if day in ("*", "?") and weekday in ("*", "?"):
        return 1
    if step := re.fullmatch(r"[\d*]+/(\d+)", day):
        return int(step[1])
    return _WEEK if day in ("*", "?") and "#" not in weekday and "L" not in weekday else _MONTH


FACTS = (
    Fact(
        name="rotation.period_days",
        types=("aws_secretsmanager_secret_rotation",),
        compute=_period,
        doc=f"number of days between two rotations, by days or by schedule; {NEVER} if there is neither.",
    ),
)
