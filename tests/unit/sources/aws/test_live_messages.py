"""Topics, queues, event rules, schedules and streams."""

import json
from pathlib import Path

import pytest
from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Unknown, Verdict

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/7e5a8c1b-0d2f-4a36-9b7c-1c2d3e4f5a6b"
OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
)


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


def make_topics(account: Account) -> None:
    sns = account.client("sns")
    sns.create_topic(Name="good", Attributes={"KmsMasterKeyId": KEY})
    sns.create_topic(Name="bad", Attributes={"Policy": OPEN})


@pytest.mark.parametrize("rule", ["sns-topic-encrypted", "sns-topic-not-public"])
def test_topics_are_judged_by_what_aws_says(account: Account, rule: str) -> None:
    make_topics(account)

    assert account.audit(rule).verdicts == {arn("sns", "good"): Verdict.PASS, arn("sns", "bad"): Verdict.FAIL}


def test_topics_and_queues_and_their_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    make_topics(account)
    make_queues(account)
    rules = (
        "sns-topic-encrypted",
        "sns-topic-not-public",
        "sqs-queue-dead-letters",
        "sqs-queue-encrypted",
        "sqs-queue-not-public",
    )
    source = f"""
      resource "aws_sns_topic" "good" {{
        name              = "good"
        kms_master_key_id = "{KEY}"
      }}
      resource "aws_sns_topic" "bad" {{
        name   = "bad"
        policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
          Effect = "Allow", Principal = "*", Action = "*", Resource = "*"
        }}] }})
      }}
      resource "aws_sqs_queue" "failed" {{
        name                    = "failed"
        sqs_managed_sse_enabled = true
      }}
      resource "aws_sqs_queue" "good" {{
        name              = "good"
        kms_master_key_id = "{KEY}"
        redrive_policy    = jsonencode({{ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 3 }})
      }}
      resource "aws_sqs_queue" "bad" {{
        name                    = "bad"
        sqs_managed_sse_enabled = false
        policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
          Effect = "Allow", Principal = "*", Action = "*", Resource = "*"
        }}] }})
      }}
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def test_a_denied_topic_is_unknown_and_listed(account: Account) -> None:
    make_topics(account)
    account.deny("sns:GetTopicAttributes")

    run = account.audit("sns-topic-encrypted")

    assert run.verdicts == {arn("sns", "good"): Verdict.UNKNOWN, arn("sns", "bad"): Verdict.UNKNOWN}


def test_a_subscription_that_nobody_confirmed_is_none(account: Account) -> None:
    """moto confirms at once; AWS writes PendingConfirmation in place of the ARN until somebody does."""
    topic = account.client("sns").create_topic(Name="alerts")["TopicArn"]
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="cpu",
        MetricName="CPUUtilization",
        Namespace="AWS/EC2",
        Statistic="Average",
        Period=300,
        EvaluationPeriods=1,
        Threshold=90,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )
    subscription = {"Owner": ACCOUNT, "Protocol": "email", "Endpoint": "ops@example.com", "TopicArn": topic}
    account.give("sns.list_subscriptions", Subscriptions=[{**subscription, "SubscriptionArn": "PendingConfirmation"}])

    assert account.audit("alarms-topic-has-subscriber").verdicts == {topic: Verdict.FAIL}

    account.give("sns.list_subscriptions", Subscriptions=[{**subscription, "SubscriptionArn": f"{topic}:1"}])
    account.give("sns.get_subscription_attributes", Attributes={"PendingConfirmation": "false"})
    assert account.audit("alarms-topic-has-subscriber").verdicts == {topic: Verdict.PASS}


def make_queues(account: Account) -> None:
    sqs = account.client("sqs")
    sqs.create_queue(QueueName="failed", Attributes={"SqsManagedSseEnabled": "true"})
    redrive = json.dumps({"deadLetterTargetArn": arn("sqs", "failed"), "maxReceiveCount": 3})
    sqs.create_queue(QueueName="good", Attributes={"KmsMasterKeyId": KEY, "RedrivePolicy": redrive})
    sqs.create_queue(QueueName="bad", Attributes={"SqsManagedSseEnabled": "false", "Policy": OPEN})


def test_queues_are_judged_by_what_aws_says(account: Account) -> None:
    make_queues(account)
    good, bad, failed = (arn("sqs", name) for name in ("good", "bad", "failed"))

    assert account.audit("sqs-queue-encrypted").verdicts == {
        good: Verdict.PASS,
        bad: Verdict.FAIL,
        failed: Verdict.PASS,
    }
    assert account.audit("sqs-queue-dead-letters").verdicts[good] is Verdict.PASS
    assert account.audit("sqs-queue-not-public").verdicts[bad] is Verdict.FAIL


def test_queues_of_one_name_in_two_regions_are_two(account: Account) -> None:
    make_queues(account)
    account.client("sqs", "eu-west-1").create_queue(QueueName="failed")

    verdicts = account.audit("sqs-queue-dead-letters", regions=("us-east-1", "eu-west-1")).verdicts

    there = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:failed"
    assert (arn("sqs", "failed") in verdicts, verdicts[there]) == (False, Verdict.FAIL)


def test_denied_queues_leave_the_policy_open(account: Account) -> None:
    make_queues(account)
    account.deny("sqs:GetQueueAttributes")

    assert set(account.audit("sqs-queue-not-public").verdicts.values()) == {Verdict.UNKNOWN}


def make_rule(account: Account, region: str = "us-east-1") -> None:
    """GuardDuty's findings to a topic."""
    account.client("guardduty").create_detector(Enable=True)
    events = account.client("events", region)
    pattern = json.dumps({"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 7]}]}})
    events.put_rule(Name="findings", EventPattern=pattern)
    events.put_targets(Rule="findings", Targets=[{"Id": "ops", "Arn": arn("sns", "alerts")}])


def test_event_rules_and_targets_are_found_on_every_bus(account: Account) -> None:
    make_rule(account)
    account.client("events").create_event_bus(Name="orders")
    account.client("events").put_rule(Name="findings", EventBusName="orders", EventPattern='{"source": ["orders"]}')

    found = account.graph("aws_cloudwatch_event_rule", "aws_cloudwatch_event_target")
    targets = [each for each in found if each.type == "aws_cloudwatch_event_target"]

    assert account.audit("alarms-guardduty-findings").by_rule() == {"alarms-guardduty-findings": {Verdict.PASS}}
    assert [(each.attributes["rule"], each.attributes["event_bus_name"]) for each in targets] == [
        ("findings", "default")
    ]
    assert targets[0].named == {"rule": arn("events", "rule/findings")}


def test_a_rule_of_another_region_hears_nothing_of_a_detector(account: Account) -> None:
    make_rule(account, "eu-west-1")

    run = account.audit("alarms-guardduty-findings", regions=("us-east-1", "eu-west-1"))

    assert run.by_rule() == {"alarms-guardduty-findings": {Verdict.FAIL}}


def test_denied_targets_leave_open_who_hears(account: Account) -> None:
    make_rule(account)
    account.deny("events:ListTargetsByRule")

    assert account.audit("alarms-guardduty-findings").by_rule() == {"alarms-guardduty-findings": {Verdict.UNKNOWN}}


def test_a_bus_that_everybody_may_write_to_fails(account: Account) -> None:
    account.client("events").put_permission(
        EventBusName="default", StatementId="all", Principal="*", Action="events:PutEvents"
    )

    assert account.audit("eventbridge-bus-not-public").verdicts == {arn("events", "event-bus/default"): Verdict.FAIL}


def test_streams_are_judged_by_what_aws_says(account: Account) -> None:
    kinesis = account.client("kinesis")
    for name in ("good", "bad"):
        kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.start_stream_encryption(StreamName="good", EncryptionType="KMS", KeyId=KEY)
    kinesis.increase_stream_retention_period(StreamName="good", RetentionPeriodHours=200)

    for rule in ("kinesis-stream-encrypted", "kinesis-stream-retention"):
        assert account.audit(rule).verdicts == {
            arn("kinesis", "stream/good"): Verdict.PASS,
            arn("kinesis", "stream/bad"): Verdict.FAIL,
        }, rule


def make_deliveries(account: Account) -> None:
    firehose = account.client("firehose")
    role = f"arn:aws:iam::{ACCOUNT}:role/firehose"
    bucket = {"RoleARN": role, "BucketARN": "arn:aws:s3:::archive"}
    firehose.create_delivery_stream(
        DeliveryStreamName="good",
        ExtendedS3DestinationConfiguration={
            **bucket,
            "CloudWatchLoggingOptions": {"Enabled": True, "LogGroupName": "g", "LogStreamName": "s"},
        },
    )
    # moto tells no status of encryption that was asked for when the stream was made
    firehose.start_delivery_stream_encryption(
        DeliveryStreamName="good", DeliveryStreamEncryptionConfigurationInput={"KeyType": "AWS_OWNED_CMK"}
    )
    firehose.create_delivery_stream(DeliveryStreamName="bad", ExtendedS3DestinationConfiguration=bucket)


def test_delivery_streams_and_their_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    make_deliveries(account)
    rules = ("firehose-stream-encrypted", "firehose-stream-logs-errors")
    source = """
      resource "aws_kinesis_firehose_delivery_stream" "good" {
        name        = "good"
        destination = "extended_s3"
        server_side_encryption {
          enabled = true
        }
        extended_s3_configuration {
          role_arn   = "arn:aws:iam::123456789012:role/firehose"
          bucket_arn = "arn:aws:s3:::archive"
          cloudwatch_logging_options {
            enabled         = true
            log_group_name  = "g"
            log_stream_name = "s"
          }
        }
      }
      resource "aws_kinesis_firehose_delivery_stream" "bad" {
        name        = "bad"
        destination = "extended_s3"
        extended_s3_configuration {
          role_arn   = "arn:aws:iam::123456789012:role/firehose"
          bucket_arn = "arn:aws:s3:::archive"
        }
      }
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def test_a_denied_delivery_stream_is_unknown(account: Account) -> None:
    make_deliveries(account)
    account.deny("firehose:DescribeDeliveryStream")

    streams = account.graph("aws_kinesis_firehose_delivery_stream").of_type("aws_kinesis_firehose_delivery_stream")

    assert all(isinstance(each.attributes["server_side_encryption"], Unknown) for each in streams)
    assert set(account.audit("firehose-stream-encrypted").verdicts.values()) == {Verdict.UNKNOWN}
