"""Buckets and what configures them."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part, Read
from cloudaudit.sources.aws.fitting import fitted


def _location(item: Item) -> str:
    """Buckets of the first region, and of the first of Europe, have no name or an old one there."""
    found = item.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if found == "EU" else str(found)


def _regional(item: Item) -> str:
    """By this name, or the one without region, others refer to a bucket as the origin of what they serve."""
    bucket = item.get("_item", item)
    return f"{bucket['Name']}.s3.{bucket.get('BucketRegion') or _location(item)}.amazonaws.com"


_BUCKET: Mapping[str, Read] = {"Bucket": "Name"}
_VERSIONING = Call("s3", "get_bucket_versioning", per=_BUCKET)
_OWNERSHIP = Call("s3", "get_bucket_ownership_controls", per=_BUCKET, unset=("OwnershipControlsNotFoundError",))
_VERSIONED = "_get_bucket_versioning == `null` || _get_bucket_versioning.Status"
_HAS_LISTS = "_get_bucket_ownership_controls.OwnershipControls.Rules[0].ObjectOwnership != 'BucketOwnerEnforced'"

BUCKETS = Collect(
    type="aws_s3_bucket",
    call=Call("s3", "list_buckets", "Buckets", params={"MaxBuckets": 1000}, actions=("s3:ListAllMyBuckets",)),
    scope=GLOBAL,
    arn="arn:{partition}:s3:::{Name}",
    name="Name",
    attributes={
        "bucket": "Name",
        "id": "Name",
        "region": "BucketRegion",
        "bucket_domain_name": "join('', [Name, '.s3.amazonaws.com'])",
        "bucket_regional_domain_name": _regional,
    },
    parts=(
        Part(
            Call("s3", "get_bucket_location", per=_BUCKET),
            {"region": _location, "bucket_regional_domain_name": _regional},
            when="!BucketRegion",
        ),
        # These are companions, asked once; here they tell which other questions are needless.
        Part(_VERSIONING, {}),
        Part(_OWNERSHIP, {}),
    ),
    bulk_tags=True,
    made_from=("force_destroy",),  # an instruction to Terraform
)


def _companion(  # noqa: PLR0913 - what sets one setting apart from another
    kind: str,
    operation: str,
    attributes: Mapping[str, Read],
    *,
    unset: str = "",
    action: str = "",
    among: Read = "",
    when: Read = "",
    made_from: tuple[str, ...] = (),
) -> Collect:
    """A setting of a bucket that is a resource of its own."""
    return Collect(
        type=f"aws_s3_bucket_{kind}",
        call=Call(
            "s3",
            operation,
            per=_BUCKET,
            unset=(unset,) if unset else (),
            actions=(f"s3:{action}",) if action else (),
        ),
        over=BUCKETS,
        among=among,
        when=when,
        attributes={"bucket": "_parent.Name", **attributes},
        made_from=made_from,
    )


def _rules(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": (default := rule.get("ApplyServerSideEncryptionByDefault", {})).get("SSEAlgorithm"),
                "kms_master_key_id": default.get("KMSMasterKeyID"),
            },
            "bucket_key_enabled": rule.get("BucketKeyEnabled"),
        }
        for rule in item.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    ]


def _tags(given: Any) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in given or ()}


def _filter(rule: Item) -> list[dict[str, Any]]:
    """Which objects a rule is about. Rules of the first version have a prefix beside it."""
    found = rule.get("Filter")
    if found is None:
        return []
    joined = found.get("And")
    return [
        {
            **_scope(found),
            "tag": [{"key": tag["Key"], "value": tag.get("Value")}] if (tag := found.get("Tag")) else [],
            "and": [{**_scope(joined), "tags": _tags(joined.get("Tags"))}] if joined else [],
        }
    ]


def _scope(found: Item) -> dict[str, Any]:
    return {
        "prefix": found.get("Prefix"),
        "object_size_greater_than": found.get("ObjectSizeGreaterThan"),
        "object_size_less_than": found.get("ObjectSizeLessThan"),
    }


def _lifecycle(item: Item) -> list[dict[str, Any]]:
    written = fitted("aws_s3_bucket_lifecycle_configuration", "rule", "Rules")(item)
    return [
        {**rule, "prefix": old.get("Prefix"), "filter": _filter(old)}
        for rule, old in zip(written or (), item.get("Rules", ()), strict=True)
    ]


def _replication(item: Item) -> list[dict[str, Any]]:
    old = item.get("ReplicationConfiguration", {}).get("Rules", ())
    written = fitted("aws_s3_bucket_replication_configuration", "rule", "ReplicationConfiguration.Rules")(item)
    narrow = ("object_size_greater_than", "object_size_less_than")
    return [
        {**rule, "filter": [{key: each[key] for key in each if key not in narrow} for each in _filter(before)]}
        for rule, before in zip(written or (), old, strict=True)
    ]


def _grants(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "owner": [{"id": item.get("Owner", {}).get("ID")}],
            "grant": [
                {
                    "permission": grant.get("Permission"),
                    "grantee": [
                        {
                            "id": (grantee := grant.get("Grantee", {})).get("ID"),
                            "type": grantee.get("Type"),
                            "uri": grantee.get("URI"),
                        }
                    ],
                }
                for grant in item.get("Grants", ())
            ],
        }
    ]


def _notified(item: Item) -> bool:
    """Whether events go anywhere; an empty block switches EventBridge on."""
    return any(name in item for name in _NOTIFIED)


_NOTIFIED = (
    "EventBridgeConfiguration",
    "LambdaFunctionConfigurations",
    "QueueConfigurations",
    "TopicConfigurations",
)

COLLECTORS = (
    BUCKETS,
    _companion(
        "versioning",
        "get_bucket_versioning",
        {"versioning_configuration": "{status: Status, mfa_delete: MFADelete}"},
        when="Status",
    ),
    _companion(
        "server_side_encryption_configuration",
        "get_bucket_encryption",
        {"rule": _rules},
        unset="ServerSideEncryptionConfigurationNotFoundError",
        action="GetEncryptionConfiguration",
    ),
    _companion(
        "public_access_block",
        "get_public_access_block",
        {
            "block_public_acls": "PublicAccessBlockConfiguration.BlockPublicAcls",
            "block_public_policy": "PublicAccessBlockConfiguration.BlockPublicPolicy",
            "ignore_public_acls": "PublicAccessBlockConfiguration.IgnorePublicAcls",
            "restrict_public_buckets": "PublicAccessBlockConfiguration.RestrictPublicBuckets",
        },
        unset="NoSuchPublicAccessBlockConfiguration",
        action="GetBucketPublicAccessBlock",
    ),
    _companion("policy", "get_bucket_policy", {"policy": "Policy"}, unset="NoSuchBucketPolicy"),
    _companion(
        "logging",
        "get_bucket_logging",
        {"target_bucket": "LoggingEnabled.TargetBucket", "target_prefix": "LoggingEnabled.TargetPrefix"},
        when="LoggingEnabled",
    ),
    _companion(
        "ownership_controls",
        "get_bucket_ownership_controls",
        {"rule": "OwnershipControls.Rules[].{object_ownership: ObjectOwnership}"},
        unset="OwnershipControlsNotFoundError",
    ),
    _companion(
        "acl",
        "get_bucket_acl",
        {"access_control_policy": _grants},
        among=_HAS_LISTS,
        made_from=("acl",),  # AWS writes a canned list out
    ),
    _companion(
        "lifecycle_configuration",
        "get_bucket_lifecycle_configuration",
        {"rule": _lifecycle},
        unset="NoSuchLifecycleConfiguration",
        action="GetLifecycleConfiguration",
    ),
    _companion(
        "replication_configuration",
        "get_bucket_replication",
        {"role": "ReplicationConfiguration.Role", "rule": _replication},
        unset="ReplicationConfigurationNotFoundError",
        action="GetReplicationConfiguration",
        among=_VERSIONED,
    ),
    _companion(
        "object_lock_configuration",
        "get_object_lock_configuration",
        {
            "object_lock_enabled": "ObjectLockConfiguration.ObjectLockEnabled",
            "rule": "ObjectLockConfiguration.Rule && [{default_retention:"
            " ObjectLockConfiguration.Rule.DefaultRetention.{mode: Mode, days: Days, years: Years}}]",
        },
        unset="ObjectLockConfigurationNotFoundError",
        action="GetBucketObjectLockConfiguration",
        among=_VERSIONED,
    ),
    _companion(
        "notification",
        "get_bucket_notification_configuration",
        {
            "eventbridge": lambda item: "EventBridgeConfiguration" in item,
            "lambda_function": "LambdaFunctionConfigurations[].{id: Id, events: Events,"
            " lambda_function_arn: LambdaFunctionArn}",
            "queue": "QueueConfigurations[].{id: Id, events: Events, queue_arn: QueueArn}",
            "topic": "TopicConfigurations[].{id: Id, events: Events, topic_arn: TopicArn}",
        },
        action="GetBucketNotification",
        when=_notified,
    ),
)
