"""What other tools say becomes findings of a report, as if a scan had made them."""

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from cloudaudit import __version__
from cloudaudit.app.request import Request
from cloudaudit.app.translating import NOT_ASKED, UNMAPPED, Translator, clipped
from cloudaudit.clock import text
from cloudaudit.criteria import assess
from cloudaudit.decisions import Decider, Names, Sources
from cloudaudit.engine.parameters import parameters
from cloudaudit.engine.severity import adjusted
from cloudaudit.facts.credentials import redact
from cloudaudit.graph import ResourceGraph
from cloudaudit.graph.addresses import parse
from cloudaudit.model import (
    Decision,
    Evidence,
    Finding,
    Gap,
    Location,
    Origin,
    Read,
    Report,
    Resource,
    Rule,
    Run,
    Scanned,
    Severity,
    Status,
    Verdict,
)
from cloudaudit.outputs.escape import visible
from cloudaudit.sources import text_of
from cloudaudit.sources.imported.matching import File, Places
from cloudaudit.sources.imported.reading import Told
from cloudaudit.sources.imported.result import Foreign, Tool

_LONGEST = 1_000
_NAMED = 4
_FIRST_YEAR = 1970
_WEIGHT = {Verdict.PASS: 0, Verdict.UNKNOWN: 1, Verdict.FAIL: 2}
_SCOPE = "Give --tree the folder that the tool looked at."


class About(NamedTuple):
    """What a finding is of: a resource that we know or, as far as the tool told, one that we do not."""

    key: str
    address: str
    type: str
    root: str
    location: Location | None
    account: str
    region: str
    arn: str
    resource: Resource | None = None
    graph: ResourceGraph | None = None


class Found(NamedTuple):
    """What results came to, with the rules that they are judged by. `remarks` are about decisions that were of no use;
    where other findings are decided about, too, they know nothing of these."""

    scanned: tuple[Scanned, ...]
    findings: tuple[Finding, ...]
    rules: dict[str, Rule]
    gaps: tuple[Gap, ...]
    notices: tuple[Gap, ...]
    remarks: tuple[Gap, ...]


