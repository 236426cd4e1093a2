"""The ways that secrets take from variables to where they are shown, as a source has followed them."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from cloudaudit.facts.credentials.places import DEFINITIONS, ENVIRONMENTS, SCRIPTS, decoded, variables_at
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.reading import reach
from cloudaudit.graph import ResourceGraph, strip_keys
from cloudaudit.model import Resource, Unknown

MARK = "secret: "
"""Before the cause of an `Unknown` that stands for a secret; what follows is the way it has come."""
ARROW = " -> "

_OUTPUT = re.compile(r"(?:^|:)output\.[^.]+$")
_VALUES = {"aws_ssm_parameter": ("value", "insecure_value")}


def _places() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for table in (SCRIPTS, DEFINITIONS, _VALUES, {type_: variables_at(type_) for type_ in ENVIRONMENTS}):
        for type_, paths in table.items():
            found.setdefault(type_, set()).update(path.partition(".")[0] for path in paths)
    return {type_: frozenset(names) for type_, names in found.items()}


PLACES = _places()
"""The arguments of each type that show what they hold to whoever may read the resource."""


def followed(resource: Resource, graph: ResourceGraph) -> Resource | None:
    """The resource with marks in place of the secrets that variables brought there; None where none was brought."""
    found = graph.environment.get("followed")
    attributes = found.get(resource.key) if isinstance(found, Mapping) else None
    return msgspec.structs.replace(resource, attributes=attributes) if attributes else None


def way(value: object) -> str:
    """The way of the first secret in a value: "var.db_password -> module.api.var.env"; empty if there is none."""
    if not isinstance(value, Unknown):
        return ""
    return next((cause.removeprefix(MARK) for cause in value.because.split("; ") if cause.startswith(MARK)), "")


def leading(resource: Resource, graph: ResourceGraph, path: str) -> str:
    """The whole way of the first secret that variables brought to the dotted `path`, and what is there shows it."""
    marked = followed(resource, graph)
    for value in reach(marked.attributes, path) if marked else ():
        if start := next(iter(marks(value).values()), ""):
            return f"{start}{ARROW}{resource.address}.{path}"
    return ""


@per_graph
def reached(graph: ResourceGraph) -> frozenset[str]:
    """The variables whose secrets end in resources, without keys of instances: "module.db.var.password"."""
    found = graph.environment.get("followed")
    ended = [each for key, each in found.items() if not _OUTPUT.search(key)] if isinstance(found, Mapping) else []
    return frozenset(
        strip_keys(place) for each in ended for start in marks(each).values() for place in start.split(ARROW)
    )


def marks(value: Any, path: str = "") -> dict[str, str]:
    """The dotted places within a value where there are marks, each with its way; of a document those in it."""
    value = decoded(value)
    if isinstance(value, Unknown):
        return {path: way(value)} if way(value) else {}
    members = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    found: dict[str, str] = {}
    for name, member in members:
        found |= marks(member, f"{path}.{name}" if path else str(name))
    return found


def is_shown(value: object) -> bool:
    """Whether what stands where a mark is may be the secret: a plain reference to a resource is none."""
    if not isinstance(value, Unknown):
        return value not in (None, "")
    return not value.refs or bool(value.prefix) or value.partial is not None or "has no value" in value.because
