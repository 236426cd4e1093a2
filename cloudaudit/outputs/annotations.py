"""Annotations of GitHub Actions: a workflow command for each failure, the worst first.

GitHub shows so many errors and warnings of a step and no more, and ten of each kind in the list of a run; what is left
out is counted in a notice. Properties and text are escaped as GitHub's toolkit does it.
"""

from cloudaudit.model import Finding, Report, Severity
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import plural
from cloudaudit.outputs.output import Options, Output, open_failures, relative

MOST = 50
_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def render(report: Report, options: Options) -> str:
    """One line for each failure, and one for all that are left out."""
    found = open_failures(report, everything=options.everything)
    shown = found if len(found) <= MOST else found[: MOST - 1]
    lines = [_command(finding, report) for finding in shown]
    if left := len(found) - len(shown):
        lines.append(f"::notice title=cloudaudit::{plural(left, 'further failure')}; the report names them")
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding, report: Report) -> str:
    rule = report.rules[finding.rule]
    place = finding.location
    properties = {"file": place.file if place else relative(finding.target)}
    if place:
        properties |= {"line": str(place.line), "endLine": str(place.end_line)}
        if place.line == place.end_line:
            properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = f"{finding.rule} ({finding.severity}, {', '.join(rule.criteria)})"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    steps = " ".join(rule.fix.steps.split())
    return f"::{_COMMANDS[finding.severity]} {written}::{_text(f'{finding.message} {steps}'.strip())}"


def _text(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")


OUTPUT = Output(name="github", suffix=".annotations", render=render)
