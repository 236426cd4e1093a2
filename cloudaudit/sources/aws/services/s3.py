"""Buckets and what configures them, and the account's own block of public access."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part, Read


def _location(item: Item) -> str:
    """Buckets of the first region, and of the first of Europe, have no name or an old one there."""
    found = item.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if found == "EU" else str(found)


BUCKETS = Collect(
    type="aws_s3_bucket",
    call=Call("s3", "list_buckets", "Buckets", params={"MaxBuckets": 1000}, actions=("s3:ListAllMyBuckets",)),
    scope=GLOBAL,
    arn="arn:{partition}:s3:::{Name}",
    name="Name",
    attributes={"bucket": "Name", "id": "Name", "region": "BucketRegion"},
    parts=(
        Part(
            Call("s3", "get_bucket_location", per={"Bucket": "Name"}),
            {"region": _location},
            when="!BucketRegion",
        ),
    ),
    bulk_tags=True,
)


def _companion(  # noqa: PLR0913 - what sets one setting apart from another
    kind: str, operation: str, attributes: Mapping[str, Read], *, unset: str = "", action: str = "", when: Read = ""
) -> Collect:
    """A setting of a bucket that is a resource of its own."""
    return Collect(
        type=f"aws_s3_bucket_{kind}",
        call=Call(
            "s3",
            operation,
            per={"Bucket": "Name"},
            unset=(unset,) if unset else (),
            actions=(f"s3:{action}",) if action else (),
        ),
        over=BUCKETS,
        when=when,
        attributes={"bucket": "_parent.Name", **attributes},
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
        for rule in item["ServerSideEncryptionConfiguration"]["Rules"]
    ]


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
)
