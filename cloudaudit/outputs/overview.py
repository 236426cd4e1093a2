"""Many accounts in a table: one line each."""

from collections.abc import Sequence

from cloudaudit.model import Record, Report, Severity, Status, Verdict
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, heading

_SHOWN = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


class Row(Record, frozen=True):
    """One account: open failures by severity, what is unknown, and what was not looked at."""

    target: str
    name: str
    failing: dict[Severity, int]
    unknown: int
    gaps: int
    resources: int


def row(report: Report, name: str = "") -> Row:
    """The line of the account that the report is on."""
    failing = dict.fromkeys(_SHOWN, 0)
    unknown = 0
    for one in report.findings:
        if one.verdict is Verdict.FAIL and one.status is Status.OPEN:
            failing[one.severity] += 1
        unknown += one.verdict is Verdict.UNKNOWN
    return Row(report.run.target, name, failing, unknown, len(report.run.gaps), report.run.population)


def render(rows: Sequence[Row], width: int, paint: Paint) -> str:
    """The table, `width` columns wide at most, with the sums at its end."""
    room = width - 2 - 6 * 9 - 1
    lines = [*heading("Accounts", paint)]
    titles = (*(one.value for one in _SHOWN), "unknown", "gaps")
    lines.append(paint.dim("  " + " " * room + "".join(f"{title:>9}" for title in titles)))
    for one in sorted(rows, key=lambda one: one.target):
        label = visible(" ".join(part for part in (one.target.removeprefix("aws:"), one.name) if part))
        lines.append(f"  {label[: room - 1]:{room}}{_counts(one, paint)}")
    total = Row(
        target="",
        name="",
        failing={each: sum(one.failing[each] for one in rows) for each in _SHOWN},
        unknown=sum(one.unknown for one in rows),
        gaps=sum(one.gaps for one in rows),
        resources=sum(one.resources for one in rows),
    )
    label = f"{len(rows):,} accounts"
    lines.append(f"  {paint.bold(f'{label:{room}}')}{_counts(total, paint)}")
    return "\n".join(lines) + "\n"


def _counts(one: Row, paint: Paint) -> str:
    cells = [paint.severity(each, f"{one.failing[each]:>9,}") if one.failing[each] else f"{'-':>9}" for each in _SHOWN]
    return "".join(cells) + "".join(f"{count:>9,}" if count else f"{'-':>9}" for count in (one.unknown, one.gaps))
