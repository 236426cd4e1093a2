"""What fails a build: which severities, of which themes and criteria, where."""

from fnmatch import fnmatchcase

from cloudaudit.model import Change, Finding, Record, Report, Rule, Severity, Status, Verdict


class Gate(Record, frozen=True):
    """The lowest severity that fails a build, None when none does; only of these themes or under these criteria, where
    some are named. `overrides` are patterns of roots or files with another severity; the first that fits counts. With
    `everything`, what a change found as it was counts too."""

    threshold: Severity | None = Severity.HIGH
    themes: frozenset[str] = frozenset()
    criteria: frozenset[str] = frozenset()
    overrides: tuple[tuple[tuple[str, ...], Severity | None], ...] = ()
    everything: bool = False

    def stops(self, finding: Finding, rule: Rule) -> bool:
        """Whether the finding fails the build: under review, open, severe enough here, by a rule not in preview."""
        if finding.verdict is not Verdict.FAIL or finding.status is not Status.OPEN or rule.stage == "preview":
            return False
        if finding.change is Change.EXISTING and not self.everything:
            return False
        if (self.themes or self.criteria) and rule.theme not in self.themes and self.criteria.isdisjoint(rule.criteria):
            return False
        threshold = self._threshold(finding)
        return threshold is not None and finding.severity.weight >= threshold.weight

    def stopping(self, report: Report) -> list[Finding]:
        """The findings of a report that fail the build."""
        failing = (one for one in report.findings if one.verdict is Verdict.FAIL)
        return [one for one in failing if self.stops(one, report.rules[one.rule])]

    def _threshold(self, finding: Finding) -> Severity | None:
        places = [finding.root, *([finding.location.file] if finding.location else [])]
        for patterns, threshold in self.overrides:
            if any(fnmatchcase(place, pattern) for place in places for pattern in patterns):
                return threshold
        return self.threshold
