"""Where one environment reaches into another: links between resources, and literal ids and ARNs of elsewhere."""

from collections.abc import Iterator, Mapping

from cloudaudit.facts.environment.entries import Entry, Target, across, crosses, entry
from cloudaudit.facts.environment.inference import Inference, environment_of, incoming, parents
from cloudaudit.facts.environment.literals import elsewhere, kind_of, literal, out_of_sight
from cloudaudit.facts.environment.lookups import named_by
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.reading import strings
from cloudaudit.graph import ResourceGraph, is_read, targets_of
from cloudaudit.model import PLAIN, Link, Origin, Resource, Unknown
from cloudaudit.schema import NestedSchema, resource_schema

_TAGS = ("tags", "tags_all")
_KEPT_APART = ("aws_", "terraform_provider", "terraform_backend")  # a random number is of no environment


def targets(resource: Resource, graph: ResourceGraph, *, parents_too: bool = False) -> Iterator[Target]:
    """What the resource refers to: other resources of this graph, and literal ids and ARNs of elsewhere."""
    if not resource.type.startswith(_KEPT_APART):
        return
    together = not parents_too and not environment_of(resource, graph).name
    ours = {parent.key for parent in parents(resource, graph)} if together else set()
    for link in graph.outgoing(resource):
        target = graph.get(link.target)
        if target is not None and target.type.startswith(_KEPT_APART) and target.key not in ours:
            yield Target(
                to=target.address,
                kind=target.type,
                attribute=link.attribute,
                environment=environment_of(target, graph),
            )
    for attribute, text in elsewhere(resource, graph):
        yield Target(to=text, kind=kind_of(text), attribute=attribute, environment=literal(text, graph))
    if not parents_too:
        yield from hidden(resource, graph)
        yield from _strangers(resource, graph)


