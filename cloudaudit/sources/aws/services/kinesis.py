"""Data streams, streams of video, and what Firehose delivers."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import fitted

_FIREHOSE = "aws_kinesis_firehose_delivery_stream"

STREAMS = Collect(
    type="aws_kinesis_stream",
    call=Call("kinesis", "list_streams", "StreamSummaries"),
    arn="{StreamARN}",
    name="StreamName",
    attributes={
        "id": "StreamARN",
        "name": "StreamName",
        "stream_mode_details": "StreamModeDetails && {stream_mode: StreamModeDetails.StreamMode}",
    },
    parts=(
        Part(
            Call("kinesis", "describe_stream_summary", "StreamDescriptionSummary", per={"StreamARN": "StreamARN"}),
            {
                "encryption_type": "EncryptionType",
                "kms_key_id": "KeyId",
                "retention_period": "RetentionPeriodHours",
                "shard_count": "OpenShardCount",
            },
        ),
    ),
    bulk_tags=True,
)

# Where a stream ends -> what AWS calls its description, and the block of the provider.
_ENDS = {
    "extended_s3": "ExtendedS3DestinationDescription",
    "redshift": "RedshiftDestinationDescription",
    "elasticsearch": "ElasticsearchDestinationDescription",
    "opensearch": "AmazonopensearchserviceDestinationDescription",
    "opensearchserverless": "AmazonOpenSearchServerlessDestinationDescription",
    "splunk": "SplunkDestinationDescription",
    "http_endpoint": "HttpEndpointDestinationDescription",
    "snowflake": "SnowflakeDestinationDescription",
    "iceberg": "IcebergDestinationDescription",
}


def _destination(item: Item) -> str | None:
    """Answers about S3 in the extended form repeat it in the plain one; others hold the bucket of their backups."""
    ends = (item.get("Destinations") or [{}])[0]
    return next((name for name, called in _ENDS.items() if called in ends), None)


def _configuration(name: str) -> Any:
    block = f"{name}_configuration"
    fit = fitted(
        _FIREHOSE,
        block,
        f"Destinations[0].{_ENDS[name]}",
        s3_configuration="S3DestinationDescription",
        s3_backup_configuration="S3BackupDescription",
    )

    def read(item: Item) -> Any:
        found = fit(item)
        if name == "extended_s3" and found:
            told = item["Destinations"][0][_ENDS[name]].get("EncryptionConfiguration") or {}
            found["kms_key_arn"] = (told.get("KMSEncryptionConfig") or {}).get("AWSKMSKeyARN")
        if name == "http_endpoint" and found:
            endpoint = item["Destinations"][0][_ENDS[name]].get("EndpointConfiguration") or {}
            found |= {"url": endpoint.get("Url"), "name": endpoint.get("Name")}
        return found

    return read


def _encryption(item: Item) -> dict[str, Any] | None:
    told = item.get("DeliveryStreamEncryptionConfiguration")
    if not told:
        return None
    enabled = told.get("Status") in ("ENABLED", "ENABLING")
    return {"enabled": enabled, "key_type": told.get("KeyType"), "key_arn": told.get("KeyARN")}


COLLECTORS = (
    STREAMS,
    Collect(
        type="aws_kinesis_resource_policy",
        call=Call("kinesis", "get_resource_policy", per={"ResourceARN": "StreamARN"}),
        over=STREAMS,
        when="Policy && Policy != '{}'",
        attributes={"resource_arn": "_parent.StreamARN", "policy": "Policy"},
    ),
    Collect(
        type="aws_kinesis_video_stream",
        call=Call("kinesisvideo", "list_streams", "StreamInfoList"),
        arn="{StreamARN}",
        name="StreamName",
        attributes={
            "id": "StreamARN",
            "name": "StreamName",
            "kms_key_id": "KmsKeyId",
            "data_retention_in_hours": "DataRetentionInHours",
        },
        bulk_tags=True,
    ),
    Collect(
        type=_FIREHOSE,
        # the answers have no pages that boto3 knows of
        call=Call("firehose", "list_delivery_streams", "DeliveryStreamNames", params={"Limit": 10000}),
        arn="arn:{partition}:firehose:{region}:{account}:deliverystream/{value}",
        name="value",
        attributes={"name": "value"},
        parts=(
            Part(
                Call(
                    "firehose",
                    "describe_delivery_stream",
                    "DeliveryStreamDescription",
                    per={"DeliveryStreamName": "value"},
                ),
                {
                    "id": "DeliveryStreamARN",
                    "destination": _destination,
                    "server_side_encryption": _encryption,
                    "kinesis_source_configuration": fitted(
                        _FIREHOSE, "kinesis_source_configuration", "Source.KinesisStreamSourceDescription"
                    ),
                    "msk_source_configuration": fitted(
                        _FIREHOSE, "msk_source_configuration", "Source.MSKSourceDescription"
                    ),
                    **{f"{name}_configuration": _configuration(name) for name in _ENDS},
                },
            ),
        ),
        bulk_tags=True,
        made_from=("s3_configuration",),
    ),
)
