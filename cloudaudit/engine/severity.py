"""How severe a failure is here: as the rule says, adjusted to what is at stake.

Outside production a failure weighs one step less, except where strangers, secrets, the audit's own evidence or the way
into another environment are concerned: a development account is as good a way in, and its logs are audited too. Data
tagged as confidential weighs one step more.
"""

from collections.abc import Collection
from typing import Any

from cloudaudit.facts import find
from cloudaudit.facts.memory import per_resource
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Severity, Theme

ALIKE_EVERYWHERE = frozenset(
    {Theme.NETWORK_EXPOSURE, Theme.SECRETS, Theme.LOGGING, Theme.LOG_RETENTION, Theme.ENVIRONMENT_SEPARATION}
)
_NON_PRODUCTION = ("dev", "nonprod", "staging", "test")
_CONFIDENTIAL = ("confidential", "restricted")
_STEPS = tuple(Severity)


def adjusted(
    severity: Severity, theme: Theme, resource: Resource, graph: ResourceGraph, tags: Collection[str]
) -> Severity:
    """The severity of a failure about `theme` on this resource; `tags` are the keys of tags that classify data."""
    step = int(_is_confidential(resource, tags))
    if theme not in ALIKE_EVERYWHERE and _is_non_production(resource, graph):
        step -= 1
    return _STEPS[min(max(_STEPS.index(severity) + step, 0), len(_STEPS) - 1)]


@per_resource
def environment(resource: Resource, graph: ResourceGraph) -> str:
    """The environment that the resource belongs to, empty where nothing tells it."""
    found = _fact("environment.name", resource, graph)
    return found if isinstance(found, str) else ""


def owner(resource: Resource, keys: Collection[str]) -> str:
    """Who answers for the resource, by the first of these tags that it has: "team:payments"; empty if it has none."""
    for key in keys:
        for tags in (resource.attributes.get(name) for name in ("tags", "tags_all")):
            value = tags.get(key) if isinstance(tags, dict) else None
            if isinstance(value, str) and value.strip():
                return f"{key.lower()}:{value.strip()}"
    return ""


@per_resource
def _is_non_production(resource: Resource, graph: ResourceGraph) -> bool:
    """Whether something stronger than a name says so: an account, a tag, a workspace, a folder."""
    basis = str(_fact("environment.basis", resource, graph))
    return not basis.startswith(("name ", "address ")) and environment(resource, graph) in _NON_PRODUCTION


def _fact(name: str, resource: Resource, graph: ResourceGraph) -> Any:
    fact = find(name)
    return None if fact is None else fact.compute(resource, graph)


def _is_confidential(resource: Resource, keys: Collection[str]) -> bool:
    found = (resource.attributes.get(name) for name in ("tags", "tags_all"))
    values = [tags[key] for tags in found if tags and isinstance(tags, dict) for key in keys if key in tags]
    return any(isinstance(value, str) and value.lower() in _CONFIDENTIAL for value in values)
