"""What joins networks, and what watches them: flow logs, endpoints, peerings, transit gateways, VPNs."""

from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, Read, tags
from cloudaudit.sources.aws.fitting import fitted

_OBSERVED = {
    "eni_id": "eni-",
    "subnet_id": "subnet-",
    "transit_gateway_attachment_id": "tgw-attach-",
    "transit_gateway_id": "tgw-",
    "vpc_id": "vpc-",
}
_SILENT = Unknown(because="AWS does not say whether it has delivered yet")
_HIDDEN = Unknown(because="ec2:DescribeTransitGateways does not show the gateway")
_OVER = ("deleted", "deleting", "expired", "failed", "rejected")
_TUNNEL_SECRETS = ("customer_gateway_configuration", "tunnel1_preshared_key", "tunnel2_preshared_key")


def _observed(name: str) -> Callable[[Item], str | None]:
    """The id of what a flow log watches, if it is one of that kind."""

    def read(item: Item) -> str | None:
        value = str(item.get("ResourceId") or "")
        found = next((kind for kind, start in _OBSERVED.items() if value.startswith(start)), "vpc_id")
        return value or None if found == name else None

    return read


FLOW_LOGS = Call("ec2", "describe_flow_logs", "FlowLogs")
VPNS = Call("ec2", "describe_vpn_connections", "VpnConnections")


def _side(name: str) -> Callable[[Item], Any]:
    """A peering as the side of this account sees it: its own end is the requester's, or the accepter's."""
    member, ours = {
        "vpc_id": ("VpcId", True),
        "peer_vpc_id": ("VpcId", False),
        "peer_owner_id": ("OwnerId", False),
        "peer_region": ("Region", False),
    }[name]

    def read(item: Item) -> Any:
        requester, accepter = item.get("RequesterVpcInfo") or {}, item.get("AccepterVpcInfo") or {}
        asked = requester.get("OwnerId") != item.get("_account") and accepter.get("OwnerId") == item.get("_account")
        return ((accepter if asked else requester) if ours else (requester if asked else accepter)).get(member)

    return read


def _table(kind: str, operation: str, items: str, attributes: dict[str, Read], *, filters: bool = False) -> Collect:
    """What belongs to a route table of a transit gateway."""
    static: dict[str, Any] = {"Filters": [{"Name": "type", "Values": ["static"]}]}
    return Collect(
        type=f"aws_ec2_transit_gateway_{kind}",
        call=Call(
            "ec2",
            operation,
            items,
            params=static if filters else {},
            per={"TransitGatewayRouteTableId": "TransitGatewayRouteTableId"},
        ),
        over=TABLES,
        name="TransitGatewayAttachmentId || DestinationCidrBlock || PrefixListId",
        attributes={"transit_gateway_route_table_id": "_parent.TransitGatewayRouteTableId", **attributes},
    )


TABLES = Collect(
    type="aws_ec2_transit_gateway_route_table",
    call=Call("ec2", "describe_transit_gateway_route_tables", "TransitGatewayRouteTables"),
    when="State != 'deleted'",
    arn="arn:{partition}:ec2:{region}:{account}:transit-gateway-route-table/{TransitGatewayRouteTableId}",
    name="TransitGatewayRouteTableId",
    attributes={
        "id": "TransitGatewayRouteTableId",
        "transit_gateway_id": "TransitGatewayId",
        "default_association_route_table": "DefaultAssociationRouteTable",
        "default_propagation_route_table": "DefaultPropagationRouteTable",
        "tags": tags("Tags"),
    },
)


def _default_table(item: Item, purpose: str) -> str | None:
    """The route table that the gateway of an attachment has for those that name none."""
    gateway = item["_item"].get("_describe_transit_gateways") or {}
    found: str | None = (gateway.get("Options") or {}).get(f"{purpose}DefaultRouteTableId")
    return found


def _associated(item: Item) -> bool | Unknown:
    """Whether the attachment uses the default table of its gateway; not known of gateways that are not shown to us."""
    table, default = (
        (item.get("Association") or {}).get("TransitGatewayRouteTableId"),
        _default_table(item, "Association"),
    )
    return table == default if default else _HIDDEN


