"""The history of a rule, a resource or a finding."""

from collections.abc import Iterator, Sequence

from cloudaudit.history import History, Life, RuleCount
from cloudaudit.model import Verdict
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped
from cloudaudit.outputs.pages.times import INCOMPLETE, day, days, ending, minute, missed, numbers, painted, period, said

_SHOWN = 20
_COUNT = 9


def as_text(found: History, width: int, *, colour: bool, now: str, everything: bool = False) -> str:
    """First seen, last seen, since when it fails, when it was fixed, and what was said when."""
    return "\n".join(_lines(found, width, Paint(colour), now, None if everything else _SHOWN)) + "\n"


def _lines(found: History, width: int, paint: Paint, now: str, limit: int | None) -> Iterator[str]:
    yield from wrapped(visible(f"{found.kind} {found.about}: {plural(len(found.lives), 'finding')}"), width)
    yield from _counts(found.counts, width, paint, limit)
    for hole in found.holes[:limit]:
        yield from wrapped(visible(f"{hole.target}: {missed(hole)}"), width, "  ", "    ")
    order = sorted(found.lives, key=_urgency)
    shown = [life for life in order if limit is None or _told(life)][:limit]
    for life in shown:
        yield ""
        yield from _life(life, width, paint, now)
    kept = {id(life) for life in shown}
    yield from _others([life for life in order if id(life) not in kept])
    yield from _events(found, width, paint)


def _others(rest: Sequence[Life]) -> Iterator[str]:
    told = sum(map(_told, rest))
    quiet = len(rest) - told
    parts = [f"{plural(told, 'more finding')}"] if told else []
    parts += [f"{plural(quiet, 'finding')} that always passed"] if quiet else []
    if parts:
        yield ""
        yield f"And {' and '.join(parts)}; --all shows them."


def _urgency(life: Life) -> tuple[bool, int, str, str, str]:
    last = life.spans[-1]
    fails = not last.until and last.state.verdict is Verdict.FAIL
    about = life.subject
    return not fails, -last.state.severity.weight if fails else 0, about.target, about.rule, about.resource


def _told(life: Life) -> bool:
    """Whether there is more to say than that it passes."""
    return bool(life.failing_since) or len(life.spans) > 1 or life.spans[-1].state.verdict is not Verdict.PASS


def _counts(counts: Sequence[RuleCount], width: int, paint: Paint, limit: int | None) -> Iterator[str]:
    if not counts:
        return
    room = width - 2 - 12 - 4 * _COUNT
    heads = "".join(f"{head:>{_COUNT}}" for head in ("pass", "fail", "waived", "unknown"))
    yield ""
    yield paint.dim(f"  {'from':12}{'target':{room}}{heads}")
    if limit and len(counts) > limit:
        yield f"  {len(counts) - limit:,} earlier changes; --all names them"
    for one in counts[-limit:] if limit else counts:
        of = one.count
        target = visible(one.target)
        since = f"{day(one.time)}{'' if one.complete else INCOMPLETE}"
        cells = numbers((of.passing, of.failing, of.waived, of.unknown), _COUNT)
        if len(target) >= room:
            yield f"  {since:12}{target}"
            yield f"{'':{14 + room}}{cells}"
        else:
            yield f"  {since:12}{target:{room}}{cells}"
    if not all(one.complete for one in counts):
        yield f"  {INCOMPLETE} Something was not looked at in this run."
    yield ""


def _life(life: Life, width: int, paint: Paint, now: str) -> Iterator[str]:
    about = life.subject
    yield from (paint.bold(line) for line in wrapped(visible(about.rule), width))
    yield from wrapped(visible(about.resource), width, "  ", "    ")
    elsewhere = [about.address if about.address != about.resource else "", about.target, _place(life)]
    yield from wrapped(visible(", ".join(part for part in elsewhere if part)), width, "  ", "    ")
    yield from wrapped(_course(life, now), width, "  ", "    ")
    if about.message and life.spans[-1].state.verdict is not Verdict.PASS:
        yield from wrapped(visible(about.message), width, "  ", "    ")
    for one in life.tickets:
        yield from wrapped(visible(f"ticket {one.name}, {one.said}: {one.address}"), width, "  ", "    ")
    lines = [(one.since, 0, one.since_time, one.until_time, said(one.state) + ending(one), one) for one in life.spans]
    unseen = [(one.since, 1, one.since_time, one.until_time, "not looked at", None) for one in life.unseen]
    for _, _, since, until, text, span in sorted((*lines, *unseen), key=lambda line: line[:2]):
        told = painted(span.state, text, paint) if span else paint.dim(text)
        yield f"    {period(since, until):26}{told}"


def _place(life: Life) -> str:
    about = life.subject
    return f"{about.file}:{about.line}" if about.file else ""


def _course(life: Life, now: str) -> str:
    parts = [f"first seen {day(life.first_seen)}", f"last seen {day(life.last_seen)}"]
    last = life.spans[-1]
    if life.fixed:
        parts.append(f"fixed {day(life.fixed)} after {plural(days(life.failing_since, life.fixed), 'day')}")
    elif life.failing_since and not last.until and last.state.verdict is Verdict.FAIL:
        parts.append(f"failing since {day(life.failing_since)} ({plural(days(life.failing_since, now), 'day')})")
    elif life.failing_since:
        parts.append(f"failing since {day(life.failing_since)}, never seen fixed")
    if life.reopened:
        parts.append(f"reopened {plural(life.reopened, 'time')}")
    return ", ".join(parts)


def _events(found: History, width: int, paint: Paint) -> Iterator[str]:
    if found.events:
        yield ""
        yield from heading("Events", paint)
        for event in found.events:
            detail = ", ".join(f"{name} {text}" for name, text in sorted(event.detail.items(), reverse=True))
            head = f"  {minute(event.at)}  {event.kind:14}"
            yield from wrapped(visible(f"run {event.run}" + (f": {detail}" if detail else "")), width, head, " " * 20)
