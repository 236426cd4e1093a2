"""What the findings of a run say of each criterion."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from cloudaudit.criteria.catalogue import SECURITY, catalogue
from cloudaudit.model import Criterion, CriterionState, Finding, Rule, Verdict

_WITHDRAWN = "withdrawn"


class _Counted:
    """The resources that one rule judged in one target, by verdict."""

    __slots__ = ("failed", "passed", "unknown")

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()
        self.unknown: set[str] = set()

    def add(self, finding: Finding) -> None:
        """Counts what the finding is about."""
        if finding.verdict is Verdict.PASS:
            self.passed.add(finding.resource)
        elif finding.verdict is Verdict.FAIL:
            self.failed.add(finding.resource)
        else:
            self.unknown.add(finding.resource)


def assess(
    findings: Iterable[Finding], rules: Mapping[str, Rule], scope_categories: Collection[str] = ()
) -> tuple[CriterionState, ...]:
    """The state of every criterion, in the order of the standard; manual ones and those without rules too.

    Counts are of distinct resources, whatever the number of rules: the population was judged by a rule of the
    criterion, failing ones fail at least one of its rules, unknown ones fail none but could not be judged by at least
    one. What people decided about a finding does not change them. Security is in scope whether it is named or not.
    """
    counted = _count(findings)
    members: dict[str, list[Rule]] = {}
    for rule in rules.values():
        for id_ in rule.criteria if rule.stage != _WITHDRAWN else ():
            members.setdefault(id_, []).append(rule)
    scope = {SECURITY, *scope_categories}
    return tuple(_state(criterion, members.get(criterion.id, []), counted, scope) for criterion in catalogue())


def _count(findings: Iterable[Finding]) -> dict[str, dict[str, _Counted]]:
    """Rule id -> target -> resources. One key may stand for different resources in different targets."""
    counted: dict[str, dict[str, _Counted]] = {}
    for finding in findings:
        targets = counted.setdefault(finding.rule, {})
        if (place := targets.get(finding.target)) is None:
            place = targets[finding.target] = _Counted()
        place.add(finding)
    return counted


def _state(
    criterion: Criterion, rules: Iterable[Rule], counted: Mapping[str, Mapping[str, _Counted]], scope: Collection[str]
) -> CriterionState:
    ids = sorted(rule.id for rule in rules)
    population = failing = unknown = 0
    for passed, failed, unsure in _by_target([counted[id_] for id_ in ids if id_ in counted]):
        population += len(passed | failed | unsure)
        failing += len(failed)
        unknown += len(unsure - failed)
    failures = {id_: sum(len(one.failed) for one in counted.get(id_, {}).values()) for id_ in ids}
    return CriterionState(
        criterion=criterion,
        rules=tuple(ids),
        population=population,
        failing=failing,
        unknown=unknown,
        failures_by_rule={id_: number for id_, number in failures.items() if number},
        in_scope=criterion.category in scope,
    )


def _by_target(rules: list[Mapping[str, _Counted]]) -> Iterator[tuple[set[str], set[str], set[str]]]:
    """For each target the resources that pass, fail and are unknown under any of the rules."""
    for target in {target for rule in rules for target in rule}:
        places = [rule[target] for rule in rules if target in rule]
        yield (
            set().union(*(place.passed for place in places)),
            set().union(*(place.failed for place in places)),
            set().union(*(place.unknown for place in places)),
        )
