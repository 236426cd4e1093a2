"""JSON: one document with everything a run says. `docs/report.schema.json` is made from the types below."""

from typing import Any

import msgspec

from cloudaudit.model import (
    Change,
    CriterionState,
    Decision,
    Evidence,
    Finding,
    Fix,
    Gap,
    Location,
    Origin,
    Report,
    Rule,
    Severity,
    Status,
    Theme,
    Verdict,
)
from cloudaudit.outputs.escape import encodable
from cloudaudit.outputs.output import Options, Output, shown

SCHEMA_VERSION = "1"


class VoiceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What another tool that ran beside us says of the same resource by the same check."""

    tool: str
    version: str
    rule: str
    verdict: Verdict
    agrees: bool


class FindingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One finding with what its rule says of it. `resource` is the key that the fingerprint is made of."""

    fingerprint: str
    rule: str
    title: str
    verdict: Verdict
    status: Status
    change: Change | None
    decision: Decision | None
    severity: Severity
    theme: Theme
    criteria: tuple[str, ...]
    target: str
    root: str
    resource: str
    address: str
    type: str
    location: Location | None
    message: str
    unknown_because: tuple[str, ...]
    account: str
    region: str
    arn: str
    environment: str
    owner: str
    same_as: dict[str, tuple[str, ...]]
    evidence: Evidence | None
    voices: tuple[VoiceRecord, ...] | msgspec.UnsetType = msgspec.UNSET


class RuleRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that a finding of this document names."""

    title: str
    theme: Theme
    severity: Severity
    criteria: tuple[str, ...]
    why: str
    fix: Fix
    stage: str


class CriterionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What this run says of one criterion. Counts are of distinct resources."""

    id: str
    category: str
    title: str
    in_scope: bool
    coverage: str
    rules: tuple[str, ...]
    population: int
    failing: int
    unknown: int
    failures_by_rule: dict[str, int]
    manual: str


class ScannedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One target and root, with the number of verdicts on its resources."""

    target: str
    root: str
    origin: Origin
    resources: int
    failing: int
    unknown: int
    passing: int


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The scan itself. Times are empty unless the caller gave a clock."""

    id: str
    tool: str
    version: str
    rules_digest: str
    target: str
    profile: str
    population: int
    started: str
    finished: str


class ReportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document."""

    schema: str
    run: RunRecord
    scanned: tuple[ScannedRecord, ...]
    gaps: tuple[Gap, ...]
    criteria: tuple[CriterionRecord, ...]
    rules: dict[str, RuleRecord]
    findings: tuple[FindingRecord, ...]
    fixed: tuple[FindingRecord, ...]
    notices: tuple[Gap, ...]


def finding_record(finding: Finding, rule: Rule) -> FindingRecord:
    """The finding together with what its rule says."""
    return FindingRecord(
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        title=rule.title,
        verdict=finding.verdict,
        status=finding.status,
        change=finding.change,
        decision=finding.decision,
        severity=finding.severity,
        theme=rule.theme,
        criteria=rule.criteria,
        target=finding.target,
        root=finding.root,
        resource=finding.resource,
        address=finding.address,
        type=finding.type,
        location=finding.location,
        message=finding.message,
        unknown_because=finding.unknown_because,
        account=finding.account,
        region=finding.region,
        arn=finding.arn,
        environment=finding.environment,
        owner=finding.owner,
        same_as=rule.same_as,
        evidence=finding.evidence,
        voices=tuple(
            VoiceRecord(
                tool=voice.tool,
                version=voice.version,
                rule=voice.rule,
                verdict=voice.verdict,
                agrees=voice.verdict is finding.verdict,
            )
            for voice in finding.voices
        )
        or msgspec.UNSET,
    )


def criterion_record(state: CriterionState) -> CriterionRecord:
    """The state of a criterion on one level."""
    criterion = state.criterion
    return CriterionRecord(
        id=criterion.id,
        category=criterion.category,
        title=criterion.title,
        in_scope=state.in_scope,
        coverage=criterion.coverage,
        rules=state.rules,
        population=state.population,
        failing=state.failing,
        unknown=state.unknown,
        failures_by_rule=state.failures_by_rule,
        manual=criterion.manual,
    )


def rule_record(rule: Rule) -> RuleRecord:
    """What a reader of a finding wants to know of its rule."""
    return RuleRecord(
        title=rule.title,
        theme=rule.theme,
        severity=rule.severity,
        criteria=rule.criteria,
        why=rule.why.strip(),
        fix=rule.fix,
        stage=rule.stage,
    )


def document(report: Report, options: Options) -> ReportRecord:
    """The report as it is written to JSON."""
    findings = shown(report, options)
    used = sorted({finding.rule for finding in (*findings, *report.fixed)})
    run = report.run
    return ReportRecord(
        schema=SCHEMA_VERSION,
        run=RunRecord(
            id=run.id,
            tool="cloudaudit",
            version=run.version,
            rules_digest=run.rules_digest,
            target=run.target,
            profile=run.profile,
            population=run.population,
            started=run.started,
            finished=run.finished,
        ),
        scanned=_scanned(report),
        gaps=run.gaps,
        criteria=tuple(criterion_record(state) for state in report.criteria),
        rules={name: rule_record(report.rules[name]) for name in used},
        findings=tuple(finding_record(finding, report.rules[finding.rule]) for finding in findings),
        fixed=tuple(finding_record(finding, report.rules[finding.rule]) for finding in report.fixed),
        notices=report.notices,
    )


def _scanned(report: Report) -> tuple[ScannedRecord, ...]:
    counts: dict[tuple[str, str, Verdict], int] = {}
    for finding in report.findings:
        key = (finding.target, finding.root, finding.verdict)
        counts[key] = counts.get(key, 0) + 1
    return tuple(
        ScannedRecord(
            target=one.target,
            root=one.root,
            origin=one.origin,
            resources=one.resources,
            failing=counts.get((one.target, one.root, Verdict.FAIL), 0),
            unknown=counts.get((one.target, one.root, Verdict.UNKNOWN), 0),
            passing=counts.get((one.target, one.root, Verdict.PASS), 0),
        )
        for one in report.scanned
    )


def encode(value: object) -> bytes:
    """Compact JSON with sorted keys. Odd values inside evidence are written as text."""
    try:
        return msgspec.json.encode(value, enc_hook=str, order="deterministic")
    except UnicodeEncodeError:
        plain = encodable(msgspec.to_builtins(value, enc_hook=str))
        return msgspec.json.encode(plain, order="deterministic")


def indented(value: object) -> str:
    """JSON for people: two spaces, sorted keys, a newline at the end."""
    return msgspec.json.format(encode(value), indent=2).decode() + "\n"


def render(report: Report, options: Options) -> str:
    """The report as one JSON document."""
    return indented(document(report, options))


def schema() -> dict[str, Any]:
    """The JSON Schema that every document of `render` meets."""
    made = msgspec.json.schema(ReportRecord)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "cloudaudit report", **made}


OUTPUT = Output(name="json", suffix=".json", render=render)
