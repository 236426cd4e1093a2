"""What an account may hold that nobody was allowed to list: it may be of any environment, and use anything."""

import functools
from collections.abc import Callable, Iterable

import msgspec

from cloudaudit.facts.environment.crossings import may_name
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource
from cloudaudit.schema import resource_schema


def residents(resource: Resource, graph: ResourceGraph, names: Iterable[str]) -> tuple[str, ...]:
    """Why there may be more that says by an argument of one of these names that it lies in the resource."""
    return _because(resource, graph, lambda kind: any(_has(kind, name) for name in names))


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
