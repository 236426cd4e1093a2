"""What starts other things: schedules, pipes, topic rules of IoT, plans for incidents."""

from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part, Read
from cloudaudit.sources.aws.expressions import pick
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_SCHEDULE, _RULE, _DOMAIN = "aws_scheduler_schedule", "aws_iot_topic_rule", "aws_iot_domain_configuration"


def _target(item: Item) -> Any:
    """Without the step between a task and its network."""
    found = item.get("Target") or {}
    task = found.get("EcsParameters") or {}
    network = (task.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
    if not network:
        return found
    public = network.get("AssignPublicIp") == "ENABLED"
    return {**found, "EcsParameters": {**task, "NetworkConfiguration": {**network, "AssignPublicIp": public}}}


_ACTIONS = {
    "cloudwatch_alarm": "cloudwatchAlarm",
    "cloudwatch_logs": "cloudwatchLogs",
    "cloudwatch_metric": "cloudwatchMetric",
    "dynamodb": "dynamoDB",
    "dynamodbv2": "dynamoDBv2",
    "elasticsearch": "elasticsearch",
    "firehose": "firehose",
    "http": "http",
    "iot_analytics": "iotAnalytics",
    "iot_events": "iotEvents",
    "kafka": "kafka",
    "kinesis": "kinesis",
    "lambda": "lambda",
    "republish": "republish",
    "s3": "s3",
    "sns": "sns",
    "sqs": "sqs",
    "step_functions": "stepFunctions",
    "timestream": "timestream",
}


_HEADERS = {"http_header": "headers"}


def _action(name: str) -> Read:
    return fitted(_RULE, name, lambda item: pick(f"rule.actions[].{_ACTIONS[name]}", item) or None, **_HEADERS)


COLLECTORS = (
    Collect(
        type=_SCHEDULE,
        call=Call("scheduler", "list_schedules", "Schedules"),
        arn="{Arn}",
        name="Name",
        attributes={"id": "Arn", **alike("GroupName", "Name", "State")},
        parts=(
            Part(
                Call("scheduler", "get_schedule", per={"Name": "Name", "GroupName": "GroupName"}),
                {
                    **alike("Description", "KmsKeyArn", "ScheduleExpression"),
                    "target": fitted(
                        _SCHEDULE, "target", _target, pipeline_parameter="PipelineParameterList", arn="Arn"
                    ),
                },
            ),
        ),
    ),
    Collect(
        type="aws_pipes_pipe",
        call=Call("pipes", "list_pipes", "Pipes"),
        arn="{Arn}",
        name="Name",
        attributes={"id": "Name", **alike("DesiredState", "Enrichment", "Name", "Source", "Target")},
        parts=(
            Part(
                Call("pipes", "describe_pipe", per={"Name": "Name"}),
                {**alike("Description", "KmsKeyIdentifier", "RoleArn"), "tags": "Tags"},
            ),
        ),
    ),
    Collect(
        type=_DOMAIN,
        call=Call("iot", "list_domain_configurations", "domainConfigurations"),
        arn="{domainConfigurationArn}",
        name="domainConfigurationName",
        attributes={
            "id": "domainConfigurationName",
            "name": "domainConfigurationName",
            "service_type": "serviceType",
        },
        parts=(
            Part(
                Call(
                    "iot",
                    "describe_domain_configuration",
                    per={"domainConfigurationName": "domainConfigurationName"},
                ),
                {
                    "domain_name": "domainName",
                    "domain_type": "domainType",
                    "status": "domainConfigurationStatus",
                    **blocks(_DOMAIN, authorizer_config="authorizerConfig", tls_config="tlsConfig"),
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type=_RULE,
        call=Call("iot", "list_topic_rules", "rules"),
        arn="{ruleArn}",
        name="ruleName",
        attributes={"id": "ruleName", "name": "ruleName", "enabled": "!ruleDisabled"},
        parts=(
            Part(
                Call("iot", "get_topic_rule", per={"ruleName": "ruleName"}),
                {
                    "description": "rule.description",
                    "sql": "rule.sql",
                    "sql_version": "rule.awsIotSqlVersion",
                    "error_action": fitted(_RULE, "error_action", "rule.errorAction", **_HEADERS),
                    **{name: _action(name) for name in _ACTIONS},
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_ssmincidents_response_plan",
        call=Call("ssm-incidents", "list_response_plans", "responsePlanSummaries"),
        arn="{arn}",
        name="name",
        attributes={"id": "arn", "name": "name", "display_name": "displayName"},
        parts=(
            Part(
                Call("ssm-incidents", "get_response_plan", per={"arn": "arn"}),
                {"engagements": "engagements", "chat_channel": "chatChannel.chatbotSns"},
            ),
        ),
    ),
    Collect(
        type="aws_globalaccelerator_accelerator",
        call=Call("globalaccelerator", "list_accelerators", "Accelerators", region="us-west-2"),
        scope=GLOBAL,
        arn="{AcceleratorArn}",
        name="Name",
        attributes={"id": "AcceleratorArn", **alike("DnsName", "Enabled", "Name")},
        parts=(
            Part(
                Call(
                    "globalaccelerator",
                    "describe_accelerator_attributes",
                    per={"AcceleratorArn": "AcceleratorArn"},
                    region="us-west-2",
                ),
                {"attributes": fitted("aws_globalaccelerator_accelerator", "attributes", "AcceleratorAttributes")},
            ),
        ),
    ),
)