def _propagated(item: Item) -> bool | Unknown:
    """Whether the default table of the gateway learns the routes of the attachment."""
    tables = [one.get("TransitGatewayRouteTableId") for one in item.get("TransitGatewayAttachmentPropagations") or ()]
    default = _default_table(item, "Propagation")
    return default in tables if default else _HIDDEN


def _tunnel(item: Item, number: int) -> Item:
    found = (item.get("Options") or {}).get("TunnelOptions") or ()
    return found[number - 1] if len(found) >= number else {}


def _of_tunnel(number: int) -> dict[str, Read]:
    logs = fitted("aws_vpn_connection", f"tunnel{number}_log_options", lambda tunnel: tunnel.get("LogOptions"))
    return {
        f"tunnel{number}_address": lambda item: _tunnel(item, number).get("OutsideIpAddress"),
        f"tunnel{number}_ike_versions": lambda item: [
            one.get("Value") for one in _tunnel(item, number).get("IkeVersions") or ()
        ],
        f"tunnel{number}_log_options": lambda item: logs(_tunnel(item, number)),
    }


CLIENTS = Collect(
    type="aws_ec2_client_vpn_endpoint",
    call=Call("ec2", "describe_client_vpn_endpoints", "ClientVpnEndpoints"),
    when="Status.Code != 'deleted'",
    arn="arn:{partition}:ec2:{region}:{account}:client-vpn-endpoint/{ClientVpnEndpointId}",
    name="ClientVpnEndpointId",
    attributes={
        "id": "ClientVpnEndpointId",
        "description": "Description",
        "client_cidr_block": "ClientCidrBlock",
        "server_certificate_arn": "ServerCertificateArn",
        "split_tunnel": "SplitTunnel",
        "transport_protocol": "TransportProtocol",
        "vpn_port": "VpnPort",
        "vpc_id": "VpcId",
        "security_group_ids": "SecurityGroupIds",
        "session_timeout_hours": "SessionTimeoutHours",
        "authentication_options": "AuthenticationOptions[].{type: Type, "
        "root_certificate_chain_arn: MutualAuthentication.ClientRootCertificateChain, "
        "active_directory_id: ActiveDirectory.DirectoryId, "
        "saml_provider_arn: FederatedAuthentication.SamlProviderArn}",
        "connection_log_options": "ConnectionLogOptions && {enabled: ConnectionLogOptions.Enabled, "
        "cloudwatch_log_group: ConnectionLogOptions.CloudwatchLogGroup, "
        "cloudwatch_log_stream: ConnectionLogOptions.CloudwatchLogStream}",
        "tags": tags("Tags"),
    },
)

