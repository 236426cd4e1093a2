"""OCSF 1.5.0: a Compliance Finding (class 2003) for each finding, one a line, for security lakes and SIEMs.

Passes are in it, too: a store that is told of failures alone cannot know what was mended; and so is what a change found
as it was. Lines and not one array, as data stores and log shippers read them; `jq -s .` makes an array.

| verdict | `compliance.status_id` | `severity_id` | `status_id` |
| --- | --- | --- | --- |
| pass | 1 Pass | 1 Informational | 4 Resolved |
| fail | 3 Fail | 2 Low, 3 Medium, 4 High, 5 Critical | 1 New, 3 Suppressed where somebody accepted it |
| unknown | 2 Warning: no result for want of information | 0 Unknown | 1 New |

`unmapped.severity` is what a failure of the rule weighs, whatever the verdict. `cloud.account` is left out where the
source does not know the account. `activity_id` is always 1: one run does not know what earlier ones said;
`finding_info.uid` is the same in every run. Times are those of the run, in milliseconds.
"""

from typing import Any

from cloudaudit.model import Evidence, Finding, Origin, Report, Rule, Severity, Status, Verdict
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.output import Options, Output
from cloudaudit.outputs.place import account_of, arn_of, clipped, finished, milliseconds, partition_of, region_of
from cloudaudit.outputs.records import encode

VERSION = "1.5.0"
STANDARD = "SOC 2"
SEVERITIES = {Severity.LOW: 2, Severity.MEDIUM: 3, Severity.HIGH: 4, Severity.CRITICAL: 5}
RESULTS = {Verdict.PASS: (1, "Pass"), Verdict.FAIL: (3, "Fail"), Verdict.UNKNOWN: (2, "Warning")}
_AWS_ACCOUNT = 10
_TEXT, _NAME = 8000, 1000
_EVIDENCE = 16_000


def render(report: Report, options: Options) -> str:  # noqa: ARG001 - every reader gets everything
    """The findings in the order of the report, one JSON object a line."""
    made = bytearray()
    moment = milliseconds(finished(report))
    origins = {(one.target, one.root): one.origin for one in report.scanned}
    for finding in report.findings:
        origin = origins.get((finding.target, finding.root), Origin.SOURCE)
        made += encode(_event(finding, report.rules[finding.rule], report, moment, origin))
        made += b"\n"
    return made.decode()


def _event(finding: Finding, rule: Rule, report: Report, moment: int, origin: Origin) -> dict[str, Any]:
    severity = _severity(finding)
    state = _state(finding)
    event: dict[str, Any] = {
        "activity_id": 1,
        "category_uid": 2,
        "class_name": "Compliance Finding",
        "class_uid": 2003,
        "type_uid": 200301,
        "time": moment,
        "severity_id": severity[0],
        "severity": severity[1],
        "status_id": state[0],
        "status": state[1],
        "status_code": finding.verdict.value.upper(),
        "message": clipped(finding.message, _TEXT),
        "metadata": {
            "event_code": rule.id,
            "product": {"name": "cloudaudit", "vendor_name": "cloudaudit", "version": report.run.version},
            "version": VERSION,
        },
        "finding_info": _info(finding, rule, origin),
        "compliance": _compliance(finding, rule),
        "resources": [_resource(finding, rule)],
        "unmapped": _unmapped(finding, rule),
    }
    if report.run.id:
        event["metadata"]["correlation_uid"] = report.run.id
    if finding.type.startswith("aws_"):
        event["metadata"]["profiles"] = ["cloud"]
        event["cloud"] = _cloud(finding)
    if detail := _detail(finding):
        event["status_detail"] = detail
    if finding.verdict is not Verdict.PASS:
        event |= _help(finding, rule)
    return event


def _severity(finding: Finding) -> tuple[int, str]:
    if finding.verdict is Verdict.FAIL:
        return SEVERITIES[finding.severity], finding.severity.value.capitalize()
    return (1, "Informational") if finding.verdict is Verdict.PASS else (0, "Unknown")


def _state(finding: Finding) -> tuple[int, str]:
    if finding.status is not Status.OPEN:
        return 3, "Suppressed"
    return (4, "Resolved") if finding.verdict is Verdict.PASS else (1, "New")


