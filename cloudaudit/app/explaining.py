"""Why a finding is what it is."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from cloudaudit.app.book import find_rule, fingerprint, rule_set, values
from cloudaudit.app.request import Request
from cloudaudit.app.targets import graphs
from cloudaudit.errors import SettingsError

if TYPE_CHECKING:
    from cloudaudit.engine import RuleSet
    from cloudaudit.outputs.pages.explanation import Explanation


def explain(request: Request, subject: str) -> list["Explanation"]:
    """Why a finding is what it is. `subject` is a fingerprint or its start, or RULE@ADDRESS; what stands in several
    roots is explained in each. SettingsError if there is no such finding."""
    from cloudaudit.engine.check import check as judge  # noqa: PLC0415
    from cloudaudit.outputs.pages.explanation import Explanation  # noqa: PLC0415

    rules, parameters = rule_set(msgspec.structs.replace(request, profile="")), values(request)
    pick = _picker(subject, rules)
    answers = []
    for graph in graphs(request):
        pairs = {
            (rule, resource.key) for resource in graph for rule in pick(resource.type, resource.key, resource.address)
        }
        chosen = rules.only({rule for rule, _ in pairs})
        for finding in judge(chosen, graph, parameters, all_evidence=True) if pairs else ():
            resource = graph.get(finding.resource)
            if (finding.rule, finding.resource) in pairs and resource is not None:
                links = tuple(link for link in graph.links() if link.source == resource.key)
                rule = rules.rules[finding.rule]
                answers.append(
                    Explanation(
                        finding=finding, rule=rule, resource=resource.location, calls=resource.calls, links=links
                    )
                )
    if not answers:
        raise SettingsError(f"{subject}: no rule gives a verdict of that name here; scan with --all to see them")
    return answers


def _picker(subject: str, rules: "RuleSet") -> Callable[[str, str, str], Iterator[str]]:
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
