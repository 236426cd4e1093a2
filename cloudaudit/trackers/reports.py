"""A JSON report, as export reads it."""

from collections.abc import Callable, Collection, Iterator

import msgspec

from cloudaudit.errors import TrackerError
from cloudaudit.model import Origin, Severity, Status, Verdict
from cloudaudit.outputs.records import FindingRecord, ReportRecord, RuleRecord
from cloudaudit.trackers.cases import About, Observed, State
from cloudaudit.trackers.tracker import Memory

Naming = Callable[[str], str]
"""What the store calls a target."""


_WHOLE = (Origin.SOURCE, Origin.STATE)
"""Where a report that leaves out nothing in general says what is gone. That of an account may be of some regions,
that of another tool of whatever it looked at, and a plan is not what is."""


class Reading:
    """What a report says of findings, and of those that it does not hold."""

    def __init__(self, document: ReportRecord, naming: Naming) -> None:
        self._document = document
        self._names = {one.target: naming(one.target) for one in document.scanned}
        self._names |= {one.target: naming(one.target) for one in document.findings if one.target not in self._names}
        self._planned = {self._names[one.target] for one in document.scanned if one.origin is Origin.PLAN}
        self._partial = {self._names[one.target] for one in document.scanned if one.origin not in _WHOLE}
        self._scope = {(self._names[one.target], one.root) for one in document.scanned}
        self._rules = {rule for criterion in document.criteria for rule in criterion.rules}
        told = sum(one.verdict is Verdict.PASS for one in document.findings)
        self._with_passes = told == sum(one.passing for one in document.scanned)

    @property
    def targets(self) -> tuple[str, ...]:
        """What the store calls what was looked at."""
        return tuple(sorted({*self._names.values(), *(target for target, _ in self._scope)}))

    def observed(self, has: Collection[str]) -> Iterator[Observed]:
        """The findings in it; `has` does not matter here."""
        _ = has
        for one in self._document.findings:
            yield self._observed(one)

    def absent(self, memory: Memory) -> Observed | None:
        """What the report says of a ticket whose finding is not in it; None where it is about other targets."""
        if memory.target not in self.targets:
            return None
        why = self.unseen(memory, closing=True) or self._elsewhere(memory)
        state = State.UNKNOWN if why else State.REMOVED if self._with_passes else State.FIXED
        about = About(title=memory.rule)
        return Observed(
            fingerprint=memory.fingerprint,
            rule=memory.rule,
            about=about,
            target=memory.target,
            state=state,
            severity=Severity(memory.severity) if memory.severity else Severity.LOW,
            resource="",
            address="",
            type="",
            message="",
            root=memory.roots[0] if memory.roots else "",
            because=(why,) if why else (),
            run=self._document.run.id,
            at=self._at,
        )

    def unseen(self, memory: Memory, *, closing: bool) -> str:
        """Why nothing can be said of what is absent, empty where it was looked at. What was left out in general stands
        in the way only of closing."""
        if memory.rule and memory.rule not in self._rules:
            return "its rule was not applied"
        if any((memory.target, root) not in self._scope for root in memory.roots):
            return "its root was not looked at"
        if closing and memory.target in self._partial:
            return "a report of this kind does not say all that was looked at; the store does"
        return "not everything could be looked at" if closing and self._document.gaps else ""

    def _elsewhere(self, memory: Memory) -> str:
        """Why the ticket of a group is not settled though nothing is in the group: groups are made in another way now,
        and its findings have other tickets."""
        still = any(
            one.verdict is not Verdict.PASS and memory.rule in ("", one.rule) and one.root in memory.roots
            for one in self._document.findings
            if self._names[one.target] == memory.target
        )
        return "its findings are in other groups now" if still and not memory.fingerprint else ""

    @property
    def _at(self) -> str:
        return self._document.run.finished or self._document.run.started

    def _observed(self, one: FindingRecord) -> Observed:
        rule = self._document.rules.get(one.rule)
        state, because = _state(one), one.unknown_because
        if state is State.FIXED and self._names[one.target] in self._planned:
            state, because = State.UNKNOWN, ("a plan says what would be, and not what is",)
        return Observed(
            fingerprint=one.fingerprint,
            rule=one.rule,
            about=_about(one, rule),
            target=self._names[one.target],
            state=state,
            severity=one.severity,
            resource=one.resource,
            address=one.address,
            type=one.type,
            message=one.message,
            root=one.root,
            because=because,
            decision=one.decision,
            location=one.location,
            account=one.account,
            region=one.region,
            arn=one.arn or (one.resource if one.resource.startswith("arn:") else ""),
            environment=one.environment,
            owner=one.owner,
            run=self._document.run.id,
            at=self._at,
        )


def read(data: bytes, name: str, naming: Naming) -> Reading:
    """The report. TrackerError if it is none of ours, or of another version."""
    try:
        return Reading(msgspec.json.decode(data, type=ReportRecord), naming)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrackerError(
            f"{name}: this is no report of this version of cloudaudit: {error}; "
            '"cloudaudit scan -f json --all -o FILE" writes one'
        ) from None


def _about(one: FindingRecord, rule: RuleRecord | None) -> About:
    if rule is None:
        return About(title=one.title, theme=one.theme, criteria=one.criteria)
    return About(title=rule.title, theme=rule.theme, criteria=rule.criteria, why=rule.why, fix=rule.fix)


def _state(one: FindingRecord) -> State:
    if one.verdict is Verdict.FAIL:
        return State.OPEN if one.status is Status.OPEN else State.ACCEPTED
    return State.FIXED if one.verdict is Verdict.PASS else State.UNKNOWN
