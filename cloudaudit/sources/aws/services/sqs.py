"""Queues."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part


def _queues(page: Item) -> list[dict[str, Any]]:
    return [{"QueueUrl": url, "Name": url.rpartition("/")[2]} for url in page.get("QueueUrls") or ()]


COLLECTORS = (
    Collect(
        type="aws_sqs_queue",
        # without MaxResults AWS tells a thousand and not that there are more
        call=Call("sqs", "list_queues", _queues, params={"MaxResults": 1000}),
        arn="arn:{partition}:sqs:{region}:{account}:{Name}",
        name="Name",
        attributes={"id": "QueueUrl", "url": "QueueUrl", "name": "Name"},
        parts=(
            Part(
                Call(
                    "sqs",
                    "get_queue_attributes",
                    "Attributes",
                    params={"AttributeNames": ["All"]},
                    per={"QueueUrl": "QueueUrl"},
                ),
                {
                    "fifo_queue": "FifoQueue",
                    "kms_master_key_id": "KmsMasterKeyId",
                    "kms_data_key_reuse_period_seconds": "KmsDataKeyReusePeriodSeconds",
                    "message_retention_seconds": "MessageRetentionPeriod",
                    "policy": "Policy",
                    "redrive_policy": "RedrivePolicy",
                    "redrive_allow_policy": "RedriveAllowPolicy",
                    "sqs_managed_sse_enabled": "SqsManagedSseEnabled",
                    "visibility_timeout_seconds": "VisibilityTimeout",
                },
            ),
        ),
        bulk_tags=True,
        also=("aws_sqs_queue_policy", "aws_sqs_queue_redrive_policy", "aws_sqs_queue_redrive_allow_policy"),
        made_from=("name_prefix",),
    ),
)
