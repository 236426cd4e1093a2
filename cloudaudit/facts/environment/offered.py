"""The facts about environments that rules read."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.values import is_secret
from cloudaudit.facts.environment import crossings, policies, words
from cloudaudit.facts.environment.inference import Inference, environment_of, incoming, tag_of
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.policies import IDENTITY, RESOURCE_TYPES
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown


def _name(resource: Resource, graph: ResourceGraph) -> str | Unknown:
    found = environment_of(resource, graph)
    return found.name or Unknown(because=found.because)


def _basis(resource: Resource, graph: ResourceGraph) -> str:
    return environment_of(resource, graph).basis


def _is_production(resource: Resource, graph: ResourceGraph) -> Truth:
    found = environment_of(resource, graph)
    return found.name == "prod" if found.name else Unknown(because=found.because)


def _contradictions(resource: Resource, graph: ResourceGraph) -> list[str]:
    return list(environment_of(resource, graph).contradictions)


def _is_told(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the environment can be told; unknown where a tag is there that cannot be read, or where only source, by
    its path, might have told."""
    found = environment_of(resource, graph)
    if found.name or found.contradictions or (found.silent and graph.origin is Origin.SOURCE):
        return bool(found.name)
    return Unknown(because=found.because)


def _distinct(found: Iterable[Inference]) -> list[str] | Unknown:
    """The environments named, shared ones aside; unknown if there is at most one and others cannot be told."""
    sides = list(found)
    names = sorted({side.name for side in sides if side.name and side.name not in words.SHARED})
    doubts = [side.because for side in sides if not side.name and not side.silent]
    return unknown(doubts) if doubts and len(names) < 2 else names


