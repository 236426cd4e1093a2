"""How many of a thing there are, and whether that grows with demand."""

from collections.abc import Iterable

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph, names
from cloudaudit.model import Relation, Resource, Unknown

_CLUSTERS = ("aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster")


def _several_members(resource: Resource, graph: ResourceGraph) -> Truth:
    found = graph.related(resource, Relation(type=f"{resource.type}_instance", by="cluster_identifier"))
    if len(found.found) > 1:
        return True
    doubts = [
        *found.because,
        *(f"the number of {each.address}" for each in found.found if each.address.endswith("[?]")),
    ]
    return unknown(doubts) if doubts else False


_PARTS = ("aws_appautoscaling_target", "aws_appautoscaling_policy")


def _scales(resource: Resource, graph: ResourceGraph) -> Truth:
    """A target without a policy changes nothing."""
    return all_of(_has(kind, resource, graph) for kind in _PARTS)


def _has(kind: str, table: Resource, graph: ResourceGraph) -> Truth:
    known, unknowns = _scaled(graph)[kind]
    name = table.attributes.get("name")
    if any(each.refs and names(each.refs, table.address) for each in unknowns):
        return True
    if isinstance(name, Unknown):
        named: Truth = name if known else False
    else:
        named = _is_here(known.get(f"table/{name}", ()), table)
    return any_of([named, *(each for each in unknowns if not _is_of_another(each, table))])


def _is_of_another(name: Unknown, table: Resource) -> bool:
    tables = bool(name.refs) and all("aws_dynamodb_table." in ref for ref in name.refs)
    return tables and names(name.refs, table.address) is False


def _is_here(regions: Iterable[str], table: Resource) -> bool:
    """Tables of several regions may share a name."""
    return any(not (region and table.region) or region == table.region for region in regions)


@per_graph
def _scaled(graph: ResourceGraph) -> dict[str, tuple[dict[str, list[str]], tuple[Unknown, ...]]]:
    """What the parts of scaling are about: known names with the regions of the parts, and those that are not known."""
    found = {}
    for kind in _PARTS:
        parts = [(part.attributes.get("resource_id"), part.region) for part in graph.of_type(kind)]
        known: dict[str, list[str]] = {}
        for name, region in parts:
            if isinstance(name, str):
                known.setdefault(name, []).append(region)
        found[kind] = (known, tuple(name for name, _ in parts if isinstance(name, Unknown)))
    return found


FACTS = (
    Fact(
        name="scaling.several_members",
        types=_CLUSTERS,
        compute=_several_members,
        doc="bool: the cluster has two instances or more.",
    ),
    Fact(
        name="scaling.by_demand",
        types=("aws_dynamodb_table",),
        compute=_scales,
        doc="bool: the capacity of the table is a target of Application Auto Scaling, and a policy moves it.",
    ),
)
