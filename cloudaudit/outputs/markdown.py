"""A comment for a pull request: what the change causes, in a table, with the fix of each rule folded below it.

The hidden first line is how the one comment is found again and updated. However many findings there are, the comment
stays below what GitHub takes (65,536 characters): what has no room is counted.
"""

from collections.abc import Iterator

from cloudaudit.model import Finding, Gap, Report, Rule, Verdict
from cloudaudit.outputs.escape import markdown, visible
from cloudaudit.outputs.layout import plural
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.output import Options, Output, causes, open_failures, under_review
from cloudaudit.outputs.voices import said, summary

MARKER = "<!-- cloudaudit -->"
LIMIT = 60_000
_TEXT = 300
_ROWS = 50
_CAUSES = 10


def render(report: Report, options: Options) -> str:
    """The comment. Names and messages out of the repository are literal text in it: no markup, link or HTML works."""
    found = open_failures(report, everything=options.everything)
    made = _Comment(LIMIT)
    made.add([MARKER, *_opening(report, found, options), ""])
    if found:
        made.add(["| severity | rule | resource | what is wrong |", "| --- | --- | --- | --- |"])
        shown = made.rows([_row(finding) for finding in found[:_ROWS]])
        if left := len(found) - shown:
            made.add(["", f"and {plural(left, 'further failure')}; the report of the job names them."])
        made.add([""])
        for name in dict.fromkeys(finding.rule for finding in found):
            made.add(list(_details(report.rules[name])))
    made.add(list(_fixed(report)))
    made.add(list(_unknown(report, options)))
    made.add(list(_notes("Not looked at", report.run.gaps)))
    made.add(list(_notes("Worth knowing", report.notices)))
    return made.text()


class _Comment:
    """Lines up to a number of characters; what does not fit is left out as a whole."""

    def __init__(self, limit: int) -> None:
        self._lines: list[str] = []
        self._room = limit

    def add(self, lines: list[str]) -> bool:
        """Add the lines if there is room for all of them."""
        size = sum(len(line) + 1 for line in lines)
        if size > self._room:
            return False
        self._lines += lines
        self._room -= size
        return True

    def rows(self, lines: list[str]) -> int:
        """Add lines one by one while they fit into half of the room; how many did."""
        least = self._room // 2
        for count, line in enumerate(lines):
            if self._room - len(line) < least or not self.add([line]):
                return count
        return len(lines)

    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines).rstrip() + "\n"


def _opening(report: Report, found: list[Finding], options: Options) -> Iterator[str]:
    stopping = len(options.gate.stopping(report))
    if stopping:
        yield f"### cloudaudit: {plural(stopping, 'failure')} to mend before this is merged"
    else:
        yield "### cloudaudit: nothing stands in the way" + (" of this change" if report.fixed or found else "")
    asked = under_review(report, everything=options.everything)
    hidden = len(report.findings) - len(asked)
    unknown = sum(one.verdict is Verdict.UNKNOWN for one in asked)
    parts = [
        f"{plural(len(found), 'failure')} of this change" if hidden or report.fixed else plural(len(found), "failure")
    ]
    accepted = sum(one.verdict is Verdict.FAIL for one in asked) - len(found)
    parts += [f"{accepted:,} accepted"] if accepted else []
    parts += [f"{len(report.fixed):,} fixed"] if report.fixed else []
    parts += [f"{unknown:,} unknown"] if unknown else []
    before = sum(one.verdict is Verdict.FAIL for one in report.findings) - len(found) - accepted
    parts += [f"{before:,} there before"] if before else []
    yield ""
    yield f"{', '.join(parts)}."
    for sentence in summary(report):
        yield from ("", _literal(sentence))


def _row(finding: Finding) -> str:
    place = f"{finding.location.file}:{finding.location.line}" if finding.location else ""
    where = _cell(finding.address) + (f"<br>{_cell(place)}" if place else "")
    voices = f"<br>{_cell(heard)}" if (heard := said([finding])) else ""
    return f"| {finding.severity} | {finding.rule} | {where} | {_cell(finding.message)}{voices} |"


def _cell(text: str) -> str:
    short = visible(text)
    return _literal(short if len(short) <= _TEXT else f"{short[:_TEXT]}...")


def _literal(text: str) -> str:
    """Text that calls nobody and links nowhere: GitHub and GitLab make mentions and links of plain words, too.

    They look for mentions in the finished page, where an escaped @ and `&#64;` are an @ again; only something between
    it and the name helps, here a space without width.
    """
    return markdown(text).replace("@", "@&#8203;").replace("://", "&#58;//").replace("www.", "www&#46;")


def _details(rule: Rule) -> Iterator[str]:
    """Why, and the fix, folded."""
    yield f"<details><summary>{rule.id}: {_literal(rule.title)} ({', '.join(rule.criteria)})</summary>"
    yield ""
    yield _literal(" ".join(rule.why.split()))
    snippet = [*assignments(rule.fix), *rule.fix.add.strip().splitlines()]
    if snippet:
        yield from ("", "```terraform", *snippet, "```")
    if rule.fix.steps:
        yield from ("", _literal(" ".join(rule.fix.steps.split())))
    effects = {"replace": "Applying it replaces the resource.", "manual": "It is done by hand."}
    if rule.fix.effect in effects:
        yield from ("", effects[rule.fix.effect])
    yield from ("", "</details>", "")


def _fixed(report: Report) -> Iterator[str]:
    if report.fixed:
        yield f"<details><summary>{plural(len(report.fixed), 'failure')} fixed by this change</summary>"
        yield ""
        yield from (f"- {finding.rule}: {_cell(finding.address)}" for finding in report.fixed[:_ROWS])
        yield from ("", "</details>", "")


def _unknown(report: Report, options: Options) -> Iterator[str]:
    found = causes(under_review(report, everything=options.everything))
    if found:
        total = len({id(one) for _, undecided in found for one in undecided})
        yield f"<details><summary>{plural(total, 'verdict')} unknown</summary>"
        yield ""
        yield from (f"- {len(undecided)}: {_cell(because)}" for because, undecided in found[:_CAUSES])
        if len(found) > _CAUSES:
            yield f"- and {plural(len(found) - _CAUSES, 'further cause')}"
        yield from ("", "</details>", "")


def _notes(lead: str, gaps: tuple[Gap, ...]) -> Iterator[str]:
    if gaps:
        yield f"<details><summary>{lead}: {len(gaps)}</summary>"
        yield ""
        yield from (f"- {_cell(f'{gap.what}: {gap.why}. {gap.remedy}')}" for gap in gaps[:_ROWS])
        yield from ("", "</details>", "")


OUTPUT = Output(name="markdown", suffix=".md", render=render)
