"""Log groups and what filters, forwards and opens them."""

from cloudaudit.sources.aws.declare import Call, Collect, tags
from cloudaudit.sources.aws.fitting import fitted

_GROUPS = Call("logs", "describe_log_groups", "logGroups")
_DESTINATIONS = Call("logs", "describe_destinations", "destinations")

GROUPS = Collect(
    type="aws_cloudwatch_log_group",
    call=_GROUPS,
    arn="arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}",
    name="logGroupName",
    attributes={
        "id": "logGroupName",
        "name": "logGroupName",
        "retention_in_days": "retentionInDays",
        "kms_key_id": "kmsKeyId",
        "log_group_class": "logGroupClass",
        "deletion_protection_enabled": "deletionProtectionEnabled",
    },
    bulk_tags=True,
    made_from=("name_prefix", "skip_destroy"),
)


def _policy(kind: str) -> Collect:
    return Collect(
        type="aws_cloudwatch_log_account_policy",
        call=Call(
            "logs",
            "describe_account_policies",
            "accountPolicies",
            params={"policyType": kind},
            unset=("UnsupportedOperationException",),  # where there is no such thing, there is none
        ),
        name="policyName",
        attributes={
            "policy_name": "policyName",
            "policy_type": "policyType",
            "policy_document": "policyDocument",
            "scope": "scope",
            "selection_criteria": "selectionCriteria",
        },
    )


COLLECTORS = (
    GROUPS,
    Collect(
        type="aws_cloudwatch_log_data_protection_policy",
        call=_GROUPS,
        when="dataProtectionStatus == 'ACTIVATED'",
        name="logGroupName",
        attributes={"log_group_name": "logGroupName"},
    ),
    _policy("DATA_PROTECTION_POLICY"),
    _policy("SUBSCRIPTION_FILTER_POLICY"),
    Collect(
        type="aws_cloudwatch_log_metric_filter",
        call=Call("logs", "describe_metric_filters", "metricFilters"),
        name="join(':', [logGroupName, filterName])",
        attributes={
            "name": "filterName",
            "log_group_name": "logGroupName",
            "pattern": "filterPattern",
            "metric_transformation": fitted(
                "aws_cloudwatch_log_metric_filter",
                "metric_transformation",
                "metricTransformations",
                name="metricName",
                namespace="metricNamespace",
                value="metricValue",
            ),
        },
    ),
    Collect(
        type="aws_cloudwatch_log_subscription_filter",
        call=Call("logs", "describe_subscription_filters", "subscriptionFilters", per={"logGroupName": "logGroupName"}),
        over=GROUPS,
        name="filterName",
        attributes={
            "name": "filterName",
            "log_group_name": "logGroupName",
            "filter_pattern": "filterPattern",
            "destination_arn": "destinationArn",
            "role_arn": "roleArn",
            "distribution": "distribution",
        },
    ),
    Collect(
        type="aws_cloudwatch_log_resource_policy",
        call=Call("logs", "describe_resource_policies", "resourcePolicies"),
        name="policyName",
        attributes={"policy_name": "policyName", "policy_document": "policyDocument"},
    ),
    Collect(
        type="aws_cloudwatch_log_destination",
        call=_DESTINATIONS,
        arn="{arn}",
        name="destinationName",
        attributes={"name": "destinationName", "target_arn": "targetArn", "role_arn": "roleArn"},
        bulk_tags=True,
    ),
    Collect(
        type="aws_cloudwatch_log_destination_policy",
        call=_DESTINATIONS,
        when="accessPolicy",
        name="destinationName",
        attributes={"destination_name": "destinationName", "access_policy": "accessPolicy"},
    ),
    Collect(
        type="aws_cloudwatch_log_delivery_source",
        call=Call("logs", "describe_delivery_sources", "deliverySources"),
        arn="{arn}",
        name="name",
        attributes={
            "name": "name",
            "log_type": "logType",
            "service": "service",
            "resource_arn": "resourceArns[0]",
            "tags": tags("tags"),
        },
    ),
    Collect(
        type="aws_cloudwatch_log_delivery",
        call=Call("logs", "describe_deliveries", "deliveries"),
        arn="{arn}",
        name="id",
        attributes={
            "id": "id",
            "delivery_source_name": "deliverySourceName",
            "delivery_destination_arn": "deliveryDestinationArn",
            "tags": tags("tags"),
        },
    ),
)
