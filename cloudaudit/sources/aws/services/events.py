"""Buses of EventBridge with their policies, rules and targets."""

from cloudaudit.sources.aws.declare import Call, Collect, Part
from cloudaudit.sources.aws.fitting import fitted

_LIST = Call("events", "list_event_buses", "EventBuses")

BUSES = Collect(
    type="aws_cloudwatch_event_bus",
    call=_LIST,
    arn="{Arn}",
    name="Name",
    attributes={"id": "Name", "name": "Name", "description": "Description"},
    parts=(
        Part(
            Call("events", "describe_event_bus", per={"Name": "Name"}),
            {
                "kms_key_identifier": "KmsKeyIdentifier",
                "dead_letter_config": fitted("aws_cloudwatch_event_bus", "dead_letter_config", "DeadLetterConfig"),
            },
        ),
    ),
    bulk_tags=True,
)

RULES = Collect(
    type="aws_cloudwatch_event_rule",
    call=Call("events", "list_rules", "Rules", per={"EventBusName": "Name"}),
    over=BUSES,
    when="!ManagedBy",  # services of AWS make rules for themselves
    arn="{Arn}",
    name="Name",
    attributes={
        "name": "Name",
        "event_bus_name": "EventBusName",
        "description": "Description",
        "event_pattern": "EventPattern",
        "schedule_expression": "ScheduleExpression",
        "role_arn": "RoleArn",
        "state": "State",
        "is_enabled": "State != 'DISABLED'",
    },
    bulk_tags=True,
)

COLLECTORS = (
    BUSES,
    RULES,
    Collect(
        type="aws_cloudwatch_event_bus_policy",
        call=_LIST,
        when="Policy",
        name="Name",
        attributes={"event_bus_name": "Name", "policy": "Policy"},
        also=("aws_cloudwatch_event_permission",),
    ),
    Collect(
        type="aws_cloudwatch_event_target",
        call=Call("events", "list_targets_by_rule", "Targets", per={"Rule": "Name", "EventBusName": "EventBusName"}),
        over=RULES,
        name="Id",
        named={"rule": "{_parent.Arn}"},
        attributes={
            "rule": "_parent.Name",
            "event_bus_name": "_parent.EventBusName",
            "target_id": "Id",
            "arn": "Arn",
            "role_arn": "RoleArn",
            "input": "Input",
            "input_path": "InputPath",
            "input_transformer": fitted(
                "aws_cloudwatch_event_target", "input_transformer", "InputTransformer", input_paths="InputPathsMap"
            ),
            "dead_letter_config": fitted("aws_cloudwatch_event_target", "dead_letter_config", "DeadLetterConfig"),
            "http_target": fitted(
                "aws_cloudwatch_event_target",
                "http_target",
                "HttpParameters",
                header_parameters="HeaderParameters",
                query_string_parameters="QueryStringParameters",
            ),
        },
    ),
    Collect(
        type="aws_cloudwatch_event_api_destination",
        call=Call("events", "list_api_destinations", "ApiDestinations"),
        arn="{ApiDestinationArn}",
        name="Name",
        attributes={
            "id": "Name",
            "name": "Name",
            "connection_arn": "ConnectionArn",
            "http_method": "HttpMethod",
            "invocation_endpoint": "InvocationEndpoint",
        },
    ),
)
