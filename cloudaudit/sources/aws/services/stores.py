"""Smaller stores: Keyspaces, Timestream, elastic clusters of DocumentDB, graphs of Neptune Analytics."""

from cloudaudit.sources.aws.declare import Call, Collect, Part

_TABLE = Part(
    Call(
        "keyspaces",
        "get_table",
        per={"keyspaceName": "keyspaceName", "tableName": "tableName"},
        actions=("cassandra:Select",),
    ),
    {
        "default_time_to_live": "defaultTimeToLive",
        "encryption_specification": "encryptionSpecification.{type: type, kms_key_identifier: kmsKeyIdentifier}",
        "point_in_time_recovery": "pointInTimeRecovery.{status: status}",
        "ttl": "ttl.{status: status}",
    },
)

KEYSPACES = Collect(
    type="aws_keyspaces_keyspace",
    call=Call("keyspaces", "list_keyspaces", "keyspaces", actions=("cassandra:Select",)),
    when="!starts_with(keyspaceName, 'system')",
    arn="{resourceArn}",
    name="keyspaceName",
    attributes={"name": "keyspaceName", "id": "keyspaceName"},
    bulk_tags=True,
)

COLLECTORS = (
    KEYSPACES,
    Collect(
        type="aws_keyspaces_table",
        call=Call(
            "keyspaces",
            "list_tables",
            "tables",
            per={"keyspaceName": "keyspaceName"},
            actions=("cassandra:Select",),
        ),
        over=KEYSPACES,
        arn="{resourceArn}",
        name="tableName",
        attributes={"keyspace_name": "keyspaceName", "table_name": "tableName"},
        parts=(_TABLE,),
        bulk_tags=True,
    ),
    Collect(
        type="aws_timestreamwrite_database",
        call=Call(
            "timestream-write",
            "list_databases",
            "Databases",
            actions=("timestream:ListDatabases", "timestream:DescribeEndpoints"),
        ),
        arn="{Arn}",
        name="DatabaseName",
        attributes={
            "database_name": "DatabaseName",
            "id": "DatabaseName",
            "kms_key_id": "KmsKeyId",
            "table_count": "TableCount",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_docdbelastic_cluster",
        call=Call("docdb-elastic", "list_clusters", "clusters"),
        arn="{clusterArn}",
        name="clusterName",
        attributes={"id": "clusterArn", "name": "clusterName"},
        parts=(
            Part(
                Call("docdb-elastic", "get_cluster", "cluster", per={"clusterArn": "clusterArn"}),
                {
                    "admin_user_name": "adminUserName",
                    "auth_type": "authType",
                    "backup_retention_period": "backupRetentionPeriod",
                    "kms_key_id": "kmsKeyId",
                    "subnet_ids": "subnetIds",
                    "vpc_security_group_ids": "vpcSecurityGroupIds",
                },
            ),
        ),
        bulk_tags=True,
        made_from=("admin_user_password",),
    ),
    Collect(
        type="aws_neptunegraph_graph",
        call=Call("neptune-graph", "list_graphs", "graphs"),
        arn="{arn}",
        name="name",
        attributes={
            "id": "id",
            "graph_name": "name",
            "deletion_protection": "deletionProtection",
            "kms_key_identifier": "kmsKeyIdentifier",
            "provisioned_memory": "provisionedMemory",
            "public_connectivity": "publicConnectivity",
            "replica_count": "replicaCount",
        },
        bulk_tags=True,
    ),
)
