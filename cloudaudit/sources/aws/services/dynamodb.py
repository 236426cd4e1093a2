"""Tables of DynamoDB, their backups, policies and scaling, and the DAX clusters before them."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part

_SCALED = {"ServiceNamespace": "dynamodb"}


def _billing(item: Item) -> Any:
    """Tables whose mode never changed do not say it."""
    return item.get("BillingModeSummary", {}).get("BillingMode") or "PROVISIONED"


def _class(item: Item) -> Any:
    return item.get("TableClassSummary", {}).get("TableClass") or "STANDARD"


def _protected(item: Item) -> bool:
    return bool(item.get("DeletionProtectionEnabled"))


def _indexes(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "name": index["IndexName"],
            "projection_type": index.get("Projection", {}).get("ProjectionType"),
            "read_capacity": index.get("ProvisionedThroughput", {}).get("ReadCapacityUnits"),
            "write_capacity": index.get("ProvisionedThroughput", {}).get("WriteCapacityUnits"),
        }
        for index in item.get("GlobalSecondaryIndexes", ())
    ]


def _expiry(item: Item) -> list[dict[str, Any]]:  # noqa: ARG001 - the form of a reader
    """Whether items expire is a call for each table, which too few rules look at."""
    return [{"enabled": Unknown(because="dynamodb:DescribeTimeToLive is not asked")}]


TABLES = Collect(
    type="aws_dynamodb_table",
    # Replicas are tables of their regions, and are found there.
    also=("aws_dynamodb_table_replica",),
    call=Call("dynamodb", "list_tables", "TableNames"),
    arn="arn:{partition}:dynamodb:{region}:{account}:table/{value}",
    name="value",
    attributes={"name": "value", "id": "value"},
    parts=(
        Part(
            Call("dynamodb", "describe_table", "Table", per={"TableName": "value"}),
            {
                "attribute": "AttributeDefinitions[].{name: AttributeName, type: AttributeType}",
                "billing_mode": _billing,
                "deletion_protection_enabled": _protected,
                "global_secondary_index": _indexes,
                "hash_key": "KeySchema[?KeyType == 'HASH'].AttributeName | [0]",
                "range_key": "KeySchema[?KeyType == 'RANGE'].AttributeName | [0]",
                "read_capacity": "ProvisionedThroughput.ReadCapacityUnits",
                "write_capacity": "ProvisionedThroughput.WriteCapacityUnits",
                "server_side_encryption": "SSEDescription.{enabled: Status == 'ENABLED', kms_key_arn: KMSMasterKeyArn}",
                "stream_arn": "LatestStreamArn",
                "stream_enabled": "StreamSpecification.StreamEnabled",
                "stream_view_type": "StreamSpecification.StreamViewType",
                "table_class": _class,
                "ttl": _expiry,
            },
        ),
        Part(
            Call(
                "dynamodb",
                "describe_continuous_backups",
                "ContinuousBackupsDescription",
                per={"TableName": "value"},
            ),
            {
                "point_in_time_recovery": "PointInTimeRecoveryDescription"
                ".{enabled: PointInTimeRecoveryStatus == 'ENABLED', recovery_period_in_days: RecoveryPeriodInDays}"
            },
        ),
    ),
    bulk_tags=True,
    made_from=(
        "import_table",
        "replica",
        "restore_backup_arn",
        "restore_date_time",
        "restore_source_name",
        "restore_source_table_arn",
        "restore_to_latest_time",
    ),
)

COLLECTORS = (
    TABLES,
    Collect(
        type="aws_dynamodb_resource_policy",
        call=Call("dynamodb", "get_resource_policy", per={"ResourceArn": "_key"}, unset=("PolicyNotFoundException",)),
        over=TABLES,
        when="Policy",
        attributes={"resource_arn": "_parent._key", "policy": "Policy", "revision_id": "RevisionId"},
    ),
    Collect(
        type="aws_appautoscaling_target",
        call=Call("application-autoscaling", "describe_scalable_targets", "ScalableTargets", params=_SCALED),
        arn="{ScalableTargetARN}",
        name="join('/', [ResourceId, ScalableDimension])",
        attributes={
            "min_capacity": "MinCapacity",
            "max_capacity": "MaxCapacity",
            "resource_id": "ResourceId",
            "role_arn": "RoleARN",
            "scalable_dimension": "ScalableDimension",
            "service_namespace": "ServiceNamespace",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_appautoscaling_policy",
        call=Call("application-autoscaling", "describe_scaling_policies", "ScalingPolicies", params=_SCALED),
        arn="{PolicyARN}",
        name="PolicyName",
        attributes={
            "name": "PolicyName",
            "policy_type": "PolicyType",
            "resource_id": "ResourceId",
            "scalable_dimension": "ScalableDimension",
            "service_namespace": "ServiceNamespace",
        },
    ),
    Collect(
        type="aws_dax_cluster",
        call=Call("dax", "describe_clusters", "Clusters"),
        arn="{ClusterArn}",
        name="ClusterName",
        attributes={
            "cluster_name": "ClusterName",
            "id": "ClusterName",
            "cluster_endpoint_encryption_type": "ClusterEndpointEncryptionType || 'NONE'",
            "iam_role_arn": "IamRoleArn",
            "node_type": "NodeType",
            "notification_topic_arn": "NotificationConfiguration.TopicArn",
            "parameter_group_name": "ParameterGroup.ParameterGroupName",
            "replication_factor": "TotalNodes",
            "security_group_ids": "SecurityGroups[].SecurityGroupIdentifier",
            "server_side_encryption": "SSEDescription.{enabled: Status == 'ENABLED'}",
            "subnet_group_name": "SubnetGroup",
        },
        bulk_tags=True,
    ),
)
