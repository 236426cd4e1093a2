"""Notebooks, models, endpoints and domains of SageMaker."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import Call, Collect, Part, Read
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_NOTEBOOK, _MODEL, _ENDPOINT = (
    "aws_sagemaker_notebook_instance",
    "aws_sagemaker_model",
    "aws_sagemaker_endpoint_configuration",
)
_FLOW, _QUALITY = "aws_sagemaker_flow_definition", "aws_sagemaker_data_quality_job_definition"


def _described(  # noqa: PLR0913 - what sets one kind apart from another
    kind: str, of: str, items: str, thing: str, attributes: Mapping[str, Read], *, name: str = "name", asked: str = ""
) -> Collect:
    """What is listed by name and ARN, and described one by one. `asked` is what describing calls the name."""
    return Collect(
        type=kind,
        call=Call("sagemaker", f"list_{of}s", items),
        arn=f"{{{thing}Arn}}",
        name=f"{thing}Name",
        attributes={"id": f"{thing}Name", name: f"{thing}Name"},
        parts=(Part(Call("sagemaker", f"describe_{of}", per={asked or f"{thing}Name": f"{thing}Name"}), attributes),),
        bulk_tags=True,
    )


COLLECTORS = (
    _described(
        _NOTEBOOK,
        "notebook_instance",
        "NotebookInstances",
        "NotebookInstance",
        {
            **alike("DirectInternetAccess", "InstanceType", "KmsKeyId", "NetworkInterfaceId", "PlatformIdentifier"),
            **alike("RoleArn", "RootAccess", "SecurityGroups", "SubnetId"),
            "lifecycle_config_name": "NotebookInstanceLifecycleConfigName",
            **blocks(_NOTEBOOK, instance_metadata_service_configuration="InstanceMetadataServiceConfiguration"),
        },
    ),
    _described(
        _MODEL,
        "model",
        "Models",
        "Model",
        {
            **alike("EnableNetworkIsolation", "ExecutionRoleArn"),
            **blocks(_MODEL, container="Containers", primary_container="PrimaryContainer", vpc_config="VpcConfig"),
        },
    ),
    _described(
        _ENDPOINT,
        "endpoint_config",
        "EndpointConfigs",
        "EndpointConfig",
        {
            "kms_key_arn": "KmsKeyId",
            **blocks(
                _ENDPOINT,
                async_inference_config="AsyncInferenceConfig",
                data_capture_config="DataCaptureConfig",
                production_variants="ProductionVariants",
                shadow_production_variants="ShadowProductionVariants",
            ),
        },
    ),
    Collect(
        type="aws_sagemaker_domain",
        call=Call("sagemaker", "list_domains", "Domains"),
        arn="{DomainArn}",
        name="DomainName",
        attributes={"id": "DomainId", "domain_name": "DomainName", "url": "Url"},
        parts=(
            Part(
                Call("sagemaker", "describe_domain", per={"DomainId": "DomainId"}),
                alike("AppNetworkAccessType", "AuthMode", "KmsKeyId", "SubnetIds", "VpcId"),
            ),
        ),
        bulk_tags=True,
    ),
    _described(
        "aws_sagemaker_notebook_instance_lifecycle_configuration",
        "notebook_instance_lifecycle_config",
        "NotebookInstanceLifecycleConfigs",
        "NotebookInstanceLifecycleConfig",
        {"on_create": "OnCreate[0].Content", "on_start": "OnStart[0].Content"},
    ),
    _described(
        "aws_sagemaker_studio_lifecycle_config",
        "studio_lifecycle_config",
        "StudioLifecycleConfigs",
        "StudioLifecycleConfig",
        alike("StudioLifecycleConfigAppType", "StudioLifecycleConfigContent"),
        name="studio_lifecycle_config_name",
    ),
    _described(
        _FLOW,
        "flow_definition",
        "FlowDefinitionSummaries",
        "FlowDefinition",
        {"role_arn": "RoleArn", "output_config": fitted(_FLOW, "output_config", "OutputConfig")},
        name="flow_definition_name",
    ),
    _described(
        _QUALITY,
        "data_quality_job_definition",
        "JobDefinitionSummaries",
        "MonitoringJobDefinition",
        {
            "role_arn": "RoleArn",
            **blocks(
                _QUALITY,
                data_quality_app_specification="DataQualityAppSpecification",
                data_quality_job_output_config="DataQualityJobOutputConfig",
                job_resources="JobResources",
                network_config="NetworkConfig",
            ),
        },
        asked="JobDefinitionName",
    ),
)
