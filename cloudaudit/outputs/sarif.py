"""SARIF 2.1.0 for code scanning: one SARIF run for each root, so that every root keeps its own alerts.

Code scanning shows every result as an alert, whatever its `kind`. So results are failures; what is unknown, and what
could not be looked at, is told as notifications of the invocation. With `everything`, unknown results (`open`) and
passes (`pass`) join them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from cloudaudit.model import Change, Finding, Gap, Location, Origin, Report, Rule, Scanned, Severity, Status, Verdict
from cloudaudit.outputs.escape import markdown, visible
from cloudaudit.outputs.layout import plural
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.output import Options, Output, causes, relative, shown
from cloudaudit.outputs.records import indented

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
LEVELS = {Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error", Severity.CRITICAL: "error"}
# Code scanning reads these as low, medium, high and critical.
SCORES = {Severity.LOW: "2.0", Severity.MEDIUM: "5.5", Severity.HIGH: "8.0", Severity.CRITICAL: "9.5"}
BASELINE = {
    Change.INTRODUCED: "new",
    Change.WORSENED: "updated",
    Change.EXISTING: "unchanged",
    Change.FIXED: "absent",
}
KINDS = {Verdict.FAIL: "fail", Verdict.UNKNOWN: "open", Verdict.PASS: "pass"}

Group = tuple[str, str]


def render(report: Report, options: Options) -> str:
    """The report as one SARIF log."""
    groups: dict[Group, list[Finding]] = {(one.target, one.root): [] for one in report.scanned}
    for finding in report.findings:
        groups.setdefault((finding.target, finding.root), []).append(finding)
    visibles = {id(finding) for finding in shown(report, options)} if options.everything else None
    gaps = _share(report.run.gaps, report.scanned)
    runs = [_run(report, group, findings, gaps[group], visibles) for group, findings in groups.items()]
    return indented({"$schema": SCHEMA, "version": "2.1.0", "runs": runs})


def _run(
    report: Report, group: Group, findings: Sequence[Finding], gaps: Sequence[Gap], visibles: set[int] | None
) -> dict[str, Any]:
    results = [
        finding
        for finding in findings
        if (finding.verdict is Verdict.FAIL if visibles is None else id(finding) in visibles)
    ]
    used = sorted({finding.rule for finding in results})
    index = {name: place for place, name in enumerate(used)}
    driver = {
        "name": "cloudaudit",
        "semanticVersion": report.run.version,
        "rules": [_rule(report.rules[name]) for name in used],
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": _category(report, group)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {BASE: {"description": {"text": "The top folder of the repository."}}},
        "invocations": [_invocation(report, findings, gaps)],
        "results": [_result(finding, report.rules[finding.rule], index[finding.rule]) for finding in results],
    }


def _category(report: Report, group: Group) -> str:
    """What stands before the last slash names the category, under which the next upload replaces this one: not what a
    scan of ours uploaded of the same root, where this is what another tool says."""
    target, root = group
    origins = {one.origin for one in report.scanned if (one.target, one.root) == group}
    tool = [target.partition(":")[0]] if origins == {Origin.IMPORTED} else []
    several = not tool and len({one.target for one in report.scanned if one.root == root}) > 1
    parts = ["cloudaudit", *tool, *([relative(target)] if several else []), *([] if root in ("", ".") else [root])]
    return visible("/".join(part for part in parts if part)) + "/"


def _rule(rule: Rule) -> dict[str, Any]:
    why = " ".join(rule.why.split())
    tags = ["security", "soc2", rule.theme.value, *rule.criteria]
    described: dict[str, Any] = {
        "id": rule.id,
        "shortDescription": {"text": visible(rule.title)},
        "fullDescription": {"text": visible(why)},
        "help": {"text": visible(f"{why} {_fix_text(rule)}".strip()), "markdown": _help(rule, why)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"security-severity": SCORES[rule.severity], "precision": "high", "tags": tags},
    }
    if rule.formerly:
        described["deprecatedIds"] = list(rule.formerly)
    return described


def _fix_text(rule: Rule) -> str:
    return " ".join(rule.fix.steps.split())


def _help(rule: Rule, why: str) -> str:
    parts = [f"**{markdown(rule.title)}** ({rule.severity}, {', '.join(rule.criteria)})", markdown(why)]
    if rule.fix.set:
        parts.append("```terraform\n" + "\n".join(assignments(rule.fix)) + "\n```")
    if rule.fix.add:
        parts.append("```terraform\n" + rule.fix.add.strip() + "\n```")
    if steps := _fix_text(rule):
        parts.append(markdown(steps))
    effects = {
        "in-place": "The change is made in place.",
        "replace": "The change replaces the resource.",
        "manual": "The change is made by hand.",
    }
    parts.append(effects.get(rule.fix.effect, ""))
    if rule.same_as:
        peers = [f"{peer} {', '.join(ids)}" for peer, ids in sorted(rule.same_as.items())]
        parts.append(f"Same as {markdown('; '.join(peers))}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _result(finding: Finding, rule: Rule, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "kind": KINDS[finding.verdict],
        # The standard wants level "none" beside any other kind than "fail".
        "level": LEVELS[finding.severity] if finding.verdict is Verdict.FAIL else "none",
        "message": {"text": _message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            "cloudaudit/v1": finding.fingerprint,
        },
        "properties": {"verdict": finding.verdict.value, "status": finding.status.value, "criteria": rule.criteria},
    }
    if finding.change:
        result["baselineState"] = BASELINE[finding.change]
    if finding.unknown_because:
        result["properties"]["unknownBecause"] = [visible(because) for because in finding.unknown_because]
    if finding.status is not Status.OPEN:
        kind = "inSource" if finding.status is Status.SUPPRESSED else "external"
        result["suppressions"] = [{"kind": kind, "status": "accepted"}]
    return result


def _message(finding: Finding) -> str:
    text = visible(finding.message)
    # "[x](y)" in a plain message would become a link.
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.location
    physical = (
        {"artifactLocation": _artifact(place.file), "region": _region(place)}
        if place
        # A plan or state has no lines; a result without a place is refused by code scanning.
        else {"artifactLocation": _artifact(relative(finding.target)), "region": {"startLine": 1}}
    )
    address = {"fullyQualifiedName": visible(finding.address), "kind": "resource"}
    return {"physicalLocation": physical, "logicalLocations": [address]}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path, safe="/", errors="replace"), "uriBaseId": BASE}


def _region(place: Location) -> dict[str, int]:
    region = {"startLine": place.line, "startColumn": place.column}
    if (place.end_line, place.end_column) > (place.line, place.column):
        region |= {"endLine": place.end_line, "endColumn": place.end_column}
    return region


def _invocation(report: Report, findings: Iterable[Finding], gaps: Iterable[Gap]) -> dict[str, Any]:
    invocation: dict[str, Any] = {
        "executionSuccessful": True,
        "toolExecutionNotifications": [*map(_gap, gaps), *_unknowns(findings)],
    }
    if report.run.started:
        invocation["startTimeUtc"] = report.run.started
    if report.run.finished:
        invocation["endTimeUtc"] = report.run.finished
    return invocation


def _gap(gap: Gap) -> dict[str, Any]:
    told: dict[str, Any] = {
        "level": "warning",
        "message": {"text": visible(f"Not looked at: {gap.what}: {gap.why} {gap.remedy}".rstrip())},
        "descriptor": {"id": "gap"},
    }
    if place := gap.location:
        told["locations"] = [
            {"physicalLocation": {"artifactLocation": _artifact(place.file), "region": _region(place)}}
        ]
    return told


def _unknowns(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "level": "note",
            "message": {"text": visible(f"{plural(len(undecided), 'verdict')} unknown: {because}")},
            "descriptor": {"id": "unknown"},
        }
        for because, undecided in causes(findings)
    ]


def _share(gaps: Iterable[Gap], scanned: Sequence[Scanned]) -> dict[Group, list[Gap]]:
    """Each gap goes to the innermost root around its file, else to the first root."""
    shares: dict[Group, list[Gap]] = defaultdict(list)
    for gap in gaps:
        file = gap.location.file if gap.location else ""
        around = [one for one in scanned if one.root in ("", ".") or file.startswith(f"{one.root}/")]
        best = max(around, key=lambda one: len(one.root.strip("."))) if around and file else next(iter(scanned), None)
        if best is not None:
            shares[best.target, best.root].append(gap)
    return shares


OUTPUT = Output(name="sarif", suffix=".sarif", render=render)
