"""Endpoints of IoT, what its topic rules start, and plans for incidents."""

from cloudaudit.sources.aws.declare import Call, Collect, Part, Read
from cloudaudit.sources.aws.expressions import pick
from cloudaudit.sources.aws.fitting import blocks, fitted

_RULE, _DOMAIN = "aws_iot_topic_rule", "aws_iot_domain_configuration"


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
        bulk_tags=True,
    ),
)
