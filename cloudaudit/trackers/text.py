"""What tickets and their comments say. Names and messages come out of what was looked at: they are literal text."""

from collections.abc import Iterator
from urllib.parse import quote

from cloudaudit.model import Record
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.literals import assignments
from cloudaudit.trackers.cases import Case, Observed, State
from cloudaudit.trackers.document import (
    Block,
    Code,
    Document,
    Heading,
    Link,
    Listing,
    Span,
    Spans,
    Strong,
    bullets,
    paragraph,
)
from cloudaudit.trackers.tracker import Memory

_TITLE = 200
_TEXT = 1_000
_MEMBERS = 50
_MEMBER = 100
_ADDRESS = 200
"""Of each span of a member, and of its link: markup of hostile names makes eight characters of one."""

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_EFFECTS = {"replace": "Applying it replaces the resource.", "manual": "It is done by hand."}


class Links(Record, frozen=True):
    """Where a line of a file is shown: an address with {file} and {line} in it, empty for nowhere."""

    source: str = ""

    def of(self, file: str, line: int) -> str:
        """The page of a line."""
        return self.source.format(file=quote(file), line=line) if self.source and not file.startswith("/") else ""


def severity_label(severity: str) -> str:
    """The label of tickets of this severity."""
    return f"severity: {severity}"


def title(case: Case) -> str:
    """What is wrong, in one short line."""
    lead = case.lead
    if case.group:
        said = f"{len(case.members)} findings: {lead.about.title if case.group.startswith('rule ') else case.group}"
    else:
        said = (lead.message or f"{lead.about.title}: {lead.address}").strip().removesuffix(".")
        said += f" ({lead.root})" if lead.root else ""
    line = visible(said)
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 3]}..."


def because(case: Case) -> str:
    """Why something is done, in a few words."""
    words = {
        State.OPEN: f"{case.severity}, {case.lead.rule}",
        State.ACCEPTED: "accepted",
        State.FIXED: "fixed",
        State.REMOVED: "the resource is gone, or the rule does not apply to it any more",
        State.UNKNOWN: cause(case),
    }
    return words[case.state]


def cause(case: Case) -> str:
    """Why it cannot be told whether it is so."""
    found = next((one.because for one in case.members if one.state is State.UNKNOWN and one.because), ())
    return visible(found[0])[:_TEXT] if found else "not looked at"


def body(case: Case, memory: Memory, *, due: str, links: Links) -> Document:
    """The part of a ticket that is ours."""
    return (*(_group(case, links) if case.group else _single(case.lead, links)), *_rest(case, memory, due))


def _single(one: Observed, links: Links) -> Iterator[Block]:
    yield paragraph(Strong(text=_short(one.message or one.about.title)))
    if one.state is State.UNKNOWN:
        yield paragraph("Whether it is so is unknown: ", _short("; ".join(one.because)))
    facts: list[tuple[str, Spans]] = [
        ("Rule", (Code(text=one.rule), f" {one.about.title}")),
        ("Severity", (one.severity.value,)),
        ("Criteria", (", ".join(one.about.criteria),)),
        ("Resource", (_code(one.address or one.resource),)),
        ("Root", (_code(one.root),) if one.root not in ("", ".") else ()),
        ("Place", _place(one, links)),
        ("In AWS", _console(one)),
        ("Account", (_short(one.account),)),
        ("Region", (_short(one.region),)),
        ("Environment", (_short(one.environment),)),
        ("Owner", (_short(one.owner.removeprefix("owner:")),)),
    ]
    yield bullets([(Strong(text=name), ": ", *spans) for name, spans in facts if any(spans)])


def _group(case: Case, links: Links) -> Iterator[Block]:
    open_ = [one for one in case.members if one.state is State.OPEN] or list(case.members)
    yield paragraph(Strong(text=_short(f"{len(open_)} findings of {case.group}")), f", the worst is {case.severity}.")
    lines: list[Spans] = []
    for one in open_[:_MEMBERS]:
        place = _place(one, links, _MEMBER)
        rule = () if case.group.startswith("rule ") else (_code(one.rule, _MEMBER), " ")
        lines.append(
            (
                f"{one.severity}: ",
                *rule,
                _code(one.address or one.resource, _MEMBER),
                *((" in ", *place) if place else ()),
            )
        )
    if len(open_) > _MEMBERS:
        lines.append((f"and {len(open_) - _MEMBERS:,} more; the report names them",))
    yield bullets(lines)
    lead = case.lead
    if case.group.startswith("rule "):
        yield paragraph("Rule: ", Code(text=lead.rule), f" {lead.about.title} ({', '.join(lead.about.criteria)})")


