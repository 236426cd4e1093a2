from pathlib import Path

import pytest
from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Verdict

GOOD = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:good"
BAD = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:bad"
RULES = ("cloudwatch-log-group-keeps-audit-period", "cloudwatch-log-group-retention-stated")
ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'


def make_groups(account: Account) -> None:
    logs = account.client("logs")
    for name, days in (("good", 400), ("bad", 7)):
        logs.create_log_group(logGroupName=name)
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)


def test_log_groups_are_judged_by_how_long_they_keep(account: Account) -> None:
    make_groups(account)

    verdicts = account.audit("cloudwatch-log-group-keeps-audit-period").verdicts

    assert verdicts == {GOOD: Verdict.PASS, BAD: Verdict.FAIL}


def test_a_log_group_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    make_groups(account)
    account.client("logs").create_log_group(logGroupName="forever")
    source = """
      resource "aws_cloudwatch_log_group" "good" {
        name              = "good"
        retention_in_days = 400
      }
      resource "aws_cloudwatch_log_group" "bad" {
        name              = "bad"
        retention_in_days = 7
      }
      resource "aws_cloudwatch_log_group" "forever" { name = "forever" }
    """

    assert account.audit(*RULES).by_rule() == declared(tmp_path, source, *RULES)


def test_a_stream_to_a_bucket_keeps_what_the_group_drops(account: Account) -> None:
    make_groups(account)
    account.client("s3").create_bucket(Bucket="archive")
    stream = account.client("firehose").create_delivery_stream(
        DeliveryStreamName="archive",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/firehose",
            "BucketARN": "arn:aws:s3:::archive",
        },
    )
    account.client("logs").put_subscription_filter(
        logGroupName="bad", filterName="all", filterPattern="", destinationArn=stream["DeliveryStreamARN"]
    )

    assert account.audit("cloudwatch-log-group-keeps-audit-period").verdicts[BAD] is Verdict.PASS


def test_denied_subscriptions_leave_open_what_is_kept_elsewhere(account: Account) -> None:
    make_groups(account)
    account.deny("logs:DescribeSubscriptionFilters")

    verdicts = account.audit("cloudwatch-log-group-keeps-audit-period").verdicts

    assert verdicts == {GOOD: Verdict.PASS, BAD: Verdict.UNKNOWN}


def test_groups_of_one_name_in_two_regions_are_two(account: Account) -> None:
    account.client("logs", "us-east-1").create_log_group(logGroupName="app")
    account.client("logs", "eu-west-1").create_log_group(logGroupName="app")

    found = account.graph("aws_cloudwatch_log_group", regions=("us-east-1", "eu-west-1"))

    assert [each.region for each in found if each.type == "aws_cloudwatch_log_group"] == ["eu-west-1", "us-east-1"]


def make_alarm(account: Account, region: str = "us-east-1") -> None:
    """The benchmark's chain: trail, log group, metric filter, alarm."""
    account.client("s3").create_bucket(Bucket="trail")
    account.client("logs").create_log_group(logGroupName="trail")
    role = account.client("iam").create_role(
        RoleName="trail",
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
        '{"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}]}',
    )
    account.client("cloudtrail").create_trail(
        Name="main",
        S3BucketName="trail",
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:trail:*",
        CloudWatchLogsRoleArn=role["Role"]["Arn"],
    )
    account.client("cloudtrail").start_logging(Name="main")
    account.client("logs").put_metric_filter(
        logGroupName="trail",
        filterName="root",
        filterPattern=ROOT,
        metricTransformations=[{"metricName": "RootUse", "metricNamespace": "CIS", "metricValue": "1"}],
    )
    account.client("cloudwatch", region).put_metric_alarm(
        AlarmName="root",
        MetricName="RootUse",
        Namespace="CIS",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"],
    )


def test_metric_filters_and_alarms_on_the_group_of_the_trail_are_found(account: Account) -> None:
    make_alarm(account)

    run = account.audit("alarms-root-use", "alarms-failed-logins", "cloudwatch-alarm-notifies")

    assert run.by_rule() == {
        "alarms-root-use": {Verdict.PASS},
        "alarms-failed-logins": {Verdict.FAIL},
        "cloudwatch-alarm-notifies": {Verdict.PASS},
    }


def test_an_alarm_of_another_region_hears_nothing(account: Account) -> None:
    make_alarm(account, "eu-west-1")

    run = account.audit("alarms-root-use", regions=("us-east-1", "eu-west-1"))

    assert run.by_rule() == {"alarms-root-use": {Verdict.FAIL}}


@pytest.mark.parametrize("action", ["logs:DescribeMetricFilters", "cloudwatch:DescribeAlarms"])
def test_a_denied_link_of_the_chain_makes_the_alarm_unknown(account: Account, action: str) -> None:
    make_alarm(account)
    account.deny(action)

    assert account.audit("alarms-root-use").by_rule() == {"alarms-root-use": {Verdict.UNKNOWN}}


def test_policies_that_let_everybody_write_logs_are_found(account: Account) -> None:
    account.client("logs").put_resource_policy(
        policyName="open",
        policyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", '
        '"Action": "logs:PutLogEvents", "Resource": "*"}]}',
    )

    assert account.audit("iam-resource-policy-not-public").by_rule() == {
        "iam-resource-policy-not-public": {Verdict.FAIL}
    }


def test_what_happens_in_a_region_is_heard_there_only(account: Account) -> None:
    account.client("s3").create_bucket(Bucket="trail")
    account.client("cloudtrail").create_trail(Name="main", S3BucketName="trail", IsMultiRegionTrail=True)
    account.client("cloudtrail").start_logging(Name="main")
    account.client("sqs", "eu-west-1").create_queue(QueueName="orders")
    rules, regions = ("alarms-route-changes", "alarms-permission-changes"), ("us-east-1", "eu-west-1")

    def listen(region: str) -> None:
        events = account.client("events", region)
        events.put_rule(Name="changes", EventPattern='{"source": ["aws.ec2", "aws.iam"]}')
        events.put_targets(Rule="changes", Targets=[{"Id": "ops", "Arn": f"arn:aws:sns:{region}:{ACCOUNT}:ops"}])

    listen("us-east-1")
    assert account.audit(*rules, regions=regions).by_rule() == {
        "alarms-route-changes": {Verdict.FAIL},
        "alarms-permission-changes": {Verdict.PASS},
    }

    listen("eu-west-1")
    assert set(account.audit(*rules, regions=regions).verdicts.values()) == {Verdict.PASS}
