"""What several environments have in common: an account, a network, a key or a store that all of them use."""

from collections.abc import Iterable, Iterator

from cloudaudit.facts.environment import unlisted, words
from cloudaudit.facts.environment.crossings import hidden
from cloudaudit.facts.environment.entries import Entry, Target, crosses, doubt, pairs
from cloudaudit.facts.environment.inference import Inference, environment_of, hidden_names, incoming
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Link, Resource, Unknown

NETWORKS = ("aws_vpc", "aws_default_vpc")
_INSIDE = ("vpc_id", "subnet_id", "subnet_ids", "subnets", "vpc_config", "network_configuration", "vpc_zone_identifier")


def mixes(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """Pairs of resources of different environments: that live in the account or network, or that use the resource.

    Of resources about which nothing says anything, and of those that serve all environments, there are no pairs, nor
    for what says its own environment: who uses it from another is seen there. What was not listed may make a pair.
    """
    rows = _seen(resource, graph)
    if any(row["crosses"] is True for row in rows):
        return rows
    unseen = _unseen(resource, graph)
    return [*rows, *([doubt("; ".join(unseen))] if unseen else [])]


def _unseen(resource: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    """Why there may be pairs of what was not listed."""
    if resource.type == "aws_account":
        return graph.unlisted(resource, _SHOW_AN_ACCOUNT)
    if resource.type in NETWORKS:
        return unlisted.residents(resource, graph, _INSIDE)
    return () if environment_of(resource, graph).name else unlisted.users(resource, graph)


def _seen(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The pairs of what is in the graph."""
    if resource.type == "aws_account":
        found = [
            each
            for each in graph.everything()
            if each.type.startswith("aws_") and each.account in ("", resource.account)
        ]
        rows = _pairs((_inhabitant(each, graph) for each in found if _counts(each, resource, graph)), resource)
        apart = Unknown(because="the providers of this root may be of different accounts")
        return [{**row, "crosses": apart} for row in rows] if _may_be_several(graph) else rows
    if resource.type in NETWORKS:
        return _pairs(_residents(resource, graph), resource)
    ours = environment_of(resource, graph)
    if ours.name:
        return []
    rows = _pairs(_users(resource, graph), resource)
    return rows if ours.silent else [{**row, "crosses": Unknown(because=ours.because)} for row in rows]


_CALLED_AFTER_IT = {
    "aws_db_instance", "aws_dynamodb_table", "aws_ecs_cluster", "aws_eks_cluster", "aws_elasticache_replication_group",
    "aws_instance", "aws_lb", "aws_rds_cluster", "aws_redshift_cluster", "aws_vpc",
}  # fmt: skip
"""What is called dev because it is of development: a group called dev may be that of the developers."""
_SHOW_AN_ACCOUNT = (
    *sorted(_CALLED_AFTER_IT), "aws_autoscaling_group", "aws_iam_role", "aws_iam_user", "aws_tagged_resource",
)  # fmt: skip
"""By these it shows what lives in an account: all that has tags, what the tagging API leaves out, what tells by its
name."""


def _counts(each: Resource, account: Resource, graph: ResourceGraph) -> bool:
    """Whether the resource shows that its environment lives in the account. What has it of another does not: that one
    shows it."""
    basis = environment_of(each, graph).basis
    by_name = basis.startswith(("name ", "address "))
    inherited = basis.startswith("its ")
    return each.key != account.key and not inherited and (not by_name or each.type in _CALLED_AFTER_IT)


def _inhabitant(each: Resource, graph: ResourceGraph) -> Target:
    """The resource and its environment; not that of the root where its name, which might tell, is not known."""
    causes = hidden_names(each, whole=True) if each.type in _CALLED_AFTER_IT else []
    if causes and environment_of(each, graph).silent:
        return Target(to=each.address, kind=each.type, attribute="", environment=Inference(because=causes[0]))
    return _target(each, "", graph)


_CREDENTIALS = ("assume_role", "assume_role_with_web_identity", "profile", "access_key", "allowed_account_ids")


def _may_be_several(graph: ResourceGraph) -> bool:
    """Whether the AWS providers of the root use different credentials, and so perhaps different accounts."""
    providers = [each for each in graph.of_type("terraform_provider") if ".aws." in f".{each.address}."]
    return len({repr([each.attributes.get(name) for name in _CREDENTIALS]) for each in providers}) > 1


def _pairs(found: Iterable[Target], resource: Resource) -> list[Entry]:
    kept = (each for each in found if not each.environment.silent and each.environment.name not in words.SHARED)
    # Production first, and with an example by name before those that are not known.
    ordered = sorted(kept, key=lambda each: (each.environment.name != "prod", not each.environment.name))
    found_pairs = pairs(ordered, resource.address)
    # One thing alone makes no pair, but who knows what it is.
    if not found_pairs and any(not each.environment.name for each in ordered):
        return [doubt(next(each.environment.because for each in ordered if not each.environment.name))]
    return found_pairs


def _target(resource: Resource, attribute: str, graph: ResourceGraph) -> Target:
    return Target(
        to=resource.address, kind=resource.type, attribute=attribute, environment=environment_of(resource, graph)
    )


def _users(resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    for link in incoming(graph).get(resource.key, ()):
        source = graph.get(link.source)
        if source is not None and source.type.startswith("aws_"):
            yield _target(source, link.attribute, graph)
    known = [environment_of(each, graph) for each in _sure(resource, graph)]
    maybe = [
        (source, link.attribute, f"whether it names {resource.address} is not known")
        for link in _possible(graph).get(resource.key, ())
        if (source := graph.get(link.source)) is not None and source.type.startswith("aws_")
    ]
    known += [environment_of(source, graph) for source, _, _ in maybe]
    for source, attribute, because in (*maybe, *_hidden(graph).get(resource.type, ())):
        theirs = environment_of(source, graph)
        if source.key != resource.key and any(crosses(ours, theirs) is not False for ours in known):
            unsure = Inference(because=f"{source.address}.{attribute}: {because}")
            yield Target(to=source.address, kind=source.type, attribute=attribute, environment=unsure)


def _sure(resource: Resource, graph: ResourceGraph) -> Iterator[Resource]:
    for link in incoming(graph).get(resource.key, ()):
        if (source := graph.get(link.source)) is not None:
            yield source


@per_graph
def _hidden(graph: ResourceGraph) -> dict[str, list[tuple[Resource, str, str]]]:
    """Attributes that are not known and may name a resource, by the type of what they may name: one for each
    environment of who refers."""
    found: dict[str, dict[tuple[str, bool], tuple[Resource, str, str]]] = {}
    for resource in graph.everything():
        for target in hidden(resource, graph) if resource.type.startswith("aws_") else ():
            ours = environment_of(resource, graph)
            row = (resource, target.attribute, target.environment.because)
            found.setdefault(target.kind, {}).setdefault((ours.name, ours.silent), row)
    return {kind: list(rows.values()) for kind, rows in found.items()}


@per_graph
def _possible(graph: ResourceGraph) -> dict[str, list[Link]]:
    """The links that unknown values may turn out to make, by the key of what they lead to."""
    found: dict[str, list[Link]] = {}
    for link in graph.possible_links():
        found.setdefault(link.target, []).append(link)
    return found


def _residents(resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    """What lives in a VPC, by its subnets and by what is in those."""
    found: dict[str, Target] = {}
    waiting = [resource.key]
    while waiting:
        for link in incoming(graph).get(waiting.pop(), ()):
            source = graph.get(link.source)
            if source is None or source.key in found or link.attribute.partition(".")[0] not in _INSIDE:
                continue
            found[source.key] = _target(source, link.attribute, graph)
            if source.type in ("aws_subnet", "aws_db_subnet_group"):
                waiting.append(source.key)
    ours = environment_of(resource, graph)
    yield _target(resource, "", graph)
    yield from found.values()
    for theirs, place, why in _astray(graph):
        if crosses(ours, theirs) is not False:
            yield Target(to=place, kind="", attribute="", environment=Inference(because=why))


def _inside(subnet: Resource, graph: ResourceGraph) -> Iterator[Resource]:
    """What is in a subnet."""
    for link in incoming(graph).get(subnet.key, ()) if subnet.type == "aws_subnet" else ():
        if (source := graph.get(link.source)) is not None:
            yield source


@per_graph
def _astray(graph: ResourceGraph) -> list[tuple[Inference, str, str]]:
    """One for each environment of what lives in a network that is not known, its address, and why it is not."""
    found: dict[tuple[str, bool], tuple[Inference, str, str]] = {}
    for resource in graph.everything():
        for name in _INSIDE:
            value = resource.attributes.get(name)
            if isinstance(value, Unknown) and not value.refs:
                why = f"{resource.address}.{name}: {value.because}"
                for each in (resource, *_inside(resource, graph)):
                    theirs = environment_of(each, graph)
                    found.setdefault((theirs.name, theirs.silent), (theirs, each.address, why))
    return list(found.values())


def kept_apart(resource: Resource, graph: ResourceGraph) -> bool | Unknown:  # noqa: ARG001 - the form of a fact
    """Whether the environments of an account have networks of their own: no VPC is home to two."""
    rows = [row for kind in NETWORKS for network in graph.of_type(kind) for row in mixes(network, graph)]
    if any(row["crosses"] is True for row in rows):
        return False
    return unknown([row["crosses"].because for row in rows]) if rows else True
