"""Where secrets are written in resources: environments, start scripts, definitions, arguments."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.reading import reach
from cloudaudit.model import Resource, Unknown

_IMAGE = "source_configuration.image_repository.image_configuration"
_CODE = "source_configuration.code_repository.code_configuration.code_configuration_values"

# Maps from name to value that a workload finds in its environment.
_MAPS: dict[str, tuple[str, ...]] = {
    "aws_amplify_app": ("environment_variables",),
    "aws_amplify_branch": ("environment_variables",),
    "aws_api_gateway_stage": ("variables",),
    "aws_apigatewayv2_stage": ("stage_variables",),
    "aws_apprunner_service": (
        f"{_IMAGE}.runtime_environment_variables",
        f"{_CODE}.runtime_environment_variables",
    ),
    "aws_cloudformation_stack": ("parameters",),
    "aws_cloudformation_stack_set": ("parameters",),
    "aws_glue_job": ("default_arguments", "non_overridable_arguments"),
    "aws_glue_trigger": ("actions.arguments",),
    "aws_kinesisanalyticsv2_application": (
        "application_configuration.environment_properties.property_group.property_map",
    ),
    "aws_lambda_function": ("environment.variables",),
    "aws_mwaa_environment": ("airflow_configuration_options",),
    "aws_sagemaker_model": ("primary_container.environment", "container.environment"),
    "aws_synthetics_canary": ("run_config.environment_variables",),
    "aws_codepipeline": ("stage.action.configuration",),
}

# Lists of pairs, with the names that the parts of a pair have.
_PAIRS: dict[str, tuple[str, str, str]] = {
    "aws_ecs_express_gateway_service": ("primary_container.environment", "name", "value"),
    "aws_codebuild_project": ("environment.environment_variable", "name", "value"),
    "aws_elastic_beanstalk_application_version": ("setting", "name", "value"),
    "aws_elastic_beanstalk_configuration_template": ("setting", "name", "value"),
    "aws_elastic_beanstalk_environment": ("setting", "name", "value"),
}

# JSON documents of containers, each with lists of pairs called `environment`.
_CONTAINERS: dict[str, str] = {
    "aws_batch_job_definition": "container_properties",
    "aws_ecs_task_definition": "container_definitions",
    "aws_lightsail_container_service_deployment_version": "container",
}

ENVIRONMENTS = tuple(sorted({*_MAPS, *_PAIRS, *_CONTAINERS}))


def variables_at(type_: str) -> tuple[str, ...]:
    """Where the variables of a workload of that type stand."""
    others = (_PAIRS[type_][:1] if type_ in _PAIRS else ()) + ((_CONTAINERS[type_],) if type_ in _CONTAINERS else ())
    return (*_MAPS.get(type_, ()), *others)


# Scripts that a machine runs when it starts, plain or in base64.
SCRIPTS: dict[str, tuple[str, ...]] = {
    "aws_instance": ("user_data", "user_data_base64"),
    "aws_launch_configuration": ("user_data", "user_data_base64"),
    "aws_launch_template": ("user_data",),
    "aws_lightsail_instance": ("user_data",),
    "aws_s3_bucket_object": ("content_base64",),
    "aws_s3_object": ("content_base64",),
    "aws_sagemaker_notebook_instance_lifecycle_configuration": ("on_create", "on_start"),
    "aws_sagemaker_studio_lifecycle_config": ("studio_lifecycle_config_content",),
    "aws_spot_fleet_request": ("launch_specification.user_data",),
    "aws_spot_instance_request": ("user_data", "user_data_base64"),
}

# Documents that a service stores and shows to whoever may read the resource.
DEFINITIONS: dict[str, tuple[str, ...]] = {
    "aws_api_gateway_rest_api": ("body",),
    "aws_apigatewayv2_api": ("body",),
    "aws_appconfig_hosted_configuration_version": ("content",),
    "aws_appsync_resolver": ("code", "request_template", "response_template"),
    "aws_batch_job_definition": (
        "container_properties",
        "ecs_properties",
        "eks_properties",
        "node_properties",
        "parameters",
    ),
    "aws_athena_named_query": ("query",),
    "aws_cloudformation_stack": ("template_body", "parameters", "outputs"),
    "aws_cloudformation_stack_set": ("template_body", "parameters"),
    "aws_cloudfront_function": ("code",),
    "aws_cloudfrontkeyvaluestore_key": ("value",),
    "aws_cloudwatch_event_target": ("input",),
    "aws_codebuild_project": ("source.buildspec", "secondary_sources.buildspec"),
    "aws_dms_endpoint": ("extra_connection_attributes",),
    "aws_dynamodb_table_item": ("item",),
    "aws_ecs_task_definition": ("container_definitions",),
    "aws_eks_addon": ("configuration_values",),
    "aws_emr_cluster": ("configurations", "configurations_json", "bootstrap_action.args", "step.hadoop_jar_step.args"),
    "aws_glue_job": ("default_arguments", "non_overridable_arguments"),
    "aws_imagebuilder_component": ("data",),
    "aws_lambda_invocation": ("input",),
    "aws_s3_bucket_object": ("content",),
    "aws_s3_object": ("content",),
    "aws_scheduler_schedule": ("target.input",),
    "aws_sfn_state_machine": ("definition",),
    "aws_ssm_association": ("parameters",),
    "aws_ssm_document": ("content",),
    "aws_ssm_maintenance_window_task": ("task_invocation_parameters",),
    "data.http": ("url", "request_headers", "request_body"),
    "terraform_file": ("arguments",),
    "terraform_written": ("arguments",),
}


def decoded(value: object) -> Any:
    """A JSON text as its structure, as far as it is known; anything else as it is."""
    if isinstance(value, Unknown):
        return value.partial if isinstance(value.partial, dict | list) else value
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def environment(resource: Resource) -> Iterator[tuple[str, str, Any]]:
    """Every variable of a workload's environment: path, name, value; an environment that is not known as a value ""."""
    for path in _MAPS.get(resource.type, ()):
        for variables in reach(resource.attributes, path):
            yield from _from_map(variables, path)
    if pairs := _PAIRS.get(resource.type):
        for pair in _members(reach(resource.attributes, pairs[0])):
            yield from _from_pair(pair, pairs[0])
    if document := _CONTAINERS.get(resource.type):
        for value in reach(resource.attributes, document):
            yield from _from_containers(decoded(value), document)


