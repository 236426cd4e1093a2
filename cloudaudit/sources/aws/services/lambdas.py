"""Functions of Lambda, who may call them, and what calls them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import fitted

_FUNCTION = "aws_lambda_function"
_NO_POLICY = ("ResourceNotFoundException",)


def _environment(item: Item) -> Any:
    """AWS gives an error in the place of variables that the caller may not decrypt."""
    found = item.get("Environment") or {}
    if error := found.get("Error"):
        return Unknown(because=f"lambda:ListFunctions does not show the variables ({error.get('ErrorCode')})")
    return {"variables": found["Variables"]} if found.get("Variables") else None


def _image(item: Item) -> Unknown | None:
    """GetFunction tells it, and gives the code of others besides, which no audit should be able to read."""
    return Unknown(because="only lambda:GetFunction tells the image") if item.get("PackageType") == "Image" else None


_POLICY = Call("lambda", "get_policy", per={"FunctionName": "FunctionName"}, unset=_NO_POLICY)


def _is_called(item: Item) -> bool:
    """Whether anybody but users of the account may call the function: a policy says so, or was not to be had. Only
    then can it have a URL for strangers, and events that a service sends."""
    return item.get("_get_policy") != {}


def _reserves(settings: Item) -> bool:
    """Whether some of the account's concurrency is reserved for functions."""
    limit = settings.get("AccountLimit") or {}
    return bool(limit) and limit.get("ConcurrentExecutions") != limit.get("UnreservedConcurrentExecutions")


FUNCTIONS = Collect(
    type=_FUNCTION,
    call=Call("lambda", "list_functions", "Functions"),
    arn="{FunctionArn}",
    name="FunctionName",
    attributes={
        "id": "FunctionName",
        "function_name": "FunctionName",
        "architectures": "Architectures",
        "dead_letter_config": fitted(_FUNCTION, "dead_letter_config", "DeadLetterConfig"),
        "description": "Description",
        "environment": _environment,
        "file_system_config": fitted(_FUNCTION, "file_system_config", "FileSystemConfigs"),
        "handler": "Handler",
        "image_uri": _image,
        "kms_key_arn": "KMSKeyArn",
        "last_modified": "LastModified",
        "layers": "Layers[].Arn",
        "logging_config": fitted(_FUNCTION, "logging_config", "LoggingConfig"),
        "memory_size": "MemorySize",
        "package_type": "PackageType",
        "role": "Role",
        "runtime": "Runtime",
        "timeout": "Timeout",
        "tracing_config": fitted(_FUNCTION, "tracing_config", "TracingConfig"),
        "vpc_config": fitted(_FUNCTION, "vpc_config", "(VpcConfig.VpcId && VpcConfig) || `null`"),
    },
    parts=(
        Part(_POLICY, {}),
        # Few functions reserve concurrency: the account says whether any does.
        Part(Call("lambda", "get_account_settings"), {"reserved_concurrent_executions": lambda _: None}),
        Part(
            Call("lambda", "get_function_concurrency", per={"FunctionName": "FunctionName"}),
            {"reserved_concurrent_executions": "ReservedConcurrentExecutions"},
            when=lambda item: _reserves(item.get("_get_account_settings") or {}),
        ),
        # Few accounts sign code: where there are no signing configurations, no function has one.
        Part(
            Call("lambda", "list_code_signing_configs"),
            {"code_signing_config_arn": lambda _: None},
        ),
        Part(
            Call(
                "lambda",
                "get_function_code_signing_config",
                per={"FunctionName": "FunctionName"},
                unset=_NO_POLICY,
            ),
            {"code_signing_config_arn": "CodeSigningConfigArn"},
            when="PackageType != 'Image' && _list_code_signing_configs.CodeSigningConfigs",
        ),
    ),
    bulk_tags=True,
    made_from=("filename", "s3_bucket", "s3_key", "s3_object_version"),
)


def _statements(page: Item) -> list[dict[str, Any]]:
    found = json.loads(page["Policy"]).get("Statement", ())
    return [{"Statement": each} for each in (found if isinstance(found, list) else [found])]


def _principal(item: Item) -> Any:
    found = item["Statement"].get("Principal")
    if isinstance(found, dict):
        found = next(iter(found.values()), None)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


_SAYS = ("arnequals", "arnlike", "stringequals", "stringlike")
_BY_URL = ("bool", "lambda:invokedviafunctionurl")
_KEYS = {
    "source_arn": "aws:sourcearn",
    "principal_org_id": "aws:principalorgid",
    "event_source_token": "lambda:eventsourcetoken",
    "function_url_auth_type": "lambda:functionurlauthtype",
}


def _conditions(item: Item) -> Iterator[tuple[str, str, Any]]:
    """Operator, key and value of each condition of a statement, names in small letters."""
    for operator, found in (item["Statement"].get("Condition") or {}).items():
        for key, value in found.items():
            yield operator.lower(), key.lower(), value[0] if isinstance(value, list) and len(value) == 1 else value


def _condition(wanted: str) -> Callable[[Item], Any]:
    """What the statement asks of the key."""

    def read(item: Item) -> Any:
        return next((value for says, key, value in _conditions(item) if key == wanted and says in _SAYS), None)

    return read


def _account(item: Item) -> Any:
    """The account that the statement is for; unknown where it has conditions that Terraform does not write."""
    if value := _condition("aws:sourceaccount")(item):
        return value
    known = {*((says, key) for says in _SAYS for key in (*_KEYS.values(), "aws:sourceaccount")), _BY_URL}
    other = next((f"{says} {key}" for says, key, _ in _conditions(item) if (says, key) not in known), "")
    return Unknown(because=f"the statement has a condition of another kind: {other}") if other else None


