"""Reports made by hand, for tests of what becomes of them."""

from collections.abc import Iterable, Sequence

from cloudaudit.model import (
    Finding,
    Fix,
    Gap,
    Location,
    Origin,
    Report,
    Rule,
    Run,
    Scanned,
    Severity,
    Status,
    Theme,
    Verdict,
)

TARGET = "aws:111111111111"


def rule(name: str, severity: Severity = Severity.HIGH, criteria: tuple[str, ...] = ("CC6.1",)) -> Rule:
    """A rule that is only a name."""
    return Rule(
        id=name,
        title=f"{name} holds",
        theme=Theme.ENCRYPTION_AT_REST,
        severity=severity,
        criteria=criteria,
        resource="aws_s3_bucket",
        require="true",
        message="No.",
        why="Because.",
        fix=Fix(effect="manual"),
    )


def finding(  # noqa: PLR0913 - a finding has many sides
    rule: str,
    resource: str,
    verdict: Verdict = Verdict.FAIL,
    *,
    severity: Severity = Severity.HIGH,
    status: Status = Status.OPEN,
    target: str = TARGET,
    root: str = "eu-west-1",
    type: str = "aws_s3_bucket",  # noqa: A002 - as the model calls it
    message: str = "It is not so.",
    line: int = 0,
    region: str | None = None,
) -> Finding:
    """A verdict on a resource."""
    return Finding(
        rule=rule,
        resource=resource,
        type=type,
        address=resource,
        verdict=verdict,
        severity=severity,
        message=message,
        target=target,
        root=root,
        status=status,
        location=Location(file="main.tf", line=line) if line else None,
        region=_region(resource) if region is None else region,
    )


def _region(key: str) -> str:
    parts = key.split(":", 5)
    return parts[3] if len(parts) == 6 else ""


def report(  # noqa: PLR0913 - and so has a report
    findings: Iterable[Finding] = (),
    *,
    rules: Sequence[str] = ("r1", "r2", "r3"),
    roots: Sequence[str] = ("eu-west-1",),
    targets: Sequence[str] = (TARGET,),
    gaps: Sequence[str] = (),
    at: str = "",
) -> Report:
    """What a run says; gaps are named by what could not be looked at."""
    found = tuple(findings)
    return Report(
        run=Run(
            id="0" * 32,
            target=", ".join(targets),
            rules_digest="d" * 32,
            version="0.1.0",
            population=0,
            started=at,
            finished=at,
            profile="soc2",
            gaps=tuple(Gap(what=what, why="access was denied") for what in gaps),
        ),
        scanned=tuple(
            Scanned(target=target, root=root, origin=Origin.LIVE, resources=3) for target in targets for root in roots
        ),
        findings=found,
        rules={name: rule(name) for name in rules},
    )


def night(day: int) -> str:
    """Two in the morning of a day in January 2026, or after it."""
    month, rest = divmod(day - 1, 28)
    return f"2026-{month + 1:02}-{rest + 1:02}T02:00:00Z"
