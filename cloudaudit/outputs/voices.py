"""What other tools say of the same, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cloudaudit.model import Finding, Origin, Report, Verdict, Voice
from cloudaudit.outputs.layout import plural

_VERBS = {Verdict.PASS: "passes it", Verdict.FAIL: "fails it", Verdict.UNKNOWN: "cannot tell"}


def said(findings: Sequence[Finding]) -> str:
    """What others say of findings that are shown as one; empty where they say nothing, or not the same of all."""
    texts = {_of(one) for one in findings}
    return texts.pop() if len(texts) == 1 else ""


def _of(finding: Finding) -> str:
    parts = []
    for voice in finding.voices:
        verb = "agrees" if voice.verdict is finding.verdict else _VERBS[voice.verdict]
        parts.append(f"{voice.tool} {verb} ({voice.rule})")
    return ", ".join(parts)


def summary(report: Report) -> Iterator[str]:
    """A sentence for each tool that ran beside us: how often both agree, and how often only one spoke."""
    tools = dict.fromkeys(voice.tool for one in report.findings for voice in one.voices)
    for tool in tools:
        ours = [one for one in report.findings if not _is_of(one, tool) and tool in report.rules[one.rule].same_as]
        pairs = [(one.verdict, voice) for one in ours for voice in one.voices if voice.tool == tool]
        differing = Counter((verdict, voice.verdict) for verdict, voice in pairs if verdict is not voice.verdict)
        parts = [f"{plural(len(pairs) - differing.total(), 'verdict')} agree"]
        if differing:
            named = (f"{count:,} {here} here and {there} there" for (here, there), count in sorted(differing.items()))
            parts.append(f"{differing.total():,} differ ({', '.join(named)})")
        parts.append(f"{sum(_is_of(one, tool) for one in report.findings):,} are only its own")
        silent = sum(not any(voice.tool == tool for voice in one.voices) for one in ours)
        parts.append(f"{silent:,} only ours by a rule that it has, too")
        yield f"{_named(pairs, tool)}: {', '.join(parts)}."


def _named(pairs: Sequence[tuple[Verdict, Voice]], tool: str) -> str:
    versions = dict.fromkeys(voice.version for _, voice in pairs)
    return " ".join([tool, *filter(None, versions)])


def _is_of(finding: Finding, tool: str) -> bool:
    """Whether it is a finding of the tool alone."""
    evidence = finding.evidence
    return bool(evidence and evidence.origin is Origin.IMPORTED) and finding.target.startswith(f"{tool}:")
