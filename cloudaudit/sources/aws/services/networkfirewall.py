"""Network firewalls, their logs, policies and rule groups."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, Read, tags
from cloudaudit.sources.aws.fitting import fitted

_SERVICE = "network-firewall"
_FIREWALL = "aws_networkfirewall_firewall"
_POLICY = "aws_networkfirewall_firewall_policy"

FIREWALLS = Collect(
    type=_FIREWALL,
    call=Call(_SERVICE, "list_firewalls", "Firewalls"),
    arn="{FirewallArn}",
    name="FirewallName",
    attributes={"id": "FirewallArn", "name": "FirewallName"},
    parts=(
        Part(
            Call(_SERVICE, "describe_firewall", "Firewall", per={"FirewallArn": "FirewallArn"}),
            {
                "vpc_id": "VpcId",
                "firewall_policy_arn": "FirewallPolicyArn",
                "delete_protection": "DeleteProtection",
                "subnet_change_protection": "SubnetChangeProtection",
                "firewall_policy_change_protection": "FirewallPolicyChangeProtection",
                "subnet_mapping": fitted(_FIREWALL, "subnet_mapping", "SubnetMappings"),
                "encryption_configuration": fitted(_FIREWALL, "encryption_configuration", "EncryptionConfiguration"),
                "transit_gateway_id": "TransitGatewayId",
                "tags": tags("Tags"),
            },
        ),
    ),
)


def _destinations(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "log_type": one.get("LogType"),
            "log_destination_type": one.get("LogDestinationType"),
            "log_destination": one.get("LogDestination"),
        }
        for one in (item.get("LoggingConfiguration") or {}).get("LogDestinationConfigs") or ()
    ]


def _described(kind: str, listing: str, items: str, call: Call, attributes: dict[str, Read]) -> Collect:
    """What is listed by name and ARN, and told by a call for each."""
    return Collect(
        type=kind,
        call=Call(_SERVICE, listing, items),
        arn="{Arn}",
        name="Name",
        attributes={"id": "Arn", "name": "Name"},
        parts=(Part(call, attributes),),
    )


def _keyed(kind: str, answer: str) -> dict[str, Read]:
    return {
        "encryption_configuration": fitted(kind, "encryption_configuration", f"{answer}.EncryptionConfiguration"),
        "tags": tags(f"{answer}.Tags"),
    }


POLICIES = _described(
    _POLICY,
    "list_firewall_policies",
    "FirewallPolicies",
    Call(_SERVICE, "describe_firewall_policy", per={"FirewallPolicyArn": "Arn"}),
    {
        "description": "FirewallPolicyResponse.Description",
        "firewall_policy": fitted(_POLICY, "firewall_policy", "FirewallPolicy"),
        **_keyed(_POLICY, "FirewallPolicyResponse"),
    },
)
GROUPS = _described(
    "aws_networkfirewall_rule_group",
    "list_rule_groups",
    "RuleGroups",
    Call(_SERVICE, "describe_rule_group", per={"RuleGroupArn": "Arn"}),
    {
        "type": "RuleGroupResponse.Type",
        "capacity": "RuleGroupResponse.Capacity",
        "description": "RuleGroupResponse.Description",
        **_keyed("aws_networkfirewall_rule_group", "RuleGroupResponse"),
    },
)


def _shared(over: Collect) -> Collect:
    """Who else may use a policy or a group of rules."""
    return Collect(
        type="aws_networkfirewall_resource_policy",
        call=Call(
            _SERVICE,
            "describe_resource_policy",
            per={"ResourceArn": "Arn"},
            unset=("ResourceNotFoundException",),
        ),
        over=over,
        attributes={"resource_arn": "_parent.Arn", "policy": "Policy"},
    )


COLLECTORS = (
    FIREWALLS,
    Collect(
        type="aws_networkfirewall_logging_configuration",
        call=Call(_SERVICE, "describe_logging_configuration", per={"FirewallArn": "FirewallArn"}),
        over=FIREWALLS,
        when="LoggingConfiguration.LogDestinationConfigs",
        attributes={
            "firewall_arn": "_parent.FirewallArn",
            "logging_configuration": lambda item: {"log_destination_config": _destinations(item)},
        },
    ),
    POLICIES,
    _shared(POLICIES),
    GROUPS,
    _shared(GROUPS),
    _described(
        "aws_networkfirewall_tls_inspection_configuration",
        "list_tls_inspection_configurations",
        "TLSInspectionConfigurations",
        Call(_SERVICE, "describe_tls_inspection_configuration", per={"TLSInspectionConfigurationArn": "Arn"}),
        _keyed("aws_networkfirewall_tls_inspection_configuration", "TLSInspectionConfigurationResponse"),
    ),
)
