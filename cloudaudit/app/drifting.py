"""Drift: what is declared compared with one account, and which rules and criteria that touches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cloudaudit.app.auditing import Audit, Auditing, Told, environment_of, needed
from cloudaudit.app.scanning import Court, collector_at_rest
from cloudaudit.app.targets import read
from cloudaudit.engine.reads import without_question
from cloudaudit.errors import SourceError
from cloudaudit.graph import Declared, Drift, Drifted, Kind, drift
from cloudaudit.model import Finding, Verdict

if TYPE_CHECKING:
    from cloudaudit.engine import RuleSet
    from cloudaudit.graph import ResourceGraph

_CHANGE_MANAGEMENT = "CC8.1"
Verdicts = Mapping[str, Mapping[str, Finding]]
"""Findings by resource and rule."""


class _Touching(NamedTuple):
    """Which rules read an attribute of a type, and which judge a type or look at it beside another."""

    reads: Mapping[tuple[str, str], set[str]]
    types: Mapping[str, set[str]]


def compare_live(audit: Audit, told: Told | None = None) -> Drift:
    """The account of `audit` against its `states`, which may be folders of Terraform too: those are joined by name.
    SourceError when nothing is declared there, or the account cannot be entered."""
    court = Court(audit.request)
    graphs = [one for state in audit.states for one in read(state, audit.request)]
    declared = {key: one for each in graphs for key, one in each.resources.items()}
    types = {one.type for one in declared.values()} | needed(court)
    live = _live(audit, court, frozenset(types), Declared(graphs), told)
    with collector_at_rest():
        then = _by_resource(one for each in graphs for one in court.look(each).findings)
        now = _by_resource(court.look(live).findings)
    touching = _touching(court.applied)
    watched: dict[str, set[str]] = defaultdict(set)
    for kind, path in touching.reads:
        watched[kind].add(path)
    found = list(drift(declared, live, _made(), watched))
    explained = {one.resource for one in found}
    found += [one for one in _by_verdict(live, then, now) if one.resource not in explained]
    drifted = tuple(_completed(one, touching, then, now, court) for one in found)
    return Drift(live.target, len(declared), sum(key in declared for key in live.resources), drifted, live.gaps)


def _live(audit: Audit, court: Court, types: frozenset[str], declared: Declared, told: Told | None) -> "ResourceGraph":
    """What is declared of the account, and what rules look at."""
    from cloudaudit.sources.aws.account import Plan, graph  # noqa: PLC0415 - 0.3 s that nothing else need pay
    from cloudaudit.sources.aws.accounts import enter  # noqa: PLC0415
    from cloudaudit.sources.aws.collectors import known_types  # noqa: PLC0415 - as above
    from cloudaudit.sources.aws.limits import Limiter  # noqa: PLC0415
    from cloudaudit.sources.aws.reader import Reader  # noqa: PLC0415

    targets = Auditing(msgspec.structs.replace(audit, states=())).targets
    if len(targets) != 1:
        raise SourceError(f"drift compares one account, and here are {len(targets)}")
    session = enter(targets[0], audit.session_policy)
    heard = (lambda service, region: told(session.account, region, service)) if told else None
    reader = Reader(session, None, Limiter(audit.rate), heard)
    wanted = types & known_types()
    plan = Plan(regions=audit.regions, types=wanted, threads=audit.threads, declared=declared)
    return graph(reader, plan, environment_of(court.request.settings))


def _made() -> frozenset[str]:
    from cloudaudit.sources.aws.collectors import collectors  # noqa: PLC0415 - as above

    return frozenset(one.type for one in collectors())


def _touching(rules: "RuleSet") -> _Touching:
    reads: dict[tuple[str, str], set[str]] = defaultdict(set)
    types: dict[str, set[str]] = defaultdict(set)
    for compiled in rules.compiled.values():
        rule = compiled.rule
        related = {name: one.types for name, one in rule.related.items()}
        for kind in (*rule.types, *(kind for kinds in related.values() for kind in kinds)):
            types[kind].add(rule.id)
        for path in compiled.reads:
            root, _, rest = without_question(path).partition(".")
            name, _, further = rest.partition(".")
            kinds, attribute = (rule.types, rest) if root == "resource" else (related.get(name, ()), further)
            if root in ("resource", "related") and attribute and not attribute.startswith("facts"):
                for kind in kinds:
                    reads[kind, attribute].add(rule.id)
    return _Touching(reads, types)


def _by_resource(findings: Iterable[Finding]) -> Verdicts:
    found: dict[str, dict[str, Finding]] = defaultdict(dict)
    for one in findings:
        found[one.resource][one.rule] = one
    return found


def _by_verdict(live: "ResourceGraph", then: Verdicts, now: Verdicts) -> Iterator[Drifted]:
    """Resources that a rule decides otherwise live, where no attribute alone tells why."""
    for key in now:
        if key in live.resources and _decided_otherwise(key, then, now):
            yield Drifted.of(Kind.CHANGED, live.resources[key])


def _decided_otherwise(key: str, then: Verdicts, now: Verdicts) -> list[str]:
    """The rules that pass on one side and fail on the other."""
    before = then.get(key, {})
    return [
        rule
        for rule, one in now.get(key, {}).items()
        if rule in before and {one.verdict, before[rule].verdict} == {Verdict.PASS, Verdict.FAIL}
    ]


def _completed(one: Drifted, touching: _Touching, then: Verdicts, now: Verdicts, court: Court) -> Drifted:
    """With the rules that it touches, and their criteria; secrets are concealed."""
    from cloudaudit.facts.credentials import redact  # noqa: PLC0415 - whoever drifts has rules loaded

    rules = court.applied.rules
    touched = set(_touched(one, touching, then, now))
    criteria = {name for id_ in touched for name in rules[id_].criteria}
    return msgspec.structs.replace(
        one,
        declared=redact(one.attribute, one.declared),
        live=redact(one.attribute, one.live),
        rules=tuple(sorted(touched)),
        criteria=tuple(sorted(criteria | {_CHANGE_MANAGEMENT})),
    )


def _touched(one: Drifted, touching: _Touching, then: Verdicts, now: Verdicts) -> Iterable[str]:
    """What somebody made by hand touches where it fails; what is gone, its rules; what changed, its readers."""
    if one.kind is Kind.UNMANAGED:
        return [each.rule for each in now.get(one.resource, {}).values() if each.verdict is Verdict.FAIL]
    if one.kind is Kind.MISSING:
        return then.get(one.resource, {}) or touching.types.get(one.type, ())
    otherwise = _decided_otherwise(one.resource, then, now)
    return {*otherwise, *touching.reads.get((one.type, one.attribute), ())}
