"""Resources that may not exist, since their count or for_each is not known: what they decide is not known either.

Facts look at whatever is in the graph. So what rules say of the other resources is asked twice, with those that may not
exist and without them, and stands where both answers are the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.graph import ResourceGraph, may_not_exist
from cloudaudit.model import Finding, Rule, Verdict

_MOST = 3  # more than a person reads
Judge = Callable[[RuleSet, ResourceGraph], Iterable[Finding]]


def reconsidered(findings: Iterable[Finding], rules: RuleSet, graph: ResourceGraph, judge: Judge) -> Iterator[Finding]:
    """The findings, unknown where a resource that may not exist decides. `judge` says what rules say of a graph."""
    doubtful = [resource for resource in graph if may_not_exist(resource.address)]
    if not doubtful:
        yield from findings
        return
    asking = rules.looking_around
    rest = graph.without({resource.key for resource in doubtful})
    others = {(each.rule, each.resource): each for each in judge(asking, rest)}
    looking = set(asking.rules)
    names = sorted(resource.address for resource in doubtful)[:_MOST]
    because = tuple(f"{name} may not exist: its count or for_each is not known" for name in names)
    for finding in findings:
        other = others.pop((finding.rule, finding.resource), None)
        if finding.rule in looking and not may_not_exist(finding.address) and _differs(finding, other):
            yield _unknown(finding, rules.rules, because)
        else:
            yield finding
    yield from (_unknown(each, rules.rules, because) for each in others.values() if each.verdict is Verdict.FAIL)


def _differs(finding: Finding, other: Finding | None) -> bool:
    """Whether the verdict falls without what may not exist. A pass is one also where the rule does not apply."""
    if finding.verdict is Verdict.UNKNOWN:
        return False
    if other is None:
        return finding.verdict is Verdict.FAIL
    return other.verdict is not finding.verdict


def _unknown(finding: Finding, rules: Mapping[str, Rule], because: tuple[str, ...]) -> Finding:
    title = rules[finding.rule].title
    return msgspec.structs.replace(
        finding, verdict=Verdict.UNKNOWN, message=f"Not known: {title}", unknown_because=because
    )
