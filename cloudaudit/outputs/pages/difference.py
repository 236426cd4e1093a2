"""What changed between two runs."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from cloudaudit.history import Changed, Comparison, Difference, RunRow
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped
from cloudaudit.outputs.pages.times import named, painted, said

_SHOWN = 20
_TITLES = {
    Difference.INTRODUCED: "Introduced: failing now, and not before",
    Difference.WORSENED: "Worsened: failing at a higher severity",
    Difference.FIXED: "Fixed: failing before, and no more",
    Difference.GONE: "Gone: failing before, and no longer there to judge",
    Difference.UNKNOWN: "Unknown now: a verdict before, none after",
    Difference.UNSEEN: "Not looked at: failing before, and nobody knows",
    Difference.FIRST_SEEN: "First seen: failing, and not looked at before",
    Difference.EASED: "Eased: failing at a lower severity",
    Difference.WAIVED: "Accepted: failing, and people decided",
    Difference.UNWAIVED: "Open again: no longer accepted",
}


def as_text(found: Comparison, width: int, *, colour: bool, everything: bool = False) -> str:
    """The changes by kind, worst first."""
    return "\n".join(_lines(found, width, Paint(colour), None if everything else _SHOWN)) + "\n"


def _lines(found: Comparison, width: int, paint: Paint, limit: int | None) -> Iterator[str]:
    yield from _runs("before", found.before, width)
    yield from _runs("after", found.after, width)
    if not found.changes:
        yield ""
        yield "Nothing changed."
        return
    several = len({run.target for run in (*found.before, *found.after)}) > 1
    for kind, group in groupby(found.changes, key=lambda one: one.kind):
        changes = list(group)
        yield ""
        yield from heading(f"{_TITLES[kind]} ({len(changes):,})", paint)
        for one in changes[:limit]:
            yield from _changed(one, width, paint, several=several)
        if limit and len(changes) > limit:
            yield f"  and {len(changes) - limit:,} more; --all names them"
    yield ""
    yield from wrapped(_sum(found.changes), width)


def _runs(when: str, runs: Sequence[RunRow], width: int) -> Iterator[str]:
    text = ", ".join(named(run) for run in runs[:5])
    text += f" and {plural(len(runs) - 5, 'more run')}" if len(runs) > 5 else ""
    yield from wrapped(visible(text), width, f"{when:8}", " " * 8)


def _changed(one: Changed, width: int, paint: Paint, *, several: bool) -> Iterator[str]:
    states = [state for state in (one.before, one.after) if state is not None]
    words = " -> ".join(said(state) for state in states)
    about = one.subject
    head = visible(f"{about.rule}: {words}")
    yield from (painted(states[-1], line, paint) for line in wrapped(head, width, "  ", "    "))
    where = f"{about.target} {about.address or about.resource}" if several else about.address or about.resource
    yield from wrapped(visible(where), width, "    ", "      ")
    if one.after is not None and one.after.verdict == "fail" and about.message:
        yield from wrapped(visible(about.message), width, "      ")


def _sum(changes: Sequence[Changed]) -> str:
    counts = {kind: sum(one.kind is kind for one in changes) for kind in Difference}
    parts = [f"{count:,} {kind}" for kind, count in counts.items() if count]
    return f"{plural(len(changes), 'change')}" + (f": {', '.join(parts)}." if parts else ".")
