"""One scan: targets are read, judged, decided about and summed up as a report."""

import functools
import gc
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cloudaudit import __version__
from cloudaudit.app.book import foreign_book, rule_set, values
from cloudaudit.app.request import Request, Tell
from cloudaudit.app.targets import nothing, read
from cloudaudit.criteria import assess
from cloudaudit.decisions import Decider, Names, Sources, compare
from cloudaudit.errors import RuleError
from cloudaudit.model import Finding, Gap, Origin, Report, Rule, Run, Scanned
from cloudaudit.sources import text_of
from cloudaudit.workers import Share, available

if TYPE_CHECKING:
    from cloudaudit.app.accompanying import Company
    from cloudaudit.engine import RuleSet
    from cloudaudit.engine.foreign import ForeignBook
    from cloudaudit.graph import ResourceGraph
    from cloudaudit.history import Missed

# What is judged like a resource but is none: the account, variables, outputs, data, inline arguments made companions.
_PSEUDO = re.compile(r"^aws_account |^terraform_(?!data )|[ .:]data\.\w+\.[^.]+$|/[a-z_]+$")


class Judged(NamedTuple):
    """What one root came to; made in a process of its own where there are several. `missed` is what could not be listed
    of a live account."""

    scanned: Scanned
    findings: list[Finding]
    gaps: tuple[Gap, ...]
    fixed: list[Finding]
    notices: tuple[Gap, ...]
    missed: "tuple[Missed, ...] | None" = None


class Court:
    """Rules, parameters and decisions of a run, ready to judge one graph after another."""

    def __init__(self, request: Request) -> None:
        from cloudaudit.engine.check import applicable  # noqa: PLC0415

        self.request = request
        self._parameters = values(request)
        # Rules asked for by name apply, whatever their profile is.
        self.profile = "" if request.only else request.profile or request.settings.profile
        self.rules = rule_set(msgspec.structs.replace(request, profile=self.profile))
        self.applied = applicable(self.rules, self._parameters)
        self.decide = _decider(request, self.rules)

    def look(self, graph: "ResourceGraph") -> Judged:
        """What the rules say of the graph, and what people decided about that."""
        from cloudaudit.engine.check import check as judge  # noqa: PLC0415

        defects: dict[Gap, None] = {}

        def judged(what: "ResourceGraph") -> list[Finding]:
            found = judge(
                self.applied, what, self._parameters, on_defect=lambda error: defects.setdefault(_defect(error))
            )
            return list(found)

        findings = judged(graph)
        fixed: list[Finding] = []
        if graph.changing is not None:
            changing = graph.changing()
            findings, fixed = compare(findings, judged(changing.before), graph, changing)
        findings, notices = self.decide(findings, graph, text_of(Path(graph.target)))
        return Judged(_scanned(graph), findings, (*graph.gaps, *defects), fixed, notices, self._missed(graph))

    def _missed(self, graph: "ResourceGraph") -> "tuple[Missed, ...] | None":
        """What could not be listed, by region; with what no call lists, which may come from anything."""
        if graph.listing is None:
            return None
        from cloudaudit.history import Missed  # noqa: PLC0415 - nobody asks of a scan

        made = {kind for rule in self.rules.rules.values() for kind in rule.types} - graph.listing.listed
        regions: dict[str, set[str]] = {}
        for kind, region in graph.listing.missing():
            regions.setdefault(region, set(made)).add(kind)
        return tuple(Missed(region=region, types=tuple(sorted(types))) for region, types in sorted(regions.items()))


def scan(request: Request, tell: Tell | None = None) -> Report:
    """Judge everything that the targets hold. Raises the errors of the stage that cannot go on."""
    court = Court(request)
    made: Mapping[str, Rule] = {}
    with collector_at_rest(), company(request) as others:
        judged = [one for target in request.targets for one in _spread(target, request, court.look, tell)]
        if not judged:
            raise nothing(request)
        if others:
            from cloudaudit.app.joining import join  # noqa: PLC0415 - few scans have company

            judged, made = join(judged, others.heard(tell), request)
    return sum_up(court, request.targets, judged, made)


