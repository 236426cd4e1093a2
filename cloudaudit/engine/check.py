"""Rules applied to a graph: one finding for every resource and every rule that applies to it."""

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import msgspec

from cloudaudit.engine.absent import absent_parents
from cloudaudit.engine.cel import EXHAUSTED, FAIL, PASS, Judgement, Program, activate, judge
from cloudaudit.engine.changes import ChangeViewer
from cloudaudit.engine.evidence import Redact, causes, evidence
from cloudaudit.engine.messages import message_of, place_of
from cloudaudit.engine.parameters import parameters as defaults
from cloudaudit.engine.reads import ROOTS, without_question
from cloudaudit.engine.ruleset import Compiled, RuleSet
from cloudaudit.engine.severity import adjusted
from cloudaudit.engine.uncertain import reconsidered
from cloudaudit.engine.view import View, Viewer
from cloudaudit.errors import RuleError
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Evidence, Finding, Origin, Resource, Severity, Verdict
from cloudaudit.schema.live import DECLARED_ONLY

_Answer: TypeAlias = Verdict | RuleError | None
"""What a rule says: nothing where it does not apply, an error where it is defective."""

_TOO_MANY = ("there is more here than a rule may look at",)


def check(
    rules: RuleSet,
    graph: ResourceGraph,
    parameters: Mapping[str, Any] | None = None,
    *,
    all_evidence: bool = False,
    on_defect: Callable[[RuleError], None] | None = None,
) -> Iterator[Finding]:
    """Judge every resource by every rule for its type, in key order.

    Evidence comes with failures and unknowns, with passes only when asked for. A defective rule raises RuleError; with
    `on_defect`, that is told instead and the finding is unknown. Rules about what only Terraform knows do not apply to
    an account.
    """
    values = defaults() if parameters is None else parameters
    if graph.origin is Origin.LIVE:
        rules = RuleSet(one for one in rules.compiled.values() if not _is_of_declarations(one))

    def judged(some: RuleSet, of: ResourceGraph) -> Iterator[Finding]:
        return _judged(some, Viewer(some, of, values), of, all_evidence, on_defect)

    yield from reconsidered(judged(rules, graph), rules, graph, judged)
    if graph.changing is not None and rules.of_changes.types:
        changes = ChangeViewer(rules.of_changes, graph, graph.changing(), values)
        yield from _judged(rules.of_changes, changes, changes.resources(), all_evidence, on_defect)
    if absent := absent_parents(rules, graph):
        others, speakers = absent
        stand_ins = [others.resources[key] for key in speakers]
        for finding in _judged(rules, Viewer(rules, others, values), stand_ins, all_evidence, on_defect):
            if finding.verdict is Verdict.FAIL:
                yield _of_companion(finding, others.resources[finding.resource], speakers[finding.resource])


def applicable(rules: RuleSet, parameters: Mapping[str, Any]) -> RuleSet:
    """The rules but for those whose `when` fails by the parameters alone, as that of most rules about keys of one's own
    does: nothing needs to be looked at for them.

    What is not known absorbs nothing but what does not matter, so a condition that fails while nothing is known of
    the resource fails for every resource.
    """
    nothing = activate({**{root: {} for root in ROOTS}, "parameters": dict(parameters)})

    def applies(one: Compiled) -> bool:
        if one.when is None or not any(path.startswith("parameters.") for path in one.when.reads):
            return True
        with suppress(RuleError):  # told of when a resource is judged
            return judge(one.when, nothing) is not FAIL
        return True

    return RuleSet(one for one in rules.compiled.values() if applies(one))


def _is_of_declarations(one: Compiled) -> bool:
    """Whether the rule rests on nothing but what only Terraform knows, or applies by it."""
    asked = {without_question(path) for path in one.require.reads if not path.startswith("parameters.")}
    applies = {without_question(path) for path in one.when.reads} if one.when else set()
    return DECLARED_ONLY.issuperset(asked) or not DECLARED_ONLY.isdisjoint(applies)


def _judged(
    rules: RuleSet,
    viewer: Viewer | ChangeViewer,
    resources: Iterable[Resource],
    all_evidence: bool,
    on_defect: Callable[[RuleError], None] | None,
) -> Iterator[Finding]:
    redact = _redact()
    known = _Known()
    for resource in resources:
        if not (compiled := rules.for_type(resource.type)):
            continue
        view = viewer.see(resource)
        for one, verdict in zip(compiled, known.verdicts(compiled, view), strict=True):
            if verdict is Verdict.PASS and not all_evidence:
                yield _finding(one, view, verdict)
            elif isinstance(verdict, RuleError):
                if on_defect is None:
                    raise RuleError(f"{verdict} (judging {resource.address})")
                on_defect(verdict)
                yield _finding(one, view, Verdict.UNKNOWN, (str(verdict),))
            elif verdict is not None:
                why = (causes(one, view) or _TOO_MANY) if verdict is Verdict.UNKNOWN else ()
                yield _finding(one, view, verdict, why, evidence(one, view, redact))


