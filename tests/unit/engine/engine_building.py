"""Rules and resources made by hand."""

from typing import Any

from cloudaudit.engine.rulereader import compile_files
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource

RULE = """
  - id: {id}
    title: It is so
    theme: {theme}
    severity: {severity}
    criteria: [CC6.1]
    resource: {resource}
    related: {related}
    when: '{when}'
    require: '{require}'
    at: {at}
    message: "{{name}} of {{type}} is not so."
    why: Because.
    eased: {eased}
    fix: {{steps: Do it., effect: manual}}
    examples: {{pass: "", fail: "", unknown: "", fail-omitted: ""}}
"""


def rule_text(**values: str) -> str:
    """The text of a rule file with one rule; what is not given has a sound default."""
    defaults = {
        "id": "thing-is-so",
        "theme": "logging",
        "severity": "low",
        "eased": "null",
        "resource": "aws_db_instance",
        "related": "{}",
        "when": "true",
        "require": "resource.storage_encrypted == true",
        "at": '""',
    }
    return "service: test\nrules:" + RULE.format(**(defaults | values))


def make_rules(**values: str) -> RuleSet:
    return compile_files({"test.yaml": rule_text(**values).encode()})


def make(type_: str, name: str, **attributes: Any) -> Resource:
    address = f"{type_}.{name}"
    return Resource(key=address, type=type_, name=name, address=address, attributes=attributes, origin=Origin.SOURCE)


def make_graph(*resources: Resource, complete: bool = False) -> ResourceGraph:
    return ResourceGraph(resources, target="infra", root=".", origin=Origin.SOURCE, complete=complete)
