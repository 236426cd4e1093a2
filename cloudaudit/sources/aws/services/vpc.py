"""Networks: VPCs, subnets, route tables, and the gateways that they lead to."""

from collections.abc import Callable, Iterator
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Read, tags

VPCS = Call("ec2", "describe_vpcs", "Vpcs")
SUBNETS = Call("ec2", "describe_subnets", "Subnets")
TABLES = Call("ec2", "describe_route_tables", "RouteTables")
GATEWAYS = Call("ec2", "describe_internet_gateways", "InternetGateways")


def _ipv6(item: Item) -> str | None:
    found = item.get("Ipv6CidrBlockAssociationSet") or ()
    return next((one.get("Ipv6CidrBlock") for one in found), None)


def _vpc(kind: str, when: str) -> Collect:
    return Collect(
        type=kind,
        call=VPCS,
        when=when,
        arn="arn:{partition}:ec2:{region}:{OwnerId}:vpc/{VpcId}",
        name="VpcId",
        attributes={
            "id": "VpcId",
            "cidr_block": "CidrBlock",
            "ipv6_cidr_block": _ipv6,
            "instance_tenancy": "InstanceTenancy",
            "dhcp_options_id": "DhcpOptionsId",
            "owner_id": "OwnerId",
            "tags": tags("Tags"),
        },
    )


def _subnet(kind: str, when: str) -> Collect:
    return Collect(
        type=kind,
        call=SUBNETS,
        when=when,
        arn="{SubnetArn}",
        name="SubnetId",
        attributes={
            "id": "SubnetId",
            "vpc_id": "VpcId",
            "cidr_block": "CidrBlock",
            "ipv6_cidr_block": _ipv6,
            "availability_zone": "AvailabilityZone",
            "availability_zone_id": "AvailabilityZoneId",
            "map_public_ip_on_launch": "MapPublicIpOnLaunch",
            "assign_ipv6_address_on_creation": "AssignIpv6AddressOnCreation",
            "owner_id": "OwnerId",
            "tags": tags("Tags"),
        },
    )


_TARGETS = {
    "gateway_id": "GatewayId",
    "nat_gateway_id": "NatGatewayId",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "core_network_arn": "CoreNetworkArn",
}
_OUTPOSTS = {"carrier_gateway_id": "CarrierGatewayId", "local_gateway_id": "LocalGatewayId"}  # not of a default table


def _target(route: Item, kind: str) -> Iterator[tuple[str, Any]]:
    """Where a route leads: the API calls an endpoint of a firewall a gateway, the provider does not."""
    for name, member in {**_TARGETS, **(_OUTPOSTS if kind == "aws_route_table" else {})}.items():
        value = route.get(member)
        if name == "gateway_id" and str(value or "").startswith("vpce-"):
            yield "vpc_endpoint_id", value
        elif value:
            yield name, value


def _routes(kind: str) -> Callable[[Item], list[dict[str, Any]]]:
    """The routes that somebody wrote: not the local ones, and neither those of gateway endpoints nor of a VPN."""

    def read(item: Item) -> list[dict[str, Any]]:
        return [
            {
                "cidr_block": route.get("DestinationCidrBlock"),
                "ipv6_cidr_block": route.get("DestinationIpv6CidrBlock"),
                "destination_prefix_list_id": route.get("DestinationPrefixListId"),
                **dict(_target(route, kind)),
            }
            for route in item.get("Routes") or ()
            if _is_written(route)
        ]

    return read


def _is_written(route: Item) -> bool:
    gateway = str(route.get("GatewayId") or "")
    if gateway == "local" or route.get("Origin") == "EnableVgwRoutePropagation":
        return False
    return not (gateway.startswith("vpce-") and route.get("DestinationPrefixListId"))


_IS_MAIN = "length((Associations || `[]`)[?Main]) > `0`"


def _table(kind: str, when: str, also: tuple[str, ...] = (), **more: Read) -> Collect:
    return Collect(
        type=kind,
        call=TABLES,
        when=when,
        arn="arn:{partition}:ec2:{region}:{OwnerId}:route-table/{RouteTableId}",
        name="RouteTableId",
        attributes={
            "id": "RouteTableId",
            "vpc_id": "VpcId",
            "owner_id": "OwnerId",
            "propagating_vgws": "PropagatingVgws[].GatewayId",
            "route": _routes(kind),
            "tags": tags("Tags"),
            **more,
        },
        also=also,
    )