def _rest(case: Case, memory: Memory, due: str) -> Iterator[Block]:
    lead = case.lead
    yield paragraph(f"First seen {memory.since}." + (f" Due {due}." if due else ""))
    if not case.group or case.group.startswith("rule "):
        yield from _advice(lead)
    yield Heading(text="To accept the risk")
    resource = "[...]" if case.group or len(lead.resource) > _TEXT else f"[{_quoted(lead.resource)}]"
    yield paragraph(
        "Add a waiver with an owner, an approver and a last day to ",
        Code(text="waivers.yaml"),
        "; the next run closes this ticket as accepted. Closing it by hand changes nothing in the audit.",
    )
    yield Listing(text=f"- rule: {lead.rule}\n  resources: {resource}", language="yaml")


def _advice(one: Observed) -> Iterator[Block]:
    if one.about.why:
        yield Heading(text="Why it matters")
        yield paragraph(" ".join(one.about.why.split()))
    fix = one.about.fix
    snippet = [*assignments(fix), *fix.add.strip().splitlines()]
    if snippet or fix.steps:
        yield Heading(text="How to fix it")
    if snippet:
        yield Listing(text="\n".join(snippet))
    if fix.steps:
        yield paragraph(" ".join(fix.steps.split()))
    if (snippet or fix.steps) and fix.effect in _EFFECTS:
        yield paragraph(_EFFECTS[fix.effect])


def _place(one: Observed, links: Links, most: int = _TEXT) -> Spans:
    if one.location is None:
        return ()
    said = _short(f"{one.location.file}:{one.location.line}", most)
    address = links.of(one.location.file, one.location.line)
    return (Link(text=said, address=address),) if 0 < len(address) <= max(most, _ADDRESS) else (Code(text=said),)


def _console(one: Observed) -> Spans:
    """AWS finds the page of most resources by their ARN (console.aws.amazon.com/go/view)."""
    if not one.arn:
        return ()
    host = _CONSOLES.get(one.arn.split(":")[1])
    if host is None or len(one.arn) > _TEXT:
        return (_code(one.arn),)
    return (Link(text=one.arn, address=f"https://{host}/go/view?arn={quote(one.arn, safe=':/')}"),)


def closing(case: Case) -> Document:
    """Why a ticket is closed: the evidence that it is fixed, or who accepted it until when."""
    lead = case.lead
    if case.state is State.ACCEPTED:
        accepted = next(one for one in case.members if one.state is State.ACCEPTED)
        return (paragraph(Strong(text="Accepted"), *_decided(accepted), *_seen(accepted), "."),)
    if case.state is State.REMOVED:
        gone = "The resource is gone, or the rule does not apply to it any more"
        return (paragraph(Strong(text="Removed"), f". {gone}", *_seen(lead), "."),)
    return (
        paragraph(
            Strong(text="Fixed"), ". The rule ", Code(text=lead.rule), " does not fail any more", *_seen(lead), "."
        ),
    )


def _decided(one: Observed) -> Iterator[Span]:
    decision = one.decision
    if decision is None:
        return
    yield f" by {decision.kind}"
    if decision.id:
        yield from (" ", _code(decision.id))
    told = (("until", decision.until), ("owner", decision.owner), ("approved by", decision.approved_by))
    yield "".join(f", {name} {_short(value)}" for name, value in told if value)
    if decision.reason:
        yield f": {_short(decision.reason)}"


def held(case: Case) -> Document:
    """What is said once of a ticket that a person reopened though nothing fails."""
    words = "is accepted" if case.state is State.ACCEPTED else "does not fail any more"
    return (paragraph(f"This was reopened, but it {words}", *_seen(case.lead), ". It is left open from here on."),)


def declined(case: Case) -> Document:
    """What is said once of a ticket that a person closed though it still fails."""
    return (
        paragraph("This was closed, but it still fails", *_seen(case.lead), ". It is left closed from here on."),
        paragraph(
            "The audit goes on to report it. If the risk is accepted, say so in a waiver, with an owner, an approver "
            "and a last day: ",
            Code(text="waivers.yaml"),
            ".",
        ),
    )


def reopening(case: Case, memory: Memory) -> Document:
    """Why a ticket is open again, and what was before."""
    before = {
        "accepted": "it was accepted, and is not any more",
        "held": "a person had reopened it",
        "open": "the run that found this was interrupted",
    }
    history = before.get(memory.said, f"it was closed as {memory.said}")
    return (
        paragraph(Strong(text="It fails again"), f" ({history})", *_seen(case.lead), "."),
        paragraph(_short(case.lead.message or case.lead.about.title)),
    )


def duplicate(name: str) -> Document:
    """Why one of two tickets is closed."""
    return (paragraph(f"The same as {name}, which two runs at the same time made twice."),)


def _seen(one: Observed) -> Spans:
    """In which run, and when."""
    run: Spans = (" (run ", Code(text=one.run), f"{f', {one.at}' if one.at else ''})") if one.run else ()
    return run or ((f" ({one.at})",) if one.at else ())


def _short(text: str, most: int = _TEXT) -> str:
    line = visible(text)
    return line if len(line) <= most else f"{line[:most]}..."


def _code(text: str, most: int = _TEXT) -> Code:
    return Code(text=_short(text, most))


def _quoted(text: str) -> str:
    line = visible(text)
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
