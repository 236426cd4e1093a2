"""Companions whose parent is not in the scan: a policy for a queue that another root declares.

What such a companion does can be wrong whatever the parent says. So the parent is stood in for by a resource of which
nothing is known, and whose other companions may be anywhere. Whatever fails even so is true of the companion.
"""

import functools
from typing import Any

import msgspec

from cloudaudit import schema
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.facts.iam.policies import COMPANIONS as POLICIES
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_WHY = "it is not in this scan"


def absent_parents(rules: RuleSet, graph: ResourceGraph) -> tuple[ResourceGraph, dict[str, Resource]] | None:
    """A graph of stand-ins with their companions, and by key of each stand-in the companion that speaks for it. None
    when all parents are there."""
    groups: dict[tuple[str, Any], list[tuple[Resource, str]]] = {}
    for parent, kind, attribute in _companions(rules):
        for companion in graph.of_type(kind):
            value = graph.dangling(companion, attribute, parent)
            if value is not None:
                who = (value.refs, value.because) if isinstance(value, Unknown) else value
                groups.setdefault((parent, who), []).append((companion, attribute))
    if not groups:
        return None
    made: dict[str, Resource] = {}
    speakers: dict[str, Resource] = {}
    for number, ((parent, _), members) in enumerate(groups.items()):
        stand_in = _stand_in(parent, number, members[0][0])
        made[stand_in.key] = stand_in
        speakers[stand_in.key] = members[0][0]
        for companion, attribute in members:
            made[companion.key] = _referring(companion, attribute, stand_in)
    blind = {made[key].address: f"the rest of it {_WHY.removeprefix('it ')}" for key in speakers}
    found = ResourceGraph(
        made.values(),
        target=graph.target,
        root=graph.root,
        origin=graph.origin,
        blind=blind,
        environment=graph.environment,
    )
    return found, speakers


@functools.lru_cache(maxsize=8)
def _companions(rules: RuleSet) -> tuple[tuple[str, str, str], ...]:
    """What belongs to which type, by the rules and by its policies: the type, that of the companion, and how this one
    names the parent. Found once for a set of rules: a tree has hundreds of graphs."""
    return tuple((parent, *companion) for parent in rules.types for companion in sorted(_of_parent(rules, parent)))


def _of_parent(rules: RuleSet, parent: str) -> set[tuple[str, str]]:
    found = {
        (kind, attribute)
        for one in rules.for_type(parent)
        for relation in one.rule.related.values()
        if relation.by is not None and relation.of is None
        for kind in relation.types
        for attribute in ((relation.by,) if isinstance(relation.by, str) else relation.by)
        if kind.startswith(f"{parent}_")
    }
    return found | set(POLICIES.get(parent, ()))


def _stand_in(parent: str, number: int, companion: Resource) -> Resource:
    known = schema.resource_schema(parent)
    names = (*known.attributes, *known.blocks) if known else ()
    return Resource(
        key=f"{companion.key}/{parent}",
        type=parent,
        name=f"absent_{number}",
        address=f"{parent}.absent_{number}",
        attributes=dict.fromkeys(names, Unknown(because=_WHY)),
        origin=companion.origin,
        account=companion.account,
        region=companion.region,
        location=companion.location,
    )


def _referring(companion: Resource, attribute: str, parent: Resource) -> Resource:
    reference = Unknown(because=_WHY, refs=(f"{parent.address}.id",), is_set=True)
    attributes: dict[str, Any] = {**companion.attributes, attribute: reference}
    return msgspec.structs.replace(companion, attributes=attributes)
