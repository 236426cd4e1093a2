"""What databases are put together with: groups of parameters, options and subnets, proxies, global clusters."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import Call, Collect, Part, Read, tags

_GROUPS = Call("rds", "describe_db_parameter_groups", "DBParameterGroups")
_CLUSTER_GROUPS = Call("rds", "describe_db_cluster_parameter_groups", "DBClusterParameterGroups")
_GLOBAL = Call("rds", "describe_global_clusters", "GlobalClusters")

# AWS's own groups cannot be changed and are left out: they hold what the engine does by itself.
_OWN = "!starts_with({name}, 'default.') && {family}"
_OF_RDS = "!starts_with(DBParameterGroupFamily, 'docdb') && !starts_with(DBParameterGroupFamily, 'neptune')"
_OF_DOCDB = "starts_with(DBParameterGroupFamily, 'docdb')"
_OF_NEPTUNE = "starts_with(DBParameterGroupFamily, 'neptune')"


def _parameters(operation: str, name: str) -> Part:
    """The parameters that somebody set."""
    call = Call("rds", operation, params={"Source": "user"}, per={name: name})
    path = "Parameters[?ParameterValue].{name: ParameterName, value: ParameterValue, apply_method: ApplyMethod}"
    return Part(call, {"parameter": path})


def _group(kind: str, family: str) -> Collect:
    name = "DBParameterGroupName"
    return Collect(
        type=f"aws_{kind}_parameter_group",
        call=_GROUPS,
        when=_OWN.format(name=name, family=family),
        arn="{DBParameterGroupArn}",
        name=name,
        attributes={"name": name, "id": name, "family": "DBParameterGroupFamily", "description": "Description"},
        parts=(_parameters("describe_db_parameters", name),),
        bulk_tags=True,
    )


def _cluster_group(kind: str, family: str) -> Collect:
    name = "DBClusterParameterGroupName"
    return Collect(
        type=f"aws_{kind}_cluster_parameter_group",
        call=_CLUSTER_GROUPS,
        when=_OWN.format(name=name, family=family),
        arn="{DBClusterParameterGroupArn}",
        name=name,
        attributes={"name": name, "id": name, "family": "DBParameterGroupFamily", "description": "Description"},
        parts=(_parameters("describe_db_cluster_parameters", name),),
        bulk_tags=True,
    )


def _global(kind: str, when: str, attributes: Mapping[str, Read]) -> Collect:
    return Collect(
        type=f"aws_{kind}_global_cluster",
        call=_GLOBAL,
        when=when,
        arn="{GlobalClusterArn}",
        name="GlobalClusterIdentifier",
        attributes={
            "global_cluster_identifier": "GlobalClusterIdentifier",
            "id": "GlobalClusterIdentifier",
            "global_cluster_resource_id": "GlobalClusterResourceId",
            "engine": "Engine",
            "engine_version": "EngineVersion",
            "deletion_protection": "DeletionProtection",
            "storage_encrypted": "StorageEncrypted",
            "global_cluster_members": "GlobalClusterMembers[].{db_cluster_arn: DBClusterArn, is_writer: IsWriter}",
            **attributes,
        },
        made_from=("source_db_cluster_identifier",),
    )


_PROXIES = Collect(
    type="aws_db_proxy",
    call=Call("rds", "describe_db_proxies", "DBProxies"),
    arn="{DBProxyArn}",
    name="DBProxyName",
    attributes={
        "name": "DBProxyName",
        "id": "DBProxyName",
        "engine_family": "EngineFamily",
        "debug_logging": "DebugLogging",
        "endpoint": "Endpoint",
        "idle_client_timeout": "IdleClientTimeout",
        "require_tls": "RequireTLS",
        "role_arn": "RoleArn",
        "vpc_security_group_ids": "VpcSecurityGroupIds",
        "vpc_subnet_ids": "VpcSubnetIds",
        "auth": "Auth[].{auth_scheme: AuthScheme, client_password_auth_type: ClientPasswordAuthType,"
        " description: Description, iam_auth: IAMAuth, secret_arn: SecretArn, username: UserName}",
    },
    bulk_tags=True,
)

COLLECTORS = (
    _group("db", _OF_RDS),
    _group("neptune", _OF_NEPTUNE),
    _cluster_group("rds", _OF_RDS),
    _cluster_group("docdb", _OF_DOCDB),
    _cluster_group("neptune", _OF_NEPTUNE),
    _global(
        "rds",
        "Engine != 'docdb' && Engine != 'neptune'",
        {"database_name": "DatabaseName", "endpoint": "Endpoint", "tags": tags("TagList")},
    ),
    _global("docdb", "Engine == 'docdb'", {"database_name": "DatabaseName", "status": "Status"}),
    _global("neptune", "Engine == 'neptune'", {"status": "Status"}),
    Collect(
        type="aws_db_subnet_group",
        also=("aws_docdb_subnet_group", "aws_neptune_subnet_group"),
        call=Call("rds", "describe_db_subnet_groups", "DBSubnetGroups"),
        arn="{DBSubnetGroupArn}",
        name="DBSubnetGroupName",
        attributes={
            "name": "DBSubnetGroupName",
            "id": "DBSubnetGroupName",
            "description": "DBSubnetGroupDescription",
            "subnet_ids": "Subnets[].SubnetIdentifier",
            "supported_network_types": "SupportedNetworkTypes",
            "vpc_id": "VpcId",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_db_option_group",
        call=Call("rds", "describe_option_groups", "OptionGroupsList"),
        when="!starts_with(OptionGroupName, 'default:')",
        arn="{OptionGroupArn}",
        name="OptionGroupName",
        attributes={
            "name": "OptionGroupName",
            "id": "OptionGroupName",
            "engine_name": "EngineName",
            "major_engine_version": "MajorEngineVersion",
            "option_group_description": "OptionGroupDescription",
            "option": "Options[].{option_name: OptionName, port: Port, version: OptionVersion,"
            " option_settings: OptionSettings[].{name: Name, value: Value},"
            " vpc_security_group_memberships: VpcSecurityGroupMemberships[].VpcSecurityGroupId}",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_db_event_subscription",
        also=("aws_docdb_event_subscription", "aws_neptune_event_subscription"),
        call=Call("rds", "describe_event_subscriptions", "EventSubscriptionsList"),
        arn="{EventSubscriptionArn}",
        name="CustSubscriptionId",
        attributes={
            "name": "CustSubscriptionId",
            "id": "CustSubscriptionId",
            "customer_aws_id": "CustomerAwsId",
            "enabled": "Enabled",
            "event_categories": "EventCategoriesList",
            "sns_topic": "SnsTopicArn",
            "source_ids": "SourceIdsList",
            "source_type": "SourceType",
        },
        bulk_tags=True,
    ),
    _PROXIES,
    Collect(
        type="aws_db_proxy_target",
        call=Call("rds", "describe_db_proxy_targets", "Targets", per={"DBProxyName": "DBProxyName"}),
        over=_PROXIES,
        name="RdsResourceId",
        attributes={
            "db_proxy_name": "_parent.DBProxyName",
            "db_instance_identifier": "Type == 'RDS_INSTANCE' && RdsResourceId || null",
            "db_cluster_identifier": "TrackedClusterId || (Type == 'TRACKED_CLUSTER' && RdsResourceId || null)",
            "endpoint": "Endpoint",
            "port": "Port",
            "rds_resource_id": "RdsResourceId",
            "target_arn": "TargetArn",
            "tracked_cluster_id": "TrackedClusterId",
            "type": "Type",
        },
    ),
)
