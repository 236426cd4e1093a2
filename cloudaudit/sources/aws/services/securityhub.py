"""Security Hub: whether it is on, what it checks against, and what the organisation switches on."""

from cloudaudit.sources.aws.declare import Call, Collect, Part
from cloudaudit.sources.aws.fitting import fitted

_OFF = ("InvalidAccessException", "ResourceNotFoundException")

COLLECTORS = (
    Collect(
        type="aws_securityhub_account",
        call=Call("securityhub", "describe_hub", unset=_OFF),
        arn="{HubArn}",
        attributes={
            "id": "_account",
            "auto_enable_controls": "AutoEnableControls",
            "control_finding_generator": "ControlFindingGenerator",
            # what it once subscribed to is listed with the other standards
            "enable_default_standards": "`false`",
        },
    ),
    Collect(
        type="aws_securityhub_standards_subscription",
        call=Call("securityhub", "get_enabled_standards", "StandardsSubscriptions", unset=_OFF),
        when="StandardsStatus != 'DELETING'",
        arn="{StandardsSubscriptionArn}",
        name="StandardsArn",
        attributes={"id": "StandardsSubscriptionArn", "standards_arn": "StandardsArn"},
    ),
    Collect(
        type="aws_securityhub_finding_aggregator",
        call=Call("securityhub", "list_finding_aggregators", "FindingAggregators", unset=_OFF),
        arn="{FindingAggregatorArn}",
        # every region that it covers tells it
        attributes={"id": "FindingAggregatorArn", "region": lambda item: item["FindingAggregatorArn"].split(":")[3]},
        parts=(
            Part(
                Call(
                    "securityhub",
                    "get_finding_aggregator",
                    per={"FindingAggregatorArn": "FindingAggregatorArn"},
                ),
                {"linking_mode": "RegionLinkingMode", "specified_regions": "Regions"},
            ),
        ),
    ),
    Collect(
        type="aws_securityhub_organization_configuration",
        call=Call("securityhub", "describe_organization_configuration", unset=_OFF),
        attributes={
            "auto_enable": "AutoEnable",
            "auto_enable_standards": "AutoEnableStandards",
            "organization_configuration": fitted(
                "aws_securityhub_organization_configuration", "organization_configuration", "OrganizationConfiguration"
            ),
        },
    ),
)
