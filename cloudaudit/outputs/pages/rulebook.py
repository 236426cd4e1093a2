"""The rule book as text and JSON."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from cloudaudit.model import DEFAULT_PROFILE, Rule
from cloudaudit.outputs.escape import visible
from cloudaudit.outputs.layout import Paint, plural, wrapped
from cloudaudit.outputs.literals import assignments
from cloudaudit.outputs.records import indented

_LABEL = 12
_PARAMETER = re.compile(r"\bparameters\.(\w+)")
_EFFECTS = {"in-place": "in place", "replace": "replaces the resource", "manual": "by hand"}


def as_json(rules: Sequence[Rule]) -> str:
    """A list of rules with all their fields."""
    return indented([msgspec.to_builtins(rule) for rule in rules])


def holds(rule: Rule, words: Sequence[str]) -> bool:
    """Whether each word stands somewhere in what the rule is known by."""
    peers = (name for ids in (*rule.same_as.values(), *rule.near.values()) for name in ids)
    known = " ".join((rule.id, rule.title, *rule.types, rule.theme, rule.severity, *rule.criteria, *peers)).lower()
    return all(word.lower() in known for word in words)


def listing(rules: Sequence[Rule], width: int, *, colour: bool) -> str:
    """One line for each rule: id, severity, criteria; by service."""
    paint = Paint(colour)
    longest = max((len(rule.id) for rule in rules), default=0)
    lines: list[str] = []
    for service, group in groupby(
        sorted(rules, key=lambda rule: (rule.service, rule.id)), key=lambda rule: rule.service
    ):
        members = list(group)
        lines.append(paint.bold(f"{service}: {plural(len(members), 'rule')}"))
        lines += [_line(rule, min(longest, width - 30), paint) for rule in members]
        lines.append("")
    lines.append(plural(len(rules), "rule"))
    return "\n".join(lines) + "\n"


def _line(rule: Rule, column: int, paint: Paint) -> str:
    severity = paint.severity(rule.severity, f"{rule.severity:8}")
    special = [name for name in (rule.profile, rule.stage) if name not in (DEFAULT_PROFILE, "stable")]
    remark = f" ({', '.join(special)})" if special else ""
    return f"  {rule.id:{column}}  {severity}  {' '.join(rule.criteria)}{remark}"


def pages(rules: Sequence[Rule], width: int, *, colour: bool) -> str:
    """Each rule whole."""
    paint = Paint(colour)
    return "\n\n".join("\n".join(_page(rule, paint, width)) for rule in rules) + "\n"


def tested(rules: int, examples: int, wrong: Sequence[tuple[str, str, str]], width: int) -> str:
    """What became of the examples: each that is not judged as it says, with the reason, then the counts."""
    lines: list[str] = []
    for rule, example, why in wrong:
        lines.append(f"{rule} / {example}")
        lines += wrapped(visible(why), width, "  ", "  ")
    failed = f"{len(wrong):,} not judged as they say" if wrong else "all judged as they say"
    lines.append(f"{plural(examples, 'example')} of {plural(rules, 'rule')}: {failed}.")
    return "\n".join(lines) + "\n"


def _page(rule: Rule, paint: Paint, width: int) -> Iterator[str]:
    yield paint.bold(rule.id)
    yield from wrapped(rule.title, width)
    yield ""
    for label, text in _facts(rule):
        yield from wrapped(text, width, f"{label:{_LABEL}}", " " * _LABEL)
    yield ""
    yield from wrapped(rule.why, width)
    yield ""
    yield f"Fix ({_EFFECTS.get(rule.fix.effect, rule.fix.effect)})"
    yield from (f"  {line}" for line in assignments(rule.fix))
    yield from (f"  {line}".rstrip() for line in rule.fix.add.strip().splitlines())
    if rule.fix.steps:
        yield from wrapped(rule.fix.steps, width, "  ", "  ")
    if rule.examples:
        yield ""
        yield from wrapped(f"Examples: {', '.join(rule.examples)}", width, "", "  ")


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "severity", rule.severity.value
    if rule.eased:
        yield "eased", f"{rule.eased.severity.value} where {' '.join(rule.eased.when.split())}"
    yield "profile", rule.profile
    yield "theme", rule.theme.value
    yield "criteria", " ".join(rule.criteria)
    if rule.stage != "stable":
        yield "stage", rule.stage
    yield "judges", ", ".join(rule.types)
    for name, relation in rule.related.items():
        how = f" by {_names(relation.by)}" if relation.by else f" via {_names(relation.via)}" if relation.via else ""
        of = f" of {relation.of}" if relation.of else ""
        yield "related", f"{name}: {', '.join(relation.types)}{how}{of}"
    if rule.when.strip() != "true":
        yield "applies if", " ".join(rule.when.split())
    yield "requires", " ".join(rule.require.split())
    yield from _peers("same as", rule.same_as)
    yield from _peers("near", rule.near)
    if named := parameters_of(rule):
        yield "parameters", ", ".join(named)
    if rule.formerly:
        yield "formerly", ", ".join(rule.formerly)


def parameters_of(rule: Rule) -> list[str]:
    """The parameters that the rule reads, sorted."""
    return sorted(set(_PARAMETER.findall(f"{rule.when} {rule.require}")))


def _peers(label: str, ids: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    if ids:
        yield label, "; ".join(f"{peer} {', '.join(names)}" for peer, names in sorted(ids.items()))


def _names(names: str | tuple[str, ...]) -> str:
    return names if isinstance(names, str) else ", ".join(names)