COLLECTORS = (
    _vpc("aws_vpc", "!IsDefault"),
    _vpc("aws_default_vpc", "IsDefault"),
    _subnet("aws_subnet", "!DefaultForAz"),
    _subnet("aws_default_subnet", "DefaultForAz"),
    _table("aws_route_table", f"!({_IS_MAIN})", also=("aws_route",)),
    _table(
        "aws_default_route_table",
        _IS_MAIN,
        also=("aws_main_route_table_association",),
        default_route_table_id="RouteTableId",
    ),
    Collect(
        type="aws_route_table_association",
        call=Call("ec2", "describe_route_tables", "RouteTables[].Associations[]"),
        when="!Main && (SubnetId || GatewayId)",
        name="RouteTableAssociationId",
        attributes={
            "id": "RouteTableAssociationId",
            "route_table_id": "RouteTableId",
            "subnet_id": "SubnetId",
            "gateway_id": "GatewayId",
        },
    ),
    Collect(
        type="aws_internet_gateway",
        call=GATEWAYS,
        arn="arn:{partition}:ec2:{region}:{OwnerId}:internet-gateway/{InternetGatewayId}",
        name="InternetGatewayId",
        attributes={
            "id": "InternetGatewayId",
            "vpc_id": "Attachments[0].VpcId",
            "owner_id": "OwnerId",
            "tags": tags("Tags"),
        },
        also=("aws_internet_gateway_attachment",),
    ),
    Collect(
        type="aws_egress_only_internet_gateway",
        call=Call("ec2", "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways"),
        arn="arn:{partition}:ec2:{region}:{account}:egress-only-internet-gateway/{EgressOnlyInternetGatewayId}",
        name="EgressOnlyInternetGatewayId",
        attributes={
            "id": "EgressOnlyInternetGatewayId",
            "vpc_id": "Attachments[0].VpcId",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_nat_gateway",
        call=Call("ec2", "describe_nat_gateways", "NatGateways"),
        when="State != 'deleted'",
        arn="arn:{partition}:ec2:{region}:{account}:natgateway/{NatGatewayId}",
        name="NatGatewayId",
        attributes={
            "id": "NatGatewayId",
            "subnet_id": "SubnetId",
            "vpc_id": "VpcId",
            "connectivity_type": "ConnectivityType",
            "allocation_id": "NatGatewayAddresses[0].AllocationId",
            "network_interface_id": "NatGatewayAddresses[0].NetworkInterfaceId",
            "private_ip": "NatGatewayAddresses[0].PrivateIp",
            "public_ip": "NatGatewayAddresses[0].PublicIp",
            "secondary_allocation_ids": "NatGatewayAddresses[?IsPrimary == `false`].AllocationId",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_vpc_block_public_access_options",
        call=Call("ec2", "describe_vpc_block_public_access_options", "VpcBlockPublicAccessOptions"),
        attributes={
            "id": "AwsRegion",
            "aws_account_id": "AwsAccountId",
            "aws_region": "AwsRegion",
            "internet_gateway_block_mode": "InternetGatewayBlockMode",
        },
    ),
    Collect(
        type="aws_vpc_block_public_access_exclusion",
        call=Call("ec2", "describe_vpc_block_public_access_exclusions", "VpcBlockPublicAccessExclusions"),
        when="State != 'delete-complete' && State != 'disable-complete'",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-block-public-access-exclusion/{ExclusionId}",
        name="ExclusionId",
        attributes={
            "id": "ExclusionId",
            "internet_gateway_exclusion_mode": "InternetGatewayExclusionMode",
            "resource_arn": "ResourceArn",
            "subnet_id": lambda item: _excluded(item, subnet=True),
            "vpc_id": lambda item: _excluded(item, subnet=False),
            "tags": tags("Tags"),
        },
    ),
)


def _excluded(item: Item, *, subnet: bool) -> str | None:
    """The subnet or VPC of an exclusion, by the end of its ARN."""
    arn = str(item.get("ResourceArn") or "")
    return arn.rpartition("/")[2] if (":subnet/" in arn) is subnet else None
