"""JUnit XML: a test suite for each root, a test case for each verdict."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from cloudaudit.model import Finding, Report, Status, Verdict
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.output import Options, Output, shown, under_review


def render(report: Report, options: Options) -> str:
    """Failures fail, what is unknown or accepted is skipped; passes stand in it with `everything`."""
    kept = {id(one) for one in shown(report, options)}
    groups: dict[tuple[str, str], list[Finding]] = {(one.target, one.root): [] for one in report.scanned}
    for finding in under_review(report, everything=options.everything):
        if id(finding) in kept:
            groups.setdefault((finding.target, finding.root), []).append(finding)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="cloudaudit">']
    for (target, root), findings in groups.items():
        lines += _suite(f"{target} {root}".strip(), findings)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(name: str, findings: list[Finding]) -> Iterable[str]:
    failures = sum(one.verdict is Verdict.FAIL and one.status is Status.OPEN for one in findings)
    skipped = sum(one.verdict is Verdict.UNKNOWN or one.status is not Status.OPEN for one in findings)
    counts = f'tests="{len(findings)}" failures="{failures}" errors="0" skipped="{skipped}"'
    yield f"  <testsuite name={_attribute(name)} {counts}>"
    for finding in findings:
        yield from _case(finding)
    yield "  </testsuite>"


def _case(finding: Finding) -> Iterable[str]:
    opening = f"    <testcase name={_attribute(finding.address)} classname={_attribute(finding.rule)}"
    message = _attribute(finding.message)
    if finding.verdict is Verdict.UNKNOWN:
        why = _attribute(f"unknown: {'; '.join(finding.unknown_because)}")
        yield f"{opening}><skipped message={why}/></testcase>"
    elif finding.verdict is Verdict.PASS:
        yield f"{opening}/>"
    elif finding.status is not Status.OPEN:
        yield f"{opening}><skipped message={_attribute(f'{finding.status}: {finding.message}')}/></testcase>"
    else:
        place = f"{finding.location.file}:{finding.location.line}" if finding.location else finding.target
        text = escape(visible(place))
        yield f'{opening}><failure type="{finding.severity}" message={message}>{text}</failure></testcase>'


def _attribute(text: str) -> str:
    return quoteattr(visible(text))


OUTPUT = Output(name="junit", suffix=".xml", render=render)
