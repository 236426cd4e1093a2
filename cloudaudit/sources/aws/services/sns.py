"""Topics and who is subscribed to them."""

from cloudaudit.sources.aws.declare import Call, Collect, Part

COLLECTORS = (
    Collect(
        type="aws_sns_topic",
        call=Call("sns", "list_topics", "Topics"),
        arn="{TopicArn}",
        name=lambda item: item["TopicArn"].rpartition(":")[2],
        attributes={"id": "TopicArn", "name": lambda item: item["TopicArn"].rpartition(":")[2]},
        parts=(
            Part(
                Call("sns", "get_topic_attributes", "Attributes", per={"TopicArn": "TopicArn"}),
                {
                    "display_name": "DisplayName",
                    "kms_master_key_id": "KmsMasterKeyId",
                    "policy": "Policy",
                    "delivery_policy": "DeliveryPolicy",
                    "fifo_topic": "FifoTopic",
                    "owner": "Owner",
                    "signature_version": "SignatureVersion",
                    "tracing_config": "TracingConfig",
                },
            ),
        ),
        bulk_tags=True,
        also=("aws_sns_topic_policy",),
        made_from=("name_prefix",),
    ),
    Collect(
        type="aws_sns_topic_subscription",
        call=Call("sns", "list_subscriptions", "Subscriptions"),
        when="starts_with(SubscriptionArn, 'arn:')",  # else nobody has confirmed it, and it delivers nothing
        arn="{SubscriptionArn}",
        name="SubscriptionArn",
        attributes={
            "topic_arn": "TopicArn",
            "protocol": "Protocol",
            "endpoint": "Endpoint",
            "id": "SubscriptionArn",
            "owner_id": "Owner",
        },
        parts=(
            Part(
                Call("sns", "get_subscription_attributes", "Attributes", per={"SubscriptionArn": "SubscriptionArn"}),
                {
                    "filter_policy": "FilterPolicy",
                    "pending_confirmation": "PendingConfirmation",
                    "raw_message_delivery": "RawMessageDelivery",
                    "redrive_policy": "RedrivePolicy",
                    "subscription_role_arn": "SubscriptionRoleArn",
                },
            ),
        ),
    ),
)
