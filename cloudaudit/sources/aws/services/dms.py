"""Migrations of databases: instances, endpoints, tasks."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import Call, Collect, Read
from cloudaudit.sources.aws.fitting import fitted

_ENDPOINT, _S3 = "aws_dms_endpoint", "aws_dms_s3_endpoint"
_ENDPOINTS = Call("dms", "describe_endpoints", "Endpoints")


def _endpoint(kind: str, when: str, attributes: Mapping[str, Read], made_from: tuple[str, ...] = ()) -> Collect:
    return Collect(
        type=kind,
        call=_ENDPOINTS,
        when=when,
        arn="{EndpointArn}",
        name="EndpointIdentifier",
        attributes={
            "id": "EndpointIdentifier",
            "endpoint_arn": "EndpointArn",
            "endpoint_id": "EndpointIdentifier",
            "endpoint_type": "EndpointType",
            "certificate_arn": "CertificateArn",
            "kms_key_arn": "KmsKeyId",
            "ssl_mode": "SslMode",
            **attributes,
        },
        bulk_tags=True,
        made_from=made_from,
    )


COLLECTORS = (
    Collect(
        type="aws_dms_replication_instance",
        call=Call("dms", "describe_replication_instances", "ReplicationInstances"),
        arn="{ReplicationInstanceArn}",
        name="ReplicationInstanceIdentifier",
        attributes={
            "id": "ReplicationInstanceIdentifier",
            "replication_instance_id": "ReplicationInstanceIdentifier",
            "replication_instance_arn": "ReplicationInstanceArn",
            "replication_instance_class": "ReplicationInstanceClass",
            "allocated_storage": "AllocatedStorage",
            "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
            "availability_zone": "AvailabilityZone",
            "engine_version": "EngineVersion",
            "kms_key_arn": "KmsKeyId",
            "multi_az": "MultiAZ",
            "network_type": "NetworkType",
            "publicly_accessible": "PubliclyAccessible",
            "replication_subnet_group_id": "ReplicationSubnetGroup.ReplicationSubnetGroupIdentifier",
            "vpc_security_group_ids": "VpcSecurityGroups[].VpcSecurityGroupId",
        },
        bulk_tags=True,
    ),
    _endpoint(
        _ENDPOINT,
        "EngineName != 's3'",
        {
            "database_name": "DatabaseName",
            "engine_name": "EngineName",
            "extra_connection_attributes": "ExtraConnectionAttributes",
            "port": "Port",
            "server_name": "ServerName",
            "service_access_role": "ServiceAccessRoleArn",
            "username": "Username",
            "kafka_settings": fitted(_ENDPOINT, "kafka_settings", "KafkaSettings"),
            "redis_settings": fitted(_ENDPOINT, "redis_settings", "RedisSettings"),
        },
        ("password",),
    ),
    _endpoint(
        _S3,
        "EngineName == 's3'",
        {
            "bucket_folder": "S3Settings.BucketFolder",
            "bucket_name": "S3Settings.BucketName",
            "encryption_mode": "S3Settings.EncryptionMode",
            "server_side_encryption_kms_key_id": "S3Settings.ServerSideEncryptionKmsKeyId",
            "service_access_role_arn": "S3Settings.ServiceAccessRoleArn",
        },
    ),
    Collect(
        type="aws_dms_replication_task",
        call=Call("dms", "describe_replication_tasks", "ReplicationTasks"),
        arn="{ReplicationTaskArn}",
        name="ReplicationTaskIdentifier",
        attributes={
            "id": "ReplicationTaskIdentifier",
            "replication_task_id": "ReplicationTaskIdentifier",
            "replication_task_arn": "ReplicationTaskArn",
            "migration_type": "MigrationType",
            "replication_instance_arn": "ReplicationInstanceArn",
            "replication_task_settings": "ReplicationTaskSettings",
            "source_endpoint_arn": "SourceEndpointArn",
            "table_mappings": "TableMappings",
            "target_endpoint_arn": "TargetEndpointArn",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_dms_replication_config",
        call=Call("dms", "describe_replication_configs", "ReplicationConfigs"),
        arn="{ReplicationConfigArn}",
        name="ReplicationConfigIdentifier",
        attributes={
            "id": "ReplicationConfigArn",
            "replication_config_identifier": "ReplicationConfigIdentifier",
            "compute_config": fitted("aws_dms_replication_config", "compute_config", "ComputeConfig"),
            "replication_settings": "ReplicationSettings",
            "replication_type": "ReplicationType",
            "source_endpoint_arn": "SourceEndpointArn",
            "target_endpoint_arn": "TargetEndpointArn",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_dms_replication_subnet_group",
        call=Call("dms", "describe_replication_subnet_groups", "ReplicationSubnetGroups"),
        arn="arn:{partition}:dms:{region}:{account}:subgrp:{ReplicationSubnetGroupIdentifier}",
        name="ReplicationSubnetGroupIdentifier",
        attributes={
            "id": "ReplicationSubnetGroupIdentifier",
            "replication_subnet_group_id": "ReplicationSubnetGroupIdentifier",
            "replication_subnet_group_description": "ReplicationSubnetGroupDescription",
            "subnet_ids": "Subnets[].SubnetIdentifier",
            "vpc_id": "VpcId",
        },
        bulk_tags=True,
    ),
)