def _info(finding: Finding, rule: Rule, origin: Origin) -> dict[str, Any]:
    info: dict[str, Any] = {
        "uid": finding.fingerprint,
        "title": clipped(rule.title, _TEXT),
        "types": [rule.theme.value],
        "data_sources": [clipped(f"{origin.value} {finding.target}", _NAME)],
    }
    if finding.verdict is Verdict.FAIL:
        info["desc"] = clipped(" ".join(rule.why.split()), _TEXT)
    if finding.evidence and finding.evidence.observed_at:
        info["last_seen_time"] = milliseconds(finding.evidence.observed_at)
    return info


def _compliance(finding: Finding, rule: Rule) -> dict[str, Any]:
    number, caption = RESULTS[finding.verdict]
    return {
        "standards": [STANDARD],
        "requirements": list(rule.criteria),
        "control": rule.id,
        "status": caption,
        "status_id": number,
    }


def _resource(finding: Finding, rule: Rule) -> dict[str, Any]:
    described = {
        "uid": clipped(arn_of(finding) or finding.resource, _NAME),
        "type": finding.type,
    }
    if finding.address != described["uid"]:
        described["name"] = clipped(finding.address, _NAME)
    if rule.service:
        described["group"] = {"name": rule.service}  # type: ignore[assignment]
    if region := region_of(finding):
        described["region"] = region
    if partition := partition_of(finding):
        described["cloud_partition"] = partition
    return described


def _cloud(finding: Finding) -> dict[str, Any]:
    cloud: dict[str, Any] = {"provider": "AWS"}
    if account := account_of(finding):
        cloud["account"] = {"name": account, "type": "AWS Account", "type_id": _AWS_ACCOUNT, "uid": account}
    if region := region_of(finding):
        cloud["region"] = region
    return cloud


def _detail(finding: Finding) -> str:
    """Why it is unknown, or why a failure is accepted."""
    if finding.verdict is Verdict.UNKNOWN:
        return clipped("; ".join(finding.unknown_because), _TEXT, "no cause was given")
    decision = finding.decision
    return clipped(f"{finding.status}: {decision.reason}", _TEXT) if decision and decision.reason else ""


def _unmapped(finding: Finding, rule: Rule) -> dict[str, Any]:
    more: dict[str, Any] = {"severity": finding.severity.value}
    if finding.status is not Status.OPEN:
        more["status"] = finding.status.value
    if finding.decision:
        names = ("kind", "id", "owner", "approved_by", "ticket", "until")
        told = {name: clipped(value, _NAME) for name in names if (value := getattr(finding.decision, name))}
        more["decision"] = told
    if finding.change:
        more["change"] = finding.change.value
    if rule.stage != "stable":
        more["stage"] = rule.stage
    if place := finding.location:
        more["location"] = f"{clipped(place.file, _NAME)}:{place.line}"
    return more


def _help(finding: Finding, rule: Rule) -> dict[str, Any]:
    fix = ". ".join([*assignments(rule.fix), " ".join(rule.fix.steps.split())]).strip(". ")
    told: dict[str, Any] = {"remediation": {"desc": clipped(fix, _TEXT)}} if fix else {}
    if finding.verdict is Verdict.FAIL and finding.evidence and finding.evidence.reads:
        told["evidences"] = [{"data": _evidence(finding.evidence)}]
    return told


def _evidence(evidence: Evidence) -> dict[str, Any]:
    """The values that the failure rests on, as far as an event has room for them."""
    reads: list[dict[str, Any]] = []
    room = _EVIDENCE
    for read in evidence.reads:
        shown = _harmless({"path": read.path, "value": read.value})
        if read.reading:
            shown |= {"call": visible(read.reading.call), "at": visible(read.reading.at)}
        room -= len(encode(shown))
        if room < 0:
            break
        reads.append(shown)
    left = len(evidence.reads) - len(reads)
    return {"reads": reads, "rule_digest": evidence.rule_digest} | ({"left_out": left} if left else {})


def _harmless(value: Any) -> Any:
    """A copy in which every hidden character is visible: some readers end a line at U+0085 or U+2028."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(str(name)): _harmless(member) for name, member in value.items()}
    return [_harmless(member) for member in value] if isinstance(value, list | tuple) else value


OUTPUT = Output(name="ocsf", suffix=".ocsf.jsonl", render=render)
