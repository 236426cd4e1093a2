"""Another tool beside us, on the same targets: every check that is the same as a rule of ours, and why both differ."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from cloudaudit.app.accompanying import Company, Heard
from cloudaudit.app.agreeing import Pair, pairs
from cloudaudit.app.book import foreign_book, rule_set, values
from cloudaudit.app.reasoning import why_differs, why_silent
from cloudaudit.app.request import Request, Tell
from cloudaudit.app.scanning import collector_at_rest
from cloudaudit.app.targets import graphs, nothing
from cloudaudit.errors import ToolError
from cloudaudit.model import Finding, Verdict
from cloudaudit.outputs.pages.comparison import AGREE, DISAGREE, OURS, THEIRS, Comparison, Row

if TYPE_CHECKING:
    from cloudaudit.engine.foreign import ForeignBook
    from cloudaudit.graph import ResourceGraph
    from cloudaudit.sources.imported.result import Foreign


def compare_with(request: Request, name: str, tell: Tell | None = None) -> Comparison:
    """The tool of that name beside our rules of all profiles, with the parameters of the request. ToolError when it
    does not answer; the errors of a scan when we cannot."""
    request = msgspec.structs.replace(request, beside=(name,))
    bench = _Bench(request, name)
    with collector_at_rest(), Company(request) as company:
        judged = [(graph, bench.look(graph)) for graph in graphs(request)]
        heard = company.heard(tell)
    if not judged:
        raise nothing(request)
    told = [one for found in heard.results.values() for one in found]
    if not told and heard.gaps:
        gap = heard.gaps[0]
        raise ToolError(f"{gap.what}: {gap.why}" + (f"\n{gap.remedy}" if gap.remedy else ""))
    rows = [row for graph, findings in judged for row in bench.rows(graph, findings, heard)]
    return Comparison(
        tool=name,
        version=told[0].version if told else "",
        targets=request.targets,
        rows=tuple(sorted(rows, key=lambda row: (row.kind, row.rule, row.check, row.resource))),
        others=bench.others(told),
        gaps=(*dict.fromkeys(gap for graph, _ in judged for gap in graph.gaps), *heard.gaps),
    )


class _Bench:
    """Our rules that say the same as a check of the tool, ready to judge one graph after another."""

    def __init__(self, request: Request, name: str) -> None:
        from cloudaudit.engine.check import applicable  # noqa: PLC0415 - `--help` needs no engine

        whole = rule_set(Request(rule_paths=request.rule_paths, only=request.only, themes=request.themes))
        self._rules = whole.only({id_ for id_, rule in whole.rules.items() if rule.same_as.get(name)})
        self._parameters = values(request)
        self._applied = applicable(self._rules, self._parameters)
        self._tool = name
        self._book: ForeignBook = foreign_book(request)

    def look(self, graph: "ResourceGraph") -> list[Finding]:
        """What the rules say of the graph."""
        from cloudaudit.engine.check import check as judge  # noqa: PLC0415 - as above

        return list(judge(self._applied, graph, self._parameters, all_evidence=True))

    def rows(self, graph: "ResourceGraph", findings: Sequence[Finding], heard: Heard) -> Iterator[Row]:
        """Each verdict of either side on the graph."""
        results = heard.results.get((graph.target, graph.root), ())
        met: set[tuple[str, str]] = set()
        seen: set[str] = set()
        for pair in pairs(results, graph, graph.target, findings, self._book):
            key = pair.resource.key if pair.resource else ""
            seen.add(key)
            if not self._rules.rules.keys().isdisjoint(pair.rules):
                met |= {(rule, key) for rule in pair.rules}
                yield self._row(pair)
        for one in findings:
            if (one.rule, one.resource) not in met:
                yield self._alone(one, is_seen=one.resource in seen)

    def _row(self, pair: Pair) -> Row:
        told, resource = pair.told, pair.resource
        row = Row(
            kind=THEIRS,
            tool=told.tool,
            resource=resource.key if resource else told.address or told.path,
            rule=", ".join(name for name in pair.rules if name in self._rules.rules),
            check=told.rule,
            theirs=told.verdict if told.accepted is None else Verdict.UNKNOWN,
            location=resource.location if resource else None,
        )
        if resource is None or not pair.ours:
            reason = why_silent(pair, self._rules.rules, self._applied.rules)
            return msgspec.structs.replace(row, reason=reason)
        ours = pair.ours[0]
        return msgspec.structs.replace(
            row,
            kind=AGREE if pair.agrees else DISAGREE,
            rule=ours.rule,
            ours=ours.verdict,
            reason="" if pair.agrees else why_differs(pair, ours, resource),
        )

    def _alone(self, one: Finding, *, is_seen: bool) -> Row:
        checks = ", ".join(self._rules.rules[one.rule].same_as[self._tool])
        reason = "its check says nothing of this resource" if is_seen else f"{self._tool} says nothing of this resource"
        return Row(
            kind=OURS,
            tool=self._tool,
            resource=one.resource,
            rule=one.rule,
            check=checks,
            ours=one.verdict,
            location=one.location,
            reason=reason,
        )

    def others(self, told: Sequence["Foreign"]) -> dict[str, dict["Verdict", int]]:
        """Results of checks that no rule is the same as, by what becomes of them in a scan."""
        counts: dict[str, Counter[Verdict]] = {}
        for one in told:
            meaning = self._book.meaning(one.tool, one.ids)
            if self._rules.rules.keys().isdisjoint(meaning.rules):
                what = (
                    "outside of our themes, left out"
                    if meaning.out
                    else "imported under its theme and criteria"
                    if meaning.mapped
                    else "imported without criteria"
                )
                counts.setdefault(what, Counter())[one.verdict] += 1
        return {what: dict(found) for what, found in counts.items()}
