"""Passwords and keys that resources of different environments have in common, without showing any."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.values import is_secret
from cloudaudit.facts.environment.entries import Entry, Target, across, entry
from cloudaudit.facts.environment.inference import environment_of
from cloudaudit.facts.memory import per_graph
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown


@per_graph
def _holders(graph: ResourceGraph) -> dict[Any, list[tuple[Resource, str]]]:
    """Resources with a secret argument, by its value or by what it refers to. The values never leave this index.

    Two of each environment stand for all of it (one may be who asks), so that a password of a thousand is no thousand
    times a thousand pairs.
    """
    found: dict[Any, dict[tuple[str, bool], list[tuple[Resource, str]]]] = {}
    for resource in graph.everything():
        for key, path in _secrets(resource):
            environment = environment_of(resource, graph)
            holders = found.setdefault(key, {}).setdefault((environment.name, environment.silent), [])
            if len(holders) < 2:
                holders.append((resource, path))
    return {key: [holder for holders in groups.values() for holder in holders] for key, groups in found.items()}


_NOT_KNOWN = object()
"""Stands for a secret that may be any: a variable without value."""


def _secrets(resource: Resource) -> Iterable[tuple[Any, str]]:
    for name, value in resource.attributes.items():
        if value.__class__ is str and (kind := speaks_of_secret(name)):
            if is_secret(value, kind):
                yield value, name
        elif value.__class__ is Unknown and speaks_of_secret(name):
            yield value.refs or _NOT_KNOWN, name


def same_secret(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The resources of other environments that hold the same password or key, or may."""
    ours = environment_of(resource, graph)
    holders = _holders(graph)
    found = []
    for key, name in _secrets(resource):
        same = [(other, path, None) for other, path in holders.get(key, ()) if key is not _NOT_KNOWN]
        maybe = holders.values() if key is _NOT_KNOWN else [holders.get(_NOT_KNOWN, [])]
        doubt = Unknown(because=f"whether {name} is the same secret is not known")
        for other, path, unsure in [*same, *((other, path, doubt) for group in maybe for other, path in group)]:
            if other.key != resource.key:
                theirs = environment_of(other, graph)
                target = Target(to=other.address, kind=other.type, attribute=path, environment=theirs)
                row = entry(resource.address, target, ours)
                found.append({**row, "crosses": unsure} if unsure and row["crosses"] is True else row)
    return across(found)
