"""Waivers applied: an accepted failure is waived until its day, and open again after it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from cloudaudit.decisions import dates
from cloudaudit.decisions.globs import matches
from cloudaudit.model import Decision, Finding, Gap, Status, Verdict, Waiver

WARNING_DAYS = 30


def waive(findings: Iterable[Finding], waivers: Sequence[Waiver], today: date) -> Iterator[Finding]:
    """The findings; of the failures, those that a waiver covers with its status, or with a word on why no longer."""
    by_rule: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        by_rule.setdefault(waiver.rule, []).append(waiver)
    for one in findings:
        mine = by_rule.get(one.rule, ()) if one.verdict is Verdict.FAIL and one.status is Status.OPEN else ()
        covering = [waiver for waiver in mine if _covers(waiver, one)]
        yield _waived(one, covering, today) if covering else one


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return any(matches(pattern, finding.resource, finding.address) for pattern in waiver.resources)


def _waived(finding: Finding, covering: Sequence[Waiver], today: date) -> Finding:
    """By the waiver that lasts longest; one that is over says so in the message."""
    waiver = max(covering, key=lambda each: each.expires)
    if dates.is_past(waiver.expires, today):
        message = f"{finding.message.rstrip()} Its waiver {waiver.id} expired on {waiver.expires}."
        return msgspec.structs.replace(finding, message=message)
    decision = Decision(
        kind="waiver",
        id=waiver.id,
        reason=waiver.reason,
        owner=waiver.owner,
        approved_by=waiver.approved_by,
        ticket=waiver.ticket,
        until=waiver.expires,
    )
    return msgspec.structs.replace(finding, status=Status.WAIVED, decision=decision)


def notices(waivers: Iterable[Waiver], findings: Iterable[Finding], today: date) -> Iterator[Gap]:
    """What the owners of waivers should hear: which end soon, are over, or cover nothing any more."""
    failing: dict[str, list[Finding]] = {}
    for one in findings:
        if one.verdict is Verdict.FAIL:
            failing.setdefault(one.rule, []).append(one)
    for waiver in waivers:
        used = any(_covers(waiver, one) for one in failing.get(waiver.rule, ()))
        what = f"waiver {waiver.id} ({waiver.rule})"
        if not used:
            yield Gap(what=what, why="it covers no failure of this run", remedy="Take it out if nothing needs it.")
        elif dates.is_past(waiver.expires, today):
            remedy = f"{waiver.owner}: mend the failure, or have the waiver approved anew."
            yield Gap(what=what, why=f"it expired on {waiver.expires}", remedy=remedy)
        elif dates.is_near(waiver.expires, today, WARNING_DAYS):
            remedy = f"{waiver.owner}: mend the failure by then, or have the waiver approved anew."
            yield Gap(what=what, why=f"it expires on {waiver.expires}", remedy=remedy)
