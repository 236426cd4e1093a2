"""What another tool says beside what we say: the same check of the same resource, put together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cloudaudit.model import Finding, Resource, Verdict, Voice

if TYPE_CHECKING:
    from cloudaudit.engine.foreign import ForeignBook
    from cloudaudit.graph import ResourceGraph
    from cloudaudit.sources.imported.result import Foreign

_WEIGHT = {Verdict.PASS: 0, Verdict.UNKNOWN: 1, Verdict.FAIL: 2}


class Pair(NamedTuple):
    """What a tool says of one resource, None if our graph has none; our rules that say the same as its check; and the
    findings of these rules on the resource that weigh most: of two rules that are one check, one failure is enough.
    `instances` is how many resources the tool named as one, 0 where it named this one. What it was told to skip is
    `skipped` where we judged it."""

    told: "Foreign"
    resource: Resource | None
    rules: tuple[str, ...]
    ours: tuple[Finding, ...]
    instances: int = 0
    skipped: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether the tool judged a block that has no instance: we read the same files, and found none."""
        return self.resource is None and bool(self.told.address)

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return bool(self.ours) and self.ours[0].verdict is self.told.verdict


def pairs(
    results: Iterable["Foreign"], graph: "ResourceGraph", tree: str, findings: Iterable[Finding], book: "ForeignBook"
) -> Iterator[Pair]:
    """Each result beside our findings on the same graph. `tree` is the target that its paths start from. What a tool
    was told to skip says nothing: it does not tell whether it would have failed."""
    from cloudaudit.sources.imported.matching import Places  # noqa: PLC0415 - few scans have company

    places = Places([graph], tree)
    known = {(one.rule, one.resource): one for one in findings}
    for told in results:
        rules = book.meaning(told.tool, told.ids).rules
        about: list[Resource | None] = [resource for resource, _ in places.find(told).found]
        if not about:
            about = [data := _data(told, graph)]
            told = msgspec.structs.replace(told, address=data.address if data else told.address)  # noqa: PLW2901
        for resource in about:
            found = [known[rule, resource.key] for rule in rules if resource and (rule, resource.key) in known]
            ours = () if told.accepted is not None else _gravest(found)
            instances = len(about) if len(about) > 1 else 0
            yield Pair(told, resource, rules, ours, instances, skipped=bool(found) and not ours)


def _data(told: "Foreign", graph: "ResourceGraph") -> Resource | None:
    """The data source with an address that does not say that it is one, as checkov writes it."""
    module, _, name = told.address.rpartition(".")
    module, _, kind = module.rpartition(".")
    prefix = "" if graph.root in ("", ".") else f"{graph.root}:"
    return graph.get(f"{prefix}{module}{'.' if module else ''}data.{kind}.{name}") if kind else None


def _gravest(found: Sequence[Finding]) -> tuple[Finding, ...]:
    most = max((_WEIGHT[one.verdict] for one in found), default=0)
    return tuple(one for one in found if _WEIGHT[one.verdict] == most)


def voiced(findings: Iterable[Finding], paired: Iterable[Pair]) -> list[Finding]:
    """The findings with what others say of the same."""
    voices: dict[tuple[str, str], dict[Voice, None]] = {}
    for pair in paired:
        told = pair.told
        voice = Voice(tool=told.tool, version=told.version, rule=told.rule, verdict=told.verdict)
        for one in pair.ours:
            voices.setdefault((one.rule, one.resource), {})[voice] = None
    return [_with(one, voices) for one in findings]


def _with(one: Finding, voices: Mapping[tuple[str, str], Mapping[Voice, None]]) -> Finding:
    heard = voices.get((one.rule, one.resource))
    return msgspec.structs.replace(one, voices=tuple(heard)) if heard else one
