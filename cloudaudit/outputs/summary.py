"""The end of the text report: what the run says of each criterion, and its result in one line."""

from collections import Counter
from collections.abc import Iterator

from cloudaudit.model import CriterionState, Report, Severity, Status, Verdict
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped
from cloudaudit.outputs.output import Options, breaking

# Columns: criterion, title, failing of population, unknown.
_ID, _FAIL, _UNKNOWN = 7, 20, 10


def criteria_lines(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    """The table of the criteria in scope, then those that no rule judged here and those that only people can show."""
    states = [state for state in report.criteria if state.in_scope]
    if not states:
        return
    judged = [state for state in states if state.population]
    yield ""
    yield from heading("SOC 2 criteria", paint)
    title = max(20, options.width - 2 - _ID - _FAIL - _UNKNOWN)
    if judged:
        yield paint.dim(f"  {'':{_ID + title}}{'resources failing':>{_FAIL}}{'unknown':>{_UNKNOWN}}")
    for state in judged:
        yield from _criterion(state, title, paint)
    quiet = [state.criterion.id for state in states if not state.population and state.rules]
    manual = [state.criterion.id for state in states if not state.population and not state.rules]
    if quiet:
        yield from wrapped(f"No resource here is judged under {' '.join(quiet)}.", options.width, "  ", "  ")
    if manual:
        text = f'Shown by people and documents only: {" ".join(manual)}; "cloudaudit criteria" says what to bring.'
        yield from wrapped(text, options.width, "  ", "  ")


def _criterion(state: CriterionState, title: int, paint: Paint) -> Iterator[str]:
    first, *others = wrapped(state.criterion.title.rstrip("."), title - 2)
    fail = f"{state.failing:,} of {state.population:,} fail" if state.failing else f"0 of {state.population:,}"
    cell = f"{fail:>{_FAIL}}"
    cell = paint.severity(Severity.HIGH, cell) if state.failing else paint.good(cell) if not state.unknown else cell
    unknown = f"{state.unknown or '-':>{_UNKNOWN}}"
    yield f"  {paint.bold(f'{state.criterion.id:{_ID}}')}{first:{title}}{cell}{unknown}"
    yield from (f"  {'':{_ID}}{line}" for line in others)


def result_lines(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    """Counts by verdict, and whether the build fails at the threshold."""
    verdicts = Counter(finding.verdict for finding in report.findings)
    failing = [finding for finding in report.findings if finding.verdict is Verdict.FAIL]
    weights = Counter(finding.severity for finding in failing if finding.status is Status.OPEN)
    parts = [f"{weights[severity]:,} {severity}" for severity in reversed(Severity) if weights[severity]]
    accepted = len(failing) - sum(weights.values())
    parts += [f"{accepted:,} accepted"] if accepted else []
    text = plural(len(failing), "failure") + (f" ({', '.join(parts)})" if parts else "")
    text += f", {verdicts[Verdict.UNKNOWN]:,} unknown, {verdicts[Verdict.PASS]:,} passed"
    text += f", {plural(len(report.run.gaps), 'gap')}" if report.run.gaps else ""
    if count := sum(1 for _ in breaking(report, options.threshold)):
        text += f". The build fails: {count:,} at or above {options.threshold}"
    yield ""
    colour = paint.good if not failing else paint.bold
    yield from (colour(line) for line in wrapped(text + ".", options.width))
