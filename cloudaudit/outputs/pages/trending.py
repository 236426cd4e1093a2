"""Counts over time."""

from collections.abc import Iterator, Sequence

from cloudaudit.history import Count, Period, Trend
from cloudaudit.model import Severity
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, heading, wrapped
from cloudaudit.outputs.pages.times import INCOMPLETE, missed, numbers

_WIDTH = 9
_PERIOD = 12
_RUNS = 8
_NAME = 30
_HOLES = 10


def as_text(found: Trend, width: int, *, colour: bool, last: int) -> str:
    """Open failures in each period: by severity a line a period, otherwise a line a name."""
    paint = Paint(colour)
    periods = found.periods[-last:] if last else found.periods
    lines = list(_severities(periods, paint) if found.by == "severity" else _names(found, periods, width, paint))
    if not periods:
        lines = ["No runs."]
    lines += _notes(found, periods, width)
    return "\n".join(lines) + "\n"


def _severities(periods: Sequence[Period], paint: Paint) -> Iterator[str]:
    order = [severity.value for severity in reversed(Severity)]
    titles = "".join(f"{title:>{_WIDTH}}" for title in (*order, "waived", "unknown"))
    yield from heading("Open failures by severity", paint)
    yield paint.dim(f"{'':{_PERIOD}}{'targets':>{_RUNS - 1}} {titles}{'pass':>{_WIDTH - 3}}")
    for period in periods:
        name = f"{period.period}{INCOMPLETE if period.incomplete else ''}"
        if not period.targets:
            yield paint.dim(f"{name:{_PERIOD}}{'no run':>{_RUNS - 1}}")
            continue
        total = sum(period.counts.values(), Count())
        failing = [period.counts.get(severity, Count()).failing for severity in order]
        cells = numbers((*failing, total.waived, total.unknown), _WIDTH)
        yield f"{name:{_PERIOD}}{period.targets:>{_RUNS - 1},} {cells}{_share(total):>{_WIDTH - 3}}"


def _share(total: Count) -> str:
    """Which part of what was decided passes; of hundred thousand with one failure, not all."""
    decided = total.passing + total.failing + total.waived
    if not decided:
        return "-"
    share = 100 * total.passing / decided
    return "100%" if total.passing == decided else f"{min(share, 99.9):.1f}%"


def _names(found: Trend, periods: Sequence[Period], width: int, paint: Paint) -> Iterator[str]:
    fitting = max(1, (width - _NAME - 2) // (_PERIOD - 1))
    shown = periods[-fitting:]
    names = sorted({name for period in shown for name, count in period.counts.items() if count.failing})
    yield from heading(f"Open failures by {found.by}", paint)
    heads = [f"{period.period}{INCOMPLETE if period.incomplete else ''}" for period in shown]
    yield paint.dim(f"{'':{_NAME + 2}}" + "".join(f"{head:>{_PERIOD - 1}}" for head in heads))
    for name in names:
        label = visible(name)
        if len(label) > _NAME:
            yield f"  {label}"
            label = ""
        cells = [_cell(period, name) for period in shown]
        yield f"  {label:{_NAME}}" + "".join(f"{cell:>{_PERIOD - 1}}" for cell in cells)
    if not names:
        yield "  None."


def _cell(period: Period, name: str) -> str:
    if not period.targets:
        return "no run"
    count = period.counts.get(name, Count())
    return f"{count.failing:,}" if count.failing else "-"


def _notes(found: Trend, periods: Sequence[Period], width: int) -> Iterator[str]:
    if any(period.incomplete for period in periods):
        yield ""
        yield from wrapped(f"{INCOMPLETE} Something was not looked at in a run of this {found.per}.", width)
    first = periods[0].period if periods else ""
    holes = [hole for hole in found.holes if (hole.before or "9") >= first]
    if holes:
        yield ""
        for hole in holes[-_HOLES:]:
            yield from wrapped(visible(f"{hole.target}: {missed(hole)}"), width, "", "  ")
