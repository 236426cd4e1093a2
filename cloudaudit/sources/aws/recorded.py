"""What AWS Config records of single things, as answers of the services' own APIs, which collectors read.

A configuration item is near to what the API answers, but not the same: names begin small or have other capitals, times
and numbers may be texts, documents are JSON within JSON, and some members are missing. The description of the operation
that botocore has says what each must be. The facts are from the schemas in awslabs/aws-config-resource-schema on GitHub
and AWS's own samples of rules; types and members that neither shows are left to the service.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from jmespath.exceptions import JMESPathError

from cloudaudit.clock import text
from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Item
from cloudaudit.sources.aws.expressions import pick

_UNTOLD = Unknown(because="AWS Config does not record it")
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError, OverflowError, JMESPathError)
"""What reading an item may raise: it may hold anything."""

_TEXTS = 2  # JSON within JSON within the item: access lists of buckets are so
_JSON = ("{", "[", '"', "true", "false", "null")


class Kind(msgspec.Struct, frozen=True):
    """A type of AWS Config: where an item has the name that calls use, and whether no other region has that name."""

    name: str
    everywhere: bool = False


class Recorded(msgspec.Struct, frozen=True):
    """What an item tells of one operation.

    The parameter `by` names the thing. `page` is the answer (JMESPath over the item). All of `needs` (dotted) must be
    there, in each member of a list, and `only` must hold; else the service is asked. Where `none` is there and null,
    there is no such setting. `untold` are members of the answer that Config does not record and no rule looks at.
    """

    kind: str
    by: str
    page: str
    needs: tuple[str, ...] = ()
    only: str = ""
    none: str = ""
    untold: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "AWS::ACM::Certificate": Kind("configuration.certificateArn"),
    "AWS::Backup::BackupVault": Kind("configuration.BackupVaultName"),
    "AWS::CloudFront::Distribution": Kind("configuration.id", everywhere=True),
    "AWS::DynamoDB::Table": Kind("configuration.tableName"),
    "AWS::ECR::Repository": Kind("configuration.RepositoryName"),
    "AWS::EFS::FileSystem": Kind("configuration.FileSystemId"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Kind("configuration.loadBalancerArn"),
    "AWS::KMS::Key": Kind("configuration.keyId"),
    "AWS::Kinesis::Stream": Kind("configuration.Arn"),
    "AWS::Lambda::Function": Kind("configuration.functionName"),
    "AWS::RDS::DBClusterSnapshot": Kind("configuration.dbClusterSnapshotIdentifier"),
    "AWS::RDS::DBSnapshot": Kind("configuration.dbSnapshotIdentifier"),
    "AWS::Redshift::Cluster": Kind("configuration.clusterIdentifier"),
    "AWS::S3::Bucket": Kind("resourceName", everywhere=True),
    "AWS::SNS::Topic": Kind("configuration.TopicArn"),
    "AWS::SQS::Queue": Kind("configuration.QueueUrl"),
}
_BESIDE = "supplementaryConfiguration"
_BACKUPS = f"{_BESIDE}.ContinuousBackupsDescription"
_LOGGING = f"{_BESIDE}.BucketLoggingConfiguration"
_VERSIONING = f"{_BESIDE}.BucketVersioningConfiguration"
_ENCRYPTION = f"{_BESIDE}.ServerSideEncryptionConfiguration"
_BALANCER = f"{_BESIDE}.LoadBalancerAttributes"
_BLOCK = f"{_BESIDE}.PublicAccessBlockConfiguration"


def _all(place: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{place}.{name}" for name in names)


def _bucket(page: str, *needs: str, none: str = "") -> Recorded:
    return Recorded("AWS::S3::Bucket", "Bucket", page, needs, none=none)


def _key(page: str, *needs: str, only: str = "") -> Recorded:
    return Recorded("AWS::KMS::Key", "KeyId", page, needs, only)


def _snapshot(kind: str) -> Recorded:
    told = f"supplementaryConfiguration.DB{kind}SnapshotAttributes"
    return Recorded(
        kind=f"AWS::RDS::DB{kind}Snapshot",
        by=f"DB{kind}SnapshotIdentifier",
        page=f"{{DB{kind}SnapshotAttributesResult: {{DB{kind}SnapshotAttributes: {told}}}}}",
        needs=(f"{told}.attributeName", f"{told}.attributeValues"),
        only=f"{told}[?attributeName == 'restore']",
    )


RECORDED: Mapping[str, Recorded] = {
    "acm.describe_certificate": Recorded(
        "AWS::ACM::Certificate",
        "CertificateArn",
        "{Certificate: configuration}",
        needs=_all(
            "configuration",
            "domainValidationOptions",
            "keyAlgorithm",
            "options",
            "status",
            "subjectAlternativeNames",
            "type",
        ),
        untold=("Certificate.Options.Export",),
    ),
    "backup.get_backup_vault_access_policy": Recorded(
        "AWS::Backup::BackupVault",
        "BackupVaultName",
        "{Policy: configuration.AccessPolicy}",
        needs=("configuration.AccessPolicy.Statement",),
    ),
    "cloudfront.get_distribution_config": Recorded(
        "AWS::CloudFront::Distribution",
        "Id",
        "{DistributionConfig: configuration.distributionConfig}",
        needs=(
            "configuration.distributionConfig.defaultRootObject",
            "configuration.distributionConfig.logging.enabled",
        ),
    ),
    "dynamodb.describe_continuous_backups": Recorded(
        "AWS::DynamoDB::Table",
        "TableName",
        f"{{ContinuousBackupsDescription: {_BACKUPS}}}",
        needs=(f"{_BACKUPS}.pointInTimeRecoveryDescription.pointInTimeRecoveryStatus",),
        untold=("ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays",),
    ),
    "ecr.get_repository_policy": Recorded(
        "AWS::ECR::Repository",
        "repositoryName",
        "{policyText: configuration.RepositoryPolicyText}",
        needs=("configuration.RepositoryPolicyText.Statement",),
    ),
    "efs.describe_backup_policy": Recorded(
        "AWS::EFS::FileSystem",
        "FileSystemId",
        "{BackupPolicy: configuration.BackupPolicy}",
        needs=("configuration.BackupPolicy.Status",),
    ),
    "efs.describe_file_system_policy": Recorded(
        "AWS::EFS::FileSystem",
        "FileSystemId",
        "{Policy: configuration.FileSystemPolicy}",
        needs=("configuration.FileSystemPolicy.Statement",),
    ),
    # What AWS has added since an item was captured is not in it; this is the newest one that rules look at.
    "elbv2.describe_load_balancer_attributes": Recorded(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerArn",
        f"{{Attributes: {_BALANCER}}}",
        needs=(f"{_BALANCER}.key",),
        only=f"{_BALANCER}[?key == 'deletion_protection.enabled'] && (configuration.type == 'network'"
        f" || {_BALANCER}[?key == 'routing.http.desync_mitigation_mode'])",
    ),
    # In a key store outside of AWS a key has an id there, which no item shows.
    "kms.describe_key": _key(
        "{KeyMetadata: configuration}",
        *_all("configuration", "arn", "enabled", "keyManager", "keySpec", "keyState"),
        only="configuration.origin && configuration.origin != 'EXTERNAL_KEY_STORE'",
    ),
    "kms.get_key_policy": _key(
        "{Policy: supplementaryConfiguration.Policy}", "supplementaryConfiguration.Policy.Statement"
    ),
    # How often a key rotates is not recorded: that is asked of those that do.
    "kms.get_key_rotation_status": _key(
        "{KeyRotationEnabled: supplementaryConfiguration.KeyRotationStatus}",
        only="supplementaryConfiguration.KeyRotationStatus == `false`",
    ),
    "kinesis.describe_stream_summary": Recorded(
        "AWS::Kinesis::Stream",
        "StreamARN",
        "{StreamDescriptionSummary: {EncryptionType: configuration.StreamEncryption.EncryptionType,"
        " KeyId: configuration.StreamEncryption.KeyId, RetentionPeriodHours: configuration.RetentionPeriodHours,"
        " OpenShardCount: configuration.ShardCount}}",
        needs=(
            "configuration.RetentionPeriodHours",
            "configuration.ShardCount",
            "configuration.StreamEncryption.EncryptionType",
        ),
    ),
    "lambda.get_policy": Recorded(
        "AWS::Lambda::Function",
        "FunctionName",
        "{Policy: supplementaryConfiguration.Policy}",
        needs=("supplementaryConfiguration.Policy.Statement",),
    ),
    "rds.describe_db_cluster_snapshot_attributes": _snapshot("Cluster"),
    "rds.describe_db_snapshot_attributes": _snapshot(""),
    # Where the log of a cluster goes, and what is in it, is asked of those that have one.
    "redshift.describe_logging_status": Recorded(
        "AWS::Redshift::Cluster",
        "ClusterIdentifier",
        "{LoggingEnabled: supplementaryConfiguration.LoggingStatus.loggingEnabled}",
        only="supplementaryConfiguration.LoggingStatus.loggingEnabled == `false`",
    ),
    "s3.get_bucket_encryption": _bucket(
        f"{{ServerSideEncryptionConfiguration: {_ENCRYPTION}}}",
        f"{_ENCRYPTION}.rules.applyServerSideEncryptionByDefault.sseAlgorithm",
        f"{_ENCRYPTION}.rules.bucketKeyEnabled",
    ),
    "s3.get_bucket_location": _bucket("{LocationConstraint: awsRegion}"),
    "s3.get_bucket_logging": _bucket(
        f"{{LoggingEnabled: {{TargetBucket: {_LOGGING}.destinationBucketName,"
        f" TargetPrefix: {_LOGGING}.logFilePrefix}}}}",
        none=f"{_LOGGING}.destinationBucketName",
    ),
    "s3.get_bucket_policy": _bucket(
        f"{{Policy: {_BESIDE}.BucketPolicy.policyText}}", none=f"{_BESIDE}.BucketPolicy.policyText"
    ),
    "s3.get_bucket_versioning": _bucket(
        f"{{Status: {_VERSIONING}.status != 'Off' && {_VERSIONING}.status || null,"
        f" MFADelete: {_VERSIONING}.isMfaDeleteEnabled == `true` && 'Enabled'"
        f" || {_VERSIONING}.isMfaDeleteEnabled == `false` && 'Disabled' || null}}",
        f"{_VERSIONING}.status",
    ),
    "s3.get_object_lock_configuration": _bucket(
        f"{{ObjectLockConfiguration: {_BESIDE}.ObjectLockConfiguration}}",
        f"{_BESIDE}.ObjectLockConfiguration.objectLockEnabled",
    ),
    "s3.get_public_access_block": _bucket(
        f"{{PublicAccessBlockConfiguration: {_BLOCK}}}",
        *_all(_BLOCK, "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"),
    ),
    "sns.get_topic_attributes": Recorded(
        "AWS::SNS::Topic",
        "TopicArn",
        "{Attributes: configuration}",
        needs=("configuration.Owner", "configuration.Policy"),
        untold=("Attributes.DeliveryPolicy", "Attributes.SignatureVersion", "Attributes.TracingConfig"),
    ),
    # Queues without these policies do not say so.
    "sqs.get_queue_attributes": Recorded(
        "AWS::SQS::Queue",
        "QueueUrl",
        "{Attributes: configuration}",
        needs=_all(
            "configuration",
            "MessageRetentionPeriod",
            "Policy",
            "RedrivePolicy",
            "SqsManagedSseEnabled",
            "VisibilityTimeout",
        ),
        untold=("Attributes.RedriveAllowPolicy",),
    ),
}
"""By service and method."""


def opened(written: str) -> Item:
    """The item that a text holds, with what is JSON within it. UNREADABLE for anything else."""
    item = msgspec.json.decode(written, type=dict[str, Any])
    item["configuration"] = _open(item.get("configuration"))
    beside = msgspec.convert(_open(item.get("supplementaryConfiguration")) or {}, dict[str, Any])
    item["supplementaryConfiguration"] = {name: _open(each) for name, each in beside.items()}
    return item


def _open(value: Any) -> Any:
    for _ in range(_TEXTS):
        if isinstance(value, str) and value.startswith(_JSON):
            value = msgspec.json.decode(value)
    return value


def name_of(item: Item) -> str:
    """What calls name the thing by. UNREADABLE where the item does not tell."""
    *way, name = KINDS[item["resourceType"]].name.split(".")
    place = item[way[0]] if way else item
    return msgspec.convert(_lower(place)[name.lower()], str)  # items have dBSnapshot... and dbsnapshot...


def pages_of(recorded: Recorded, item: Item, shape: Any) -> list[Any] | None:
    """The answer in the shape of the operation, without pages where AWS would say that there is no such setting; None
    where the item does not tell enough. UNREADABLE for what is not of the shape."""
    if recorded.none and next(_at(item, recorded.none)) is None:
        return []
    if any(value is None for path in recorded.needs for value in _at(item, path)):
        return None
    if recorded.only and not pick(recorded.only, item):
        return None
    page = shaped(shape, pick(recorded.page, item))
    for path in recorded.untold:
        *way, name = path.split(".")
        place = page
        for step in way:
            place = place.get(step, {})
        place.setdefault(name, _UNTOLD)
    return [page]


def _at(value: Any, path: str) -> Iterator[Any]:
    """What stands at the dotted path, in each member of a list. UNREADABLE where the way ends before."""
    name, _, rest = path.partition(".")
    if not path:
        yield value
    elif isinstance(value := _open(value), list):
        for member in value:
            yield from _at(member, path)
    else:
        yield from _at(value[name], rest)


def _lower(value: dict[str, Any]) -> dict[str, Any]:
    """The members by their names in small letters. UNREADABLE where two differ in nothing else."""
    found = {name.lower(): member for name, member in value.items()}
    if len(found) < len(value):
        raise ValueError("two members of one name")
    return found


def shaped(shape: Any, value: Any) -> Any:
    """The value as botocore would give it, but for times (texts). UNREADABLE where it cannot be that."""
    if shape.type_name == "structure":
        members = _lower(msgspec.convert(value, dict[str, Any]))
        told = {name: members.get(name.lower()) for name in shape.members}
        return {name: shaped(shape.members[name], each) for name, each in told.items() if each is not None}
    if shape.type_name == "list":
        return [shaped(shape.member, each) for each in msgspec.convert(value, list[Any])]
    if shape.type_name == "map":
        members = msgspec.convert(value, dict[str, Any])
        return {name: shaped(shape.value, each) for name, each in members.items() if each is not None}
    return _SCALARS[shape.type_name](value)


def _text(value: Any) -> str:
    """Numbers, switches and policies stand in texts in some answers."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float) or "Statement" in msgspec.convert(value, dict[str, Any]):
        return json.dumps(value)
    raise ValueError("no text")


def _switch(value: Any) -> bool:
    return msgspec.convert(value, bool, strict=False)


def _whole(value: Any) -> int:
    return msgspec.convert(value, int, strict=False)


def _number(value: Any) -> float:
    return msgspec.convert(value, float, strict=False)


def moment(value: Any) -> str:
    """A time as a text (ISO 8601, UTC): it may be one, or seconds or milliseconds since 1970."""
    if isinstance(value, str):
        return text(datetime.fromisoformat(value))
    seconds = _number(value)
    return text(datetime.fromtimestamp(seconds / 1000 if seconds > _LATEST else seconds, UTC))


_LATEST = 32_503_680_000  # the year 3000; more is milliseconds
_SCALARS = {
    "boolean": _switch,
    "double": _number,
    "float": _number,
    "integer": _whole,
    "long": _whole,
    "string": _text,
    "timestamp": moment,
}
