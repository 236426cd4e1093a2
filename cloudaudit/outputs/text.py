"""The report for people: failures by severity and rule, what stayed unknown and why, the criteria, and the gaps."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cloudaudit.model import Change, Finding, Gap, Location, Origin, Report, Rule, Status, Verdict
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, heading, plural, wrapped
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.output import Options, Output, causes, under_review
from cloudaudit.outputs.summary import criteria_lines, result_lines
from cloudaudit.outputs.voices import said, summary

# How many addresses of one place (instances of a module, of count, of for_each) are named before "and N more".
NAMED = 3
CAUSES = 15
GAPS = 20
_ADDED = re.compile(r'^resource "(\w+)"', re.MULTILINE)
_KEYS = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")


def render(report: Report, options: Options) -> str:
    """The report as plain text, in colour when the options say so."""
    paint = Paint(options.colour)
    lines: list[str] = []
    asked = [one for one in under_review(report, everything=options.everything) if one.verdict is not Verdict.PASS]
    lines += _opening(report, options)
    lines += _failures(asked, report, paint, options)
    lines += _unknowns(asked, paint, options)
    lines += _fixed(report, paint, options)
    lines += _accepted(asked, paint, options)
    if options.everything:
        lines += _passes(report, paint, options)
    hidden = not options.everything and any(one.change is Change.EXISTING for one in report.findings)
    if not hidden:  # criteria are judged by all there is, not by a change
        lines += criteria_lines(report, paint, options)
    lines += _others(report, paint, options)
    lines += _gaps(report.run.gaps, "Not looked at", paint, options)
    lines += _gaps(report.notices, "Worth knowing", paint, options, "notice")
    lines += result_lines(report, paint, options)
    return "\n".join(lines) + "\n"


def _opening(report: Report, options: Options) -> Iterator[str]:
    own = [one for one in report.scanned if one.origin is not Origin.IMPORTED]
    scanned = own or report.scanned  # what tools beside us found is no target of its own
    rules = [name for name in report.rules if not own or ":" not in name]
    targets = list(dict.fromkeys(one.target for one in scanned))
    resources = sum(one.resources for one in scanned)
    what = targets[0] if len(targets) == 1 else plural(len(targets), "target")
    size = f"{plural(resources, 'resource')} in {plural(len(scanned), 'root')}"
    verb = "scanned" if own or not scanned else "imported"
    title = f"cloudaudit {report.run.version} {verb} {what}: {size}, {plural(len(rules), 'rule')}"
    title += f" (profile {report.run.profile})" if report.run.profile else ""
    yield from wrapped(visible(title), options.width, "", "  ")
    for target in targets if len(targets) > 1 else ():
        mine = [one for one in scanned if one.target == target]
        resources = sum(one.resources for one in mine)
        size = f"{plural(resources, 'resource')} in {plural(len(mine), 'root')}, {mine[0].origin}"
        yield from wrapped(visible(f"{target}: {size}"), options.width, "  ", "    ")


def _failures(asked: Sequence[Finding], report: Report, paint: Paint, options: Options) -> Iterator[str]:
    groups: dict[tuple[int, str], list[Finding]] = defaultdict(list)
    for finding in asked:
        if finding.verdict is Verdict.FAIL and finding.status is Status.OPEN:
            groups[-finding.severity.weight, finding.rule].append(finding)
    for (_, name), findings in sorted(groups.items(), key=lambda group: group[0]):
        yield ""
        yield from _failing_rule(report.rules[name], findings, _Place(report), paint, options)


def _failing_rule(
    rule: Rule, findings: Sequence[Finding], place: "_Place", paint: Paint, options: Options
) -> Iterator[str]:
    severity = findings[0].severity
    label = severity.value.upper()
    criteria = " ".join(rule.criteria)
    room = options.width - len(label) - 2 - len(rule.id) - len(criteria)
    painted = f"{paint.severity(severity, label)}  {paint.bold(rule.id)}"
    yield f"{painted}{' ' * room}{criteria}" if criteria and room >= 2 else painted
    if room < 2:
        yield from wrapped(criteria, options.width, "  ")
    yield from wrapped(visible(rule.title), options.width, "  ")
    if rule.stage == "preview":
        yield from wrapped("Preview: this rule never fails a build.", options.width, "  ")
    previous = ""
    for where, group in _by_place(findings, place):
        if where != previous:
            yield from wrapped(where, options.width, "    ", "      ")
        yield from wrapped(_said(group), options.width, "      " if where else "    ", "      ")
        previous = where
    yield from _fix(rule, paint, options)


def _fix(rule: Rule, paint: Paint, options: Options) -> Iterator[str]:
    effect = {"replace": " (replaces the resource)", "manual": " (by hand)"}.get(rule.fix.effect, "")
    hints = ", ".join(f"set {line}" for line in assignments(rule.fix))
    steps = " ".join(rule.fix.steps.split())
    snippet = [] if hints or steps else rule.fix.add.strip().splitlines()
    added = [] if snippet else sorted(set(_ADDED.findall(rule.fix.add)))
    parts = [f"{hints[0].upper()}{hints[1:]}." if hints else "", f"Add {', '.join(added)}." if added else "", steps]
    sentence = " ".join(part for part in parts if part)
    if snippet:
        sentence = "Add"
    if sentence:
        lines = wrapped(f"Fix{effect}: {visible(sentence)}", options.width, "  ", "    ")
        yield from (paint.dim(line) for line in (*lines, *(f"    {visible(line)}" for line in snippet)))


def _said(group: Sequence[Finding]) -> str:
    """What is wrong at one place: the first message, and who else it is true of."""
    first, *others = group
    text = first.message if first.address in first.message else f"{first.address}: {first.message}"
    if first.change in (Change.WORSENED, Change.EXISTING):
        text += f" [{first.change}]"
    if voices := said(group):
        text += f" [{voices}]"
    if others:
        named = ", ".join(one.address for one in others[: NAMED - 1])
        rest = len(others) - (NAMED - 1)
        text += f" Likewise {named}" + (f" and {rest} more." if rest > 0 else ".")
    return visible(text)


def _decided(finding: Finding) -> str:
    """The status with who decided it, for how long and why."""
    decision = finding.decision
    if decision is None:
        return finding.status.value
    until = f" until {decision.until}" if decision.until else ""
    return f"{finding.status}: {decision.id or decision.kind}{until}" + (
        f", {decision.reason}" if decision.reason else ""
    )


class _Place:
    """Names the place of a finding, with its root or target where the file alone would not say it."""

    def __init__(self, report: Report) -> None:
        own = [one for one in report.scanned if one.origin is not Origin.IMPORTED] or report.scanned
        self._roots = len({(one.target, one.root) for one in own}) > 1
        self._targets = len({one.target for one in own}) > 1

    def __call__(self, finding: Finding) -> str:
        if finding.location is None:
            return visible(finding.target) if self._targets else ""
        text = f"{finding.location.file}:{finding.location.line}"
        inside = finding.root in ("", ".") or finding.location.file.startswith(f"{finding.root}/")
        return visible(text if inside or not self._roots else f"{text}, root {finding.root}")


def _by_place(findings: Iterable[Finding], place: _Place) -> list[tuple[str, list[Finding]]]:
    groups: dict[tuple[str, str, int, int, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        at = finding.location or Location(file="")
        # Without a location, the instances of one resource block are as good as a place.
        own = finding.root if finding.location else _KEYS.sub("", finding.resource)
        groups[finding.target, at.file, at.line, at.column, own].append(finding)
    return [(place(group[0]), group) for _, group in sorted(groups.items())]


def _unknowns(asked: Sequence[Finding], paint: Paint, options: Options) -> Iterator[str]:
    unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in asked)
    if not unknown:
        return
    order = causes(asked)
    yield ""
    yield from heading(f"Unknown: {plural(unknown, 'verdict')} could not be reached", paint)
    for because, findings in order[: None if options.everything else CAUSES]:
        yield from _cause(because, findings, options)
    if len(order) > CAUSES and not options.everything:
        left = {id(finding) for _, findings in order[CAUSES:] for finding in findings}
        text = f"and {plural(len(order) - CAUSES, 'further cause')} of {plural(len(left), 'verdict')}; --all names them"
        yield from wrapped(text, options.width, "        ")


def _cause(because: str, findings: Sequence[Finding], options: Options) -> Iterator[str]:
    count = f"{len(findings):>6}  "
    yield from wrapped(visible(because), options.width, count, " " * 8)
    rules = Counter(finding.rule for finding in findings).most_common()
    named = ", ".join(name for name, _ in sorted(rules[:2], key=lambda pair: (-pair[1], pair[0])))
    more = f" and {plural(len(rules) - 2, 'more rule')}" if len(rules) > 2 else ""
    resources = {finding.resource for finding in findings}
    where = visible(min(resources)) if len(resources) == 1 else plural(len(resources), "resource")
    yield from wrapped(f"{named}{more}: {where}", options.width, " " * 10)
    if hint := _hint(because):
        yield from wrapped(hint, options.width, " " * 10 + "-> ", " " * 13)


def _hint(because: str) -> str:
    """What a user can do about an unknown, where it is one thing."""
    if because.startswith("var.") and because.endswith(" has no value"):
        return "give it by --var, --var-file or TF_VAR_"
    if because == "other roots are not in this scan":
        return "complete = true in cloudaudit.toml, if nothing lives elsewhere"
    return ""


def _accepted(asked: Sequence[Finding], paint: Paint, options: Options) -> Iterator[str]:
    """Failures that people decided about: never out of sight."""
    accepted = [one for one in asked if one.verdict is Verdict.FAIL and one.status is not Status.OPEN]
    if not accepted:
        return
    yield ""
    yield from heading(f"Accepted: {plural(len(accepted), 'failure')}", paint)
    for finding in accepted[: None if options.everything else GAPS]:
        yield from wrapped(
            visible(f"{finding.rule}: {finding.address} [{_decided(finding)}]"), options.width, "  ", "    "
        )
    if len(accepted) > GAPS and not options.everything:
        yield f"  and {len(accepted) - GAPS:,} more; --all names them"


def _fixed(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    if not report.fixed:
        return
    yield ""
    yield from heading(f"Fixed by this change: {plural(len(report.fixed), 'failure')}", paint)
    for finding in report.fixed[: None if options.everything else GAPS]:
        yield from wrapped(visible(f"{finding.rule}: {finding.address}"), options.width, "  ", "    ")
    if len(report.fixed) > GAPS and not options.everything:
        yield f"  and {len(report.fixed) - GAPS:,} more; --all names them"


def _passes(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    by_rule: dict[str, list[str]] = defaultdict(list)
    for finding in report.findings:
        if finding.verdict is Verdict.PASS:
            by_rule[finding.rule].append(finding.resource)
    if not by_rule:
        return
    yield ""
    yield from heading(f"Passed: {plural(sum(map(len, by_rule.values())), 'verdict')}", paint)
    for name in sorted(by_rule):
        yield f"  {name}"
        for key in by_rule[name]:
            yield from wrapped(visible(key), options.width, "      ")


def _others(report: Report, paint: Paint, options: Options) -> Iterator[str]:
    """How far other tools agree, where some ran beside us."""
    if sentences := list(summary(report)):
        yield ""
        yield from heading("Other scanners", paint)
        for sentence in sentences:
            yield from wrapped(visible(sentence), options.width, "  ", "    ")


def _gaps(gaps: Sequence[Gap], lead: str, paint: Paint, options: Options, word: str = "gap") -> Iterator[str]:
    if not gaps:
        return
    by_reason: dict[str, dict[str, list[Gap]]] = defaultdict(lambda: defaultdict(list))
    for gap in gaps:
        by_reason[gap.why][gap.remedy].append(gap)
    yield ""
    yield from heading(f"{lead}: {plural(len(gaps), word)}", paint)
    for why, by_remedy in by_reason.items():
        yield from wrapped(visible(why), options.width, "  ", "  ")
        for remedy, some in by_remedy.items():
            for gap in some[: None if options.everything else GAPS]:
                yield from wrapped(visible(_gap(gap)), options.width, "    ", "      ")
            if len(some) > GAPS and not options.everything:
                yield f"    and {len(some) - GAPS:,} more; --all names them"
            if remedy:
                yield from wrapped(visible(f"-> {remedy}"), options.width, "    ", "       ")


def _gap(gap: Gap) -> str:
    if gap.location is None or gap.what.startswith(gap.location.file):
        return gap.what
    return f"{gap.location.file}:{gap.location.line} {gap.what}"


OUTPUT = Output(name="text", suffix=".txt", render=render)