class Voices:
    """Findings made of results: one for each tool, rule and resource, however often it was told. Where a tool says two
    things of one, it is what an auditor must hear of."""

    def __init__(self, translator: Translator, graphs: Sequence[ResourceGraph] = (), tree: str = "") -> None:
        self._translator = translator
        self._request = translator.request
        self._graphs = graphs
        self._tree = tree
        self._sources = _sources(self._request)
        self._places = Places(graphs, tree)
        self._tags = parameters(self._request.settings.parameters).get("classification_tags", ())
        self._tools: set[str] = set()
        self._rules: dict[str, Rule] = {}
        self._findings: dict[tuple[str, str, str], Finding] = {}
        self._texts: dict[tuple[str, ...], str] = {}
        self._proofs: dict[tuple[object, ...], Evidence] = {}
        self._gaps: Counter[Gap] = Counter()
        self._doubts: Counter[tuple[str, str, str]] = Counter()
        self._left_out: dict[tuple[str, str], Counter[str]] = {}
        self._unmapped: dict[str, Counter[str]] = {}

    def add(self, told: Told) -> None:
        """Take one result."""
        if isinstance(told, Tool):
            self._tools.add(told.name)
        elif isinstance(told, Gap):
            self._gaps[told] += 1
        elif told.rule:
            self._hear(told)
        else:
            self._gaps[Gap(what=f"results of {told.tool}", why="they do not say what was checked")] += 1

    def _hear(self, told: Foreign) -> None:
        translation = self._translator.of(told)
        if translation.left_out:
            self._left_out.setdefault((told.tool, translation.left_out), Counter())[told.rule] += 1
            return
        file, found = self._places.find(told)
        if file.refused:
            self._gaps[Gap(what=f"results of {told.tool}", why=file.refused, remedy=_SCOPE)] += 1
            return
        if not translation.mapped:
            self._unmapped.setdefault(told.tool, Counter())[told.rule] += 1
        self._doubt(told, file, len(found))
        abouts = [_known(one, graph, told, file) for one, graph in found] or [_unknown(told, file)]
        for about in abouts:
            for rule in translation.for_type(about.type):
                self._say(rule, about, told)

    def _doubt(self, told: Foreign, file: File, found: int) -> None:
        """Note what a reader should know of how a result was taken."""
        if file.doubt:
            self._doubts[told.tool, file.doubt, ""] += 1
        if found > 1:
            self._doubts[
                told.tool, "they name what several resources are made of: each of these has a finding", ""
            ] += 1
        elif not found and not told.arn and not told.address and told.verdict is Verdict.FAIL:
            self._doubts[
                told.tool, "they name files and no resources: one finding stands for all of a file", _SCOPE
            ] += 1

    def _say(self, rule: Rule, about: About, told: Foreign) -> None:
        self._rules[rule.id] = rule
        target = self._target(told, about)
        key = (target, rule.id, about.key)
        known = self._findings.get(key)
        if known is None or _graver(told, known):
            self._findings[key] = self._finding(rule, about, told, target)

    def _finding(self, rule: Rule, about: About, told: Foreign, target: str) -> Finding:
        failing = told.verdict is Verdict.FAIL
        accepted = failing and told.accepted is not None and self._sources.inline
        message = rule.title if told.verdict is Verdict.PASS else self._text(rule, told)
        return Finding(
            rule=rule.id,
            resource=about.key,
            type=about.type,
            address=about.address,
            verdict=told.verdict,
            severity=self._severity(rule, about),
            message=message,
            target=target,
            root=about.root,
            location=about.location,
            unknown_because=(f"{told.tool} cannot tell",) if told.verdict is Verdict.UNKNOWN else (),
            status=Status.SUPPRESSED if accepted else Status.OPEN,
            decision=_decision(told) if accepted else None,
            evidence=self._proof(rule, told),
            account=about.account,
            region=about.region,
            arn=about.arn,
        )

    def _target(self, told: Foreign, about: About) -> str:
        """Each tool has targets of its own: what it does not speak of is not gone from ours."""
        place = f"aws:{about.account}" if told.arn and about.account else self._tree or "."
        return sys.intern(f"{told.tool}:{place}")

    def _text(self, rule: Rule, told: Foreign) -> str:
        """What is wrong, with who says so; the same text for the same words, of which a million results have few."""
        key = (rule.id, told.rule, told.verdict, told.message)
        if (known := self._texts.get(key)) is None:
            known = self._texts[key] = _message(rule, told)
        return known

    def _severity(self, rule: Rule, about: About) -> Severity:
        if about.resource is None or about.graph is None:
            return rule.severity
        return adjusted(rule.severity, rule.theme, about.resource, about.graph, self._tags)

    def _proof(self, rule: Rule, told: Foreign) -> Evidence:
        """Which tool said so, as which of its checks, and when."""
        key = (rule.id, told.tool, told.version, told.rule, told.verdict, told.seen)
        if (known := self._proofs.get(key)) is None:
            said = " ".join(word for word in (told.tool, clipped(told.version, 40), "says", told.verdict) if word)
            known = self._proofs[key] = Evidence(
                rule_digest=self._translator.digest(rule),
                reads=(Read(path=f"imported.{told.tool}", value=f"{said} by {visible(clipped(told.rule, 120))}"),),
                origin=Origin.IMPORTED,
                observed_at=_moment(told.seen),
            )
        return known

    def turn_to(self, graph: ResourceGraph) -> None:
        """What is added from now on is about this graph."""
        self._graphs = (*self._graphs, graph)
        self._tree = graph.target
        self._places = Places([graph], graph.target)

    def found(self) -> "Found":
        """What all results say together, as people decided about it."""
        rules = dict(sorted(self._rules.items()))
        order = sorted(self._findings.values(), key=lambda one: (one.target, one.root, one.resource, one.rule))
        names = Names(self._known_rules, self._translator.same)
        decide = Decider(self._sources, rules, names, self._request.today or date.min)
        findings, notices = self._decided(order, decide)
        return Found(
            scanned=tuple(_scanned(findings, [f"{tool}:{self._tree or '.'}" for tool in sorted(self._tools)])),
            findings=tuple(findings),
            rules=rules,
            gaps=tuple(self._told_gaps()),
            notices=(*self._remarks(), *notices),
            remarks=tuple(decide.remarks(findings)),
        )

    def report(self) -> Report:
        """All of it as a report of its own."""
        request, told = self._request, self.found()
        scanned, findings, rules = told.scanned, told.findings, told.rules
        targets = tuple(dict.fromkeys(one.target for one in scanned))
        digest = hashlib.sha256()
        for piece in (__version__, request.clock, *targets, *(f"{one.fingerprint}{one.verdict}" for one in findings)):
            digest.update(f"{piece}\0".encode("utf-8", "replace"))
        run = Run(
            id=digest.hexdigest()[:32],
            target=", ".join(targets),
            rules_digest=self._translator.rules.digest,
            version=__version__,
            population=sum(one.resources for one in scanned),
            profile=self._translator.profile,
            started=request.clock,
            finished=request.clock,
            gaps=told.gaps,
        )
        return Report(
            run=run,
            scanned=scanned,
            findings=findings,
            rules=rules,
            criteria=assess(findings, rules, request.settings.scope),
            notices=(*told.notices, *told.remarks),
        )

    def _known_rules(self) -> frozenset[str]:
        return frozenset((*self._translator.rules.rules, *self._translator.rules.former, *self._rules))

    def _decided(self, findings: list[Finding], decide: Decider) -> tuple[list[Finding], list[Gap]]:
        """The findings by the comments of the root that they are in, waivers and the baseline."""
        by_root: dict[str, list[int]] = {}
        for number, one in enumerate(findings):
            by_root.setdefault(one.root, []).append(number)
        graphs = {graph.root: graph for graph in self._graphs}
        nothing = ResourceGraph((), target="", root="", origin=Origin.IMPORTED)
        notices: list[Gap] = []
        for root, numbers in by_root.items():
            graph = graphs.get(root, nothing)
            text: Callable[[str], str | None] = text_of(Path(graph.target)) if graph.target else lambda _: None
            made, heard = decide([findings[number] for number in numbers], graph, text)
            for number, one in zip(numbers, made, strict=True):
                findings[number] = one
            notices += heard
        return findings, notices

    def _told_gaps(self) -> Iterator[Gap]:
        for gap, times in self._gaps.items():
            yield msgspec.structs.replace(gap, what=f"{gap.what}: {times:,}") if times > 1 else gap

    def _remarks(self) -> Iterator[Gap]:
        """What became of results that are no findings, or none that say all."""
        for tool, checks in sorted(self._unmapped.items()):
            remedy = "Name them in same_as or near of a rule of your own (--rules), so that they have criteria."
            yield Gap(what=_summed(tool, checks), why=UNMAPPED, remedy=remedy)
        for (tool, why), checks in sorted(self._left_out.items()):
            remedy = "--profile all has them." if why.startswith(NOT_ASKED) else ""
            yield Gap(what=_summed(tool, checks), why=why, remedy=remedy)
        for (tool, why, remedy), times in sorted(self._doubts.items()):
            yield Gap(what=f"{tool}: {_plural(times, 'result')}", why=why, remedy=remedy)


