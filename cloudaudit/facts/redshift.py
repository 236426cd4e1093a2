"""Settings of Redshift whose default is not the same in every version of the provider."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_CLUSTER = ("aws_redshift_cluster",)
_CHANGED = 6  # the major version that turned both defaults round
_CONSTRAINT = re.compile(r"\s*(=|!=|>=|<=|~>|>|<)?\s*v?(\d+)((?:\.\d+)*)\S*\s*")
_ENDLESS = 10**6


def _reader(
    attribute: str, *, since: bool, before_text: str, since_text: str
) -> Callable[[Resource, ResourceGraph], Truth]:
    """Reads the attribute. Unset is as the required version of the provider says; else unknown, with both defaults."""
    doubt = f"{attribute} is not set: that means {before_text} before provider 6.0 and {since_text} since"

    def read(resource: Resource, graph: ResourceGraph) -> Truth:
        value = resource.attributes.get(attribute)
        if isinstance(value, Unknown):
            return value
        if value is not None:
            return str(value).lower() == "true"
        lowest, highest = _majors(graph)
        if lowest >= _CHANGED:
            return since
        return not since if highest < _CHANGED else Unknown(because=doubt)

    return read


def _majors(graph: ResourceGraph) -> tuple[int, int]:
    """The lowest and the highest major version of the AWS provider that the configuration admits."""
    lowest, highest = 0, _ENDLESS
    for settings in graph.of_type("terraform_settings"):
        for least, most in _bounds(settings.attributes.get("required_providers")):
            lowest, highest = max(lowest, least), min(highest, most)
    return lowest, highest


def _bounds(required: object) -> Iterator[tuple[int, int]]:
    aws = required.get("aws") if isinstance(required, Mapping) else None
    version: Any = aws.get("version") if isinstance(aws, Mapping) else aws
    for part in version.split(",") if isinstance(version, str) else ():
        if found := _CONSTRAINT.fullmatch(part):
            yield _bound(found[1] or "=", int(found[2]), found[3])


def _bound(operator: str, major: int, rest: str) -> tuple[int, int]:
    """What one constraint leaves of major versions. `~> 5` has no upper bound, `~> 5.0` stays below 6."""
    if operator in ("=", "<=") or (operator == "~>" and rest):
        return (0 if operator == "<=" else major), major
    if operator == "<":
        return 0, major if rest.strip(".0") else major - 1
    return (major if operator in (">", ">=", "~>") else 0), _ENDLESS


FACTS = (
    Fact(
        name="redshift.encrypted",
        types=_CLUSTER,
        compute=_reader("encrypted", since=True, before_text="not encrypted", since_text="encrypted"),
        doc="bool: the cluster is encrypted; if that is not set, the version of the provider decides",
    ),
    Fact(
        name="redshift.publicly_accessible",
        types=_CLUSTER,
        compute=_reader("publicly_accessible", since=False, before_text="public", since_text="not public"),
        doc="bool: the cluster has a public address; if that is not set, the version of the provider decides",
    ),
)
