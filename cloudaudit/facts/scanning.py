"""What is scanned for vulnerabilities."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.places import apart
from cloudaudit.facts.reading import blocks, listed
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.facts.wildcards import matches
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_INSPECTED = {
    "EC2": ("aws_instance", "aws_launch_template", "aws_autoscaling_group"),
    "ECR": ("aws_ecr_repository",),
    "LAMBDA": ("aws_lambda_function",),
}


def _by_registry(resource: Resource, graph: ResourceGraph) -> Truth:
    """The settings of the registry take the place of the repository's own flag."""
    return any_of(
        _covers(rule, resource.attributes.get("name"))
        for registry in graph.of_type("aws_ecr_registry_scanning_configuration")
        if not apart(registry, resource)
        for rule in _rules(registry)
    )


def _rules(registry: Resource) -> Iterator[Any]:
    rules = blocks(registry.attributes, "rule")
    yield from rules.items
    yield from (unknown([text]) for text in rules.because)


def _covers(rule: Mapping[str, Any] | Unknown, name: Any) -> Truth:
    if isinstance(rule, Unknown):
        return rule
    frequency, filters = rule.get("scan_frequency"), blocks(rule, "repository_filter")
    scans = frequency if isinstance(frequency, Unknown) else frequency in ("SCAN_ON_PUSH", "CONTINUOUS_SCAN")
    named = [_matches(each.get("filter"), name) for each in filters.items]
    return all_of([scans, any_of([*named, *(unknown([text]) for text in filters.because)])])


def _matches(pattern: Any, name: Any) -> Truth:
    """A filter without an asterisk matches names that contain it."""
    if isinstance(pattern, Unknown) or pattern == "*":
        return pattern if isinstance(pattern, Unknown) else True
    if isinstance(name, Unknown):
        return name
    return matches(str(pattern) if "*" in str(pattern) else f"*{pattern}*", str(name))


def _left_out(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The kinds that are here and not among the resource types of an enabler."""
    types = listed(resource.attributes.get("resource_types"))
    missing = [
        kind
        for kind, of_kind in _INSPECTED.items()
        if kind not in types.items and any(not apart(resource, one) for each in of_kind for one in graph.of_type(each))
    ]
    return unknown(types.because) if types.because and missing else missing


FACTS = (
    Fact(
        name="scanning.by_registry",
        types=("aws_ecr_repository",),
        compute=_by_registry,
        doc="bool: a rule of the registry here scans the images of the repository, on push or continuously.",
    ),
    Fact(
        name="scanning.left_out",
        types=("aws_inspector2_enabler",),
        compute=_left_out,
        doc="list of what is in this graph and not inspected: EC2, ECR, LAMBDA.",
    ),
)
