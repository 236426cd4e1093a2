"""AWS Config: recorders and whether they run, where they deliver, rules, packs and aggregators."""

from cloudaudit.sources.aws.declare import Call, Collect, days
from cloudaudit.sources.aws.fitting import fitted

RECORDERS = Call("config", "describe_configuration_recorders", "ConfigurationRecorders")
STATUS = Call("config", "describe_configuration_recorder_status", "ConfigurationRecordersStatus")
_OURS = "!servicePrincipal"  # services of AWS have recorders of their own
# Only the account that manages an organisation, or acts for it, may ask for what it deploys; others have none.
_NOT_MANAGING = (
    "NoAvailableOrganizationException",
    "OrganizationAccessDeniedException",
    "OrganizationAllFeaturesNotEnabledException",
)
_ORGANISATION_RULES = Call(
    "config", "describe_organization_config_rules", "OrganizationConfigRules", unset=_NOT_MANAGING
)


def _organisation(kind: str, told: str) -> Collect:
    return Collect(
        type=f"aws_config_organization_{kind}_rule",
        call=_ORGANISATION_RULES,
        when=told,
        arn="{OrganizationConfigRuleArn}",
        name="OrganizationConfigRuleName",
        attributes={"name": "OrganizationConfigRuleName", "excluded_accounts": "ExcludedAccounts"},
    )


COLLECTORS = (
    Collect(
        type="aws_config_configuration_recorder",
        call=RECORDERS,
        when=_OURS,
        name="name",
        attributes={
            "id": "name",
            "name": "name",
            "role_arn": "roleARN",
            "recording_group": fitted("aws_config_configuration_recorder", "recording_group", "recordingGroup"),
            "recording_mode": fitted(
                "aws_config_configuration_recorder",
                "recording_mode",
                "recordingMode",
                recording_mode_override="recordingModeOverrides",
            ),
        },
    ),
    Collect(
        type="aws_config_configuration_recorder_status",
        call=STATUS,
        when=_OURS,
        name="name",
        attributes={"id": "name", "name": "name", "is_enabled": "recording"},
    ),
    Collect(
        type="aws_config_recorder_health",
        call=STATUS,
        when="!servicePrincipal && recording",
        name="name",
        attributes={
            "recorder": "name",
            "last_status": "lastStatus",
            "error": "lastErrorCode",
            "stopped_days": days("lastStopTime"),
        },
    ),
    Collect(
        type="aws_config_delivery_channel",
        call=Call("config", "describe_delivery_channels", "DeliveryChannels"),
        name="name",
        attributes={
            "id": "name",
            "name": "name",
            "s3_bucket_name": "s3BucketName",
            "s3_key_prefix": "s3KeyPrefix",
            "s3_kms_key_arn": "s3KmsKeyArn",
            "sns_topic_arn": "snsTopicARN",
            "snapshot_delivery_properties": fitted(
                "aws_config_delivery_channel", "snapshot_delivery_properties", "configSnapshotDeliveryProperties"
            ),
        },
    ),
    Collect(
        type="aws_config_delivery_health",
        call=Call("config", "describe_delivery_channel_status", "DeliveryChannelsStatus"),
        name="name",
        attributes={
            "channel": "name",
            "history_status": "configHistoryDeliveryInfo.lastStatus",
            "history_error": "configHistoryDeliveryInfo.lastErrorCode",
            "history_days": days("configHistoryDeliveryInfo.lastSuccessfulTime"),
        },
    ),
    Collect(
        type="aws_config_config_rule",
        call=Call("config", "describe_config_rules", "ConfigRules"),
        when="ConfigRuleState != 'DELETING'",
        arn="{ConfigRuleArn}",
        name="ConfigRuleName",
        attributes={
            "id": "ConfigRuleName",
            "rule_id": "ConfigRuleId",
            "name": "ConfigRuleName",
            "description": "Description",
            "input_parameters": "InputParameters",
            "maximum_execution_frequency": "MaximumExecutionFrequency",
            "source": fitted("aws_config_config_rule", "source", "Source"),
            "scope": fitted("aws_config_config_rule", "scope", "Scope"),
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_config_conformance_pack",
        call=Call("config", "describe_conformance_packs", "ConformancePackDetails"),
        arn="{ConformancePackArn}",
        name="ConformancePackName",
        attributes={
            "id": "ConformancePackName",
            "name": "ConformancePackName",
            "delivery_s3_bucket": "DeliveryS3Bucket",
            "delivery_s3_key_prefix": "DeliveryS3KeyPrefix",
        },
    ),
    Collect(
        type="aws_config_organization_conformance_pack",
        call=Call(
            "config",
            "describe_organization_conformance_packs",
            "OrganizationConformancePacks",
            unset=_NOT_MANAGING,
        ),
        arn="{OrganizationConformancePackArn}",
        name="OrganizationConformancePackName",
        attributes={"name": "OrganizationConformancePackName", "excluded_accounts": "ExcludedAccounts"},
    ),
    _organisation("managed", "OrganizationManagedRuleMetadata"),
    _organisation("custom", "OrganizationCustomRuleMetadata"),
    _organisation("custom_policy", "OrganizationCustomPolicyRuleMetadata"),
    Collect(
        type="aws_config_retention_configuration",
        call=Call("config", "describe_retention_configurations", "RetentionConfigurations"),
        name="Name",
        attributes={"id": "Name", "name": "Name", "retention_period_in_days": "RetentionPeriodInDays"},
    ),
    Collect(
        type="aws_config_configuration_aggregator",
        call=Call("config", "describe_configuration_aggregators", "ConfigurationAggregators"),
        when="!CreatedBy",
        arn="{ConfigurationAggregatorArn}",
        name="ConfigurationAggregatorName",
        attributes={
            "name": "ConfigurationAggregatorName",
            "account_aggregation_source": fitted(
                "aws_config_configuration_aggregator",
                "account_aggregation_source",
                "AccountAggregationSources",
                all_regions="AllAwsRegions",
                regions="AwsRegions",
            ),
            "organization_aggregation_source": fitted(
                "aws_config_configuration_aggregator",
                "organization_aggregation_source",
                "OrganizationAggregationSource",
                all_regions="AllAwsRegions",
                regions="AwsRegions",
            ),
        },
        bulk_tags=True,
    ),
)
