"""Where one environment reaches into another: links between resources, and literal ids and ARNs of elsewhere."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudaudit.facts.environment import words
from cloudaudit.facts.environment.inference import Inference, environment_of, incoming, outgoing, parents
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.reading import strings
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph, targets_of
from cloudaudit.model import PLAIN, Record, Resource, Unknown
from cloudaudit.schema import NestedSchema, resource_schema

Entry = dict[str, Any]


def crosses(one: Inference, other: Inference) -> Truth:
    """Whether the two belong to different environments that must be kept apart.

    Resources of one root of which neither says anything itself are where the root is: together.
    """
    if one.name and other.name:
        return words.differ(one.name, other.name)
    if one.silent and other.silent:
        return False
    return unknown([side.because for side in (one, other) if not side.name])


def entry(to: str, kind: str, attribute: str, ours: Inference, theirs: Inference) -> Entry:
    """One link as a rule sees it."""
    return {
        "to": to,
        "type": kind,
        "attribute": attribute,
        "ours": ours.name or Unknown(because=ours.because or "not known"),
        "theirs": theirs.name or Unknown(because=theirs.because or "not known"),
        "how": f"{ours.basis} / {theirs.basis}",
        "crosses": crosses(ours, theirs),
    }


class Target(Record, frozen=True):
    """Something that a resource refers to, by address or by literal id or ARN, and its environment."""

    to: str
    kind: str
    attribute: str
    environment: Inference


_KEPT_APART = ("aws_", "terraform_provider", "terraform_backend")  # a random number is of no environment


def _targets(resource: Resource, graph: ResourceGraph, *, parents_too: bool = False) -> Iterator[Target]:
    """What the resource refers to: other resources of this graph, and literal ids and ARNs of elsewhere."""
    if not resource.type.startswith(_KEPT_APART):
        return
    together = not parents_too and not environment_of(resource, graph).name
    ours = {parent.key for parent in parents(resource, graph)} if together else set()
    for link in outgoing(graph).get(resource.key, ()):
        target = graph.get(link.target)
        if target is not None and target.type.startswith(_KEPT_APART) and target.key not in ours:
            yield Target(
                to=target.address,
                kind=target.type,
                attribute=link.attribute,
                environment=environment_of(target, graph),
            )
    for attribute, text in _elsewhere(resource, graph):
        yield Target(to=text, kind=kind_of(text), attribute=attribute, environment=literal(text, graph))
    if not parents_too:
        yield from _hidden(resource, graph)


def _hidden(resource: Resource, graph: ResourceGraph) -> Iterator[Target]:
    """What an attribute that refers to others may name, where its value is not known: `var.key has no value`."""
    linked = {link.attribute for link in outgoing(graph).get(resource.key, ())}
    for path, because in resource.unknown.items():
        attribute = ".".join(part for part in path.split(".") if not part.isdigit())
        if attribute not in linked and path not in linked:
            for kind in sorted(_may_name(resource.type, attribute)):
                yield Target(to="", kind=kind, attribute=attribute, environment=Inference(because=because))


_SECURITY_GROUP, _SUBNET = ("aws_security_group",), ("aws_subnet",)
_ALSO = {
    "egress": _SECURITY_GROUP,
    "file_system_config": ("aws_efs_access_point",),
    "image_uri": ("aws_ecr_repository",),
    "ingress": _SECURITY_GROUP,
    "referenced_security_group_id": _SECURITY_GROUP,
    "security_group_ids": _SECURITY_GROUP,
    "security_groups": _SECURITY_GROUP,
    "snapshot_identifier": ("aws_db_snapshot", "aws_db_cluster_snapshot", "aws_docdb_cluster_snapshot"),
    "source_security_group_id": _SECURITY_GROUP,
    "subnet_id": _SUBNET,
    "subnet_ids": _SUBNET,
    "subnets": _SUBNET,
    "variables": ("aws_db_instance", "aws_dynamodb_table", "aws_s3_bucket", "aws_secretsmanager_secret"),
    "vpc_security_group_ids": _SECURITY_GROUP,
}
"""What attributes may name by more than a name: by id or address, or in text among other text."""


def _may_name(kind: str, attribute: str) -> set[str]:
    """The types of resources that an attribute, or anything inside a block, may refer to."""
    names = set(attribute.split("."))
    known = resource_schema(kind)
    found = known.find(attribute) if known else None
    if isinstance(found, NestedSchema):
        names |= found.attributes.keys()
    else:
        names &= {attribute.rpartition(".")[2], *_ALSO}
    return {target for name in names for target in (*targets_of(name), *_ALSO.get(name, ()))}


def crossings(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What the resource refers to in another environment, or in one that cannot be told."""
    ours = environment_of(resource, graph)
    return [
        entry(each.to, each.kind, each.attribute, ours, each.environment)
        for each in _targets(resource, graph)
        if crosses(ours, each.environment) is not False
    ]


