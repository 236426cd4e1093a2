"""What makes images and runs workflows: Image Builder, MWAA, Managed Flink, AppFlow, AppConfig."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_COMPONENT, _RECIPE = "aws_imagebuilder_component", "aws_imagebuilder_image_recipe"
_DISTRIBUTION, _WORKFLOWS = "aws_imagebuilder_distribution_configuration", "aws_mwaa_environment"
_FLINK = "aws_kinesisanalyticsv2_application"


def _flink(item: Item) -> Any:
    found = item["ApplicationDetail"].get("ApplicationConfigurationDescription") or {}
    groups = (found.get("EnvironmentPropertyDescriptions") or {}).get("PropertyGroupDescriptions") or ()
    code = found.get("ApplicationCodeConfigurationDescription") or {}
    text = (code.get("CodeContentDescription") or {}).get("TextContent")
    properties = [
        {"property_group_id": group.get("PropertyGroupId"), "property_map": group.get("PropertyMap")}
        for group in groups
    ]
    return {
        "environment_properties": [{"property_group": properties}] if properties else None,
        "application_code_configuration": [
            {"code_content_type": code.get("CodeContentType"), "code_content": [{"text_content": text}]}
        ],
    }


def _latest(page: Item) -> list[Item]:
    """The newest version of what is hosted."""
    found = sorted(page["Items"], key=lambda one: int(one["VersionNumber"]))
    return found[-1:]


APPLICATIONS = Collect(
    type="aws_appconfig_application",
    call=Call("appconfig", "list_applications", "Items"),
    arn="arn:{partition}:appconfig:{region}:{account}:application/{Id}",
    name="Name",
    attributes={"id": "Id", **alike("Description", "Name")},
    bulk_tags=True,
)

PROFILES = Collect(
    type="aws_appconfig_configuration_profile",
    call=Call("appconfig", "list_configuration_profiles", "Items", per={"ApplicationId": "Id"}),
    over=APPLICATIONS,
    arn="arn:{partition}:appconfig:{region}:{account}:application/{ApplicationId}/configurationprofile/{Id}",
    name="Name",
    attributes={
        "id": "Id",
        "configuration_profile_id": "Id",
        **alike("ApplicationId", "LocationUri", "Name", "Type"),
    },
    parts=(
        Part(
            Call(
                "appconfig",
                "get_configuration_profile",
                per={"ApplicationId": "ApplicationId", "ConfigurationProfileId": "Id"},
            ),
            {
                "kms_key_identifier": "KmsKeyIdentifier",
                "retrieval_role_arn": "RetrievalRoleArn",
                "validator": fitted("aws_appconfig_configuration_profile", "validator", "Validators"),
            },
        ),
    ),
    bulk_tags=True,
)

COLLECTORS = (
    Collect(
        type=_COMPONENT,
        call=Call("imagebuilder", "list_components", "componentVersionList", params={"owner": "Self"}),
        arn="{arn}",
        name="name",
        attributes={"id": "arn", **alike("description", "name", "owner", "platform", "type", "version")},
        parts=(
            Part(
                Call("imagebuilder", "list_component_build_versions", per={"componentVersionArn": "arn"}),
                {"tags": "componentSummaryList[0].tags"},
            ),
            Part(
                Call(
                    "imagebuilder",
                    "get_component",
                    "component",
                    per={"componentBuildVersionArn": "_list_component_build_versions.componentSummaryList[0].arn"},
                ),
                alike("data", "encrypted", "kmsKeyId"),
                when="_list_component_build_versions.componentSummaryList[0].arn",
            ),
        ),
        made_from=("uri",),
    ),
    Collect(
        type=_DISTRIBUTION,
        call=Call("imagebuilder", "list_distribution_configurations", "distributionConfigurationSummaryList"),
        arn="{arn}",
        name="name",
        attributes={"id": "arn", **alike("description", "name", "tags")},
        parts=(
            Part(
                Call("imagebuilder", "get_distribution_configuration", per={"distributionConfigurationArn": "arn"}),
                {
                    "distribution": fitted(
                        _DISTRIBUTION,
                        "distribution",
                        "distributionConfiguration.distributions",
                        default="setDefaultVersion",
                    )
                },
            ),
        ),
    ),
    Collect(
        type=_RECIPE,
        call=Call("imagebuilder", "list_image_recipes", "imageRecipeSummaryList", params={"owner": "Self"}),
        arn="{arn}",
        name="name",
        attributes={"id": "arn", **alike("name", "owner", "parentImage", "platform", "tags")},
        parts=(
            Part(
                Call("imagebuilder", "get_image_recipe", "imageRecipe", per={"imageRecipeArn": "arn"}),
                {
                    "block_device_mapping": fitted(
                        _RECIPE, "block_device_mapping", "blockDeviceMappings", no_device="-"
                    ),
                    "user_data_base64": "additionalInstanceConfiguration.userDataOverride",
                    "working_directory": "workingDirectory",
                },
            ),
        ),
    ),
    Collect(
        type=_WORKFLOWS,
        call=Call("mwaa", "list_environments", "Environments"),
        arn="arn:{partition}:airflow:{region}:{account}:environment/{value}",
        name="value",
        attributes={"id": "value", "name": "value"},
        parts=(
            Part(
                Call("mwaa", "get_environment", "Environment", per={"Name": "value"}),
                {
                    **alike("AirflowConfigurationOptions", "AirflowVersion", "EnvironmentClass", "ExecutionRoleArn"),
                    **alike("KmsKey", "SourceBucketArn", "WebserverAccessMode", "WebserverUrl"),
                    "tags": "Tags",
                    **blocks(
                        _WORKFLOWS,
                        logging_configuration="LoggingConfiguration",
                        network_configuration="NetworkConfiguration",
                    ),
                },
            ),
        ),
    ),
    Collect(
        type=_FLINK,
        call=Call("kinesisanalyticsv2", "list_applications", "ApplicationSummaries"),
        arn="{ApplicationARN}",
        name="ApplicationName",
        attributes={
            "id": "ApplicationARN",
            "name": "ApplicationName",
            **alike("ApplicationMode", "RuntimeEnvironment"),
        },
        parts=(
            Part(
                Call("kinesisanalyticsv2", "describe_application", per={"ApplicationName": "ApplicationName"}),
                {
                    "application_configuration": _flink,
                    "service_execution_role": "ApplicationDetail.ServiceExecutionRole",
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_appflow_flow",
        call=Call("appflow", "list_flows", "flows"),
        arn="{flowArn}",
        name="flowName",
        attributes={"id": "flowName", "name": "flowName", **alike("description", "flowStatus", "tags")},
        parts=(Part(Call("appflow", "describe_flow", per={"flowName": "flowName"}), {"kms_arn": "kmsArn"}),),
    ),
    APPLICATIONS,
    PROFILES,
    Collect(
        type="aws_appconfig_hosted_configuration_version",
        call=Call(
            "appconfig",
            "list_hosted_configuration_versions",
            _latest,
            per={"ApplicationId": "ApplicationId", "ConfigurationProfileId": "Id"},
            whole=True,
        ),
        over=PROFILES,
        among="LocationUri == 'hosted'",
        name="VersionNumber",
        attributes={
            **alike("ApplicationId", "ConfigurationProfileId", "ContentType", "Description", "VersionNumber"),
        },
        parts=(
            Part(
                Call(
                    "appconfig",
                    "get_hosted_configuration_version",
                    per={
                        "ApplicationId": "ApplicationId",
                        "ConfigurationProfileId": "ConfigurationProfileId",
                        "VersionNumber": "VersionNumber",
                    },
                ),
                {"content": "Content"},
            ),
        ),
    ),
)