def company(request: Request) -> "AbstractContextManager[Company | None]":
    """The tools that run beside us, if the request names some."""
    if not request.beside:
        return nullcontext()
    from cloudaudit.app.accompanying import Company  # noqa: PLC0415 - as above

    return Company(request)


def _decider(request: Request, rules: "RuleSet") -> Decider:
    """What people decided, by the request, else by the settings."""
    settings = request.settings
    sources = Sources(
        inline=request.inline and settings.inline is not False,
        waivers=request.waivers or settings.waivers,
        baseline=request.baseline or settings.baseline,
    )

    @functools.cache
    def known() -> frozenset[str]:
        whole = rule_set(Request(rule_paths=request.rule_paths))
        return frozenset((*whole.rules, *whole.former))

    @functools.cache
    def book() -> "ForeignBook":
        return foreign_book(Request(rule_paths=request.rule_paths))

    names = Names(known, lambda tool, id_: book().meaning(tool, [id_]).rules)
    return Decider(sources, rules.rules, names, request.today or date.min)


def _spread(
    target: str, request: Request, look: Callable[["ResourceGraph"], Judged], tell: Tell | None
) -> list[Judged]:
    """What `look` says of each root of the target, by several processes when it takes long."""
    share: Share[Judged] = Share(request.options.jobs or available())

    def work() -> None:
        for graph in read(target, request, share.takes):
            share.put(look(graph))
            if tell and share.first:
                tell(share.reached, 0, graph.root or graph.target)

    return share.run(work)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No garbage collection: a scan makes hundreds of thousands of objects that all live until its end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _scanned(graph: "ResourceGraph") -> Scanned:
    if graph.origin is Origin.LIVE:
        declared = sum(bool(resource.arn) for resource in graph)
    else:
        declared = sum(not _PSEUDO.search(f"{resource.type} {resource.key}") for resource in graph)
    return Scanned(target=graph.target, root=graph.root, origin=graph.origin, resources=declared)


def _defect(error: RuleError) -> Gap:
    return Gap(what="a rule", why=str(error), remedy="Mend the rule; its verdicts here are unknown.")


def sum_up(
    court: Court,
    targets: Sequence[str],
    judged: Sequence[Judged],
    others: Mapping[str, Rule] | None = None,
    *,
    part: bool = False,
) -> Report:
    """The report of a run over these targets; `others` are rules of checks of others. Of a `part` of a run, decisions
    without use are not remarked on."""
    request, rules = court.request, court.rules
    applied = {**rules.rules, **(others or {})}
    scanned = tuple(one.scanned for one in judged)
    findings = tuple(finding for one in judged for finding in one.findings)
    gaps = tuple(dict.fromkeys(gap for one in judged for gap in one.gaps))
    digest = hashlib.sha256()
    for piece in (__version__, rules.digest, request.clock, *targets):
        digest.update(f"{piece}\0".encode("utf-8", "replace"))
    rows = (f"{one.target}\0{one.rule}\0{one.resource}\0{one.verdict}\0" for one in findings)
    digest.update("".join(rows).encode("utf-8", "replace"))
    run = Run(
        id=digest.hexdigest()[:32],
        target=", ".join(targets),
        rules_digest=rules.digest,
        version=__version__,
        population=sum(one.resources for one in scanned if one.origin is not Origin.IMPORTED),
        profile=court.profile,
        started=request.clock,
        finished=request.clock,
        gaps=gaps,
    )
    return Report(
        run=run,
        scanned=scanned,
        findings=findings,
        rules=applied,
        criteria=assess(findings, applied, request.settings.scope),
        fixed=tuple(finding for one in judged for finding in one.fixed),
        notices=(
            *dict.fromkeys(each for one in judged for each in one.notices),
            *(() if part else court.decide.remarks(findings)),
        ),
    )