_JOINED = (
    TABLES,
    _table(
        "route_table_association",
        "get_transit_gateway_route_table_associations",
        "Associations",
        {"transit_gateway_attachment_id": "TransitGatewayAttachmentId", "resource_id": "ResourceId"},
    ),
    _table(
        "route_table_propagation",
        "get_transit_gateway_route_table_propagations",
        "TransitGatewayRouteTablePropagations",
        {"transit_gateway_attachment_id": "TransitGatewayAttachmentId", "resource_id": "ResourceId"},
    ),
    _table(
        "route",
        "search_transit_gateway_routes",
        "Routes",
        {
            "destination_cidr_block": "DestinationCidrBlock",
            "transit_gateway_attachment_id": "TransitGatewayAttachments[0].TransitGatewayAttachmentId",
            "blackhole": "State == 'blackhole'",
        },
        filters=True,
    ),
    Collect(
        type="aws_ec2_transit_gateway",
        call=Call("ec2", "describe_transit_gateways", "TransitGateways"),
        when="State != 'deleted'",
        arn="{TransitGatewayArn}",
        name="TransitGatewayId",
        attributes={
            "id": "TransitGatewayId",
            "owner_id": "OwnerId",
            "description": "Description",
            "auto_accept_shared_attachments": "Options.AutoAcceptSharedAttachments",
            "default_route_table_association": "Options.DefaultRouteTableAssociation",
            "default_route_table_propagation": "Options.DefaultRouteTablePropagation",
            "association_default_route_table_id": "Options.AssociationDefaultRouteTableId",
            "propagation_default_route_table_id": "Options.PropagationDefaultRouteTableId",
            "dns_support": "Options.DnsSupport",
            "vpn_ecmp_support": "Options.VpnEcmpSupport",
            "multicast_support": "Options.MulticastSupport",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_ec2_transit_gateway_vpc_attachment",
        call=Call("ec2", "describe_transit_gateway_vpc_attachments", "TransitGatewayVpcAttachments"),
        when="State != 'deleted'",
        arn="arn:{partition}:ec2:{region}:{account}:transit-gateway-attachment/{TransitGatewayAttachmentId}",
        name="TransitGatewayAttachmentId",
        attributes={
            "id": "TransitGatewayAttachmentId",
            "transit_gateway_id": "TransitGatewayId",
            "vpc_id": "VpcId",
            "vpc_owner_id": "VpcOwnerId",
            "subnet_ids": "SubnetIds",
            "dns_support": "Options.DnsSupport",
            "ipv6_support": "Options.Ipv6Support",
            "appliance_mode_support": "Options.ApplianceModeSupport",
            "tags": tags("Tags"),
        },
        parts=(
            Part(
                Call("ec2", "describe_transit_gateways", "TransitGateways"),
                {},
                batch=1000,
                match=("TransitGatewayId", "TransitGatewayId"),
            ),
            Part(
                Call("ec2", "describe_transit_gateway_attachments", "TransitGatewayAttachments"),
                {"transit_gateway_default_route_table_association": _associated},
                batch=1000,
                match=("TransitGatewayAttachmentId", "TransitGatewayAttachmentId"),
            ),
            Part(
                Call(
                    "ec2",
                    "get_transit_gateway_attachment_propagations",
                    per={"TransitGatewayAttachmentId": "TransitGatewayAttachmentId"},
                ),
                {"transit_gateway_default_route_table_propagation": _propagated},
            ),
        ),
    ),
    Collect(
        type="aws_ec2_transit_gateway_peering_attachment",
        call=Call("ec2", "describe_transit_gateway_peering_attachments", "TransitGatewayPeeringAttachments"),
        when="State != 'deleted'",
        arn="arn:{partition}:ec2:{region}:{account}:transit-gateway-attachment/{TransitGatewayAttachmentId}",
        name="TransitGatewayAttachmentId",
        attributes={
            "id": "TransitGatewayAttachmentId",
            "transit_gateway_id": "RequesterTgwInfo.TransitGatewayId",
            "peer_transit_gateway_id": "AccepterTgwInfo.TransitGatewayId",
            "peer_account_id": "AccepterTgwInfo.OwnerId",
            "peer_region": "AccepterTgwInfo.Region",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_vpc_peering_connection",
        call=Call("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections"),
        when=lambda item: (item.get("Status") or {}).get("Code") not in _OVER,
        arn="arn:{partition}:ec2:{region}:{account}:vpc-peering-connection/{VpcPeeringConnectionId}",
        name="VpcPeeringConnectionId",
        attributes={
            "id": "VpcPeeringConnectionId",
            "accept_status": "Status.Code",
            **{name: _side(name) for name in ("vpc_id", "peer_vpc_id", "peer_owner_id", "peer_region")},
            "tags": tags("Tags"),
        },
        also=("aws_vpc_peering_connection_accepter",),
    ),
)

COLLECTORS = (
    *_JOINED,
    Collect(
        type="aws_flow_log",
        call=FLOW_LOGS,
        arn="arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{FlowLogId}",
        name="FlowLogId",
        attributes={
            "id": "FlowLogId",
            "traffic_type": "TrafficType",
            "log_destination_type": "LogDestinationType",
            "log_destination": "LogDestination",
            "log_group_name": "LogGroupName",
            "log_format": "LogFormat",
            "iam_role_arn": "DeliverLogsPermissionArn",
            "deliver_cross_account_role": "DeliverCrossAccountRole",
            "max_aggregation_interval": "MaxAggregationInterval",
            **{name: _observed(name) for name in _OBSERVED},
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_flow_log_delivery",
        call=FLOW_LOGS,
        name="FlowLogId",
        attributes={
            "flow_log_id": "FlowLogId",
            "status": lambda item: item.get("DeliverLogsStatus") or _SILENT,
            "error": "DeliverLogsErrorMessage",
        },
    ),
    Collect(
        type="aws_vpc_endpoint",
        call=Call("ec2", "describe_vpc_endpoints", "VpcEndpoints"),
        when=lambda item: str(item.get("State") or "").lower() not in _OVER,
        arn="arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{VpcEndpointId}",
        name="VpcEndpointId",
        attributes={
            "id": "VpcEndpointId",
            "vpc_id": "VpcId",
            "vpc_endpoint_type": "VpcEndpointType",
            "service_name": "ServiceName",
            "policy": "PolicyDocument",
            "route_table_ids": "RouteTableIds",
            "subnet_ids": "SubnetIds",
            "security_group_ids": "Groups[].GroupId",
            "network_interface_ids": "NetworkInterfaceIds",
            "private_dns_enabled": "PrivateDnsEnabled",
            "requester_managed": "RequesterManaged",
            "owner_id": "OwnerId",
            "state": "State",
            "tags": tags("Tags"),
        },
        also=("aws_vpc_endpoint_policy", "aws_vpc_endpoint_security_group_association"),
    ),
    Collect(
        type="aws_vpc_endpoint_service",
        call=Call("ec2", "describe_vpc_endpoint_service_configurations", "ServiceConfigurations"),
        when="ServiceState != 'Deleted'",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-endpoint-service/{ServiceId}",
        name="ServiceId",
        attributes={
            "id": "ServiceId",
            "service_name": "ServiceName",
            "acceptance_required": "AcceptanceRequired",
            "network_load_balancer_arns": "NetworkLoadBalancerArns",
            "gateway_load_balancer_arns": "GatewayLoadBalancerArns",
            "availability_zones": "AvailabilityZones",
            "tags": tags("Tags"),
        },
        parts=(
            Part(
                Call("ec2", "describe_vpc_endpoint_service_permissions", per={"ServiceId": "ServiceId"}),
                {"allowed_principals": "AllowedPrincipals[].Principal"},
            ),
        ),
        also=("aws_vpc_endpoint_service_allowed_principal",),
    ),
    Collect(
        type="aws_vpn_connection_state",
        call=VPNS,
        when="State == 'available'",
        name="VpnConnectionId",
        attributes={
            "vpn_connection_id": "VpnConnectionId",
            "tunnels_up": "length((VgwTelemetry || `[]`)[?Status == 'UP'])",
        },
    ),
    Collect(
        type="aws_vpn_connection",
        call=VPNS,
        when="State != 'deleted'",
        arn="arn:{partition}:ec2:{region}:{account}:vpn-connection/{VpnConnectionId}",
        name="VpnConnectionId",
        attributes={
            "id": "VpnConnectionId",
            "type": "Type",
            "customer_gateway_id": "CustomerGatewayId",
            "vpn_gateway_id": "VpnGatewayId",
            "transit_gateway_id": "TransitGatewayId",
            "static_routes_only": "Options.StaticRoutesOnly",
            **_of_tunnel(1),
            **_of_tunnel(2),
            "tags": tags("Tags"),
        },
        made_from=_TUNNEL_SECRETS,  # not ours to hold
    ),
    CLIENTS,
    Collect(
        type="aws_ec2_client_vpn_authorization_rule",
        call=Call(
            "ec2",
            "describe_client_vpn_authorization_rules",
            "AuthorizationRules",
            per={"ClientVpnEndpointId": "ClientVpnEndpointId"},
        ),
        over=CLIENTS,
        name=lambda item: f"{item.get('DestinationCidr')}:{item.get('GroupId') or 'all'}",
        attributes={
            "client_vpn_endpoint_id": "ClientVpnEndpointId",
            "target_network_cidr": "DestinationCidr",
            "authorize_all_groups": "AccessAll",
            "access_group_id": "GroupId",
            "description": "Description",
        },
    ),
)
