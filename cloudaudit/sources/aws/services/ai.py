"""Models, agents and guardrails of Bedrock; models of Comprehend; indexes of Kendra."""

from collections.abc import Callable

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_LOGGING = "aws_bedrock_model_invocation_logging_configuration"


def _last(path: str) -> Callable[[Item], str]:
    """The name at the end of an ARN, without the version behind it."""
    return lambda item: str(item[path]).partition("/")[2].partition("/")[0]


def _comprehend(kind: str, operation: str, items: str, arn: str, *more: str) -> Collect:
    return Collect(
        type=kind,
        call=Call("comprehend", operation, items),
        arn=f"{{{arn}}}",
        name=_last(arn),
        attributes={
            "id": arn,
            "name": _last(arn),
            **alike("DataAccessRoleArn", "LanguageCode", "ModelKmsKeyId", "VersionName", "VolumeKmsKeyId", *more),
            **blocks(kind, vpc_config="VpcConfig"),
        },
        bulk_tags=True,
    )


COLLECTORS = (
    Collect(
        type="aws_bedrock_custom_model",
        call=Call("bedrock", "list_custom_models", "modelSummaries"),
        arn="{modelArn}",
        name="modelName",
        attributes={
            "id": "modelArn",
            "custom_model_arn": "modelArn",
            "custom_model_name": "modelName",
            "base_model_identifier": "baseModelArn",
            "customization_type": "customizationType",
        },
        parts=(
            Part(
                Call("bedrock", "get_custom_model", per={"modelIdentifier": "modelArn"}),
                {"custom_model_kms_key_id": "modelKmsKeyArn", "job_arn": "jobArn", "job_name": "jobName"},
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_bedrock_guardrail",
        call=Call("bedrock", "list_guardrails", "guardrails"),
        arn="{arn}",
        name="name",
        attributes={
            "guardrail_arn": "arn",
            "guardrail_id": "id",
            **alike("description", "name", "status", "version"),
        },
        parts=(
            Part(
                Call(
                    "bedrock",
                    "get_guardrail",
                    per={"guardrailIdentifier": "id"},
                ),
                {"kms_key_arn": "kmsKeyArn"},
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type=_LOGGING,
        call=Call("bedrock", "get_model_invocation_logging_configuration", "loggingConfig"),
        when="cloudWatchConfig || s3Config",
        attributes={"id": "_region", "logging_config": fitted(_LOGGING, "logging_config", "@")},
    ),
    Collect(
        type="aws_bedrock_provisioned_model_throughput",
        call=Call("bedrock", "list_provisioned_model_throughputs", "provisionedModelSummaries"),
        arn="{provisionedModelArn}",
        name="provisionedModelName",
        attributes={
            "id": "provisionedModelArn",
            **alike("commitmentDuration", "modelArn", "modelUnits", "provisionedModelArn", "provisionedModelName"),
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_bedrockagent_agent",
        call=Call("bedrock-agent", "list_agents", "agentSummaries"),
        arn="arn:{partition}:bedrock:{region}:{account}:agent/{agentId}",
        name="agentName",
        attributes={
            "id": "agentId",
            "agent_arn": lambda item: (
                f"arn:{item['_partition']}:bedrock:{item['_region']}:{item['_account']}:agent/{item['agentId']}"
            ),
            **alike("agentId", "agentName", "description"),
        },
        parts=(
            Part(
                Call("bedrock-agent", "get_agent", "agent", per={"agentId": "agentId"}),
                {
                    **alike("agentResourceRoleArn", "customerEncryptionKeyArn", "foundationModel", "instruction"),
                    **blocks("aws_bedrockagent_agent", guardrail_configuration="guardrailConfiguration"),
                },
            ),
        ),
        bulk_tags=True,
    ),
    _comprehend(
        "aws_comprehend_document_classifier",
        "list_document_classifiers",
        "DocumentClassifierPropertiesList",
        "DocumentClassifierArn",
        "Mode",
    ),
    _comprehend(
        "aws_comprehend_entity_recognizer",
        "list_entity_recognizers",
        "EntityRecognizerPropertiesList",
        "EntityRecognizerArn",
    ),
    Collect(
        type="aws_kendra_index",
        call=Call("kendra", "list_indices", "IndexConfigurationSummaryItems"),
        arn="arn:{partition}:kendra:{region}:{account}:index/{Id}",
        name="Name",
        attributes={"id": "Id", **alike("Edition", "Name", "Status")},
        parts=(
            Part(
                Call("kendra", "describe_index", per={"Id": "Id"}),
                {
                    **alike("Description", "RoleArn"),
                    **blocks(
                        "aws_kendra_index", server_side_encryption_configuration="ServerSideEncryptionConfiguration"
                    ),
                },
            ),
        ),
        bulk_tags=True,
    ),
)