def _users_environments(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    sources = [graph.get(link.source) for link in incoming(graph).get(resource.key, ())]
    return _distinct(environment_of(source, graph) for source in sources if source is not None)


_INSIDE = ("vpc_id", "subnet_id", "subnet_ids", "subnets", "vpc_config", "network_configuration", "vpc_zone_identifier")


def _residents(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The environments of what lives in a VPC, by its subnets and by what is in those."""
    found: dict[str, Resource] = {}
    waiting = [resource.key]
    while waiting:
        for link in incoming(graph).get(waiting.pop(), ()):
            source = graph.get(link.source)
            if source is None or source.key in found or link.attribute.partition(".")[0] not in _INSIDE:
                continue
            found[source.key] = source
            if source.type in ("aws_subnet", "aws_db_subnet_group"):
                waiting.append(source.key)
    ours = environment_of(resource, graph)
    known = [environment_of(each, graph) for each in found.values()]
    astray = [Inference(because=why) for theirs, why in _astray(graph) if crossings.crosses(ours, theirs) is not False]
    return _distinct([ours, *known, *astray])


@per_graph
def _astray(graph: ResourceGraph) -> list[tuple[Inference, str]]:
    """One for each environment of what lives in a network that is not known, and why it is not."""
    found: dict[tuple[str, bool], tuple[Inference, str]] = {}
    for resource in graph:
        for name in _INSIDE:
            value = resource.attributes.get(name)
            if isinstance(value, Unknown) and not value.refs:
                theirs = environment_of(resource, graph)
                why = f"{resource.address}.{name}: {value.because}"
                found.setdefault((theirs.name, theirs.silent), (theirs, why))
    return list(found.values())


def _present(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The environments of all resources of the account."""
    same = [each for each in graph if each.key != resource.key and each.account in ("", resource.account)]
    return _distinct(environment_of(each, graph) for each in same)


@per_graph
def _holders(graph: ResourceGraph) -> dict[Any, list[tuple[Resource, str]]]:
    """Resources with a secret argument, by its value or by what it refers to. The values never leave this index.

    Two of each environment stand for all of it (one may be who asks), so that a password of a thousand is no thousand
    times a thousand pairs.
    """
    found: dict[Any, dict[tuple[str, bool], list[tuple[Resource, str]]]] = {}
    for resource in graph:
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
        kind = speaks_of_secret(name)
        if kind and isinstance(value, str) and is_secret(value, kind):
            yield value, name
        elif kind and isinstance(value, Unknown):
            yield value.refs or _NOT_KNOWN, name


def _same_secret(resource: Resource, graph: ResourceGraph) -> list[dict[str, Any]]:
    ours = environment_of(resource, graph)
    holders = _holders(graph)
    found = []
    for key, name in _secrets(resource):
        same = [(other, path, None) for other, path in holders.get(key, ()) if key is not _NOT_KNOWN]
        maybe = holders.values() if key is _NOT_KNOWN else [holders.get(_NOT_KNOWN, [])]
        doubt = Unknown(because=f"whether {name} is the same secret is not known")
        for other, path, unsure in [*same, *((other, path, doubt) for group in maybe for other, path in group)]:
            if other.key != resource.key:
                row = crossings.entry(other.address, other.type, path, ours, environment_of(other, graph))
                found.append({**row, "crosses": unsure} if unsure and row["crosses"] is True else row)
    return crossings.across(found)


_ENTRY = (
    "{to, type, attribute, ours, theirs, how, crosses}. Listed is only what may cross: crosses is true where both "
    "environments are known and must be kept apart, and unknown where one is not. Ask with exists(c, c.crosses), and "
    'exists(c, c.type == "aws_kms_key" && c.crosses) for one kind.'
)

FACTS = (
    Fact(
        name="environment.basis",
        compute=_basis,
        doc='string: what tells the environment: "tag Environment", "account map", "workspace prod", "path '
        'envs/prod"; empty if it is not known.',
    ),
    Fact(
        name="environment.contradictions",
        compute=_contradictions,
        doc='list of what signals say if they do not agree: ["tag Environment says prod", "path envs/dev says dev"].',
    ),
    Fact(
        name="environment.crossed_by",
        compute=crossings.crossed_by,
        doc=f"list of what refers to the resource from other environments (it is `to`): {_ENTRY}",
    ),
    Fact(
        name="environment.crossings",
        compute=crossings.crossings,
        doc=f"list of what the resource refers to in other environments, also by literal ARN: {_ENTRY}",
    ),
    Fact(
        name="environment.is_production",
        compute=_is_production,
        doc="bool: the resource belongs to production; unknown if its environment is.",
    ),
    Fact(
        name="environment.is_told",
        compute=_is_told,
        doc="bool: some signal tells the environment, and none contradicts.",
    ),
    Fact(
        name="environment.joins",
        compute=crossings.joins,
        doc="list of {one, one_type, other, other_type, attribute, ours, theirs, crosses}: pairs of things that "
        "the resource connects (networks of a peering, queue and function of a mapping). Ask with exists(j, "
        "j.crosses).",
    ),
    Fact(
        name="environment.name",
        compute=_name,
        doc='string: "prod", "staging", "dev", "test", "nonprod", "shared", or what the tag says; by account map,'
        " tag, default tags, workspace, variable of a plan, path, name, or the resource it belongs to. "
        "Unknown if nothing tells or signals contradict.",
    ),
    Fact(
        name="environment.present",
        types=("aws_account",),
        compute=_present,
        doc="list of the environments whose resources are in the account.",
    ),
    Fact(
        name="environment.principals",
        types=("aws_iam_role", *RESOURCE_TYPES),
        compute=policies.principals,
        doc=f"list of the principals of other environments that the trust or policies allow: {_ENTRY}",
    ),
    Fact(
        name="environment.reaches",
        types=tuple(IDENTITY),
        compute=policies.reaches,
        doc=f"list of the resources of other environments that the policy allows something on: {_ENTRY}",
    ),
    Fact(
        name="environment.residents",
        types=("aws_vpc", "aws_default_vpc"),
        compute=_residents,
        doc="list of the environments of what lives in the VPC, its subnets included.",
    ),
    Fact(
        name="environment.same_secret",
        compute=_same_secret,
        doc=f"list of resources of other environments with the same password or key: {_ENTRY}",
    ),
    Fact(
        name="environment.tag",
        compute=tag_of,
        doc="string: the value of the tag that names the environment, own or by the provider's default; empty if "
        "there is none.",
    ),
    Fact(
        name="environment.users_environments",
        compute=_users_environments,
        doc="list of the environments of all that refers to the resource; two or more mean that it is shared "
        "across them.",
    ),
)
