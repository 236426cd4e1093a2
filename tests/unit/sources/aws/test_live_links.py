"""What joins networks: endpoints, peerings, transit gateways, VPNs, firewalls."""

import json
from typing import Any

from botomodel import Session
from simulated import Account

from cloudaudit.model import Resource, Verdict
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.reader import Reader

ANYBODY = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
OWN = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-1"}},
        }
    ]
}


def tail(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    return {key.rpartition("/")[2]: verdict for key, verdict in verdicts.items()}


def network(account: Account) -> tuple[str, str]:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    return vpc, subnet


def test_endpoints_have_the_policy_that_aws_has(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc, _ = network(account)
    ids = [
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", PolicyDocument=json.dumps(policy))[
            "VpcEndpoint"
        ]["VpcEndpointId"]
        for policy in (ANYBODY, OWN)
    ]

    verdicts = tail(account.audit("vpc-endpoint-policy-restricted").verdicts)

    assert verdicts == {ids[0]: Verdict.FAIL, ids[1]: Verdict.PASS}


def test_services_that_we_offer(account: Account) -> None:
    ec2 = account.client("ec2")
    _, subnet = network(account)
    arn = account.client("elbv2").create_load_balancer(Name="nlb", Type="network", Subnets=[subnet])["LoadBalancers"][
        0
    ]["LoadBalancerArn"]
    made = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn], AcceptanceRequired=False)
    service = made["ServiceConfiguration"]["ServiceId"]
    ec2.modify_vpc_endpoint_service_permissions(ServiceId=service, AddAllowedPrincipals=["*"])

    assert tail(account.audit("vpc-endpoint-service-acceptance").verdicts) == {service: Verdict.FAIL}
    assert tail(account.audit("vpc-endpoint-service-principals-named").verdicts) == {service: Verdict.FAIL}


def test_transit_gateways(account: Account) -> None:
    ec2 = account.client("ec2")
    good, bad = (
        ec2.create_transit_gateway(
            Options={
                "AutoAcceptSharedAttachments": answer,
                "DefaultRouteTableAssociation": answer,
                "DefaultRouteTablePropagation": answer,
            }
        )["TransitGateway"]["TransitGatewayId"]
        for answer in ("disable", "enable")
    )

    for rule in (
        "transit-gateway-no-auto-accept",
        "transit-gateway-no-default-association",
        "transit-gateway-no-default-propagation",
    ):
        assert tail(account.audit(rule).verdicts) == {good: Verdict.PASS, bad: Verdict.FAIL}, rule


def test_route_tables_of_transit_gateways_join_networks(account: Account) -> None:
    ec2 = account.client("ec2")
    hub = ec2.create_transit_gateway(
        Options={"DefaultRouteTableAssociation": "disable", "DefaultRouteTablePropagation": "disable"}
    )["TransitGateway"]["TransitGatewayId"]
    table = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)["TransitGatewayRouteTable"][
        "TransitGatewayRouteTableId"
    ]
    for name in ("production", "development"):
        vpc, subnet = network(account)
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Environment", "Value": name}])
        attachment = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=hub, VpcId=vpc, SubnetIds=[subnet])[
            "TransitGatewayVpcAttachment"
        ]["TransitGatewayAttachmentId"]
        ec2.create_tags(Resources=[attachment], Tags=[{"Key": "Environment", "Value": name}])
        given = {"TransitGatewayRouteTableId": table, "TransitGatewayAttachmentId": attachment}
        ec2.enable_transit_gateway_route_table_propagation(**given)
        ec2.associate_transit_gateway_route_table(**given)

    verdicts = tail(account.audit("environment-transit-gateway-route-tables").verdicts)

    assert verdicts[table] is Verdict.FAIL


