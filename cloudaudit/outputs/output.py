"""What a format is: a name, a file suffix and a function from a report to text."""

import re
from collections.abc import Callable, Iterable

from cloudaudit.model import Change, Finding, Record, Report, Status, Verdict
from cloudaudit.outputs.gate import Gate

# "resource.kms_key_id: aws_iam_user_policy.one.user: var.id has no value" is about var.id, for a reader of all causes.
_PATHS = re.compile(r"^(?:[^\s()]+: )+")


class Options(Record, frozen=True):
    """How to render. `everything` shows passes too, and what a change found as it was; colour and width are those of
    the terminal; `gate` says what fails the build."""

    everything: bool = False
    colour: bool = False
    width: int = 80
    gate: Gate = Gate()


class Output(Record, frozen=True):
    """One format. `render` gives the whole document, ending in a newline."""

    name: str
    suffix: str
    render: Callable[[Report, Options], str]


def shown(report: Report, options: Options) -> list[Finding]:
    """The findings that a document holds: failures and unknowns, with `everything` passes too."""
    if options.everything:
        return list(report.findings)
    return [finding for finding in report.findings if finding.verdict is not Verdict.PASS]


def causes(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Why verdicts are unknown, each cause with the findings it decides, the widest first. Which attribute is unknown
    does not matter here: one variable without a value makes many so."""
    by_cause: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN:
            named = finding.unknown_because or ("no cause was given",)
            roots = (_PATHS.sub("", one) for because in named for one in because.split("; "))
            for because in dict.fromkeys(roots):
                by_cause.setdefault(because, []).append(finding)
    return sorted(by_cause.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def under_review(report: Report, *, everything: bool) -> list[Finding]:
    """The findings that a run over a change is about: not what it found as it was, unless `everything` is asked for."""
    if everything:
        return list(report.findings)
    return [finding for finding in report.findings if finding.change is not Change.EXISTING]


def open_failures(report: Report, *, everything: bool) -> list[Finding]:
    """The failures under review that nobody accepted, the worst first."""
    found = [
        finding
        for finding in under_review(report, everything=everything)
        if finding.verdict is Verdict.FAIL and finding.status is Status.OPEN
    ]
    return sorted(found, key=lambda one: (-one.severity.weight, one.rule, one.root, one.resource))


def relative(target: str) -> str:
    """A target as a relative path; of an absolute one or one outside the repository only the name says anything."""
    path = target.replace("\\", "/").removeprefix("./").rstrip("/")
    return path.rpartition("/")[2] if path.startswith("/") or ".." in path.split("/") else path
