"""Whose key a resource names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudaudit.facts.environment import unlisted
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown
from cloudaudit.schema import NestedSchema, TypeSchema, resource_schema

_OF_AWS = re.compile(r"(?:arn:[\w-]+:kms:[^:]*:[^:]*:)?alias/aws/")
_ALIAS = re.compile(r"(?:arn:[\w-]+:kms:[^:]*:[^:]*:)?alias/(?:a(?:w(?:s)?)?)?$")
_KEY = re.compile(r"arn:[\w-]+:kms:[^:]*:[^:]*:key/")
_KINDS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_replica_external_key")
_NAMES = (
    "aws_kms_key_id",
    "cmk_arn",
    "custom_model_kms_key_id",
    "customer_encryption_key_arn",
    "encryption_at_rest_kms_key_arn",
    "encryption_key",
    "encryption_key_arn",
    "key_arn",
    "key_id",
    "kms_arn",
    "kms_key",
    "kms_key_arn",
    "kms_key_id",
    "kms_key_identifier",
    "kms_master_key_id",
    "master_user_secret_kms_key_id",
    "model_kms_key_id",
    "performance_insights_kms_key_id",
    "s3_kms_key_arn",
    "server_side_encryption_kms_key_id",
    "sse_aws_kms_key_id",
    "volume_encryption_key",
    "volume_kms_key_id",
)
_NONE: dict[str, Truth] = dict.fromkeys(_NAMES, False)
# Arguments by which alone the older fact tells a key: `key_id` and the like are no KMS keys everywhere.
_ONLY = ("encryption_key", "kms_key_arn", "kms_key_id", "kms_master_key_id")

_NO_USE = ("aws_kms_alias", "aws_kms_key_policy", "aws_kms_grant", "aws_iam_", "terraform_")

_Schema = TypeSchema | NestedSchema | None


def _alias_of_aws(resource: Resource, graph: ResourceGraph) -> Truth:
    return any_of(truth for name, truth in _keys(resource, graph) if name in _ONLY)


def _left_to_aws(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    return _by_name(_keys(resource, graph))


def _named_keys(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:  # noqa: ARG001 - the form of a fact
    return _by_name(
        (key, _is_named(value)) for key, value, _ in _named(resource.attributes, resource_schema(resource.type))
    )


def _by_name(found: Iterable[tuple[str, Truth]]) -> dict[str, Truth]:
    """For each argument whether it is so of one of those that are there; few are."""
    truths: dict[str, list[Truth]] = {}
    for name, truth in found:
        truths.setdefault(name, []).append(truth)
    return {**_NONE, **{name: any_of(some) for name, some in truths.items()}}


def _is_named(key: Any) -> Truth:
    if isinstance(key, Unknown):
        return key.is_set or key
    return isinstance(key, str) and key != ""


def _keys(resource: Resource, graph: ResourceGraph) -> Iterator[tuple[str, Truth]]:
    """Every argument that names a key, those of blocks too, and whether the choice of the key is left to AWS."""
    for name, value, may_be_filled in _named(resource.attributes, resource_schema(resource.type)):
        yield name, _is_left(value) if not may_be_filled else _is_left_in_state(value, resource, graph)


def _named(attributes: Mapping[str, Any], schema: _Schema, block: str = "") -> Iterator[tuple[str, Any, bool]]:
    for name, value in attributes.items():
        if name in _NONE and not isinstance(value, list):
            known = schema.attributes.get(name) if schema is not None else None
            yield name, value, known is not None and known.computed
        elif name == "id" and block == "encryption_key":
            yield "encryption_key", value, False
        elif isinstance(value, list):
            inner = schema.blocks.get(name) if schema is not None else None
            for member in value:
                if isinstance(member, dict):
                    yield from _named(member, inner, name)


def _is_left(key: Any) -> Truth:
    """A key that is not known is none of AWS's, unless what is known of it is the start of an alias."""
    if isinstance(key, Unknown):
        return _OF_AWS.match(key.prefix) is not None or (key if _ALIAS.match(key.prefix) else False)
    return isinstance(key, str) and (not key or _OF_AWS.match(key) is not None)


