"""Policies that reach from one environment into another: whom they trust, and what they allow to touch."""

from typing import Any

from cloudaudit.facts.environment.crossings import Entry, across, entry, kind_of, literal
from cloudaudit.facts.environment.inference import Inference, environment_of, outgoing
from cloudaudit.facts.iam.document import Document, Text
from cloudaudit.facts.iam.policies import identity_policy, resource_policy, trust_policy
from cloudaudit.facts.iam.principals import account, home_account, of_kind
from cloudaudit.facts.memory import per_graph
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_HOLDERS = ("aws_iam_group", "aws_iam_role", "aws_iam_user")


def principals(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The AWS principals of other environments that a role's trust or a resource's policy allows."""
    trust = resource.type == "aws_iam_role"
    document = trust_policy(resource, graph) if trust else resource_policy(resource, graph)
    ours = environment_of(resource, graph)
    names = [name for part in document.allows for name in of_kind(part, "AWS") if name != "*"]
    found = [found for name in dict.fromkeys(names) if (found := _principal(name, resource, ours, graph))]
    return across(found) + _doubts(document)


def _principal(name: Text, resource: Resource, ours: Inference, graph: ResourceGraph) -> Entry | None:
    """One principal; None for the account that the resource itself is in."""
    owner = account(name)
    if owner and owner == (resource.account or home_account(graph)):
        return None
    if isinstance(name, Unknown):
        target = _named(name, graph)
        theirs = environment_of(target, graph) if target else Inference(because=name.because)
        return entry(
            target.address if target else name.prefix, target.type if target else "", "principal", ours, theirs
        )
    target = _roles(graph).get(name)
    theirs = environment_of(target, graph) if target else literal(name, graph)
    return entry(name, kind_of(name), "principal", ours, theirs)


@per_graph
def _roles(graph: ResourceGraph) -> dict[str, Resource]:
    """The roles by ARN; the first where several have one."""
    arns = ((role.attributes.get("arn"), role) for role in reversed(graph.of_type("aws_iam_role")))
    return {arn: role for arn, role in arns if isinstance(arn, str)}


def _named(value: Unknown, graph: ResourceGraph) -> Resource | None:
    """The one resource that an unknown refers to."""
    for ref in value.refs:
        address = ref.rpartition(".")[0]
        key = address if graph.root in ("", ".") else f"{graph.root}:{address}"
        if found := graph.get(key):
            return found
    return None


def _doubts(document: Document) -> list[Entry]:
    """An entry of unknowns where the policy cannot be read."""
    if not document.doubts:
        return []
    nothing = Unknown(because="; ".join(document.doubts[:3]))
    return [dict.fromkeys(("to", "type", "attribute", "ours", "theirs", "how", "crosses"), nothing)]


def reaches(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The resources of other environments that an identity policy allows something on.

    ARNs that name no environment do not count: there is no telling what they will match.
    """
    document = identity_policy(resource, graph)
    ours = _holder(resource, graph)
    found = []
    for name in dict.fromkeys(name for part in document.allows for name in part.resources):
        if isinstance(name, Unknown):
            if target := _named(name, graph):
                found.append(entry(target.address, target.type, "resource", ours, environment_of(target, graph)))
        elif name.startswith("arn:") and ":aws:" not in name[8:] and (theirs := _target(name, graph)).name:
            found.append(entry(name, kind_of(name), "resource", ours, theirs))
    return across(found) + _doubts(document)


def _target(name: str, graph: ResourceGraph) -> Inference:
    plain = name.removesuffix("/*").removesuffix("*")
    target = _arns(graph).get((kind_of(name), plain))
    return environment_of(target, graph) if target else literal(name, graph)


@per_graph
def _arns(graph: ResourceGraph) -> dict[tuple[str, Any], Resource]:
    """The resources by type and ARN, also the one that a bucket will have; the first where several have one."""
    found: dict[tuple[str, Any], Resource] = {}
    for resource in graph:
        bucket = resource.attributes.get("bucket")
        own = f"arn:aws:s3:::{bucket}" if isinstance(bucket, str) else ""
        for arn in (resource.arn, resource.attributes.get("arn"), own):
            if isinstance(arn, str):
                found.setdefault((resource.type, arn), resource)
    return found


def _holder(resource: Resource, graph: ResourceGraph) -> Inference:
    """The environment of a policy: its own, else that of the role, user or group it is written in."""
    own = environment_of(resource, graph)
    if own.name:
        return own
    for link in outgoing(graph).get(resource.key, ()):
        target = graph.get(link.target)
        if target is not None and target.type in _HOLDERS:
            return environment_of(target, graph)
    return own
