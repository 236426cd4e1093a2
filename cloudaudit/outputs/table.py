"""CSV: one row a finding, passes too, for spreadsheets and for auditors who draw a sample from the population.

The columns are a promise: new ones come at the end, none moves or goes. RFC 4180 with commas and quotes, UTF-8 without
a mark, a line a row: line breaks and other controls are written as escapes. A cell that a spreadsheet would take for a
formula gets an apostrophe in front, as OWASP advises; so does what stands after a semicolon, which separates cells in
half of the world. Severity is what a failure weighs, whatever the verdict; account, region and ARN are empty where the
source does not know them.
"""

import csv
import io
import re

from cloudaudit.model import Decision, Finding, Location, Report, Rule
from cloudaudit.outputs.output import Options, Output
from cloudaudit.outputs.place import account_of, arn_of, clipped, region_of

COLUMNS = (
    "fingerprint",
    "verdict",
    "status",
    "severity",
    "rule",
    "title",
    "theme",
    "criteria",
    "account",
    "region",
    "type",
    "address",
    "arn",
    "target",
    "root",
    "file",
    "line",
    "message",
    "unknown_because",
    "change",
    "decision",
    "decision_id",
    "reason",
    "owner",
    "approved_by",
    "ticket",
    "until",
    "observed_at",
)
# A cell of Excel holds 32,767 characters.
_CELL = 32_000
# Excel takes full-width signs for the plain ones; tab and carriage return are escaped before.
_FORMULA = re.compile(r"(?:^|(?<=;))(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_NOWHERE = Location(file="")
_UNDECIDED = Decision(kind="")


def render(report: Report, options: Options) -> str:  # noqa: ARG001 - a population is whole
    """A line of names, then the findings in the order of the report."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in report.findings:
        writer.writerow([_cell(value) for value in _values(finding, report.rules[finding.rule])])
    return made.getvalue()


def _values(finding: Finding, rule: Rule) -> tuple[str, ...]:
    place = finding.location or _NOWHERE
    decided = finding.decision or _UNDECIDED
    return (
        finding.fingerprint,
        finding.verdict.value,
        finding.status.value,
        finding.severity.value,
        rule.id,
        rule.title,
        rule.theme.value,
        " ".join(rule.criteria),
        account_of(finding),
        region_of(finding),
        finding.type,
        finding.address,
        arn_of(finding),
        finding.target,
        finding.root,
        place.file,
        str(place.line) if finding.location else "",
        finding.message,
        "; ".join(finding.unknown_because),
        finding.change.value if finding.change else "",
        decided.kind,
        decided.id,
        decided.reason,
        decided.owner,
        decided.approved_by,
        decided.ticket,
        decided.until,
        finding.evidence.observed_at if finding.evidence else "",
    )


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1'", clipped(text, _CELL, "")) if text else ""


OUTPUT = Output(name="csv", suffix=".csv", render=render)
