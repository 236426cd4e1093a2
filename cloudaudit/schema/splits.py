"""Which types hold inline what newer providers have as resources of their own."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from cloudaudit.model import Unknown
from cloudaudit.schema import bucket
from cloudaudit.schema.companion import Companion, members, only, text


class Split(NamedTuple):
    """The inline arguments of a type, what those that are given become, and the attributes that name its resources."""

    inline: tuple[str, ...]
    companions: Callable[[Mapping[str, Any]], Iterator[Companion]]
    names: tuple[str, ...]


def _role(attributes: Mapping[str, Any]) -> Iterator[Companion]:
    for position, policy in members(attributes.get("inline_policy", [])):
        known = policy if isinstance(policy, dict) else {"policy": policy}
        if known:  # a role without inline policies has an empty block in a state of provider 3.x
            path = f"inline_policy.{position}"
            suffix = f"inline_policy/{text(known.get('name')) or position}"
            yield Companion("aws_iam_role_policy", "role", path, suffix, dict(known), {path: ""})
    for position, arn in members(attributes.get("managed_policy_arns", [])):
        path = f"managed_policy_arns.{position}"
        suffix = f"managed_policy_arns/{text(arn) or position}"
        moved = {path: "policy_arn"}
        yield Companion("aws_iam_role_policy_attachment", "role", path, suffix, {"policy_arn": arn}, moved)


def _redshift(attributes: Mapping[str, Any]) -> Iterator[Companion]:
    for name, kind, taken in (
        ("logging", "aws_redshift_logging", ("bucket_name", "s3_key_prefix")),
        ("snapshot_copy", "aws_redshift_snapshot_copy", ("destination_region", "retention_period")),
    ):
        block = attributes.get(name)
        enabled = only(block, "enable").get("enable", True)
        if block is not None and enabled is not False:
            values = dict.fromkeys(taken, enabled) if isinstance(enabled, Unknown) else only(block, *taken)
            moved = {f"{name}.0.{path}": path for path in taken}
            certain = not isinstance(enabled, Unknown)
            yield Companion(kind, "cluster_identifier", name, name, values, moved, certain)


def _rotation(attributes: Mapping[str, Any]) -> Iterator[Companion]:
    if "rotation_lambda_arn" in attributes:
        moved = {name: name for name in attributes}
        inline = "rotation_lambda_arn"
        kind = "aws_secretsmanager_secret_rotation"
        yield Companion(kind, "secret_id", inline, "rotation", dict(attributes), moved)


SPLITS = {
    "aws_iam_role": Split(("inline_policy", "managed_policy_arns"), _role, ("name", "id")),
    "aws_redshift_cluster": Split(("logging", "snapshot_copy"), _redshift, ("cluster_identifier", "id")),
    "aws_s3_bucket": Split(bucket.INLINE, bucket.companions, ("bucket", "id")),
    "aws_secretsmanager_secret": Split(("rotation_lambda_arn", "rotation_rules"), _rotation, ("id", "arn", "name")),
}

# Companion type -> the attribute that refers to the parent, and the one that tells several of one parent apart.
SEPARATE = {
    "aws_iam_role_policy": ("role", "name"),
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_redshift_logging": ("cluster_identifier", ""),
    "aws_redshift_snapshot_copy": ("cluster_identifier", ""),
    "aws_secretsmanager_secret_rotation": ("secret_id", ""),
    **dict.fromkeys(bucket.TYPES, ("bucket", "")),
}
