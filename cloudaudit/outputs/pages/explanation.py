"""Why a finding is what it is."""

from collections.abc import Iterator, Sequence

import msgspec

from cloudaudit.model import Finding, Link, Location, Read, Record, Rule
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, wrapped
from cloudaudit.outputs.records import FindingRecord, encode, finding_record, indented

_LABEL = 12


class Explanation(Record, frozen=True):
    """A finding with its evidence, its rule, where the resource stands, the module calls that lead to it, and what the
    resource refers to."""

    finding: Finding
    rule: Rule
    resource: Location | None
    calls: tuple[Location, ...]
    links: tuple[Link, ...]
    differs: str = ""
    """Why another tool says otherwise."""


class ExplanationRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An explanation as JSON."""

    finding: FindingRecord
    when: str
    require: str
    resource: Location | None
    calls: tuple[Location, ...]
    links: tuple[Link, ...]
    differs: str | msgspec.UnsetType = msgspec.UNSET


def as_json(explanations: Sequence[Explanation]) -> str:
    """A list with an object for each explanation."""
    return indented(
        [
            ExplanationRecord(
                finding=finding_record(one.finding, one.rule),
                when=one.rule.when,
                require=one.rule.require,
                resource=one.resource,
                calls=one.calls,
                links=one.links,
                differs=one.differs or msgspec.UNSET,
            )
            for one in explanations
        ]
    )


def as_text(explanations: Sequence[Explanation], width: int, *, colour: bool) -> str:
    """One page for each explanation."""
    paint = Paint(colour)
    return "\n\n".join("\n".join(_page(one, paint, width)) for one in explanations) + "\n"


def _page(one: Explanation, paint: Paint, width: int) -> Iterator[str]:
    finding, rule = one.finding, one.rule
    yield f"{paint.bold(finding.verdict.upper())}  {paint.bold(rule.id)}"
    yield from wrapped(visible(finding.message), width, "  ")
    yield ""
    yield from _labelled("resource", f"{finding.resource}{_at(one.resource)}", width)
    for call in one.calls:
        yield from _labelled("called from", f"{call.file}:{call.line}", width)
    if rule.when.strip() != "true":
        yield from _labelled("applies if", rule.when, width)
    yield from _labelled("requires", rule.require, width)
    yield from _labelled("criteria", " ".join(rule.criteria), width)
    yield from _labelled("fingerprint", finding.fingerprint, width)
    for voice in finding.voices:
        agrees = "agrees" if voice.verdict is finding.verdict else f"says {voice.verdict}"
        name = " ".join(filter(None, (voice.tool, voice.version)))
        yield from _labelled("others", f"{name} {agrees} ({voice.rule})", width)
    if one.differs:
        yield from _labelled("", f"We rest on this: {one.differs}.", width)
    yield ""
    if finding.unknown_because:
        yield "Unknown because"
        for because in finding.unknown_because:
            yield from wrapped(visible(because), width, "  - ", "    ")
        yield ""
    yield from _reads(finding, width)
    if one.links:
        yield "References"
        for link in one.links:
            yield from wrapped(visible(f"{link.attribute} -> {link.target}"), width, "  ", "    ")
        yield ""
    yield from wrapped(rule.why, width)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    yield from wrapped(visible(" ".join(text.split())), width, f"{label:{_LABEL}}", " " * _LABEL)


def _at(place: Location | None) -> str:
    return f" ({place.file}:{place.line})" if place else ""


def _reads(finding: Finding, width: int) -> Iterator[str]:
    reads = finding.evidence.reads if finding.evidence else ()
    if not reads:
        return
    yield "Values read"
    for read in reads:
        yield from wrapped(visible(f"{read.path} = {_value(read)}"), width, "  ", "      ")
        if where := _origin(read, finding):
            yield from wrapped(visible(where), width, "      ")
    yield ""


def _value(read: Read) -> str:
    return encode(read.value).decode()


def _origin(read: Read, finding: Finding) -> str:
    whose = "" if read.source in ("", finding.resource) else read.source
    place = f"{read.location.file}:{read.location.line}" if read.location else ""
    return "  ".join(part for part in (place, whose) if part)