def _moment(seen: str) -> str:
    """When the tool looked, in UTC, which is what it means where it names no zone; empty for what is no time."""
    try:
        moment = datetime.fromisoformat(seen)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return ""
    return text(moment) if moment.year >= _FIRST_YEAR else ""


def _message(rule: Rule, told: Foreign) -> str:
    named = f"{told.tool} {visible(clipped(told.rule, 120))}"
    if told.message in ("", told.title):
        said = "fails" if told.verdict is Verdict.FAIL else "cannot tell"
        return f"{named} {said}: {redact('title', clipped(told.title, _LONGEST))}" if told.title else f"{named} {said}."
    text = str(redact("message", clipped(told.message, _LONGEST)))
    return text if rule.id.startswith(f"{told.tool}:") else f"{text} ({named})"


def _graver(told: Foreign, known: Finding) -> bool:
    """Whether a second result of the same thing is the one to hear: a failure before doubt, an open one before one that
    was accepted."""
    if _WEIGHT[told.verdict] != _WEIGHT[known.verdict]:
        return _WEIGHT[told.verdict] > _WEIGHT[known.verdict]
    return told.accepted is None and known.status is Status.SUPPRESSED


def _known(resource: Resource, graph: ResourceGraph, told: Foreign, file: File) -> About:
    place = Location(file.path, told.first_line, 1, max(told.last_line, told.first_line)) if told.first_line else None
    return About(
        key=resource.key,
        address=resource.address,
        type=resource.type,
        root=graph.root,
        location=place if file.path and not file.doubt and place else resource.location,
        account=resource.account or _plain(told.account),
        region=resource.region or _plain(told.region),
        arn=resource.arn or told.arn,
        resource=resource,
        graph=graph,
    )


