"""The rows that one run adds and changes in one target."""

from typing import Any

from cloudaudit.history import State
from cloudaudit.model import Finding, Verdict
from cloudaudit.store.chain import Draft
from cloudaudit.store.lifecycle import Course, Ended, Kind, leave, step
from cloudaudit.store.seeing import Sight
from cloudaudit.store.states import Known, Past, state_of
from cloudaudit.store.texts import digest, encoded, plain

Rows = list[dict[str, Any]]


class Changes:
    """Collects rows. What stays as it was makes none."""

    def __init__(self, *, run: int, at: str, target: int, name: str) -> None:
        self.run, self.at, self._target, self._name = run, at, target, name
        self.found: Rows = []
        self.courses: Rows = []
        self.described: Rows = []
        self.closed: Rows = []
        self.opened: Rows = []
        self.hidden: Rows = []
        self.shown: Rows = []
        self.events: list[Draft] = []

    def seen(self, fingerprint: str, finding: Finding, past: Known | None) -> None:
        """The run has a verdict."""
        state = state_of(finding)
        if past and past.course.state == state and not past.hidden and _unchanged(finding, past.row):
            return  # nearly always
        course = past.course if past else Course()
        if past and past.hidden:
            self.shown.append({**self._of(fingerprint), "to_run": self.run})
        if past and course.state == state:
            self._describe(fingerprint, finding, past, back=past.hidden)
            return
        after, kinds = step(course, state, self.run)
        if past is None:
            self._find(fingerprint, finding, after)
        else:
            self._describe(fingerprint, finding, past, back=past.hidden or course.state is None)
            self._follow(fingerprint, course, after)
            if course.state is not None:
                self._close(fingerprint, Ended.CHANGED)
        self._open(fingerprint, finding, state)
        self._tell(kinds, fingerprint, (finding.rule, finding.resource), _detail(course.state, state))

    def absent(self, past: Known, sight: Sight) -> None:
        """The run has no verdict: the finding was out of sight, or it is no more."""
        state = past.course.state
        if state is None:
            return
        known = past.row
        if not sight.applies(known.rule, known.root):
            return
        if sight.hidden(known, was_hidden=past.hidden):
            if not past.hidden:
                key = {"target": self._target, "fingerprint": known.fingerprint}
                self.hidden.append({**key, "from_run": self.run, "to_run": None})
            return
        why = sight.ended(known.resource)
        after, kinds = leave(past.course, why)
        if past.hidden:
            self.shown.append({**self._of(known.fingerprint), "to_run": self.run})
        self._close(known.fingerprint, why)
        self._follow(known.fingerprint, past.course, after)
        self._tell(kinds, known.fingerprint, (known.rule, known.resource), _detail(state, None))

    def _of(self, fingerprint: str) -> dict[str, Any]:
        return {"of_target": self._target, "of_fingerprint": fingerprint}

    def _find(self, fingerprint: str, finding: Finding, course: Course) -> None:
        self.found.append(
            {
                "target": self._target,
                "fingerprint": fingerprint,
                **{
                    name: plain(getattr(finding, name))
                    for name in ("rule", "resource", "type", "address", "root", "region")
                },
                "first_run": self.run,
                "opened_run": course.opened,
                "fixed_run": course.fixed,
                "reopened": course.reopened,
                **_description(finding),
            }
        )

    def _describe(self, fingerprint: str, finding: Finding, past: Known, *, back: bool) -> None:
        """What the finding says now, if it says something else; of a pass, what its last failure said is kept."""
        told = _description(finding)
        if finding.verdict is Verdict.PASS:
            told |= {name: getattr(past.row, name) for name in ("message", "environment", "owner")}
        elsewhere = {"address": plain(finding.address), "root": plain(finding.root), **told}
        elsewhere["region"] = plain(finding.region)
        if back or any(getattr(past.row, name) != value for name, value in elsewhere.items()):
            self.described.append({**self._of(fingerprint), **elsewhere})

    def _follow(self, fingerprint: str, before: Course, after: Course) -> None:
        course = (after.opened, after.fixed, after.reopened)
        if course != (before.opened, before.fixed, before.reopened):
            opened, fixed, reopened = course
            self.courses.append(
                {**self._of(fingerprint), "opened_run": opened, "fixed_run": fixed, "reopened": reopened}
            )

    def _open(self, fingerprint: str, finding: Finding, state: State) -> None:
        reads = finding.evidence.reads if finding.evidence else ()
        self.opened.append(
            {
                "target": self._target,
                "fingerprint": fingerprint,
                "from_run": self.run,
                "to_run": None,
                "verdict": state.verdict.value,
                "severity": state.severity.value,
                "status": state.status.value,
                "ended": "",
                "evidence": digest(reads) if reads else "",
            }
        )

    def _close(self, fingerprint: str, why: Ended) -> None:
        self.closed.append({**self._of(fingerprint), "to_run": self.run, "ended": why.value})

    def _tell(self, kinds: tuple[Kind, ...], fingerprint: str, what: tuple[str, str], detail: dict[str, str]) -> None:
        rule, resource = what
        self.events += [
            Draft(
                run=self.run,
                at=self.at,
                kind=kind,
                target=self._name,
                fingerprint=fingerprint,
                rule=plain(rule),
                resource=plain(resource),
                detail=detail,
            )
            for kind in kinds
        ]


def _unchanged(finding: Finding, past: Past) -> bool:
    """Whether the finding says what it said, without a look at what no database can hold."""
    place = finding.location
    return (
        finding.address == past.address
        and (finding.verdict is Verdict.PASS or _told(finding) == (past.message, past.environment, past.owner))
        and (not past.file if place is None else (place.file, place.line) == (past.file, past.line))
        and finding.root == past.root
        and finding.region == past.region
        and finding.decision is None
        and not past.decision
    )


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.message, finding.environment, finding.owner


def _description(finding: Finding) -> dict[str, Any]:
    place, decision = finding.location, finding.decision
    return {
        "message": "" if finding.verdict is Verdict.PASS else plain(finding.message),
        "file": plain(place.file) if place else "",
        "line": place.line if place else 0,
        "decision": plain(encoded(decision)) if decision else "",
        "environment": plain(finding.environment),
        "owner": plain(finding.owner),
    }


def _detail(before: State | None, after: State | None) -> dict[str, str]:
    """The states on both sides of an event, each as "fail high open"."""
    pairs = (("before", before), ("after", after))
    return {name: f"{one.verdict} {one.severity} {one.status}" for name, one in pairs if one is not None}
