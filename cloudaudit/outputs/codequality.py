"""GitLab Code Quality: failures shown in the diff of a merge request."""

from typing import Any

from cloudaudit.model import Finding, Report, Severity
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.output import Options, Output, open_failures, relative
from cloudaudit.outputs.records import indented

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}


def render(report: Report, options: Options) -> str:
    """A list of issues; of a plan or state, which has no lines, each at the first line of its file."""
    return indented([_issue(finding) for finding in open_failures(report, everything=options.everything)])


def _issue(finding: Finding) -> dict[str, Any]:
    place = finding.location
    lines = {"begin": place.line, "end": place.end_line} if place else {"begin": 1}
    path = place.file if place else relative(finding.target)
    return {
        "description": visible(f"{finding.rule}: {finding.message}"),
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": visible(path.removeprefix("./").lstrip("/")) or ".", "lines": lines},
    }


OUTPUT = Output(name="codequality", suffix=".codequality.json", render=render)
