"""How often backups are made, where their copies go, and who may delete them."""

import re
from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam import document
from cloudaudit.facts.iam.document import Condition, Statement
from cloudaudit.facts.iam.effect import names_action
from cloudaudit.facts.iam.principals import public
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_CRON = re.compile(r"cron\((?P<fields>.*)\)")
_RATE = re.compile(r"rate\((?P<number>\d{1,6}) (?P<unit>minute|hour|day)s?\)")
_DAY = {"minute": 1440, "hour": 24, "day": 1}
_EVERY = frozenset(("*", "?", "*/1", "1/1", "1-7", "SUN-SAT", "MON-SUN"))
_DELETING = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")
_WHO = (
    "aws:principalarn",
    "aws:userid",
    "aws:username",
    "aws:principaltag/",
    "aws:principalaccount",
    "aws:principalorg",
)


def _runs_daily(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    rules = blocks(resource.attributes, "rule")
    return any_of([*map(_is_daily, rules.items), *(unknown([text]) for text in rules.because)])


def _is_daily(rule: Mapping[str, Any]) -> Truth:
    continuous, schedule = rule.get("enable_continuous_backup"), rule.get("schedule")
    return any_of(
        [
            continuous if isinstance(continuous, Unknown) else continuous is True,
            schedule if isinstance(schedule, Unknown) else schedule is None or runs_daily(str(schedule)),
        ]
    )


def runs_daily(schedule: str) -> bool:
    """Whether a cron or rate expression of AWS fires on every day. Without one, AWS Backup runs at five."""
    if rate := _RATE.fullmatch(schedule.strip()):
        return int(rate["number"]) <= _DAY[rate["unit"]]
    cron = _CRON.fullmatch(schedule.strip())
    fields = cron["fields"].upper().split() if cron else []
    return len(fields) == 6 and all(field in _EVERY for field in fields[2:])


def _copies_elsewhere(resource: Resource, graph: ResourceGraph) -> Truth:
    rules = blocks(resource.attributes, "rule")
    truths: list[Truth] = [unknown([text]) for text in rules.because]
    for rule in rules.items:
        copies = blocks(rule, "copy_action")
        truths += [unknown([text]) for text in copies.because]
        truths += [_is_elsewhere(copy.get("destination_vault_arn"), resource, graph) for copy in copies.items]
    return any_of(truths)


def _is_elsewhere(arn: object, resource: Resource, graph: ResourceGraph) -> Truth:
    if isinstance(arn, Unknown):
        vaults = [vault for vault in graph.of_type("aws_backup_vault") if f"{vault.address}.arn" in arn.refs]
        return _differs(vaults[0].region, vaults[0].account, resource) if len(vaults) == 1 else arn
    parts = str(arn or "").split(":")
    return _differs(parts[3], parts[4], resource) if len(parts) > 4 else False


def _differs(region: str, account: str, resource: Resource) -> Truth:
    pairs = [(region, resource.region), (account, resource.account)]
    if any(theirs and ours and theirs != ours for theirs, ours in pairs):
        return True
    if all(theirs and ours for theirs, ours in pairs):
        return False
    return unknown(["region or account of the plan or of the other vault is not known"])


def _deletion_denied(resource: Resource, graph: ResourceGraph) -> Truth:
    policies = graph.related(resource, Relation(type="aws_backup_vault_policy", by="backup_vault_name"))
    denied = [_denies(policy) for policy in policies.found]
    return any_of([*denied, *([unknown(policies.because)] if policies.because else [])])


def _denies(policy: Resource) -> Truth:
    read = document.read(policy.attributes.get("policy"))
    doubts: list[Truth] = [unknown(read.doubts)] if read.doubts else []
    return all_of(any_of([*(_denies_all(part, action) for part in read.denies), *doubts]) for action in _DELETING)


def _denies_all(part: Statement, action: str) -> Truth:
    """Whether a Deny keeps everybody from the action, apart from those whom its conditions except by name."""
    excepted = [_is_exception(condition) for condition in part.conditions]
    return all_of([names_action(part, action), public(part), *excepted, *(unknown([text]) for text in part.doubt)])


def _is_exception(condition: Condition) -> bool:
    return "not" in condition.operator and condition.key.startswith(_WHO)


FACTS = (
    Fact(
        name="recovery.copies_elsewhere",
        types=("aws_backup_plan",),
        compute=_copies_elsewhere,
        doc="bool: a rule of the plan copies backups to a vault of another region or account.",
    ),
    Fact(
        name="recovery.deletion_denied",
        types=("aws_backup_vault",),
        compute=_deletion_denied,
        doc="bool: the access policy of the vault denies deleting recovery points and shortening their life, to all "
        "but those it names.",
    ),
    Fact(
        name="recovery.runs_daily",
        types=("aws_backup_plan",),
        compute=_runs_daily,
        doc="bool: a rule of the plan makes backups every day, or continuously.",
    ),
)
