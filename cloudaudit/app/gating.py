"""What a report means for a build: its exit code."""

from cloudaudit.model import Report, Severity, Verdict
from cloudaudit.outputs import Gate, under_review
from cloudaudit.settings import Settings

FAILED, INCOMPLETE = 1, 3


def exit_code(report: Report, gate: Gate, *, strict: bool) -> int:
    """1 when something fails the build, else 3 if `strict` and something is unknown or was not looked at, else 0."""
    if gate.stopping(report):
        return FAILED
    return INCOMPLETE if strict and incompleteness(report, everything=gate.everything) else 0


def gate(settings: Settings, fail_on: str = "", *, everything: bool = False) -> Gate:
    """What fails a build by the settings; `fail_on`, where it is said, comes before theirs, overrides included."""
    overrides = () if fail_on else settings.overrides
    return Gate(
        threshold=_severity(fail_on or settings.fail_on),
        themes=frozenset(settings.blocking_themes),
        criteria=frozenset(settings.blocking_criteria),
        overrides=tuple((one.paths, _severity(one.fail_on)) for one in overrides),
        everything=everything,
    )


def _severity(name: str) -> Severity | None:
    return None if name == "never" else Severity(name)


def incompleteness(report: Report, *, everything: bool = False) -> str:
    """What `strict` does not forgive, as a sentence; empty when everything was looked at and decided."""
    unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in under_review(report, everything=everything))
    gaps = len(report.run.gaps)
    if not unknown and not gaps:
        return ""
    return f"the scan is incomplete: verdicts that are unknown: {unknown}, gaps: {gaps}"
