"""Trails with what they record and whether they do, and event data stores.

A trail shows up in every region that it covers, and in every account of its organisation. It is asked about at its
home, so that it counts once.
"""

from cloudaudit.sources.aws.declare import Call, Collect, Part, days, tags
from cloudaudit.sources.aws.fitting import fitted

_DESCRIBE = Call("cloudtrail", "describe_trails", "trailList", params={"includeShadowTrails": True})
_STATUS = Call("cloudtrail", "get_trail_status", per={"Name": "TrailARN"})

TRAILS = Collect(
    type="aws_cloudtrail",
    call=_DESCRIBE,
    arn="{TrailARN}",
    name="Name",
    attributes={
        "id": "TrailARN",
        "name": "Name",
        "region": "HomeRegion",
        "home_region": "HomeRegion",
        "s3_bucket_name": "S3BucketName",
        "s3_key_prefix": "S3KeyPrefix",
        "sns_topic_name": "SnsTopicARN || SnsTopicName",
        "sns_topic_arn": "SnsTopicARN",
        "include_global_service_events": "IncludeGlobalServiceEvents",
        "is_multi_region_trail": "IsMultiRegionTrail",
        "is_organization_trail": "IsOrganizationTrail",
        "enable_log_file_validation": "LogFileValidationEnabled",
        "cloud_watch_logs_group_arn": "CloudWatchLogsLogGroupArn",
        "cloud_watch_logs_role_arn": "CloudWatchLogsRoleArn",
        "kms_key_id": "KmsKeyId",
    },
    parts=(
        Part(_STATUS, {"enable_logging": "IsLogging"}),
        Part(
            Call("cloudtrail", "get_event_selectors", per={"TrailName": "TrailARN"}),
            {
                "event_selector": fitted("aws_cloudtrail", "event_selector", "EventSelectors"),
                "advanced_event_selector": fitted(
                    "aws_cloudtrail", "advanced_event_selector", "AdvancedEventSelectors"
                ),
            },
        ),
    ),
    bulk_tags=True,
)

DELIVERIES = Collect(
    type="aws_cloudtrail_delivery",
    call=_STATUS,
    over=TRAILS,
    when="IsLogging",
    attributes={
        "trail": "_parent.TrailARN",
        "bucket": "_parent.S3BucketName",
        "delivered_days": days("LatestDeliveryTime"),
        "delivery_error": "LatestDeliveryError",
        "log_group": "_parent.CloudWatchLogsLogGroupArn",
        "log_group_delivered_days": days("LatestCloudWatchLogsDeliveryTime"),
        "log_group_error": "LatestCloudWatchLogsDeliveryError",
        "notification_error": "LatestNotificationError",
        "digest_error": "LatestDigestDeliveryError",
    },
)

STORES = Collect(
    type="aws_cloudtrail_event_data_store",
    call=Call(
        "cloudtrail",
        "list_event_data_stores",
        "EventDataStores",
        unset=("UnsupportedOperationException",),  # not every region has CloudTrail Lake
    ),
    arn="{EventDataStoreArn}",
    name="Name",
    attributes={"id": "EventDataStoreArn", "name": "Name"},
    keep="_get_event_data_store.Status != 'PENDING_DELETION'",
    parts=(
        Part(
            Call("cloudtrail", "get_event_data_store", per={"EventDataStore": "EventDataStoreArn"}),
            {
                "advanced_event_selector": fitted(
                    "aws_cloudtrail_event_data_store", "advanced_event_selector", "AdvancedEventSelectors"
                ),
                "billing_mode": "BillingMode",
                "kms_key_id": "KmsKeyId",
                "multi_region_enabled": "MultiRegionEnabled",
                "organization_enabled": "OrganizationEnabled",
                "retention_period": "RetentionPeriod",
                "suspend": "Status == 'STOPPED_INGESTION'",
                "termination_protection_enabled": "TerminationProtectionEnabled",
            },
        ),
        Part(
            Call("cloudtrail", "list_tags", "ResourceTagList", per={"ResourceIdList": "[EventDataStoreArn]"}),
            {"tags": tags("TagsList")},
        ),
    ),
)

COLLECTORS = (TRAILS, DELIVERIES, STORES)
