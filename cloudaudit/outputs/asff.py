"""ASFF for AWS Security Hub: each line is one whole request of BatchImportFindings, `{"Findings": [...]}`.

A batch holds findings of one account and region, as Security Hub takes them: at most 100, and at most 240 KB. Passes
are in it, too: Security Hub keeps a failure for as long as nobody tells it of the pass. A finding has the same `Id` in
every run; where one run judged the same thing twice (source and plan), the worse verdict is told.

| verdict | `Compliance.Status` | `Severity.Label` | `Workflow.Status` |
| --- | --- | --- | --- |
| pass | PASSED | INFORMATIONAL | RESOLVED |
| fail | FAILED | LOW, MEDIUM, HIGH, CRITICAL | NEW; SUPPRESSED where somebody accepted it, with a note |
| unknown | NOT_AVAILABLE, `StatusReasons` name the causes | INFORMATIONAL | NEW |

`Severity.Original` is what a failure of the rule weighs, whatever the verdict. Security Hub takes `Workflow` and the
note from the first import only; later they belong to its users. Global resources go to the first region of their
partition.

Terraform seldom says in which account it will be applied, and ASFF knows no finding without one. Such findings are not
left out, and no account is made up: they come last, with the account 000000000000 and the region "unknown", which
Security Hub refuses until somebody puts the right ones there (docs/outputs.md says how).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from cloudaudit.model import Finding, Origin, Report, Rule, Status, Verdict
from cloudaudit.outputs.asff_types import TYPES
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.output import Options, Output
from cloudaudit.outputs.place import account_of, arn_of, clipped, finished, partition_of, region_of
from cloudaudit.outputs.records import encode

SCHEMA = "2018-10-08"
NO_ACCOUNT = "0" * 12
NO_REGION = "unknown"
MOST = 100
SIZE = 240_000
STATUSES = {Verdict.PASS: "PASSED", Verdict.FAIL: "FAILED", Verdict.UNKNOWN: "NOT_AVAILABLE"}
HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_FINDING_TYPE = "Software and Configuration Checks/Industry and Regulatory Standards/SOC 2"
_WORST = (Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL)
# The limits of the format; where AWS names none, those of its neighbours.
_ID, _TITLE, _DESCRIPTION, _ADVICE, _NOTE, _FIELD, _REASON = 512, 256, 1024, 512, 512, 2048, 2048
_REASONS, _REQUIREMENTS = 20, 32
_PARTITIONS = {"aws", "aws-cn", "aws-us-gov", "aws-us-iso", "aws-us-iso-b"}

Place = tuple[str, str]


def render(report: Report, options: Options) -> str:  # noqa: ARG001 - Security Hub must hear of passes
    """One request a line, by account and region; nothing at all when there is no finding."""
    places: dict[Place, dict[str, Finding]] = {}
    live = {(one.target, one.root) for one in report.scanned if one.origin is Origin.LIVE}
    for finding in report.findings:
        found = places.setdefault(_place(finding, live=(finding.target, finding.root) in live), {})
        other = found.get(finding.fingerprint)
        if other is None or _WORST.index(finding.verdict) > _WORST.index(other.verdict):
            found[finding.fingerprint] = finding
    moment = finished(report)
    made = bytearray()
    for place in sorted(places, key=lambda one: (one[0] == NO_ACCOUNT, one[1] == NO_REGION, one)):
        for batch in _batches(_records(places[place].values(), place, report, moment)):
            made += batch
    return made.decode()


def _batches(records: Iterable[bytes]) -> Iterator[bytes]:
    """Requests of at most 100 records and 240 KB."""
    start, end = b'{"Findings":[', b"]}\n"
    batch: list[bytes] = []
    size = 0
    for record in records:
        if batch and (len(batch) == MOST or size + len(record) + 1 > SIZE - len(start) - len(end)):
            yield start + b",".join(batch) + end
            batch, size = [], 0
        batch.append(record)
        size += len(record) + 1
    if batch:
        yield start + b",".join(batch) + end


def _place(finding: Finding, *, live: bool) -> Place:
    account = account_of(finding) or NO_ACCOUNT
    region = region_of(finding)
    if not region and (live or arn_of(finding)):
        region = HOMES.get(partition_of(finding) or "aws", "")
    return account, region or NO_REGION


def _records(findings: Iterable[Finding], place: Place, report: Report, moment: str) -> Iterator[bytes]:
    for finding in findings:
        yield encode(_record(finding, report.rules[finding.rule], place, moment))


def _record(finding: Finding, rule: Rule, place: Place, moment: str) -> dict[str, Any]:
    account, region = place
    partition = partition_of(finding) or "aws"
    failing = finding.verdict is Verdict.FAIL
    label = finding.severity.value.upper() if failing else "INFORMATIONAL"
    record: dict[str, Any] = {
        "SchemaVersion": SCHEMA,
        "Id": f"cloudaudit/{finding.fingerprint}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "ProductName": "cloudaudit",
        "CompanyName": "cloudaudit",
        "GeneratorId": clipped(f"cloudaudit/{rule.id}", _ID),
        "AwsAccountId": account,
        "Types": [_FINDING_TYPE],
        "CreatedAt": moment,
        "UpdatedAt": moment,
        "Severity": {"Label": label, "Original": finding.severity.value},
        "Title": clipped(rule.title, _TITLE, rule.id),
        "Description": clipped(finding.message, _DESCRIPTION, rule.id),
        "Resources": [_resource(finding, region)],
        "Compliance": _compliance(finding, rule),
        "Workflow": {"Status": _workflow(finding)},
        "RecordState": "ACTIVE",
        "ProductFields": _fields(finding, rule),
    }
    if finding.evidence and finding.evidence.observed_at:
        record["LastObservedAt"] = finding.evidence.observed_at
    if finding.verdict is not Verdict.PASS and (advice := _advice(rule)):
        record["Remediation"] = {"Recommendation": {"Text": advice}}
    if note := _note(finding):
        record["Note"] = {"Text": note, "UpdatedBy": "cloudaudit", "UpdatedAt": moment}
    return record


def _resource(finding: Finding, region: str) -> dict[str, Any]:
    described = {
        "Type": TYPES.get(finding.type, "Other"),
        "Id": clipped(arn_of(finding) or _name(finding), _ID),
    }
    if partition_of(finding) in _PARTITIONS:
        described["Partition"] = partition_of(finding)
    if region != NO_REGION:
        described["Region"] = region
    return described


def _name(finding: Finding) -> str:
    """What has no ARN goes by its key; an account by the name that Security Hub has for it."""
    account = account_of(finding)
    return f"AWS::::Account:{account}" if account and finding.type == "aws_account" else finding.resource


def _compliance(finding: Finding, rule: Rule) -> dict[str, Any]:
    requirements = [f"SOC 2 {criterion}" for criterion in rule.criteria[:_REQUIREMENTS]]
    told: dict[str, Any] = {"Status": STATUSES[finding.verdict]}
    if requirements:
        told["RelatedRequirements"] = requirements
    if finding.verdict is Verdict.UNKNOWN:
        causes = finding.unknown_because[:_REASONS] or ("no cause was given",)
        told["StatusReasons"] = [
            {"ReasonCode": "CLOUDAUDIT_UNKNOWN", "Description": clipped(because, _REASON)} for because in causes
        ]
    return told


def _workflow(finding: Finding) -> str:
    if finding.status is not Status.OPEN:
        return "SUPPRESSED"
    return "RESOLVED" if finding.verdict is Verdict.PASS else "NEW"


def _fields(finding: Finding, rule: Rule) -> dict[str, str]:
    place = finding.location
    fields = {
        "status": finding.status.value if finding.status is not Status.OPEN else "",
        "theme": rule.theme.value,
        "terraform_type": finding.type,
        "terraform_address": finding.address if arn_of(finding) and finding.address != arn_of(finding) else "",
        "location": f"{place.file}:{place.line}" if place else "",
        "change": finding.change.value if finding.change else "",
        "stage": rule.stage if rule.stage != "stable" else "",
    }
    return {f"cloudaudit/{name}": clipped(value, _FIELD) for name, value in fields.items() if value.strip()}


def _advice(rule: Rule) -> str:
    fix = ". ".join([*assignments(rule.fix), " ".join(rule.fix.steps.split())]).strip(". ")
    return clipped(fix, _ADVICE, "")


def _note(finding: Finding) -> str:
    """Who accepted the failure, why and until when."""
    if finding.status is Status.OPEN:
        return ""
    decision = finding.decision
    if decision is None:
        return finding.status.value
    parts = [f"{finding.status.value}: {decision.reason}" if decision.reason else finding.status.value]
    named = (("owner", decision.owner), ("approved by", decision.approved_by), ("until", decision.until))
    parts += [f"{name} {value}" for name, value in named if value]
    return clipped(", ".join(parts), _NOTE)


OUTPUT = Output(name="asff", suffix=".asff.jsonl", render=render)
