"""Why a finding is what it is."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cloudaudit.app.book import find_rule, fingerprint, rule_set, values
from cloudaudit.app.request import Request, Tell
from cloudaudit.app.scanning import company
from cloudaudit.app.targets import graphs
from cloudaudit.errors import SettingsError

_Pick = Callable[[str, str, str], Iterator[str]]

if TYPE_CHECKING:
    from cloudaudit.engine import RuleSet
    from cloudaudit.graph import ResourceGraph
    from cloudaudit.outputs.pages.explanation import Explanation


def explain(request: Request, subject: str, tell: Tell | None = None) -> list["Explanation"]:
    """Why a finding is what it is, and what the tools of the request say of it. `subject` is a fingerprint or its
    start, or RULE@ADDRESS; what stands in several roots is explained in each. SettingsError if there
    is no such finding."""
    rules, parameters = rule_set(msgspec.structs.replace(request, profile="")), values(request)
    pick = _picker(subject, rules)
    with company(request) as others:
        answers = [(graph, _answers(graph, rules, parameters, pick)) for graph in graphs(request)]
        if others and any(found for _, found in answers):
            from cloudaudit.app.joining import heard_of  # noqa: PLC0415 - few ask for others

            heard = others.heard(tell)
            answers = [(graph, heard_of(found, graph, heard, request)) for graph, found in answers]
    explanations = [one for _, found in answers for one in found]
    if not explanations:
        raise SettingsError(f"{subject}: no rule gives a verdict of that name here; scan with --all to see them")
    return explanations


def _answers(
    graph: "ResourceGraph", rules: "RuleSet", parameters: Mapping[str, Any], pick: _Pick
) -> list["Explanation"]:
    from cloudaudit.engine.check import check as judge  # noqa: PLC0415
    from cloudaudit.outputs.pages.explanation import Explanation  # noqa: PLC0415

    pairs = {(rule, resource.key) for resource in graph for rule in pick(resource.type, resource.key, resource.address)}
    chosen = rules.only({rule for rule, _ in pairs})
    answers = []
    for finding in judge(chosen, graph, parameters, all_evidence=True) if pairs else ():
        resource = graph.get(finding.resource)
        if (finding.rule, finding.resource) in pairs and resource is not None:
            links = tuple(link for link in graph.links() if link.source == resource.key)
            rule = rules.rules[finding.rule]
            answers.append(
                Explanation(finding=finding, rule=rule, resource=resource.location, calls=resource.calls, links=links)
            )
    return answers


def _picker(subject: str, rules: "RuleSet") -> _Pick:
    """A function from type, key and address of a resource to the ids of the rules that are asked about."""
    if re.fullmatch(r"[0-9a-f]{6,32}", subject):
        return lambda kind, key, _address: (
            one.rule.id for one in rules.for_type(kind) if fingerprint(one.rule.id, key).startswith(subject)
        )
    name, sign, wanted = subject.partition("@")
    if not sign or not wanted:
        raise SettingsError(f"{subject}: neither a fingerprint nor RULE@ADDRESS")
    rule = rules.rules[find_rule(rules, name)]
    return lambda kind, key, address: iter([rule.id] if kind in rule.types and wanted in (key, address) else [])
