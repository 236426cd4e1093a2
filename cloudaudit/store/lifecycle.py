"""What a new verdict means for a finding: opened, fixed, reopened, worsened ... Pure; the store writes it down."""

import enum

from cloudaudit.history import State
from cloudaudit.model import Record, Status, Verdict


class Kind(enum.StrEnum):
    """What an event says."""

    RECORDED = "run-recorded"
    OPENED = "opened"
    REOPENED = "reopened"
    FIXED = "fixed"
    GONE = "gone"
    INAPPLICABLE = "inapplicable"
    WORSENED = "worsened"
    EASED = "eased"
    UNKNOWN = "unknown"
    KNOWN = "known"
    WAIVED = "waived"
    UNWAIVED = "unwaived"


class Ended(enum.StrEnum):
    """Why runs in a row that said the same came to an end."""

    CHANGED = "changed"
    GONE = "gone"
    INAPPLICABLE = "inapplicable"


class Course(Record, frozen=True):
    """A finding so far: the run in which its last failure began and the one that fixed it, how often it came back, and
    what was said of it last; None when nothing is said of it any more."""

    opened: int | None = None
    fixed: int | None = None
    reopened: int = 0
    state: State | None = None


def step(course: Course, state: State, run: int) -> tuple[Course, tuple[Kind, ...]]:
    """The course after `run` said `state`, and the events that this makes."""
    if state.verdict is Verdict.FAIL:
        return _failing(course, state, run)
    before = course.state.verdict if course.state else None
    if state.verdict is Verdict.UNKNOWN:
        kinds = () if before is Verdict.UNKNOWN else (Kind.UNKNOWN,)
        return _said(course, state), kinds
    if course.opened is not None and course.fixed is None:
        return _said(course, state, fixed=run), (Kind.FIXED,)
    return _said(course, state), (Kind.KNOWN,) if before is Verdict.UNKNOWN else ()


def _failing(course: Course, state: State, run: int) -> tuple[Course, tuple[Kind, ...]]:
    before = course.state
    accepted = (Kind.WAIVED,) if state.status is not Status.OPEN else ()
    if course.opened is None:
        return Course(opened=run, state=state), (Kind.OPENED, *accepted)
    if course.fixed is not None or before is None:
        again = Course(opened=run, reopened=course.reopened + 1, state=state)
        return again, (Kind.REOPENED, *accepted)
    if before.verdict is not Verdict.FAIL:
        return _said(course, state), (Kind.KNOWN, *accepted)
    kinds = []
    if state.severity.weight != before.severity.weight:
        kinds.append(Kind.WORSENED if state.severity.weight > before.severity.weight else Kind.EASED)
    if state.status is not before.status:
        kinds.append(Kind.UNWAIVED if state.status is Status.OPEN else Kind.WAIVED)
    return _said(course, state), tuple(kinds)


def _said(course: Course, state: State, fixed: int | None = None) -> Course:
    return Course(opened=course.opened, fixed=fixed or course.fixed, reopened=course.reopened, state=state)


def leave(course: Course, why: Ended) -> tuple[Course, tuple[Kind, ...]]:
    """The course after a run looked and there was nothing to judge. Passes leave without an event."""
    passed = course.state is None or course.state.verdict is Verdict.PASS
    kinds = () if passed else (Kind.GONE if why is Ended.GONE else Kind.INAPPLICABLE,)
    return Course(opened=course.opened, fixed=course.fixed, reopened=course.reopened), kinds