def _qualifier(arn: str) -> str | None:
    """What stands behind the name of a function: a version or an alias."""
    parts = arn.split(":")
    return parts[7] if len(parts) > 7 else None


LAYERS = Collect(
    type="aws_lambda_layer_version",
    call=Call("lambda", "list_layers", "Layers"),
    arn="{LatestMatchingVersion.LayerVersionArn}",
    name="LayerName",
    attributes={
        "layer_name": "LayerName",
        "layer_arn": "LayerArn",
        "version": "LatestMatchingVersion.Version",
        "compatible_runtimes": "LatestMatchingVersion.CompatibleRuntimes",
    },
    made_from=("filename", "s3_bucket", "s3_key", "s3_object_version"),
)


COLLECTORS = (
    FUNCTIONS,
    Collect(
        type="aws_lambda_permission",
        call=msgspec.structs.replace(_POLICY, items=_statements),
        over=FUNCTIONS,
        name="Statement.Sid",
        when="Statement.Effect == 'Allow'",
        attributes={
            "id": "Statement.Sid",
            "statement_id": "Statement.Sid",
            "function_name": "_parent.FunctionName",
            "action": "Statement.Action",
            "principal": _principal,
            "qualifier": lambda item: _qualifier(str(item["Statement"].get("Resource") or "")),
            "invoked_via_function_url": lambda item: (
                True if _BY_URL in {(says, key) for says, key, _ in _conditions(item)} else None
            ),
            "source_account": _account,
            **{name: _condition(key) for name, key in _KEYS.items()},
        },
    ),
    Collect(
        type="aws_lambda_function_url",
        call=Call(
            "lambda",
            "list_function_url_configs",
            "FunctionUrlConfigs",
            per={"FunctionName": "FunctionName"},
            unset=_NO_POLICY,
        ),
        over=FUNCTIONS,
        among=_is_called,
        name=lambda item: _qualifier(item["FunctionArn"]) or "",
        attributes={
            "function_name": "_parent.FunctionName",
            "function_arn": "FunctionArn",
            "function_url": "FunctionUrl",
            "authorization_type": "AuthType",
            "invoke_mode": "InvokeMode",
            "cors": fitted("aws_lambda_function_url", "cors", "Cors"),
        },
    ),
    Collect(
        type="aws_lambda_function_event_invoke_config",
        call=Call(
            "lambda",
            "list_function_event_invoke_configs",
            "FunctionEventInvokeConfigs",
            per={"FunctionName": "FunctionName"},
            unset=_NO_POLICY,
        ),
        over=FUNCTIONS,
        among=lambda item: _is_called(item) and not (item.get("DeadLetterConfig") or {}).get("TargetArn"),
        name=lambda item: _qualifier(item["FunctionArn"]) or "",
        attributes={
            "function_name": "_parent.FunctionName",
            "maximum_retry_attempts": "MaximumRetryAttempts",
            "maximum_event_age_in_seconds": "MaximumEventAgeInSeconds",
            "destination_config": fitted(
                "aws_lambda_function_event_invoke_config", "destination_config", "DestinationConfig"
            ),
        },
    ),
    Collect(
        type="aws_lambda_event_source_mapping",
        call=Call("lambda", "list_event_source_mappings", "EventSourceMappings"),
        arn="arn:{partition}:lambda:{region}:{account}:event-source-mapping:{UUID}",
        name="UUID",
        attributes={
            "id": "UUID",
            "uuid": "UUID",
            "event_source_arn": "EventSourceArn",
            "function_name": "FunctionArn",
            "function_arn": "FunctionArn",
            "batch_size": "BatchSize",
            "enabled": "State != 'Disabled' && State != 'Disabling'",
            "kms_key_arn": "KMSKeyArn",
            "queues": "Queues",
            "topics": "Topics",
            "maximum_retry_attempts": "MaximumRetryAttempts",
            "destination_config": fitted(
                "aws_lambda_event_source_mapping",
                "destination_config",
                "DestinationConfig",
                destination_arn="Destination",
            ),
            "source_access_configuration": "SourceAccessConfigurations[].{type: Type, uri: URI}",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_lambda_code_signing_config",
        call=Call("lambda", "list_code_signing_configs", "CodeSigningConfigs"),
        arn="{CodeSigningConfigArn}",
        name="CodeSigningConfigId",
        attributes={
            "id": "CodeSigningConfigArn",
            "config_id": "CodeSigningConfigId",
            "description": "Description",
            "allowed_publishers": fitted("aws_lambda_code_signing_config", "allowed_publishers", "AllowedPublishers"),
            "policies": fitted("aws_lambda_code_signing_config", "policies", "CodeSigningPolicies"),
        },
        bulk_tags=True,
    ),
    LAYERS,
    Collect(
        type="aws_lambda_layer_version_permission",
        call=Call(
            "lambda",
            "get_layer_version_policy",
            _statements,
            per={"LayerName": "LayerName", "VersionNumber": "LatestMatchingVersion.Version"},
            unset=_NO_POLICY,
        ),
        over=LAYERS,
        name="Statement.Sid",
        when="Statement.Effect == 'Allow'",
        attributes={
            "layer_name": "_parent.LayerName",
            "version_number": "_parent.LatestMatchingVersion.Version",
            "statement_id": "Statement.Sid",
            "action": "Statement.Action",
            "principal": _principal,
            "organization_id": _condition("aws:principalorgid"),
        },
    ),
)