def hidden(resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    """What an attribute that refers to others may name, where its value is not known: `var.key has no value`."""
    linked = {link.attribute for link in graph.outgoing(resource)}
    for attribute, value in _unknowns(resource.attributes, ""):
        # Of a document some part of which is known, no more is asked: the version of an image is a variable mostly.
        if attribute in linked or isinstance(value.document, dict | list):
            continue
        if graph.origin is Origin.PLAN and (among := _possible(graph).get((resource.key, attribute))):
            yield from _one_of(among, environment_of(resource, graph), graph)
            continue
        found = _looked_up(value, graph)
        for kind in sorted(may_name(resource.type, attribute)):
            if found is None:
                yield Target(to="", kind=kind, attribute=attribute, environment=Inference(because=value.because))
            elif (theirs := named_by(found, graph)).name or kind not in _IMAGE:
                yield Target(to=found.address, kind=kind, attribute=attribute, environment=theirs)


def _one_of(among: list[Link], ours: Inference, graph: ResourceGraph) -> Iterator[Target]:
    """What a value of a plan may name: what is known only after apply comes from one of the resources it refers to."""
    for link in among:
        target = graph.get(link.target)
        if target is not None and crosses(ours, environment_of(target, graph)) is not False:
            unsure = Inference(because=f"whether {link.attribute} names {target.address} is known after apply")
            yield Target(to=target.address, kind=target.type, attribute=link.attribute, environment=unsure)


@per_graph
def _possible(graph: ResourceGraph) -> dict[tuple[str, str], list[Link]]:
    """The links that unknown values may turn out to make, by who refers and the attribute."""
    found: dict[tuple[str, str], list[Link]] = {}
    for link in graph.possible_links():
        found.setdefault((link.source, link.attribute), []).append(link)
    return found


def _unknowns(value: object, path: str) -> Iterator[tuple[str, Unknown]]:
    """What is not known, with its path without the positions in lists."""
    if isinstance(value, Unknown):
        yield path, value
    elif isinstance(value, list):
        for member in value:
            if member and member.__class__ not in PLAIN:
                yield from _unknowns(member, path)
    elif isinstance(value, dict | Mapping):  # a dict is seen at once
        for name, member in value.items():
            if member and member.__class__ not in PLAIN:
                yield from _unknowns(member, f"{path}.{name}" if path else str(name))


def _looked_up(value: Unknown, graph: ResourceGraph) -> Resource | None:
    """The data source that a value comes from, if it is one of those that name something."""
    prefix = "" if graph.root in ("", ".") else f"{graph.root}:"
    for ref in filter(is_read, value.refs):
        address = ref
        while address := address.rpartition(".")[0]:
            if found := graph.get(f"{prefix}{address}"):
                return found if found.type.startswith("data.") else None
    return None


def _strangers(resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    """What is named by an id or a name that no resource of this graph has. AWS's own keys are of no environment."""
    linked = {link.attribute for link in graph.outgoing(resource)}
    asked = {
        name: value
        for name, value in resource.attributes.items()
        if name in _NO_TEXT or name in _OF_IMAGES or (value and value.__class__ not in PLAIN and name not in _TAGS)
    }
    for path, text in strings(asked):
        attribute = ".".join(part for part in path.split(".") if not part.isdigit()) if "." in path else path
        name = attribute.rpartition(".")[2]
        if attribute in linked:
            continue
        if name in _NO_TEXT and not text.startswith(("arn:", "alias/aws/")):
            theirs = literal(text, graph)
            for kind in _BY_ID.get(name, ()) or targets_of(name):
                yield Target(to=text, kind=kind, attribute=attribute, environment=theirs)
        elif name in _OF_IMAGES and out_of_sight(text, graph):
            theirs = literal(text, graph)
            for kind in _IMAGE:
                yield Target(to=text, kind=kind, attribute=attribute, environment=theirs)


_SECURITY_GROUP, _SUBNET = ("aws_security_group",), ("aws_subnet",)
_IMAGE = ("aws_ami", "aws_ami_copy", "aws_ami_from_instance")
_TEXTS = (
    "aws_db_instance", "aws_dynamodb_table", "aws_ecr_repository", "aws_rds_cluster", "aws_s3_bucket",
    "aws_secretsmanager_secret", "aws_ssm_parameter",
)  # fmt: skip
_ALSO = {
    "ami": _IMAGE,
    "container_definitions": _TEXTS,
    "egress": _SECURITY_GROUP,
    "file_system_config": ("aws_efs_access_point",),
    "image_id": _IMAGE,
    "image_uri": ("aws_ecr_repository",),
    "ingress": _SECURITY_GROUP,
    "referenced_security_group_id": _SECURITY_GROUP,
    "security_group_ids": _SECURITY_GROUP,
    "security_groups": _SECURITY_GROUP,
    "snapshot_id": ("aws_ebs_snapshot",),
    "snapshot_identifier": ("aws_db_snapshot", "aws_db_cluster_snapshot", "aws_docdb_cluster_snapshot"),
    "source_security_group_id": _SECURITY_GROUP,
    "subnet_id": _SUBNET,
    "subnet_ids": _SUBNET,
    "subnets": _SUBNET,
    "source_ami_id": _IMAGE,
    "source_db_instance_identifier": ("aws_db_instance",),
    "transit_gateway_id": ("aws_ec2_transit_gateway",),
    "variables": _TEXTS,
    "vpc_security_group_ids": _SECURITY_GROUP,
}
"""What attributes may name by more than a name: by id or address, or in text among other text."""

_FREE = {"container_definitions", "egress", "file_system_config", "image_uri", "ingress", "variables"}
_BY_ID = {name: kinds for name, kinds in _ALSO.items() if name not in _FREE and kinds is not _IMAGE}
_OF_IMAGES = {name for name, kinds in _ALSO.items() if kinds is _IMAGE}
_NO_TEXT = {
    *_BY_ID, "db_subnet_group_name", "iam_instance_profile", "kms_key_id", "kms_master_key_id", "kms_key_arn",
    "replicate_source_db", "replication_source_identifier", "role", "role_arn", "service_role",
}  # fmt: skip
"""What holds nothing but the id or name of one other resource, on which a rule may fail."""


def may_name(kind: str, attribute: str) -> set[str]:
    """The types of resources that an attribute, or anything inside a block, may refer to."""
    names = set(attribute.split("."))
    known = resource_schema(kind)
    found = known.find(attribute) if known else None
    if isinstance(found, NestedSchema):
        names |= found.attributes.keys()
    else:
        names &= {attribute.rpartition(".")[2], "file_system_config", "variables"}
    return {target for name in names for target in (*targets_of(name), *_ALSO.get(name, ()))}


def crossings(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What the resource refers to in another environment, or in one that cannot be told."""
    ours = environment_of(resource, graph)
    found = (each for each in targets(resource, graph) if crosses(ours, each.environment) is not False)
    return [entry(resource.address, each, ours) for each in found]


def crossed_by(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What refers to the resource from another environment, or from one that cannot be told."""
    ours = environment_of(resource, graph)
    sources = [(graph.get(link.source), link.attribute) for link in incoming(graph).get(resource.key, ())]
    found = [
        Target(to=source.address, kind=source.type, attribute=attribute, environment=environment_of(source, graph))
        for source, attribute in sources
        if source is not None and source.type.startswith(_KEPT_APART) and resource not in parents(source, graph)
    ]
    return across(entry(resource.address, each, ours) for each in found)
