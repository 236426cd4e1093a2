"""What a web ACL stops."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_GROUP = "AWSManagedRulesKnownBadInputsRuleSet"
_LOG4J = "Log4JRCE"


def _stops_log4j(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    rules = blocks(resource.attributes, "rule")
    return any_of([*map(_rule_stops, rules.items), *(unknown([text]) for text in rules.because)])


def _rule_stops(rule: Mapping[str, Any]) -> Truth:
    """Whether a rule applies AWS's set against known bad inputs, and neither the rule nor the set only counts."""
    statements = blocks(rule, "statement")
    truths: list[Truth] = [unknown([text]) for text in statements.because]
    for statement in statements.items:
        groups = blocks(statement, "managed_rule_group_statement")
        truths += [unknown([text]) for text in groups.because]
        truths += [all_of([_is_group(group), negate(_counts_log4j(group))]) for group in groups.items]
    return all_of([any_of(truths), negate(_is_given(rule, "override_action", "count"))])


def _is_group(group: Mapping[str, Any]) -> Truth:
    wanted = {"name": _GROUP, "vendor_name": "AWS"}
    given = {name: group.get(name) for name in wanted}
    return all_of(value if isinstance(value, Unknown) else value == wanted[name] for name, value in given.items())


def _counts_log4j(group: Mapping[str, Any]) -> Truth:
    excluded, overridden = blocks(group, "excluded_rule"), blocks(group, "rule_action_override")
    doubts = [unknown([text]) for text in (*excluded.because, *overridden.because)]
    counted = [_is_log4j(rule) for rule in excluded.items]
    turned = [
        all_of([_is_log4j(rule), _is_given(rule, "action_to_use", "count", "allow")]) for rule in overridden.items
    ]
    return any_of([*counted, *turned, *doubts])


def _is_log4j(rule: Mapping[str, Any]) -> Truth:
    name = rule.get("name")
    return name if isinstance(name, Unknown) else str(name).startswith(_LOG4J)


def _is_given(rule: Mapping[str, Any], block: str, *actions: str) -> Truth:
    """Whether one of the empty blocks `actions` stands in the block."""
    found = blocks(rule, block)
    given: list[Truth] = [unknown([text]) for text in found.because]
    for item in found.items:
        for action in actions:
            inner = blocks(item, action)
            given += [bool(inner.items), *(unknown([text]) for text in inner.because)]
            given += [True] if item.get(action) == [None] else []
    return any_of(given)


FACTS = (
    Fact(
        name="firewall.stops_log4j",
        types=("aws_wafv2_web_acl",),
        compute=_stops_log4j,
        doc="bool: a rule of the web ACL applies AWS's set against known bad inputs, with the rules on Log4j in force.",
    ),
)
