"""Clusters, snapshots and subnets of MemoryDB."""

from cloudaudit.sources.aws.declare import Call, Collect, Item


def _replicas(item: Item) -> int | None:
    """Every shard has as many."""
    shards = item.get("Shards") or []
    return shards[0]["NumberOfNodes"] - 1 if shards and shards[0].get("NumberOfNodes") else None


COLLECTORS = (
    Collect(
        type="aws_memorydb_cluster",
        call=Call("memorydb", "describe_clusters", "Clusters", params={"ShowShardDetails": True}),
        arn="{ARN}",
        name="Name",
        attributes={
            "name": "Name",
            "id": "Name",
            "acl_name": "ACLName",
            "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
            "description": "Description",
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "kms_key_arn": "KmsKeyId",
            "node_type": "NodeType",
            "num_replicas_per_shard": _replicas,
            "num_shards": "NumberOfShards",
            "parameter_group_name": "ParameterGroupName",
            "security_group_ids": "SecurityGroups[].SecurityGroupId",
            "snapshot_retention_limit": "SnapshotRetentionLimit",
            "sns_topic_arn": "SnsTopicArn",
            "subnet_group_name": "SubnetGroupName",
            "tls_enabled": "TLSEnabled",
        },
        bulk_tags=True,
        made_from=("snapshot_arns", "snapshot_name"),
        unread={"final_snapshot_name": "AWS asks it when the cluster is deleted and keeps no setting"},
    ),
    Collect(
        type="aws_memorydb_snapshot",
        call=Call("memorydb", "describe_snapshots", "Snapshots"),
        when="Source != 'automated'",
        arn="{ARN}",
        name="Name",
        attributes={
            "name": "Name",
            "id": "Name",
            "cluster_name": "ClusterConfiguration.Name",
            "kms_key_arn": "KmsKeyId",
            "source": "Source",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_memorydb_subnet_group",
        call=Call("memorydb", "describe_subnet_groups", "SubnetGroups"),
        arn="{ARN}",
        name="Name",
        attributes={
            "name": "Name",
            "id": "Name",
            "description": "Description",
            "subnet_ids": "Subnets[].Identifier",
            "vpc_id": "VpcId",
        },
        bulk_tags=True,
    ),
)
