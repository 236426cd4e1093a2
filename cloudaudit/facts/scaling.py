"""How many of a thing there are, and whether that grows with demand."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
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
    if any(ref.startswith(f"{table.address}.") for each in unknowns for ref in each.refs):
        return True
    named: Truth = f"table/{name}" in known if not isinstance(name, Unknown) else name if known else False
    return any_of([named, *(each for each in unknowns if not _is_of_another(each))])


def _is_of_another(name: Unknown) -> bool:
    return bool(name.refs) and all("aws_dynamodb_table." in ref and ".data." not in f".{ref}" for ref in name.refs)


@per_graph
def _scaled(graph: ResourceGraph) -> dict[str, tuple[frozenset[str], tuple[Unknown, ...]]]:
    """What the parts of scaling are about: known names, and those that are not known."""
    found = {}
    for kind in _PARTS:
        names = [part.attributes.get("resource_id") for part in graph.of_type(kind)]
        unknowns = tuple(name for name in names if isinstance(name, Unknown))
        found[kind] = (frozenset(name for name in names if isinstance(name, str)), unknowns)
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
