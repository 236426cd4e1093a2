"""Jobs, crawlers and connections of Glue, and how its catalog is encrypted and shared."""

from cloudaudit.sources.aws.declare import Call, Collect
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_JOB, _CRAWLER, _CONNECTION = "aws_glue_job", "aws_glue_crawler", "aws_glue_connection"
_SECURITY, _CATALOG = "aws_glue_security_configuration", "aws_glue_data_catalog_encryption_settings"


# all but the token that may be in it
_DETAILS = (
    "SourceControlDetails.{provider: Provider, repository: Repository, owner: Owner, branch: Branch, folder: Folder,"
    " last_commit_id: LastCommitId, auth_strategy: AuthStrategy}"
)


def _arn(kind: str, name: str = "Name") -> str:
    return f"arn:{{partition}}:glue:{{region}}:{{account}}:{kind}/{{{name}}}"


COLLECTORS = (
    Collect(
        type=_JOB,
        call=Call("glue", "get_jobs", "Jobs"),
        arn=_arn("job"),
        name="Name",
        attributes={
            "id": "Name",
            **alike(
                "Name",
                "DefaultArguments",
                "Description",
                "ExecutionClass",
                "GlueVersion",
                "JobMode",
                "MaxCapacity",
                "MaxRetries",
                "NonOverridableArguments",
                "NumberOfWorkers",
                "SecurityConfiguration",
                "Timeout",
                "WorkerType",
            ),
            "connections": "Connections.Connections",
            "role_arn": "Role",
            **blocks(_JOB, command="Command", execution_property="ExecutionProperty"),
            "source_control_details": _DETAILS,
        },
        bulk_tags=True,
    ),
    Collect(
        type=_CRAWLER,
        call=Call("glue", "get_crawlers", "Crawlers"),
        arn=_arn("crawler"),
        name="Name",
        attributes={
            "id": "Name",
            **alike("Name", "Classifiers", "Configuration", "DatabaseName", "Description", "Role", "TablePrefix"),
            "schedule": "Schedule.ScheduleExpression",
            "security_configuration": "CrawlerSecurityConfiguration",
            **blocks(
                _CRAWLER,
                "Targets",
                catalog_target="CatalogTargets",
                delta_target="DeltaTargets",
                dynamodb_target="DynamoDBTargets",
                hudi_target="HudiTargets",
                iceberg_target="IcebergTargets",
                jdbc_target="JdbcTargets",
                mongodb_target="MongoDBTargets",
                s3_target="S3Targets",
            ),
        },
        bulk_tags=True,
    ),
    Collect(
        type=_SECURITY,
        call=Call("glue", "get_security_configurations", "SecurityConfigurations"),
        name="Name",
        attributes={
            "id": "Name",
            "name": "Name",
            "encryption_configuration": fitted(_SECURITY, "encryption_configuration", "EncryptionConfiguration"),
        },
    ),
    Collect(
        type=_CONNECTION,
        # the password stays where it is
        call=Call("glue", "get_connections", "ConnectionList", params={"HidePassword": True}),
        arn=_arn("connection"),
        name="Name",
        attributes={
            "id": "Name",
            **alike(
                "Name",
                "AthenaProperties",
                "ConnectionProperties",
                "ConnectionType",
                "Description",
                "MatchCriteria",
            ),
            **blocks(_CONNECTION, physical_connection_requirements="PhysicalConnectionRequirements"),
        },
        bulk_tags=True,
    ),
    Collect(
        type=_CATALOG,
        call=Call("glue", "get_data_catalog_encryption_settings"),
        attributes={
            "id": "_account",
            "catalog_id": "_account",
            "data_catalog_encryption_settings": fitted(
                _CATALOG, "data_catalog_encryption_settings", "DataCatalogEncryptionSettings"
            ),
        },
    ),
    Collect(
        type="aws_glue_dev_endpoint",
        call=Call("glue", "get_dev_endpoints", "DevEndpoints"),
        arn=_arn("devEndpoint", "EndpointName"),
        name="EndpointName",
        attributes={
            "id": "EndpointName",
            "name": "EndpointName",
            **alike(
                "Arguments", "GlueVersion", "PublicAddress", "RoleArn", "SecurityConfiguration", "SecurityGroupIds"
            ),
            **alike("SubnetId", "VpcId"),
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_glue_resource_policy",
        call=Call("glue", "get_resource_policy", unset=("EntityNotFoundException",)),
        when="PolicyInJson",
        attributes={"id": "_account", "policy": "PolicyInJson"},
    ),
    Collect(
        type="aws_glue_trigger",
        call=Call("glue", "get_triggers", "Triggers"),
        arn=_arn("trigger"),
        name="Name",
        attributes={
            "id": "Name",
            **alike("Name", "Description", "Schedule", "State", "Type", "WorkflowName"),
            "actions": fitted("aws_glue_trigger", "actions", "Actions"),
        },
        bulk_tags=True,
    ),
)
