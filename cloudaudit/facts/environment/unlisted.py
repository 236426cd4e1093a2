"""What an account may hold that nobody was allowed to list: it may be of any environment, and use anything."""

import functools
from collections.abc import Callable

import msgspec

from cloudaudit.facts.environment.crossings import may_name
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource
from cloudaudit.schema import resource_schema

CALLED_AFTER_IT = frozenset(
    {
        "aws_db_instance", "aws_dynamodb_table", "aws_ecs_cluster", "aws_eks_cluster",
        "aws_elasticache_replication_group", "aws_instance", "aws_lb", "aws_rds_cluster", "aws_redshift_cluster",
        "aws_vpc",
    }
)  # fmt: skip
"""What is called dev because it is of development: a group called dev may be that of the developers."""
_SHOW_AN_ACCOUNT = (
    *sorted(CALLED_AFTER_IT), "aws_autoscaling_group", "aws_iam_role", "aws_iam_user", "aws_tagged_resource",
)  # fmt: skip
"""By these it shows what lives in an account: all that has tags, what the tagging API leaves out, what tells by its
name."""
IN_NETWORKS = (
    "vpc_id", "subnet_id", "subnet_ids", "subnets", "vpc_config", "network_configuration", "vpc_zone_identifier",
)  # fmt: skip
"""What says in which network something is."""


def inhabitants(resource: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    """Why more may live in the account, or lie in the network."""
    if resource.type == "aws_account":
        return graph.unlisted(resource, _SHOW_AN_ACCOUNT)
    return _because(resource, graph, lambda kind: any(_has(kind, name) for name in IN_NETWORKS))


def users(resource: Resource, graph: ResourceGraph, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Why there may be more that refers to the resource, types aside that start so."""
    return _because(resource, graph, lambda kind: not kind.startswith(but) and resource.type in _may_refer_to(kind))


def _because(resource: Resource, graph: ResourceGraph, counts: Callable[[str], bool]) -> tuple[str, ...]:
    refused = {kind for kind, _ in graph.listing.missing()} if graph.listing else ()
    if resource.type == "aws_s3_bucket":  # of a region, and used from all of them
        resource = msgspec.structs.replace(resource, region="")
    return graph.unlisted(resource, [kind for kind in sorted(refused) if counts(kind)]) if refused else ()


def _has(kind: str, name: str) -> bool:
    schema = resource_schema(kind)
    return schema is not None and (name in schema.attributes or name in schema.blocks)


@functools.cache
def _may_refer_to(kind: str) -> frozenset[str]:
    """The types to which an argument of the type, or of a block in it, may refer."""
    schema = resource_schema(kind)
    names = (*schema.attributes, *schema.blocks) if schema else ()
    return frozenset(target for name in names for target in may_name(kind, name))
