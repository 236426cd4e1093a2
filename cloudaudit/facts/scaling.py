"""How many of a thing there are, and whether that grows with demand."""

from cloudaudit.facts.fact import Fact
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


def _scales(resource: Resource, graph: ResourceGraph) -> Truth:
    """A target without a policy changes nothing."""
    parts = ("aws_appautoscaling_target", "aws_appautoscaling_policy")
    return all_of(any_of(_is_of(each, resource) for each in graph.of_type(kind)) for kind in parts)


def _is_of(part: Resource, table: Resource) -> Truth:
    name, table_name = part.attributes.get("resource_id"), table.attributes.get("name")
    if isinstance(name, Unknown):
        return True if any(ref.startswith(f"{table.address}.") for ref in name.refs) else name
    if isinstance(table_name, Unknown):
        return table_name
    return name == f"table/{table_name}"


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
