"""Alarms."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item


def _call(items: str) -> Call:
    """Composite alarms come only when they are asked for; one answer tells both kinds."""
    return Call("cloudwatch", "describe_alarms", items, params={"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]})


def _dimensions(metric: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric.get("Dimensions") or () if each}


def _queries(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "id": query["Id"],
            "account_id": query.get("AccountId"),
            "expression": query.get("Expression"),
            "label": query.get("Label"),
            "period": query.get("Period"),
            "return_data": query.get("ReturnData"),
            "metric": _metric(query.get("MetricStat")),
        }
        for query in item.get("Metrics") or ()
    ]


def _metric(asked: dict[str, Any] | None) -> dict[str, Any] | None:
    if not asked:
        return None
    metric = asked["Metric"]
    return {
        "metric_name": metric.get("MetricName"),
        "namespace": metric.get("Namespace"),
        "dimensions": _dimensions(metric),
        "period": asked.get("Period"),
        "stat": asked.get("Stat"),
        "unit": asked.get("Unit"),
    }


_ACTIONS = {
    "alarm_name": "AlarmName",
    "alarm_description": "AlarmDescription",
    "actions_enabled": "ActionsEnabled",
    "alarm_actions": "AlarmActions",
    "ok_actions": "OKActions",
    "insufficient_data_actions": "InsufficientDataActions",
}

COLLECTORS = (
    Collect(
        type="aws_cloudwatch_metric_alarm",
        call=_call("MetricAlarms"),
        arn="{AlarmArn}",
        name="AlarmName",
        attributes={
            **_ACTIONS,
            "id": "AlarmName",
            "metric_name": "MetricName",
            "namespace": "Namespace",
            "dimensions": _dimensions,
            "statistic": "Statistic",
            "extended_statistic": "ExtendedStatistic",
            "period": "Period",
            "unit": "Unit",
            "evaluation_periods": "EvaluationPeriods",
            "datapoints_to_alarm": "DatapointsToAlarm",
            "threshold": "Threshold",
            "threshold_metric_id": "ThresholdMetricId",
            "comparison_operator": "ComparisonOperator",
            "treat_missing_data": "TreatMissingData",
            "metric_query": _queries,
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_cloudwatch_composite_alarm",
        call=_call("CompositeAlarms"),
        arn="{AlarmArn}",
        name="AlarmName",
        attributes={**_ACTIONS, "id": "AlarmName", "alarm_rule": "AlarmRule"},
        bulk_tags=True,
    ),
)
