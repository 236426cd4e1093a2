import json

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

FAILED = resource("aws_sqs_queue.failed", name="orders-failed")
ARN = "arn:aws:sqs:eu-central-1:111122223333:orders-failed"


def takes(*others):
    return fact("queues.takes_failures", FAILED, *others)


def queue(redrive):
    return resource("aws_sqs_queue.orders", name="orders", redrive_policy=redrive)


@pytest.mark.parametrize(
    "other",
    [
        queue(json.dumps({"deadLetterTargetArn": ARN, "maxReceiveCount": 5})),
        queue(ref("aws_sqs_queue.failed.arn")),
        resource("aws_lambda_function.f", dead_letter_config=[{"target_arn": ARN}]),
        resource("aws_cloudwatch_event_target.t", dead_letter_config=[{"arn": ref("aws_sqs_queue.failed.arn")}]),
    ],
)
def test_a_queue_that_is_named_for_failures(other):
    assert takes(other) is True


@pytest.mark.parametrize("other", [queue(None), queue(json.dumps({"deadLetterTargetArn": ARN + "-2"}))])
def test_a_queue_that_is_not(other):
    assert takes(other) is False


def test_a_target_that_is_not_known():
    assert is_unknown(takes(queue(ELSEWHERE)))


def test_a_queue_of_a_module_named_data_is_another():
    assert takes(queue(ref("module.data.aws_sqs_queue.other.arn"))) is False
    assert is_unknown(takes(queue(ref("data.aws_sqs_queue.other.arn"))))