class Peered(Session):
    """An account whose peering somebody else asked for."""

    def client(self, service: str, region: str) -> Any:
        inner = super().client(service, region)
        inner.describe_vpc_peering_connections = lambda **_: {
            "VpcPeeringConnections": [
                {
                    "VpcPeeringConnectionId": "pcx-1",
                    "Status": {"Code": "active"},
                    "RequesterVpcInfo": {"OwnerId": "111122223333", "VpcId": "vpc-theirs", "Region": "eu-west-1"},
                    "AccepterVpcInfo": {"OwnerId": "123456789012", "VpcId": "vpc-ours", "Region": "us-east-1"},
                },
                {"VpcPeeringConnectionId": "pcx-2", "Status": {"Code": "deleted"}},
            ]
        }
        return inner


def test_a_peering_is_seen_from_our_side() -> None:
    kind = "aws_vpc_peering_connection"

    found: list[Resource] = graph(Reader(Peered()), Plan(types=frozenset({kind}))).of_type(kind)  # type: ignore[arg-type]

    [peering] = found
    assert peering.attributes["vpc_id"] == "vpc-ours"
    assert peering.attributes["peer_vpc_id"] == "vpc-theirs"
    assert peering.attributes["peer_owner_id"] == "111122223333"


def test_firewalls_and_their_logs(account: Account) -> None:
    vpc, subnet = network(account)
    firewalls = account.client("network-firewall")
    account.give("network-firewall.list_firewall_policies", FirewallPolicies=[])  # moto has none of its own
    account.give("network-firewall.list_rule_groups", RuleGroups=[])
    account.give("network-firewall.list_tls_inspection_configurations", TLSInspectionConfigurations=[])
    for name in ("good", "bad"):
        firewalls.create_firewall(
            FirewallName=name,
            FirewallPolicyArn="arn:aws:network-firewall:us-east-1:123456789012:firewall-policy/main",
            VpcId=vpc,
            SubnetMappings=[{"SubnetId": subnet}],
            DeleteProtection=name == "good",
        )
    logs = {
        "LogType": "ALERT",
        "LogDestinationType": "S3",
        "LogDestination": {"bucketName": "logs"},
    }
    firewalls.update_logging_configuration(FirewallName="good", LoggingConfiguration={"LogDestinationConfigs": [logs]})

    for rule in ("networkfirewall-firewall-deletion-protection", "networkfirewall-logs"):
        assert tail(account.audit(rule).verdicts) == {"good": Verdict.PASS, "bad": Verdict.FAIL}, rule


def test_a_vpn_keeps_its_secrets(account: Account) -> None:
    ec2 = account.client("ec2")
    gateway = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.1", BgpAsn=65000)["CustomerGateway"]
    private = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]
    ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=gateway["CustomerGatewayId"],
        VpnGatewayId=private["VpnGatewayId"],
        Options={"TunnelOptions": [{"PreSharedKey": "a-secret-of-tunnels"}, {}]},
    )

    [vpn] = account.graph("aws_vpn_connection").of_type("aws_vpn_connection")

    assert "secret" not in str(vpn.attributes)


def test_default_routing_of_a_transit_gateway_joins_networks(account: Account) -> None:
    ec2 = account.client("ec2")
    hub = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    for name in ("production", "development"):
        vpc, subnet = network(account)
        ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Environment", "Value": name}])
        ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=hub, VpcId=vpc, SubnetIds=[subnet])
    [options] = [each["Options"] for each in ec2.describe_transit_gateways()["TransitGateways"]]
    table = options["PropagationDefaultRouteTableId"]
    account.give(  # moto cannot tell
        "ec2.get_transit_gateway_attachment_propagations",
        TransitGatewayAttachmentPropagations=[{"TransitGatewayRouteTableId": table, "State": "enabled"}],
    )

    rule = "environment-transit-gateway-default-routing"
    told = account.audit(rule, "vpc-flow-logs").findings  # the second rule has the networks read, with their tags

    assert [one.verdict for one in told if one.rule == rule] == [Verdict.FAIL]
