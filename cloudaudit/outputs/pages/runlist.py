"""Runs: a line for each, and whole ones."""

from collections.abc import Iterator, Sequence

from cloudaudit.history import Audit, Hole, RunPage, RunRow
from cloudaudit.model import Record, Severity
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, plural, wrapped
from cloudaudit.outputs.pages.times import INCOMPLETE, minute, missed, numbers

_NUMBER, _TIME, _COUNT = 6, 18, 9
_COLUMNS = ("pass", "fail", "waived", "unknown")
_EVENTS = 20


class RunList(Record, frozen=True):
    """Runs, where runs were missed, and the audits that did not finish."""

    runs: tuple[RunRow, ...]
    missed: tuple[Hole, ...] = ()
    unfinished: tuple[Audit, ...] = ()


def as_text(found: RunList, width: int, *, colour: bool) -> str:
    """A line for each run, oldest first; a missed one has a line, too."""
    return "\n".join(_list(found, width, Paint(colour))) + "\n"


def _list(found: RunList, width: int, paint: Paint) -> Iterator[str]:
    if not found.runs:
        yield "No runs."
    else:
        room = width - _NUMBER - 1 - _TIME - len(_COLUMNS) * _COUNT
        titles = "".join(f"{title:>{_COUNT}}" for title in _COLUMNS)
        yield paint.dim(f"{'run':>{_NUMBER}}  {'started (UTC)':{_TIME}}{'target':{room - 1}}{titles}")
        lines = [(run.started, 0, run.number, list(_run(run, room, paint))) for run in found.runs]
        first = found.runs[0].started
        lines += [
            (hole.after, 1, 0, list(wrapped(visible(f"{hole.target}: {missed(hole)}"), width, " " * 8)))
            for hole in found.missed
            if hole.after >= first
        ]
        for line in sorted(lines):
            yield from line[3]
    yield from _notes(found, width)


def _run(run: RunRow, room: int, paint: Paint) -> Iterator[str]:
    mark = "" if run.status == "complete" else INCOMPLETE
    counts = numbers((run.passing, run.failing, run.waived, run.unknown), _COUNT)
    target = visible(run.target)
    head = f"{paint.bold(f'{run.number:>{_NUMBER}}')}{mark:2}{minute(run.started):{_TIME}}"
    if len(target) < room - 1:
        yield f"{head}{target:{room - 1}}{counts}"
    else:
        yield f"{head}{target}"
        yield f"{'':{_NUMBER + 2 + _TIME + room - 1}}{counts}"
    if run.selection:
        yield f"{'':{_NUMBER + 2}}only {visible(run.selection)}"


def _notes(found: RunList, width: int) -> Iterator[str]:
    if any(run.status != "complete" for run in found.runs):
        yield ""
        note = f'{INCOMPLETE} Something was not looked at; "cloudaudit runs NUMBER" says what.'
        yield from wrapped(note, width)
    for audit in found.unfinished:
        yield ""
        text = f"Audit {audit.name}: begun {minute(audit.started)}, not finished"
        if audit.missing:
            text += f"; no run of {', '.join(audit.missing)}"
        yield from wrapped(visible(f"{text}."), width, "", "  ")


def pages(found: Sequence[RunPage], width: int, *, colour: bool) -> str:
    """Whole runs: what each looked at, what it could not, what it counted and what it changed."""
    paint = Paint(colour)
    return "\n\n".join("\n".join(_page(one, width, paint)) for one in found) + "\n"


def _page(found: RunPage, width: int, paint: Paint) -> Iterator[str]:
    run = found.run
    yield paint.bold(visible(f"Run {run.number} of {run.target}"))
    details = {
        "started": minute(run.started),
        "finished": minute(run.finished),
        "audit": run.audit,
        "report": run.id,
        "rules": f"{run.rules_digest[:16]}, profile {run.profile or 'none'}, cloudaudit {run.version}",
        "only": run.selection,
        "looked at": f"{plural(run.population, 'resource')} in {plural(run.roots, 'root')}",
        "state": run.status,
    }
    for name, text in details.items():
        if text:
            yield from wrapped(visible(text), width, f"  {name:11}", " " * 13)
    yield from _counts(found, width, paint)
    yield from _gaps(found, width, paint)
    yield from _events(found, width, paint)


def _counts(found: RunPage, width: int, paint: Paint) -> Iterator[str]:
    tables = (
        ("Findings by severity", [name.value for name in reversed(Severity) if name in found.severities]),
        ("Resources by criterion", sorted(found.criteria)),
    )
    room = width - 2 - len(_COLUMNS) * _COUNT
    for title, names in tables:
        if names:
            counts = found.severities if title.startswith("Findings") else found.criteria
            heads = "".join(f"{head:>{_COUNT}}" for head in _COLUMNS)
            yield ""
            yield f"{paint.bold(f'{title:{room + 2}}')}{paint.dim(heads)}"
            for name in names:
                one = counts[name]
                yield f"  {name:{room}}{numbers((one.passing, one.failing, one.waived, one.unknown), _COUNT)}"


def _gaps(found: RunPage, width: int, paint: Paint) -> Iterator[str]:
    if found.gaps:
        yield ""
        yield paint.bold(f"Not looked at: {plural(len(found.gaps), 'gap')}")
        for gap in found.gaps:
            yield from wrapped(visible(f"{gap.what}: {gap.why}"), width, "  ", "    ")


def _events(found: RunPage, width: int, paint: Paint) -> Iterator[str]:
    told = [event for event in found.events if event.fingerprint]
    if told:
        yield ""
        yield paint.bold(f"What became of findings: {plural(len(told), 'event')}")
        for event in told[:_EVENTS]:
            yield from wrapped(visible(f"{event.kind}: {event.rule} {event.resource}"), width, "  ", "    ")
        if len(told) > _EVENTS:
            yield f"  and {len(told) - _EVENTS:,} more; -f json has them all"
