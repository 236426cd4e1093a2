"""What a change does to a resource that stands beside the one that is judged."""

from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource

ACTIONS = "actions"
"""Where the graph of what was before keeps the actions on each resource, by key."""


def _actions(resource: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    found: dict[str, Any] = graph.environment.get(ACTIONS) or {}
    return tuple(found.get(resource.key, ()))


def _leaves(resource: Resource, graph: ResourceGraph) -> bool:
    actions = _actions(resource, graph)
    return "delete" in actions and "create" not in actions


FACTS = (
    Fact(
        name="change.leaves",
        compute=_leaves,
        doc="bool: the change deletes the resource for good; of neighbours, in rules about changes.",
    ),
)