def _of_companion(finding: Finding, stand_in: Resource, companion: Resource) -> Finding:
    """A failure of a parent that is not there, as one of the companion that causes it."""
    return msgspec.structs.replace(
        finding,
        resource=companion.key,
        address=companion.address,
        type=companion.type,
        message=finding.message.replace(stand_in.address, companion.address),
        location=companion.location,
    )


class _Known:
    """Verdicts given so far. What looks the same, as instances of a module do, is judged once: by all rules of the type
    where all of it looks so, else by each rule where what that one reads does."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, bytes, tuple[str, ...]], list[_Answer]] = {}
        self._each: dict[tuple[object, ...], _Answer] = {}

    def verdicts(self, compiled: Sequence[Compiled], view: View) -> list[_Answer]:
        """What the rules say, in their order."""
        unseen = tuple(view.causes)
        look = (view.resource.type, view.content(), unseen)
        if (answers := self._all.get(look)) is None:
            answers = self._all[look] = [self._verdict(one, view, unseen) for one in compiled]
        return answers

    def _verdict(self, compiled: Compiled, view: View, unseen: tuple[str, ...]) -> _Answer:
        look: tuple[object, ...] = (compiled.rule.id, unseen, *map(view.part, compiled.parts))
        if look not in self._each:
            try:
                self._each[look] = verdict_of(compiled, view)
            except RuleError as error:
                self._each[look] = error
        return self._each[look]


def verdict_of(compiled: Compiled, view: View) -> Verdict | None:
    """What the rule says of the resource; None when it does not apply. RuleError if the rule is defective."""
    applies = Verdict.PASS if compiled.when is None else _judge(compiled.when, compiled, view)
    if applies is Verdict.FAIL:
        return None
    verdict = _judge(compiled.require, compiled, view)
    if applies is Verdict.UNKNOWN and verdict is Verdict.FAIL:
        return Verdict.UNKNOWN
    return verdict


def _judge(program: Program, compiled: Compiled, view: View) -> Verdict:
    """The condition's verdict. Where a list may be incomplete, one that holds with and without a further member."""
    try:
        judgement = judge(program, view.activation)
    except RuleError as error:
        raise _defect(compiled, str(error)) from None
    if judgement is PASS or judgement is FAIL:
        doubtful = view.causes and any(_reads_list(program, path) for path in view.doubtful)
        return judgement.verdict if not doubtful else _settle(judgement, program, view)
    if judgement is not EXHAUSTED and not view.declares(judgement.missing, program.reads):
        missing = (
            f'"{judgement.missing}" is not in the map that is asked for it: test `"{judgement.missing}" in` it first'
        )
        raise _defect(compiled, missing)
    return Verdict.UNKNOWN


def _settle(judgement: Judgement, program: Program, view: View) -> Verdict:
    try:
        again = judge(program, view.without_phantoms)
    except RuleError:
        return Verdict.UNKNOWN
    return judgement.verdict if again is judgement else Verdict.UNKNOWN


def _reads_list(program: Program, path: str) -> bool:
    return any(read == path or read.startswith(f"{path}.") for read in program.reads)


def _defect(compiled: Compiled, text: str) -> RuleError:
    return RuleError(f"{compiled.rule.id}: the rule is defective: {text}")


def _finding(
    compiled: Compiled, view: View, verdict: Verdict, why: tuple[str, ...] = (), proof: Evidence | None = None
) -> Finding:
    rule, resource = compiled.rule, view.resource
    if verdict is Verdict.PASS:  # most findings are
        severity, message, location = rule.severity, rule.title, resource.locate(rule.at)
        environment = owner = ""
    else:
        eased = verdict is Verdict.FAIL and is_eased(compiled, view)
        severity = severity_of(compiled, view, eased=eased)
        message = message_of(compiled, view, verdict, eased=eased)
        location = place_of(compiled, view, verdict)
        environment, owner = view.belonging
    return Finding(
        rule=rule.id,
        resource=resource.key,
        type=resource.type,
        address=resource.address,
        verdict=verdict,
        severity=severity,
        message=message,
        target=view.graph.target,
        root=view.graph.root,
        location=location,
        unknown_because=why,
        evidence=proof,
        account=resource.account,
        region=resource.region,
        arn=resource.arn,
        environment=environment,
        owner=owner,
    )


def is_eased(compiled: Compiled, view: View) -> bool:
    """Whether the failure certainly weighs less here."""
    return compiled.eased is not None and _judge(compiled.eased, compiled, view) is Verdict.PASS


def severity_of(compiled: Compiled, view: View, *, eased: bool = False) -> Severity:
    """The severity of a failure here, or of what may be one; of a pass it is that of the rule: nothing is at stake."""
    rule = compiled.rule
    severity = rule.eased.severity if eased and rule.eased else rule.severity
    tags = view.parameters.get("classification_tags", ())
    return adjusted(severity, rule.theme, view.resource, view.graph, tags)


def _redact() -> Redact:
    """How values are concealed that look like credentials, where that fact is installed."""
    if importlib.util.find_spec("cloudaudit.facts.credentials") is None:
        return lambda _path, value: value
    redact: Redact = importlib.import_module("cloudaudit.facts.credentials").redact
    return redact