def _is_left_in_state(key: Any, resource: Resource, graph: ResourceGraph) -> Truth:
    """A state also holds the key that AWS chose where the argument was left out, and does not say whose it is."""
    if resource.origin is Origin.LIVE:
        return _is_left_live(key, resource, graph)
    if resource.origin is not Origin.STATE or not isinstance(key, str) or not _KEY.match(key):
        return _is_left(key)
    if any(key in (ours.arn, ours.attributes.get("arn")) for kind in _KINDS for ours in graph.of_type(kind)):
        return False
    return Unknown(because=f"{resource.address}: the state does not say whose key {key.rpartition(':')[2]} is")


def _is_left_live(key: Any, resource: Resource, graph: ResourceGraph) -> Truth:
    """AWS answers with the id or ARN of a key, also for one of its own: the aliases of the account tell which is."""
    if not isinstance(key, str) or not key or _OF_AWS.match(key):
        return _is_left(key)
    if _KEY.match(key) and key.split(":")[4] != resource.account:
        return False
    id_ = key.rpartition("/")[2]
    if (known := _whose(graph).get((resource.region, id_))) is not None:
        return known
    return Unknown(because=f"whose key {id_} is was not read")


@per_graph
def _whose(graph: ResourceGraph) -> dict[tuple[str, str], bool]:
    """Region and id of the keys that are known, and whether they are AWS's."""
    ours = {(key.region, str(key.attributes.get("id"))): False for kind in _KINDS for key in graph.of_type(kind)}
    names = [(each.region, each.attributes) for each in graph.of_type("aws_kms_alias")]
    of_aws = [(region, name) for region, name in names if str(name.get("name")).startswith("alias/aws/")]
    return {**ours, **{(region, str(name.get("target_key_id"))): True for region, name in of_aws}}


def _in_use(resource: Resource, graph: ResourceGraph) -> Truth:
    """Names and permissions are no use of a key; what else refers to it holds something that it encrypts."""
    if resource.attributes.get("is_enabled") is not False:
        return True  # asked of disabled keys only, and links cost time
    links = (*graph.links(), *graph.possible_links())
    users = (graph.get(link.source) for link in links if link.target == resource.key)
    if any(user is not None and not user.type.startswith(_NO_USE) for user in users):
        return True
    unseen = unlisted.users(resource, graph, but=_NO_USE)
    return unknown(unseen) if unseen else False


FACTS = (
    Fact(
        name="kms.in_use",
        types=("aws_kms_key",),
        compute=_in_use,
        doc="bool: something in this scan refers to the key, aliases, policies and grants aside; true of enabled keys.",
    ),
    Fact(
        name="kms.alias_of_aws",
        types=(
            "aws_cloudwatch_log_group",
            "aws_codebuild_project",
            "aws_codepipeline",
            "aws_docdb_cluster",
            "aws_dynamodb_table",
            "aws_ebs_volume",
            "aws_efs_file_system",
            "aws_elasticache_replication_group",
            "aws_elasticsearch_domain",
            "aws_kinesis_stream",
            "aws_neptune_cluster",
            "aws_opensearch_domain",
            "aws_rds_cluster",
            "aws_redshift_cluster",
            "aws_secretsmanager_secret",
            "aws_sns_topic",
            "aws_sqs_queue",
        ),
        compute=_alias_of_aws,
        doc='bool: the resource names a key that AWS manages, by its alias ("alias/aws/ebs"), or an empty name.',
    ),
    Fact(
        name="kms.named",
        compute=_named_keys,
        doc="map from argument (kms_key_id, kms_master_key_id ...) to bool: it names a key, one's own or one of AWS.",
    ),
    Fact(
        name="kms.left_to_aws",
        compute=_left_to_aws,
        doc="map from argument (kms_key_id, performance_insights_kms_key_id, cmk_arn ...) to bool: where written, "
        'it names a key that AWS manages ("alias/aws/ebs") or nothing (""). Unknown for a key that a state may have '
        "from AWS.",
    ),
)
