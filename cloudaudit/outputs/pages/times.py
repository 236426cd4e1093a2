"""Times, states and spans of history as people read them."""

from collections.abc import Sequence
from datetime import date

from cloudaudit.history import Hole, RunRow, Span, State
from cloudaudit.model import Status, Verdict
from cloudaudit.outputs.layout import Paint, plural

INCOMPLETE = "*"


def minute(time: str) -> str:
    """Day and minute: 2026-11-22 02:00."""
    return time[:16].replace("T", " ")


def day(time: str) -> str:
    """The day: 2026-11-22."""
    return time[:10]


def days(since: str, until: str) -> int:
    """Whole days between two times."""
    return (date.fromisoformat(until[:10]) - date.fromisoformat(since[:10])).days


def said(state: State) -> str:
    """A state in words: "pass", "fail high", "fail high, waived"."""
    if state.verdict is not Verdict.FAIL:
        return state.verdict.value
    decided = "" if state.status is Status.OPEN else f", {state.status}"
    return f"fail {state.severity}{decided}"


def painted(state: State, text: str, paint: Paint) -> str:
    """In the colour of what was said."""
    if state.verdict is Verdict.PASS:
        return paint.good(text)
    return paint.severity(state.severity, text) if state.verdict is Verdict.FAIL else paint.dim(text)


def period(since: str, until: str) -> str:
    """From a day on, or until another."""
    return f"{day(since)} to {day(until)}" if until else f"{day(since)} on"


def ending(span: Span) -> str:
    """Why a span ended, where what follows does not say it."""
    return {"gone": ", then gone", "inapplicable": ", then the rule did not apply"}.get(span.ended, "")


def named(run: RunRow) -> str:
    """A run in a sentence."""
    partly = "" if run.status == "complete" else ", incomplete"
    return f"run {run.number} of {run.target} ({minute(run.started)}{partly})"


def missed(hole: Hole) -> str:
    """Runs that were due and are not there, in a sentence."""
    until = f"to {minute(hole.before)}" if hole.before else "on"
    return f"no run from {minute(hole.after)} {until}: {plural(hole.missing, 'run')} missed, one was due {often(hole)}"


def often(hole: Hole) -> str:
    """How often runs are due: every day, every 12 hours."""
    for seconds, unit in ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = round(hole.every / seconds)
        if count and abs(hole.every - count * seconds) <= hole.every / 8:
            return f"every {unit}" if count == 1 else f"every {count} {unit}s"
    return f"every {hole.every} seconds"


def numbers(counts: Sequence[int], width: int) -> str:
    """Counts in columns; a dash for none."""
    return "".join(f"{f'{count:,}' if count else '-':>{width}}" for count in counts)