def across(entries: Iterable[Entry]) -> list[Entry]:
    """Those that cross, or may."""
    return [each for each in entries if each["crosses"] is not False]


def crossed_by(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """What refers to the resource from another environment, or from one that cannot be told."""
    ours = environment_of(resource, graph)
    sources = [(graph.get(link.source), link.attribute) for link in incoming(graph).get(resource.key, ())]
    found = [
        (source, attribute, environment_of(source, graph))
        for source, attribute in sources
        if source is not None and source.type.startswith(_KEPT_APART)
    ]
    return [
        entry(source.address, source.type, attribute, ours, theirs)
        for source, attribute, theirs in found
        if crosses(ours, theirs) is not False and resource not in parents(source, graph)
    ]


def joins(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """Pairs of things that the resource connects and whose environments differ or cannot be told: a peering's networks.

    One of each environment stands for all of it, so the list stays short. A side that stands alone has another that is
    not seen.
    """
    first: dict[str, Target] = {}
    for each in (found := list(_targets(resource, graph, parents_too=True))):
        first.setdefault(each.environment.name or each.to, each)
    sides = list(first.values())
    sides += _unseen(resource, found)
    return across(
        _pair(one, other) for index, other in enumerate(sides) for one in sides[:index][:_MOST] if one.to != other.to
    )


_MOST = 5
_SIDES = {
    "aws_lambda_event_source_mapping": ("event_source_arn", "function_name"),
    "aws_sns_topic_subscription": ("topic_arn", "endpoint"),
    "aws_vpc_peering_connection": ("vpc_id", "peer_vpc_id"),
}
"""What a connection joins, by type."""


def _unseen(resource: Resource, found: list[Target]) -> Iterator[Target]:
    """The sides of a connection that are there, but not in sight. An address of mail is no resource."""
    seen = {target.attribute for target in found}
    for side in _SIDES.get(resource.type, ()):
        value = resource.attributes.get(side)
        if side in seen or not (isinstance(value, Unknown) or (isinstance(value, str) and side != "endpoint")):
            continue
        why = value.because if isinstance(value, Unknown) else f"{value!r} is not in this scan"
        place = f"{resource.address}.{side}"
        yield Target(to=place, kind="", attribute=side, environment=Inference(because=f"{place}: {why}"))
    if resource.type not in _SIDES and len(found) == 1:
        unseen = Inference(because=f"what {resource.address} joins with {found[0].to} is not known")
        yield Target(to="", kind="", attribute="", environment=unseen)


def _pair(one: Target, other: Target) -> Entry:
    seen = entry(other.to, other.kind, other.attribute, one.environment, other.environment)
    return {"one": one.to, "one_type": one.kind, "other": seen.pop("to"), "other_type": seen.pop("type"), **seen}


# -- things that are not in this graph

_ARN = re.compile(r"arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:[^\s\"'\\,<>]+")
_REFERRING = {"peer_vpc_id": "aws_vpc", "peer_owner_id": "", "transit_gateway_id": "aws_ec2_transit_gateway"}
_OWN = {
    "access_policies", "access_policy", "arn", "assume_role_policy", "id", "inline_policy", "policy", "tags",
    "tags_all",
}  # fmt: skip

_KINDS = {
    "backup": "aws_backup_vault", "cognito-idp": "aws_cognito_user_pool", "dynamodb": "aws_dynamodb_table",
    "ecr": "aws_ecr_repository", "elasticfilesystem": "aws_efs_file_system", "es": "aws_opensearch_domain",
    "events": "aws_cloudwatch_event_bus", "firehose": "aws_kinesis_firehose_delivery_stream",
    "kafka": "aws_msk_cluster", "kinesis": "aws_kinesis_stream", "kms": "aws_kms_key",
    "lambda": "aws_lambda_function", "logs": "aws_cloudwatch_log_group", "s3": "aws_s3_bucket",
    "secretsmanager": "aws_secretsmanager_secret", "sns": "aws_sns_topic", "sqs": "aws_sqs_queue",
    "ssm": "aws_ssm_parameter", "states": "aws_sfn_state_machine",
}  # fmt: skip
_IAM = {
    "instance-profile": "aws_iam_instance_profile",
    "policy": "aws_iam_policy",
    "role": "aws_iam_role",
    "user": "aws_iam_user",
}
_RDS = {
    "cluster": "aws_rds_cluster",
    "cluster-snapshot": "aws_db_cluster_snapshot",
    "db": "aws_db_instance",
    "snapshot": "aws_db_snapshot",
}


def kind_of(text: str) -> str:
    """The type of resource that an ARN or id names; empty if it is none that we know."""
    if text.startswith("vpc-"):
        return "aws_vpc"
    parts = text.split(":", 5)
    if len(parts) < 6:
        return ""
    first = re.split("[:/]", parts[5], maxsplit=1)[0]
    if parts[2] in ("iam", "sts"):
        return _IAM.get(first, "")
    return _RDS.get(first, "") if parts[2] == "rds" else _KINDS.get(parts[2], "")


def literal(text: str, graph: ResourceGraph) -> Inference:
    """The environment of an ARN or id: by the account map, else by a word in its name."""
    accounts: Mapping[str, str] = graph.environment.get("account_map") or {}
    parts = text.split(":", 5)
    account = parts[4] if len(parts) == 6 else text if text.isdigit() else ""
    if name := accounts.get(account):
        return Inference(name=words.stated(name), basis=f"account map {account}", own=True)
    if name := words.named(parts[-1]):
        return Inference(name=name, basis=f"name {parts[-1]}", own=True)
    return Inference(because=f"to which environment {text} belongs is not known")


def _elsewhere(resource: Resource, graph: ResourceGraph) -> Iterator[tuple[str, str]]:
    """Attribute and text of each literal ARN or peer id that is not of this graph and not of AWS itself."""
    known = _identities(graph)
    for attribute, value in resource.attributes.items():
        is_text = isinstance(value, str)
        if attribute in _OWN or (value.__class__ in PLAIN and not is_text):
            continue
        if attribute in _REFERRING and is_text and value and value not in known:
            yield attribute, value
            continue
        for path, text in strings(value, attribute) if not is_text or "arn:aws" in value else ():
            if "arn:aws" not in text:
                continue
            for arn in dict.fromkeys(_ARN.findall(text)):
                if not _is_known(arn, known):
                    yield path, arn


_WITHOUT_ACCOUNT = ("s3", "route53", "apigateway")  # where an ARN has no account, elsewhere the thing is AWS's own


def _is_known(arn: str, known: frozenset[str]) -> bool:
    """Whether the ARN is of a resource of this graph, of something within it, or of AWS itself."""
    _, _, service, _, account, _ = arn.split(":", 5)
    if account == "aws" or (not account and service not in _WITHOUT_ACCOUNT):
        return True
    return arn in known or _container(arn) in known


def _container(arn: str) -> str:
    head, _, name = arn.rpartition(":")
    return f"{head}:{name.partition('/')[0]}"


@per_graph
def _identities(graph: ResourceGraph) -> frozenset[str]:
    """The ARNs and ids of the graph's own resources, and the ARNs that its buckets will have."""
    found: set[str] = set()
    for resource in graph:
        attributes = resource.attributes
        texts = (resource.arn, attributes.get("arn"), attributes.get("id"))
        found |= {text for text in texts if isinstance(text, str)}
        if resource.type == "aws_s3_bucket" and isinstance(bucket := attributes.get("bucket"), str):
            found.add(f"arn:aws:s3:::{bucket}")
    return frozenset(found - {""})
