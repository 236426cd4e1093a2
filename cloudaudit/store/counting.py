"""What a run counted: by rule, by criterion and by severity."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from cloudaudit.criteria import assess
from cloudaudit.history import Count
from cloudaudit.model import Finding, Report, Status, Verdict

PASSING, FAILING, WAIVED, UNKNOWN = range(4)
Tally = defaultdict[str, list[int]]


def kept(findings: Iterable[Finding]) -> dict[str, Finding]:
    """The findings by fingerprint. Where one has two verdicts, the one that an auditor must hear of."""
    found: dict[str, Finding] = {}
    for finding in findings:
        other = found.setdefault(finding.fingerprint, finding)
        if _WEIGHT[finding.verdict] > _WEIGHT[other.verdict]:
            found[finding.fingerprint] = finding
    return found


_WEIGHT = {Verdict.PASS: 0, Verdict.UNKNOWN: 1, Verdict.FAIL: 2}


def counted(finding: Finding) -> int:
    """Which of the four counts the finding belongs to."""
    if finding.verdict is Verdict.FAIL:
        return FAILING if finding.status is Status.OPEN else WAIVED
    return PASSING if finding.verdict is Verdict.PASS else UNKNOWN


def tallies(findings: Collection[Finding], report: Report, *, alone: bool) -> dict[str, Mapping[str, list[int]]]:
    """The counts by kind and name. Those of criteria are of resources; `alone` is whether the report has one target, so
    that its own hold."""
    rules, severities = _empty(), _empty()
    for finding in findings:
        place = counted(finding)
        rules[finding.rule][place] += 1
        severities[finding.severity.value][place] += 1
    return {"rule": rules, "severity": severities, "criterion": _criteria(findings, report, alone=alone)}


def _criteria(findings: Collection[Finding], report: Report, *, alone: bool) -> Tally:
    states = report.criteria if alone and report.criteria else assess(findings, report.rules)
    excused = _excused(findings, report)
    made = _empty()
    for state in states:
        if state.population:
            waived = len(excused.get(state.criterion.id, ()))
            passing = state.population - state.failing - state.unknown
            made[state.criterion.id] = [passing, state.failing - waived, waived, state.unknown]
    return made


def _excused(findings: Iterable[Finding], report: Report) -> dict[str, set[str]]:
    """Criterion -> resources of which every failure under it is accepted."""
    accepted: dict[str, set[str]] = defaultdict(set)
    open_: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        rule = report.rules.get(finding.rule)
        if finding.verdict is Verdict.FAIL and rule is not None and rule.stage != "withdrawn":
            for criterion in rule.criteria:
                (open_ if finding.status is Status.OPEN else accepted)[criterion].add(finding.resource)
    return {criterion: keys - open_[criterion] for criterion, keys in accepted.items()}


def _empty() -> Tally:
    return defaultdict(lambda: [0, 0, 0, 0])


def rows(run: int, found: Mapping[str, Mapping[str, list[int]]]) -> Iterator[dict[str, Any]]:
    """The counts as rows of the table."""
    for by, names in found.items():
        for name, (passing, failing, waived, unknown) in names.items():
            yield {
                "run": run,
                "by": by,
                "name": name,
                "passing": passing,
                "failing": failing,
                "waived": waived,
                "unknown": unknown,
            }


def count(row: Any) -> Count:
    """The four counts of a row."""
    return Count(passing=row.passing, failing=row.failing, waived=row.waived, unknown=row.unknown)