def _unknown(told: Foreign, file: File) -> About:
    """What the tool tells of the thing: its address in the folder of the file, its ARN, or only the file."""
    root = sys.intern(file.path.rpartition("/")[0] or ".")
    address = parse(told.address) if told.address else None
    if told.arn:
        key, root = clipped(told.arn, _LONGEST), _plain(told.account)
    elif told.address:
        key = told.address if root == "." else f"{root}:{told.address}"
    else:
        key = file.path or _plain(told.account) or told.tool
    return About(
        key=key,
        address=key if told.arn or not told.address else told.address,
        type=address.type if address else "",
        root=root,
        location=Location(file.path, max(told.first_line, 1), 1, max(told.last_line, told.first_line, 1))
        if file.path
        else None,
        account=_plain(told.account),
        region=_plain(told.region),
        arn=key if told.arn.startswith("arn:") else "",
    )


def _plain(text: str) -> str:
    return clipped(text, 60) if text else ""


def _decision(told: Foreign) -> Decision:
    return Decision(kind="comment", id=told.tool, reason=clipped(told.accepted or "", 300))


def _sources(request: Request) -> Sources:
    settings = request.settings
    return Sources(
        inline=request.inline and settings.inline is not False,
        waivers=request.waivers or settings.waivers,
        baseline=request.baseline or settings.baseline,
    )


def _scanned(findings: Iterable[Finding], targets: Iterable[str]) -> Iterator[Scanned]:
    """The targets and roots of the findings, in their order, with how many resources each has; then targets of which
    there is nothing to say."""
    resources: dict[tuple[str, str], set[str]] = {}
    for one in findings:
        resources.setdefault((one.target, one.root), set()).add(one.resource)
    named = {target for target, _ in resources}
    resources |= {(target, "."): set() for target in targets if target not in named}
    for (target, root), keys in resources.items():
        yield Scanned(target=target, root=root, origin=Origin.IMPORTED, resources=len(keys))


def _summed(tool: str, checks: Counter[str]) -> str:
    """How many results of which checks."""
    named = ", ".join(visible(clipped(id_, 60)) for id_, _ in checks.most_common(_NAMED))
    more = f" and {len(checks) - _NAMED:,} more" if len(checks) > _NAMED else ""
    return f"{tool}: {_plural(checks.total(), 'result')} of {named}{more}"


def _plural(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
