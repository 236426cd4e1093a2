"""What tools beside us said joins a scan: as voices of our findings where both judged the same, else as findings."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cloudaudit.app.accompanying import Heard
from cloudaudit.app.agreeing import Pair, pairs, voiced
from cloudaudit.app.book import foreign_book
from cloudaudit.app.reasoning import ABSENT, why_differs
from cloudaudit.app.scanning import Judged
from cloudaudit.app.targets import graphs
from cloudaudit.app.translating import Translator
from cloudaudit.app.voices import Voices
from cloudaudit.model import Change, Finding, Gap, Rule, Verdict
from cloudaudit.outputs.layout import plural

if TYPE_CHECKING:
    from cloudaudit.app.request import Request
    from cloudaudit.graph import ResourceGraph
    from cloudaudit.outputs.pages.explanation import Explanation


class Joined(NamedTuple):
    """What the roots came to, those of the tools as well, and the rules that were made for their checks."""

    judged: list[Judged]
    rules: Mapping[str, Rule]


class _Ear:
    """Takes what tools alone say: as findings, and of what does not exist only how much."""

    def __init__(self, request: "Request") -> None:
        self.voices = Voices(Translator(request))
        self.absent: Counter[str] = Counter()
        self.touched: dict[str, Collection[str]] = {}

    def take(self, paired: Sequence[Pair], graph: "ResourceGraph") -> None:
        """Take the results, each once, that are about none of our findings on the graph."""
        self.voices.turn_to(graph)
        if graph.changing is not None:
            self.touched.setdefault(graph.target, set(graph.changing().actions))
        met = {id(pair.told) for pair in paired if pair.ours or pair.skipped}
        for pair in {id(pair.told): pair for pair in paired if id(pair.told) not in met}.values():
            if pair.is_absent:
                self.absent[pair.told.tool] += 1
            else:
                self.voices.add(pair.told)

    def changed(self, one: Finding) -> Finding:
        """With what the change under review did to it: nothing, where it does not touch the resource."""
        touched = self.touched.get(one.target.partition(":")[2])
        if touched is None or one.verdict is Verdict.PASS:
            return one
        is_new = one.resource.partition("/")[0] in touched
        return msgspec.structs.replace(one, change=Change.INTRODUCED if is_new else Change.EXISTING)

    def notices(self) -> Iterator[Gap]:
        """What was left out."""
        for tool, count in sorted(self.absent.items()):
            yield Gap(what=f"{tool}: {plural(count, 'result')}", why=ABSENT)


def heard_of(
    explained: Sequence["Explanation"], graph: "ResourceGraph", heard: Heard, request: "Request"
) -> list["Explanation"]:
    """The explanations of findings on a graph with what tools say of the same, and why we differ."""
    results = heard.results.get((graph.target, graph.root), ())
    paired = list(pairs(results, graph, graph.target, [one.finding for one in explained], foreign_book(request)))
    findings = voiced([one.finding for one in explained], paired)
    why = {
        (one.rule, one.resource): why_differs(pair, one, pair.resource)
        for pair in paired
        for one in pair.ours
        if pair.resource is not None and not pair.agrees
    }
    return [
        msgspec.structs.replace(one, finding=finding, differs=why.get((finding.rule, finding.resource), ""))
        for one, finding in zip(explained, findings, strict=True)
    ]


def join(judged: Sequence[Judged], heard: Heard, request: "Request") -> Joined:
    """Put what was heard beside what we judged. The targets are read once more, for the resources that results name;
    tools take longer, so that this costs no time."""
    book = foreign_book(request)
    ear = _Ear(request)
    ours = {(one.scanned.target, one.scanned.root): one for one in judged}
    for graph in graphs(request):
        key = (graph.target, graph.root)
        if key in ours and key in heard.results:
            paired = list(pairs(heard.results[key], graph, graph.target, ours[key].findings, book))
            ear.take(paired, graph)
            ours[key] = ours[key]._replace(findings=voiced(ours[key].findings, paired))
    found = ear.voices.found()
    findings = [ear.changed(one) for one in found.findings]
    gaps = (*heard.gaps, *found.gaps)
    imported = [
        Judged(
            scanned=scanned,
            findings=[one for one in findings if (one.target, one.root) == (scanned.target, scanned.root)],
            gaps=(),
            fixed=[],
            notices=(),
        )
        for scanned in found.scanned
    ]
    first, *others = [*ours.values(), *imported]
    first = first._replace(gaps=(*first.gaps, *gaps), notices=(*first.notices, *found.notices, *ear.notices()))
    return Joined([first, *others], found.rules)
