"""Whatever is hidden from a rule, its verdict may become unknown, and never the opposite of what it was.

Every value in every example of every rule is hidden once, at every depth.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudaudit import app
from cloudaudit.engine import examples
from cloudaudit.engine.check import check
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Rule, Theme, Unknown
from cloudaudit.sources import Options

RULES = app.rule_set(app.Request(targets=()))
HIDDEN = Unknown(because="hidden")

# Assumptions that rules state in their text: what hides them is not hidden here.
ASSUMED = {
    ("ec2-disks-encrypted", "ami"): "images from outside of the scan are taken as plain, known or not: most are",
}


def hide(value: Any) -> Iterator[Any]:
    """The value with one part of it hidden, in every way."""
    yield HIDDEN
    if isinstance(value, dict):
        for name, member in value.items():
            yield from ({**value, name: hidden} for hidden in hide(member))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from ([*value[:index], hidden, *value[index + 1 :]] for hidden in hide(member))


def with_something_hidden(rule: str, graph: ResourceGraph) -> Iterator[tuple[str, ResourceGraph]]:
    for resource in graph:
        for name, value in resource.attributes.items():
            for hidden in () if (rule, name) in ASSUMED else hide(value):
                changed = msgspec.structs.replace(resource, attributes={**resource.attributes, name: hidden})
                yield f"{resource.address}.{name} = {hidden}", with_changed(graph, changed)


def with_changed(graph: ResourceGraph, changed: Resource) -> ResourceGraph:
    made = ResourceGraph(
        [changed if resource.key == changed.key else resource for resource in graph],
        target=graph.target,
        root=graph.root,
        origin=graph.origin,
        complete=graph.complete,
        environment=graph.environment,
    )
    made.changing = graph.changing
    return made


def verdicts(rule: RuleSet, graph: ResourceGraph, parameters: Mapping[str, Any]) -> dict[str, str]:
    found = {finding.address: str(finding.verdict) for finding in check(rule, graph, parameters)}
    return {resource.address: found.get(resource.address, examples.NONE) for resource in graph}


# A rule that does not apply may pass or be unknown once that is no longer known.
ALLOWED = {
    "pass": {"pass", "unknown"},
    "fail": {"fail", "unknown"},
    "unknown": {"unknown"},
    examples.NONE: {examples.NONE, "pass", "unknown"},
}

# These rules ask what is written in the configuration: what is not known is no literal there.
LENIENT = {Theme.SECRETS}


def is_allowed(rule: Rule, address: str, known: str, hidden: str) -> bool:
    # A policy is judged by itself where nobody knows whose it is.
    speaks_for_itself = known == examples.NONE and address.partition(".")[0] not in rule.types
    return (
        hidden in ALLOWED[known]
        or (rule.theme in LENIENT and hidden == "pass")
        or (hidden == "fail" and speaks_for_itself)
    )


@pytest.mark.parametrize("rule", RULES.rules)
def test_what_is_hidden_never_turns_a_verdict_round(rule: str, tmp_path: Path) -> None:
    one = RULES.only([rule])

    def load(text: str, complete: bool) -> ResourceGraph:
        for file in tmp_path.iterdir():
            file.unlink()
        for name, content in examples.files(text).items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        [graph] = app.load(tmp_path, Options(complete=complete))
        return graph

    for text in RULES.rules[rule].examples.values():
        _, parameters, _ = examples.directives(text)
        graph = examples.read(RULES.rules[rule], text, load)
        known = verdicts(one, graph, parameters)

        for what, hidden in with_something_hidden(rule, graph):
            for address, verdict in verdicts(one, hidden, parameters).items():
                allowed = is_allowed(RULES.rules[rule], address, known[address], verdict)
                assert allowed, f"{address}: {known[address]}, but {verdict} with {what}"
