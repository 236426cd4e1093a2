"""What people decided, applied in order: comments in the source, waivers, the baseline."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from cloudaudit.decisions import baseline, waivers
from cloudaudit.decisions.comments import Comments, Names
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Finding, Gap, Record, Rule, Waiver

TextOf = Callable[[str], str | None]


class Sources(Record, frozen=True):
    """Where decisions come from: `inline` says whether comments count; the paths of files, empty for none."""

    inline: bool = True
    waivers: str = ""
    baseline: str = ""


class Decider:
    """Gives findings their status. `rules` are those applied, `names` says what ids mean; `today` decides what is
    over. SettingsError if a file is wrong."""

    def __init__(self, sources: Sources, rules: Mapping[str, Rule], names: Names, today: date) -> None:
        self._ids = names
        self._inline = sources.inline
        self._rules = rules
        self._today = today
        self._waivers = _load(Path(sources.waivers), names.known()) if sources.waivers else ()
        self._baseline = baseline.load(Path(sources.baseline)) if sources.baseline else baseline.Baseline()

    def __call__(
        self, findings: Iterable[Finding], graph: ResourceGraph, text_of: TextOf
    ) -> tuple[list[Finding], tuple[Gap, ...]]:
        """The findings of a graph with their status, and what people should hear of the comments."""
        comments = Comments(self._rules, self._ids, text_of, self._today)
        if self._inline:
            findings = comments.apply(findings, graph)
        if self._waivers:
            findings = waivers.waive(findings, self._waivers, self._today)
        if self._baseline.findings:
            findings = baseline.accept(findings, self._baseline)
        return list(findings), tuple(comments.notices)

    def remarks(self, findings: Sequence[Finding]) -> list[Gap]:
        """What people should hear of the waivers, once all findings are there. Rules that did not run say nothing."""
        applied = [waiver for waiver in self._waivers if waiver.rule in self._rules]
        return list(waivers.notices(applied, findings, self._today))


def _load(path: Path, rules: Collection[str]) -> tuple[Waiver, ...]:
    from cloudaudit.decisions import waiverfile  # noqa: PLC0415 - 10 ms with the YAML library

    return waiverfile.load(path, rules)
