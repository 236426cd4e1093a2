"""Caches of ElastiCache: replication groups, clusters that belong to none, serverless ones, users."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, Read
from cloudaudit.sources.aws.expressions import pick

_CLUSTERS = Call("elasticache", "describe_cache_clusters", "CacheClusters")
_TYPES = {"no-password": "no-password-required"}
_ON = ("enabled", "enabling")


def _token(item: Item) -> Unknown | None:
    """AWS says whether there is a token, and keeps it to itself."""
    return Unknown(because="AWS does not tell the token", is_set=True) if item.get("AuthTokenEnabled") else None


def _of_member(path: str) -> Read:
    """What a member says of its group; a group that is being made has none yet."""

    def read(item: Item) -> Any:
        return pick(path, item) if item.get("CacheClusterId") else Unknown(because="AWS lists no member of the group")

    return read


def _zones(item: Item) -> str | None:
    if item.get("Engine") != "memcached":
        return None
    return "cross-az" if item.get("PreferredAvailabilityZone") == "Multiple" else "single-az"


def _authentication(item: Item) -> list[dict[str, Any]]:
    found = item.get("Authentication") or {}
    kind = found.get("Type")
    return [{"type": _TYPES.get(str(kind), kind), "password_count": found.get("PasswordCount")}]


def _logs(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "destination": (details := each.get("DestinationDetails", {}))
            .get("CloudWatchLogsDetails", {})
            .get("LogGroup")
            or details.get("KinesisFirehoseDetails", {}).get("DeliveryStream"),
            "destination_type": each.get("DestinationType"),
            "log_format": each.get("LogFormat"),
            "log_type": each.get("LogType"),
        }
        for each in item.get("LogDeliveryConfigurations", ())
    ]


COLLECTORS = (
    Collect(
        type="aws_elasticache_replication_group",
        call=Call("elasticache", "describe_replication_groups", "ReplicationGroups"),
        arn="{ARN}",
        name="ReplicationGroupId",
        attributes={
            "replication_group_id": "ReplicationGroupId",
            "id": "ReplicationGroupId",
            "description": "Description",
            "at_rest_encryption_enabled": "AtRestEncryptionEnabled",
            "auth_token": _token,
            "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
            "automatic_failover_enabled": lambda item: item.get("AutomaticFailover") in _ON,
            "cluster_mode": "ClusterMode",
            "data_tiering_enabled": "DataTiering == 'enabled'",
            "global_replication_group_id": "GlobalReplicationGroupInfo.GlobalReplicationGroupId",
            "kms_key_id": "KmsKeyId",
            "log_delivery_configuration": _logs,
            "member_clusters": "MemberClusters",
            "multi_az_enabled": "MultiAZ == 'enabled'",
            "network_type": "NetworkType",
            "node_type": "CacheNodeType",
            "num_cache_clusters": "length(MemberClusters || `[]`)",
            "num_node_groups": "length(NodeGroups || `[]`)",
            "snapshot_retention_limit": "SnapshotRetentionLimit",
            "snapshot_window": "SnapshotWindow",
            "transit_encryption_enabled": "TransitEncryptionEnabled",
            "transit_encryption_mode": "TransitEncryptionMode",
            "user_group_ids": "UserGroupIds",
        },
        parts=(
            # Its members know what the group does not say of itself; they are listed anyhow.
            Part(
                _CLUSTERS,
                {
                    "engine": _of_member("Engine"),
                    "engine_version": _of_member("EngineVersion"),
                    "notification_topic_arn": _of_member("NotificationConfiguration.TopicArn"),
                    "parameter_group_name": _of_member("CacheParameterGroup.CacheParameterGroupName"),
                    "security_group_ids": _of_member("SecurityGroups[].SecurityGroupId"),
                    "subnet_group_name": _of_member("CacheSubnetGroupName"),
                },
                batch=100,
                match=("ReplicationGroupId", "ReplicationGroupId"),
            ),
        ),
        bulk_tags=True,
        made_from=("auth_token_wo", "snapshot_arns", "snapshot_name"),
    ),
    Collect(
        type="aws_elasticache_cluster",
        call=_CLUSTERS,
        when="!ReplicationGroupId",
        arn="{ARN}",
        name="CacheClusterId",
        attributes={
            "cluster_id": "CacheClusterId",
            "id": "CacheClusterId",
            "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
            "availability_zone": "PreferredAvailabilityZone",
            "az_mode": _zones,
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "log_delivery_configuration": _logs,
            "network_type": "NetworkType",
            "node_type": "CacheNodeType",
            "notification_topic_arn": "NotificationConfiguration.TopicArn",
            "num_cache_nodes": "NumCacheNodes",
            "parameter_group_name": "CacheParameterGroup.CacheParameterGroupName",
            "security_group_ids": "SecurityGroups[].SecurityGroupId",
            "snapshot_retention_limit": "SnapshotRetentionLimit",
            "snapshot_window": "SnapshotWindow",
            "subnet_group_name": "CacheSubnetGroupName",
            "transit_encryption_enabled": "TransitEncryptionEnabled",
        },
        bulk_tags=True,
        made_from=("replication_group_id", "snapshot_arns", "snapshot_name"),
    ),
    Collect(
        type="aws_elasticache_global_replication_group",
        call=Call("elasticache", "describe_global_replication_groups", "GlobalReplicationGroups"),
        arn="{ARN}",
        name="GlobalReplicationGroupId",
        attributes={
            "global_replication_group_id": "GlobalReplicationGroupId",
            "id": "GlobalReplicationGroupId",
            "at_rest_encryption_enabled": "AtRestEncryptionEnabled",
            "auth_token_enabled": "AuthTokenEnabled",
            "cache_node_type": "CacheNodeType",
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "transit_encryption_enabled": "TransitEncryptionEnabled",
        },
    ),
    Collect(
        type="aws_elasticache_serverless_cache",
        call=Call("elasticache", "describe_serverless_caches", "ServerlessCaches"),
        arn="{ARN}",
        name="ServerlessCacheName",
        attributes={
            "name": "ServerlessCacheName",
            "id": "ServerlessCacheName",
            "description": "Description",
            "engine": "Engine",
            "kms_key_id": "KmsKeyId",
            "major_engine_version": "MajorEngineVersion",
            "security_group_ids": "SecurityGroupIds",
            "snapshot_retention_limit": "SnapshotRetentionLimit",
            "status": "Status",
            "subnet_ids": "SubnetIds",
            "user_group_id": "UserGroupId",
        },
        bulk_tags=True,
        made_from=("snapshot_arns_to_restore",),
    ),
    Collect(
        type="aws_elasticache_subnet_group",
        call=Call("elasticache", "describe_cache_subnet_groups", "CacheSubnetGroups"),
        arn="{ARN}",
        name="CacheSubnetGroupName",
        attributes={
            "name": "CacheSubnetGroupName",
            "id": "CacheSubnetGroupName",
            "description": "CacheSubnetGroupDescription",
            "subnet_ids": "Subnets[].SubnetIdentifier",
            "vpc_id": "VpcId",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_elasticache_user",
        # Every account has this one, and nobody can delete it.
        when="UserId != 'default'",
        call=Call("elasticache", "describe_users", "Users"),
        arn="{ARN}",
        name="UserId",
        attributes={
            "user_id": "UserId",
            "id": "UserId",
            "user_name": "UserName",
            "access_string": "AccessString",
            "authentication_mode": _authentication,
            "engine": "Engine",
            "no_password_required": "Authentication.Type == 'no-password'",
        },
        bulk_tags=True,
        made_from=("passwords", "passwords_wo"),
    ),
    Collect(
        type="aws_elasticache_user_group",
        call=Call("elasticache", "describe_user_groups", "UserGroups"),
        arn="{ARN}",
        name="UserGroupId",
        attributes={"user_group_id": "UserGroupId", "id": "UserGroupId", "engine": "Engine", "user_ids": "UserIds"},
        bulk_tags=True,
    ),
)
