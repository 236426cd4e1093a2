"""What a format is: a name, a file suffix and a function from a report to text."""

from collections.abc import Callable, Iterator

from cloudaudit.model import Finding, Record, Report, Severity, Status, Verdict


class Options(Record, frozen=True):
    """How to render. `everything` shows passes too; colour and width are those of the terminal; `threshold` is the
    lowest severity that fails the build, None when none does."""

    everything: bool = False
    colour: bool = False
    width: int = 80
    threshold: Severity | None = Severity.HIGH


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


def breaking(report: Report, threshold: Severity | None) -> Iterator[Finding]:
    """The failures that fail a build: open, at or above the threshold, by a rule that is not in preview."""
    if threshold is None:
        return
    for finding in report.findings:
        if finding.verdict is not Verdict.FAIL or finding.status is not Status.OPEN:
            continue
        if finding.severity.weight >= threshold.weight and report.rules[finding.rule].stage != "preview":
            yield finding