def _members(values: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        yield from value if isinstance(value, list | tuple) else [value]


def _from_map(variables: object, path: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(variables, Unknown):
        yield path, "", variables
    elif isinstance(variables, Mapping):
        for name, value in variables.items():
            yield f"{path}.{name}", str(name), value


_ELSEWHERE = {"PARAMETER_STORE", "SECRETS_MANAGER"}


def _from_pair(pair: object, path: str) -> Iterator[tuple[str, str, Any]]:
    """A pair of name and value, unless its type says that the value is only the secret's name."""
    if isinstance(pair, Unknown):
        yield path, "", pair
    elif isinstance(pair, Mapping):
        name, value, kind = (_either(pair, key) for key in ("name", "value", "type"))
        if isinstance(kind, str) and kind.upper() in _ELSEWHERE:
            return
        if isinstance(kind, Unknown) and isinstance(value, str):
            value = kind
        yield f"{path}.{name}" if isinstance(name, str) else path, name if isinstance(name, str) else "", value


def _either(pair: Mapping[str, Any], key: str) -> Any:
    """AWS reads the names in container definitions with a small or a capital first letter."""
    return pair.get(key, pair.get(key.capitalize()))


def _from_containers(document: object, path: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(document, Unknown):
        yield path, "", document
    for container in document if isinstance(document, list | tuple) else [document]:
        if isinstance(container, Unknown):
            yield path, "", container
        if not isinstance(container, Mapping):
            continue
        found = _either(container, "environment")
        if isinstance(found, Unknown):
            yield f"{path}.environment", "", found
        elif isinstance(found, Mapping):
            yield from _from_map(found, f"{path}.environment")
        for pair in found if isinstance(found, list | tuple) else ():
            yield from _from_pair(pair, f"{path}.environment")


def script(value: str) -> str:
    """The text of user data, decoded if it is base64 of text."""
    compact = "".join(value.split())
    if len(compact) < 16 or len(compact) % 4 or not compact.isascii():
        return value
    try:
        return base64.b64decode(compact, validate=True).decode()
    except (binascii.Error, ValueError):
        return value


def is_hash(value: str) -> bool:
    """Whether it is only the hash that Terraform keeps of user data in plans and states."""
    return len(value) == 40 and all(character in "0123456789abcdef" for character in value)
