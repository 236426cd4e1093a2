"""Log groups that services make by name, and which of them are declared."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.places import apart
from cloudaudit.facts.reading import blocks, listed
from cloudaudit.facts.truth import Truth, all_of, unknown
from cloudaudit.graph import Related, ResourceGraph
from cloudaudit.model import Resource, Unknown

_GROUP = "aws_cloudwatch_log_group"
_NO_NAME = "\n"  # no name begins with it
Name = str | Unknown


def _lambda(attributes: Mapping[str, Any]) -> Iterator[Name]:
    configured = blocks(attributes, "logging_config")
    if configured.because:
        yield from map(_perhaps, configured.because)
        return
    names = [name for each in configured.items if (name := each.get("log_group"))]
    yield from names or [_with("/aws/lambda/", attributes.get("function_name"))]


def _instance(attributes: Mapping[str, Any]) -> Iterator[Name]:
    yield from _exported("/aws/rds/instance/", attributes.get("identifier"), attributes)


def _cluster(attributes: Mapping[str, Any]) -> Iterator[Name]:
    yield from _exported("/aws/rds/cluster/", attributes.get("cluster_identifier"), attributes)


def _exported(start: str, identifier: Any, attributes: Mapping[str, Any]) -> Iterator[Name]:
    exports = listed(attributes.get("enabled_cloudwatch_logs_exports"))
    yield from (_with(start, identifier, f"/{kind}") for kind in exports.items)
    yield from map(_perhaps, exports.because)


def _kubernetes(attributes: Mapping[str, Any]) -> Iterator[Name]:
    kinds = listed(attributes.get("enabled_cluster_log_types"))
    if kinds.items:
        yield _with("/aws/eks/", attributes.get("name"), "/cluster")
    else:
        yield from map(_perhaps, kinds.because)


def _builds(attributes: Mapping[str, Any]) -> Iterator[Name]:
    configured = blocks(attributes, "logs_config")
    streams = [blocks(each, "cloudwatch_logs") for each in configured.items]
    stated = [stream for part in streams for stream in part.items]
    doubts = [text for part in (configured, *streams) for text in part.because]
    doubts += [each["status"].because for each in stated if isinstance(each.get("status"), Unknown)]
    if any(stream.get("status") == "DISABLED" for stream in stated):
        return
    if doubts:
        yield from map(_perhaps, doubts)
        return
    names = [name for stream in stated if (name := stream.get("group_name"))]
    yield from names or [_with("/aws/codebuild/", attributes.get("name"))]


def _perhaps(because: str) -> Unknown:
    """A group that may not exist at all."""
    return Unknown(because=because, prefix=_NO_NAME)


_NAMES = {
    "aws_codebuild_project": _builds,
    "aws_db_instance": _instance,
    "aws_eks_cluster": _kubernetes,
    "aws_lambda_function": _lambda,
    "aws_rds_cluster": _cluster,
}
TYPES = tuple(_NAMES)


def _with(start: str, name: Any, end: str = "") -> Name:
    if isinstance(name, str):
        return f"{start}{name}{end}"
    because = name.because if isinstance(name, Unknown) else "AWS makes up the name"
    refs = name.refs if isinstance(name, Unknown) else ()
    return Unknown(because=because, prefix=start + (name.prefix if isinstance(name, Unknown) else ""), refs=refs)


def group_names(resource: Resource) -> list[Name]:
    """The names of the log groups that the service makes for the resource, if nobody made them before."""
    return list(_NAMES[resource.type](resource.attributes))


def named_groups(name: Name, graph: ResourceGraph, resource: Resource) -> Related:
    """The declared group of that name where the resource is or, if there is none for certain, why one may have it."""
    known, others = _declared_names(graph)
    if isinstance(name, str):
        if found := tuple(group for group in known.get(name, ()) if not apart(group, resource)):
            return Related(found)
        doubts = [other.because for other in others if name.startswith(other.prefix)]
    else:
        doubts = [other.because for other in others if _may_be_one(name.prefix, other.prefix)]
        doubts += [name.because for text in known if text.startswith(name.prefix)][:1]
    return Related((), tuple(dict.fromkeys(doubts)))


@per_graph
def _declared_names(graph: ResourceGraph) -> tuple[dict[str, list[Resource]], list[Unknown]]:
    """The groups by name, and the names that are not known."""
    known: dict[str, list[Resource]] = {}
    others = []
    for group in graph.of_type(_GROUP):
        name = group.attributes.get("name")
        if isinstance(name, str):
            known.setdefault(name, []).append(group)
        elif isinstance(name, Unknown):
            others.append(name)
        else:
            others.append(Unknown(because=f"AWS makes up the name of {group.address}", prefix=_start(group)))
    return known, others


def _may_be_one(start: str, other: str) -> bool:
    return start.startswith(other) or other.startswith(start)


def _start(group: Resource) -> str:
    prefix = group.attributes.get("name_prefix")
    return prefix.prefix if isinstance(prefix, Unknown) else prefix or ""


def declared(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether every group that the service makes for the resource is declared."""
    return all_of(_is_declared(name, graph, resource) for name in group_names(resource))


def _is_declared(name: Name, graph: ResourceGraph, resource: Resource) -> Truth:
    if isinstance(name, Unknown) and name.prefix == _NO_NAME:
        return name
    related = named_groups(name, graph, resource)
    if related.found:
        return True
    return unknown(related.because) if related.because else False
