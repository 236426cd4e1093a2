"""Databases of RDS, Aurora, DocumentDB and Neptune: instances and clusters, which share their calls."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Read, days, tags

_INSTANCES = Call("rds", "describe_db_instances", "DBInstances")
_CLUSTERS = Call("rds", "describe_db_clusters", "DBClusters")
_IDLE = '["creating", "deleting", "starting", "stopped", "stopping"]'
_OWN = "Engine != 'docdb' && Engine != 'neptune'"


def _replaces_password(item: Item) -> bool | None:
    """Secrets Manager holds the password; Terraform has the flag unset where it does not."""
    return True if item.get("MasterUserSecret") else None


def _window(item: Item) -> Any:
    """Backtracking that is off is left out by AWS and zero in Terraform."""
    return item.get("BacktrackWindow", 0)


_MANAGED = "MasterUserSecret && [{kms_key_id: MasterUserSecret.KmsKeyId, secret_arn: MasterUserSecret.SecretArn}]"

_INSTANCE: Mapping[str, Read] = {
    "identifier": "DBInstanceIdentifier",
    "id": "DbiResourceId",
    "instance_class": "DBInstanceClass",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "availability_zone": "AvailabilityZone",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "publicly_accessible": "PubliclyAccessible",
    "storage_encrypted": "StorageEncrypted",
    "endpoint": "Endpoint.Address",
    "tags": tags("TagList"),
}

_WATCHED: Mapping[str, Read] = {
    "ca_cert_identifier": "CACertificateIdentifier",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "kms_key_id": "KmsKeyId",
    "monitoring_interval": "MonitoringInterval",
    "monitoring_role_arn": "MonitoringRoleArn",
    "performance_insights_enabled": "PerformanceInsightsEnabled",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
    "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
}

DB_INSTANCES = Collect(
    type="aws_db_instance",
    call=_INSTANCES,
    when=f"!DBClusterIdentifier && {_OWN}",
    arn="{DBInstanceArn}",
    name="DBInstanceIdentifier",
    attributes={
        **_INSTANCE,
        **_WATCHED,
        "address": "Endpoint.Address",
        "endpoint": "Endpoint.Address && join(':', [Endpoint.Address, to_string(Endpoint.Port)])",
        "hosted_zone_id": "Endpoint.HostedZoneId",
        "port": "Endpoint.Port",
        "status": "DBInstanceStatus",
        "resource_id": "DbiResourceId",
        "allocated_storage": "AllocatedStorage",
        "max_allocated_storage": "MaxAllocatedStorage",
        "storage_type": "StorageType",
        "iops": "Iops",
        "backup_retention_period": "BackupRetentionPeriod",
        "backup_window": "PreferredBackupWindow",
        "maintenance_window": "PreferredMaintenanceWindow",
        "latest_restorable_time": "LatestRestorableTime",
        "db_name": "DBName",
        "username": "MasterUsername",
        "manage_master_user_password": _replaces_password,
        "master_user_secret": _MANAGED,
        "master_user_secret_kms_key_id": "MasterUserSecret.KmsKeyId",
        "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
        "parameter_group_name": "DBParameterGroups[0].DBParameterGroupName",
        "option_group_name": "OptionGroupMemberships[0].OptionGroupName",
        "vpc_security_group_ids": "VpcSecurityGroups[].VpcSecurityGroupId",
        "multi_az": "MultiAZ",
        "license_model": "LicenseModel",
        "network_type": "NetworkType",
        "deletion_protection": "DeletionProtection",
        "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
        "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
        "database_insights_mode": "DatabaseInsightsMode",
        "engine_lifecycle_support": "EngineLifecycleSupport",
        "replicate_source_db": "ReadReplicaSourceDBInstanceIdentifier || ReadReplicaSourceDBClusterIdentifier",
        "replicas": "ReadReplicaDBInstanceIdentifiers",
        "domain": "DomainMemberships[0].Domain",
    },
    made_from=("name", "password", "password_wo", "snapshot_identifier", "restore_to_point_in_time", "s3_import"),
    unread={"skip_final_snapshot": "AWS asks it when the instance is deleted and keeps no setting"},
)


def _member(kind: str, when: str, attributes: Mapping[str, Read]) -> Collect:
    """Instances of clusters."""
    return Collect(
        type=f"aws_{kind}_cluster_instance",
        call=_INSTANCES,
        when=when,
        arn="{DBInstanceArn}",
        name="DBInstanceIdentifier",
        attributes={
            **_INSTANCE,
            "id": "DBInstanceIdentifier",
            "port": "Endpoint.Port",
            "cluster_identifier": "DBClusterIdentifier",
            "dbi_resource_id": "DbiResourceId",
            "preferred_maintenance_window": "PreferredMaintenanceWindow",
            "promotion_tier": "PromotionTier",
            **attributes,
        },
    )


_CLUSTER: Mapping[str, Read] = {
    "cluster_identifier": "DBClusterIdentifier",
    "id": "DBClusterIdentifier",
    "cluster_resource_id": "DbClusterResourceId",
    "cluster_members": "DBClusterMembers[].DBInstanceIdentifier",
    "availability_zones": "AvailabilityZones",
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "endpoint": "Endpoint",
    "reader_endpoint": "ReaderEndpoint",
    "hosted_zone_id": "HostedZoneId",
    "port": "Port",
    "storage_encrypted": "StorageEncrypted",
    "storage_type": "StorageType",
    "backup_retention_period": "BackupRetentionPeriod",
    "preferred_backup_window": "PreferredBackupWindow",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "deletion_protection": "DeletionProtection",
    "vpc_security_group_ids": "VpcSecurityGroups[].VpcSecurityGroupId",
    "global_cluster_identifier": "GlobalClusterIdentifier",
    "tags": tags("TagList"),
}
_FINAL = {"skip_final_snapshot": "AWS asks it when the cluster is deleted and keeps no setting"}

RDS_CLUSTERS = Collect(
    type="aws_rds_cluster",
    call=_CLUSTERS,
    when=_OWN,
    arn="{DBClusterArn}",
    name="DBClusterIdentifier",
    attributes={
        **_CLUSTER,
        "kms_key_id": "KmsKeyId",
        "allocated_storage": "AllocatedStorage",
        "backtrack_window": _window,
        "copy_tags_to_snapshot": "CopyTagsToSnapshot",
        "database_name": "DatabaseName",
        "db_cluster_instance_class": "DBClusterInstanceClass",
        "db_cluster_parameter_group_name": "DBClusterParameterGroup",
        "db_subnet_group_name": "DBSubnetGroup",
        "database_insights_mode": "DatabaseInsightsMode",
        "enable_http_endpoint": "HttpEndpointEnabled",
        "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
        "engine_lifecycle_support": "EngineLifecycleSupport",
        "engine_mode": "EngineMode",
        "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
        "iam_roles": "AssociatedRoles[].RoleArn",
        "iops": "Iops",
        "manage_master_user_password": _replaces_password,
        "master_user_secret": _MANAGED,
        "master_user_secret_kms_key_id": "MasterUserSecret.KmsKeyId",
        "master_username": "MasterUsername",
        "monitoring_interval": "MonitoringInterval",
        "monitoring_role_arn": "MonitoringRoleArn",
        "network_type": "NetworkType",
        "performance_insights_enabled": "PerformanceInsightsEnabled",
        "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
        "replication_source_identifier": "ReplicationSourceIdentifier",
        "serverlessv2_scaling_configuration": "ServerlessV2ScalingConfiguration"
        ".{min_capacity: MinCapacity, max_capacity: MaxCapacity}",
    },
    made_from=(
        "master_password",
        "master_password_wo",
        "snapshot_identifier",
        "restore_to_point_in_time",
        "s3_import",
    ),
    unread=_FINAL,
)

DOCDB_CLUSTERS = Collect(
    type="aws_docdb_cluster",
    call=_CLUSTERS,
    when="Engine == 'docdb'",
    arn="{DBClusterArn}",
    name="DBClusterIdentifier",
    attributes={
        **_CLUSTER,
        "kms_key_id": "KmsKeyId",
        "db_cluster_parameter_group_name": "DBClusterParameterGroup",
        "db_subnet_group_name": "DBSubnetGroup",
        "enabled_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
        "manage_master_user_password": _replaces_password,
        "master_user_secret": _MANAGED,
        "master_username": "MasterUsername",
    },
    made_from=("master_password", "master_password_wo", "snapshot_identifier", "restore_to_point_in_time"),
    unread=_FINAL,
)

NEPTUNE_CLUSTERS = Collect(
    type="aws_neptune_cluster",
    call=_CLUSTERS,
    when="Engine == 'neptune'",
    arn="{DBClusterArn}",
    name="DBClusterIdentifier",
    attributes={
        **_CLUSTER,
        "kms_key_arn": "KmsKeyId",
        "copy_tags_to_snapshot": "CopyTagsToSnapshot",
        "enable_cloudwatch_logs_exports": "EnabledCloudwatchLogsExports",
        "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
        "iam_roles": "AssociatedRoles[].RoleArn",
        "neptune_cluster_parameter_group_name": "DBClusterParameterGroup",
        "neptune_subnet_group_name": "DBSubnetGroup",
        "replication_source_identifier": "ReplicationSourceIdentifier",
    },
    made_from=("snapshot_identifier",),
    unread=_FINAL,
)


def _state(call: Call, name: str, status: str, **attributes: Read) -> Collect:
    """What time does to databases that run: their backups and certificates."""
    return Collect(
        type="aws_db_state",
        call=call,
        when=f"!contains(`{_IDLE}`, {status})",
        name=name,
        attributes={
            "database": name,
            "backup_retention_period": "BackupRetentionPeriod",
            "restorable_days": days("LatestRestorableTime"),
            **attributes,
        },
    )


COLLECTORS = (
    _state(
        _INSTANCES,
        "DBInstanceArn",
        "DBInstanceStatus",
        backup_retention_period=lambda item: (
            None if item.get("DBClusterIdentifier") else item.get("BackupRetentionPeriod")
        ),
        certificate_days_left=days("CertificateDetails.ValidTill", until=True),
    ),
    _state(_CLUSTERS, "DBClusterArn", "Status"),
    DB_INSTANCES,
    RDS_CLUSTERS,
    DOCDB_CLUSTERS,
    NEPTUNE_CLUSTERS,
    _member(
        "rds",
        f"DBClusterIdentifier && {_OWN}",
        {
            **_WATCHED,
            "db_parameter_group_name": "DBParameterGroups[0].DBParameterGroupName",
            "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
            "network_type": "NetworkType",
        },
    ),
    _member(
        "docdb",
        "Engine == 'docdb'",
        {
            "ca_cert_identifier": "CACertificateIdentifier",
            "kms_key_id": "KmsKeyId",
            "copy_tags_to_snapshot": "CopyTagsToSnapshot",
            "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
            "enable_performance_insights": "PerformanceInsightsEnabled",
            "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
        },
    ),
    _member(
        "neptune",
        "Engine == 'neptune'",
        {
            "kms_key_arn": "KmsKeyId",
            "neptune_parameter_group_name": "DBParameterGroups[0].DBParameterGroupName",
            "neptune_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
        },
    ),
)
