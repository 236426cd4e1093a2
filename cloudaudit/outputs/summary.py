"""The end of the text report: what the run says of each criterion, and its result in one line."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cloudaudit.model import Change, CriterionState, Report, Severity, Status, Verdict
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped
from cloudaudit.outputs.output import Options

_ID = 7


def criteria_lines(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    """The table of the criteria in scope that were judged, and in a sentence each what became of the others."""
    if not report.criteria:
        return
    judged = [state for state in report.criteria if state.in_scope and state.population]
    yield ""
    yield from heading("SOC 2 criteria", paint)
    yield from _table(judged, paint, options)
    for lead, names in _others(report.criteria):
        yield from wrapped(f"{lead}: {' '.join(names)}.", options.width, "  ", "    ")


def _others(states: Sequence[CriterionState]) -> Iterator[tuple[str, list[str]]]:
    """Criteria that no resource was judged under, by reason."""
    quiet = [state for state in states if state.in_scope and not state.population]
    people = [state.criterion.id for state in quiet if state.criterion.coverage == "manual"]
    missing = [state.criterion.id for state in quiet if not state.rules and state.criterion.id not in people]
    absent = [state.criterion.id for state in quiet if state.rules]
    outside = list(dict.fromkeys(state.criterion.category for state in states if not state.in_scope))
    reasons = {
        "Rules, but nothing here that they judge": absent,
        "Not judged by any rule of this run": missing,
        'Shown by people only ("cloudaudit criteria ID" says by what)': people,
        "Not in scope (cloudaudit.toml decides)": outside,
    }
    yield from ((lead, names) for lead, names in reasons.items() if names)


def _table(states: Sequence[CriterionState], paint: Paint, options: Options) -> Iterator[str]:
    if not states:
        return
    fails = [f"{state.failing:,} of {state.population:,} fail" for state in states]
    fail = max(map(len, fails)) + 2
    unknown = max(len("unknown"), *(len(f"{state.unknown:,}") for state in states)) + 2
    title = max(20, options.width - 2 - _ID - fail - unknown)
    yield paint.dim(f"  {'':{_ID + title}}{'resources':>{fail}}{'unknown':>{unknown}}")
    for state, text in zip(states, fails, strict=True):
        cell = f"{text:>{fail}}"
        cell = paint.severity(Severity.HIGH, cell) if state.failing else cell if state.unknown else paint.good(cell)
        first, *others = wrapped(state.criterion.title.rstrip("."), title - 1)
        count = f"{state.unknown:,}" if state.unknown else "-"
        yield f"  {paint.bold(f'{state.criterion.id:{_ID}}')}{first:{title}}{cell}{count:>{unknown}}"
        yield from (f"  {'':{_ID}}{line}" for line in others)
    yield ""


def result_lines(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    """Counts by verdict, and whether the build fails at the threshold."""
    failing = [finding for finding in report.findings if finding.verdict is Verdict.FAIL]
    unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in report.findings)
    passed = len(report.findings) - len(failing) - unknown
    weights = Counter(finding.severity for finding in failing if finding.status is Status.OPEN)
    parts = [f"{weights[severity]:,} {severity}" for severity in reversed(Severity) if weights[severity]]
    accepted = len(failing) - sum(weights.values())
    parts += [f"{accepted:,} accepted"] if accepted else []
    text = plural(len(failing), "failure") + (f" ({', '.join(parts)})" if parts else "")
    existing = sum(finding.change is Change.EXISTING for finding in failing)
    if existing or report.fixed:
        new = len(failing) - existing
        text += f": {new:,} by this change, {existing:,} from before, {len(report.fixed):,} fixed"
    text += f", {unknown:,} unknown, {passed:,} passed"
    text += f", {plural(len(report.run.gaps), 'gap')}" if report.run.gaps else ""
    if count := len(options.gate.stopping(report)):
        text += f". The build fails: {count:,} at or above {options.gate.threshold or 'the severity for their paths'}"
    yield ""
    colour = paint.good if not failing else paint.bold
    yield from (colour(line) for line in wrapped(text + ".", options.width))
