"""GitLab's SAST report, schema 15.2.1: failures in the security tab and the widget of a merge request."""

from datetime import UTC, datetime
from typing import Any

from cloudaudit.model import Finding, Report, Rule
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.output import Options, Output, causes, open_failures, relative, under_review
from cloudaudit.outputs.records import indented

VERSION = "15.2.1"
_NAME = 255


def render(report: Report, options: Options) -> str:
    """The report; what is unknown and what was not looked at become its messages."""
    found = open_failures(report, everything=options.everything)
    tool = {"id": "cloudaudit", "name": "cloudaudit", "version": report.run.version, "vendor": {"name": "cloudaudit"}}
    gaps = [f"Not looked at: {gap.what}: {gap.why} {gap.remedy}".rstrip() for gap in report.run.gaps]
    asked = under_review(report, everything=options.everything)
    unknown = [f"{len(undecided)} unknown: {because}" for because, undecided in causes(asked)]
    times = {
        "start_time": _time(report.run.started),
        "end_time": _time(report.run.finished),
    }
    scan = {
        **times,
        "analyzer": tool,
        "scanner": tool,
        "status": "success",
        "type": "sast",
        "messages": [{"level": "warn", "value": visible(text)} for text in gaps]
        + [{"level": "info", "value": visible(text)} for text in unknown],
    }
    vulnerabilities = [_vulnerability(finding, report.rules[finding.rule]) for finding in found]
    return indented({"version": VERSION, "scan": scan, "vulnerabilities": vulnerabilities})


def _time(stated: str) -> str:
    """The time without a zone, as the schema wants it; now where the run carries none, for GitLab insists."""
    return stated.removesuffix("Z") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _vulnerability(finding: Finding, rule: Rule) -> dict[str, Any]:
    place = finding.location
    location: dict[str, Any] = {"file": visible(place.file if place else relative(finding.target))}
    location |= {"start_line": place.line, "end_line": place.end_line} if place else {"start_line": 1}
    fix = ". ".join([*assignments(rule.fix), " ".join(rule.fix.steps.split())]).strip(". ")
    own = {"type": "cloudaudit_rule", "name": rule.id, "value": rule.id}
    peers = [
        {"type": f"{peer}_id", "name": f"{peer} {name}", "value": name}
        for peer, names in sorted(rule.same_as.items())
        for name in names
    ]
    described = {
        "id": finding.fingerprint,
        "name": visible(rule.title)[:_NAME],
        "description": visible(f"{finding.message} {' '.join(rule.why.split())}"),
        "severity": finding.severity.value.capitalize(),
        "location": location,
        "identifiers": [own, *peers][:20],
    }
    return described | ({"solution": visible(fix)} if fix else {})


OUTPUT = Output(name="gitlab", suffix=".gitlab.json", render=render)
