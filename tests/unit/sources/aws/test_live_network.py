"""A small network in a live account and the same as Terraform: public and private subnets, and what lives there."""

from pathlib import Path

import pytest
from simulated import Account

import cloudaudit
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court
from cloudaudit.model import Finding, Unknown, Verdict

RULES = (
    "alb-http-redirects-to-https",
    "ec2-instance-no-internet-path",
    "ec2-instance-no-public-address",
    "lb-internet-facing-intended",
    "lb-listener-no-open-inner-ports",
    "lb-multi-az",
    "sg-in-use",
    "sg-no-open-databases",
    "sg-no-open-rdp",
    "sg-no-open-ssh",
    "subnet-no-auto-public-address",
    "vpc-flow-logs",
    "vpc-peering-route-narrow",
    "vpc-route-no-nat-instance",
)

SOURCE = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  availability_zone       = "us-east-1a"
  map_public_ip_on_launch = true
}
resource "aws_subnet" "public_b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.2.0/24"
  availability_zone = "us-east-1b"
}
resource "aws_subnet" "private" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.3.0/24"
  availability_zone = "us-east-1a"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table_association" "public_b" {
  subnet_id      = aws_subnet.public_b.id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "open" {
  name   = "open"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "hidden" {
  name   = "hidden"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "inner" {
  name   = "inner"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 3389
    to_port         = 3389
    security_groups = [aws_security_group.open.id]
  }
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    protocol    = "tcp"
    from_port   = 5601
    to_port     = 5601
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "open" {
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.open.id]
}
resource "aws_instance" "inner" {
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.inner.id]
}
resource "aws_instance" "hidden" {
  subnet_id                   = aws_subnet.private.id
  associate_public_ip_address = false
  vpc_security_group_ids      = [aws_security_group.hidden.id]
}
resource "aws_instance" "elastic" {
  subnet_id                   = aws_subnet.public_b.id
  associate_public_ip_address = false
  vpc_security_group_ids      = [aws_security_group.open.id]
}
resource "aws_eip" "main" {
  instance = aws_instance.elastic.id
  domain   = "vpc"
}
resource "aws_lb" "web" {
  name               = "web"
  load_balancer_type = "application"
  internal           = false
  subnets            = [aws_subnet.public.id, aws_subnet.public_b.id]
  security_groups    = [aws_security_group.web.id]
}
resource "aws_lb" "inside" {
  name               = "inside"
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.private.id]
}
resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.hidden.id
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_lb_listener" "inner" {
  load_balancer_arn = aws_lb.web.arn
  port              = 5601
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""

WEB = [{"CidrIp": "0.0.0.0/0"}]


class Network:
    """The same in the account. `names` says what its Terraform calls each thing, by id."""

    def __init__(self, account: Account) -> None:
        self.names: dict[str, str] = {}
        self.ec2 = account.client("ec2")
        self.balancing = account.client("elbv2")
        self.vpc = self.named("main", self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])
        self.subnets = {
            name: self.subnet(name, f"10.0.{number}.0/24", zone)
            for number, (name, zone) in enumerate((("public", "a"), ("public_b", "b"), ("private", "a")), 1)
        }
        self.ec2.modify_subnet_attribute(SubnetId=self.subnets["public"], MapPublicIpOnLaunch={"Value": True})
        self.table = self.routed()
        self.groups = {
            name: self.group(name, *ports)
            for name, ports in {"open": (22,), "hidden": (5432,), "inner": (), "web": (80, 5601)}.items()
        }
        self.ec2.authorize_security_group_ingress(
            GroupId=self.groups["inner"],
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": 3389,
                    "ToPort": 3389,
                    "UserIdGroupPairs": [{"GroupId": self.groups["open"]}],
                }
            ],
        )
        self.machines = {
            "open": self.machine("open", "public", "open", public=True),
            "inner": self.machine("inner", "public", "inner", public=True),
            "hidden": self.machine("hidden", "private", "hidden", public=False),
            "elastic": self.machine("elastic", "public_b", "open", public=False),
        }
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.ec2.associate_address(AllocationId=address, InstanceId=self.machines["elastic"])
        self.balance()

    def named(self, name: str, key: str) -> str:
        self.names[key] = name
        return key

    def subnet(self, name: str, cidr: str, zone: str) -> str:
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=f"us-east-1{zone}")
        return self.named(name, made["Subnet"]["SubnetId"])

    def routed(self) -> str:
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        for name in ("public", "public_b"):
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=self.subnets[name])
        return self.named("public", table)

    def group(self, name: str, *ports: int) -> str:
        key = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        rules = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": WEB} for port in ports]
        if rules:
            self.ec2.authorize_security_group_ingress(GroupId=key, IpPermissions=rules)
        return self.named(name, key)

    def machine(self, name: str, subnet: str, group: str, *, public: bool) -> str:
        interface = {
            "DeviceIndex": 0,
            "SubnetId": self.subnets[subnet],
            "Groups": [self.groups[group]],
            "AssociatePublicIpAddress": public,
        }
        made = self.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, NetworkInterfaces=[interface])
        return self.named(name, made["Instances"][0]["InstanceId"])

    def balancer(self, name: str, kind: str, scheme: str, subnets: list[str], groups: list[str]) -> str:
        more = {"SecurityGroups": groups} if groups else {}
        made = self.balancing.create_load_balancer(
            Name=name, Type=kind, Scheme=scheme, Subnets=[self.subnets[one] for one in subnets], **more
        )
        return self.named(name, made["LoadBalancers"][0]["LoadBalancerArn"])

    def balance(self) -> None:
        web = self.balancer("web", "application", "internet-facing", ["public", "public_b"], [self.groups["web"]])
        self.balancer("inside", "network", "internal", ["private"], [])
        [target] = self.balancing.create_target_group(Name="web", Port=80, Protocol="HTTP", VpcId=self.vpc)[
            "TargetGroups"
        ]
        arn = target["TargetGroupArn"]
        self.balancing.register_targets(TargetGroupArn=arn, Targets=[{"Id": self.machines["hidden"]}])
        redirect = {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"}
        self.listen("http", web, 80, {"Type": "redirect", "RedirectConfig": redirect})
        self.listen("inner", web, 5601, {"Type": "forward", "TargetGroupArn": arn})

    def listen(self, name: str, balancer: str, port: int, action: dict[str, object]) -> None:
        made = self.balancing.create_listener(
            LoadBalancerArn=balancer, Port=port, Protocol="HTTP", DefaultActions=[action]
        )
        self.named(name, made["Listeners"][0]["ListenerArn"])

    def told(self, findings: list[Finding]) -> set[tuple[str, str, Verdict, str]]:
        """Rule, name, verdict and severity of what is said of the things made here."""
        found = {}
        for one in findings:
            for key, name in self.names.items():
                if one.resource.endswith(key):
                    found[one.rule, one.resource] = (one.rule, name, one.verdict, one.severity.value)
        return set(found.values())


@pytest.fixture
def network(account: Account) -> Network:
    """moto does not know how a region blocks its networks from the internet."""
    account.give("ec2.describe_vpc_block_public_access_options", VpcBlockPublicAccessOptions={})
    account.give("ec2.describe_vpc_block_public_access_exclusions", VpcBlockPublicAccessExclusions=[])
    return Network(account)


def declared(path: Path) -> set[tuple[str, str, Verdict, str]]:
    (path / "main.tf").write_text(SOURCE)
    [graph] = cloudaudit.load(path)
    findings = Court(Request(only=RULES)).look(graph).findings
    return {(one.rule, one.resource.rpartition(".")[2], one.verdict, one.severity.value) for one in findings}


def test_a_network_and_its_terraform_are_judged_alike(account: Account, network: Network, tmp_path: Path) -> None:
    live, source = network.told(account.audit(*RULES).findings), declared(tmp_path)

    assert live == source


def exposed(account: Account, network: Network) -> dict[str, Verdict]:
    findings = account.audit("ec2-instance-no-internet-path").findings
    return {network.names[one.resource.rpartition("/")[2]]: one.verdict for one in findings}


def test_what_the_internet_reaches_is_found_along_its_path(account: Account, network: Network) -> None:
    assert exposed(account, network) == {
        "open": Verdict.FAIL,
        "elastic": Verdict.FAIL,
        "inner": Verdict.PASS,
        "hidden": Verdict.PASS,
    }


def test_an_acl_stands_before_a_subnet(account: Account, network: Network) -> None:
    [acl] = network.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [network.vpc]}])["NetworkAcls"]
    network.ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"],
        RuleNumber=50,
        Protocol="6",
        RuleAction="deny",
        Egress=False,
        CidrBlock="0.0.0.0/0",
        PortRange={"From": 22, "To": 22},
    )

    assert set(exposed(account, network).values()) == {Verdict.PASS}


def test_the_region_may_block_its_networks(account: Account, network: Network) -> None:
    blocked = {"InternetGatewayBlockMode": "block-bidirectional"}
    account.give("ec2.describe_vpc_block_public_access_options", VpcBlockPublicAccessOptions=blocked)

    assert set(exposed(account, network).values()) == {Verdict.PASS}


def test_where_the_block_is_not_told_only_what_would_be_reached_is_unknown(account: Account, network: Network) -> None:
    account.deny("ec2:DescribeVpcBlockPublicAccessOptions", "UnauthorizedOperation")

    found = exposed(account, network)

    assert found == {
        "open": Verdict.UNKNOWN,
        "elastic": Verdict.UNKNOWN,
        "inner": Verdict.PASS,
        "hidden": Verdict.PASS,
    }


def test_denied_route_tables_leave_public_instances_unknown(account: Account, network: Network) -> None:
    account.deny("ec2:DescribeRouteTables", "UnauthorizedOperation")

    found = exposed(account, network)

    assert found["open"] is Verdict.UNKNOWN
    assert found["hidden"] is Verdict.PASS


def test_the_main_table_counts_where_a_subnet_names_none(account: Account, network: Network) -> None:
    ec2 = network.ec2
    mine = [{"Name": "vpc-id", "Values": [network.vpc]}]
    main = [*mine, {"Name": "association.main", "Values": ["true"]}]
    gateway = ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    for table in ec2.describe_route_tables(Filters=mine)["RouteTables"]:
        for each in table["Associations"]:
            if not each["Main"]:
                ec2.disassociate_route_table(AssociationId=each["RouteTableAssociationId"])
    before = exposed(account, network)
    table = ec2.describe_route_tables(Filters=main)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    assert set(before.values()) == {Verdict.PASS}
    assert exposed(account, network)["open"] is Verdict.FAIL


def test_the_default_network_is_judged_by_its_own_routes(account: Account, network: Network) -> None:
    ec2 = network.ec2
    [subnet] = ec2.describe_subnets(
        Filters=[
            {"Name": "default-for-az", "Values": ["true"]},
            {"Name": "availability-zone", "Values": ["us-east-1a"]},
        ]
    )["Subnets"]
    group = ec2.create_security_group(GroupName="loose", Description="x", VpcId=subnet["VpcId"])["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": WEB}]
    )
    network.subnets["default"], network.groups["loose"] = subnet["SubnetId"], group
    network.machine("default", "default", "loose", public=True)
    closed = exposed(account, network)["default"]  # moto gives the default network no gateway

    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=subnet["VpcId"])
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["RouteTables"][0]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    assert closed is Verdict.PASS
    assert exposed(account, network)["default"] is Verdict.FAIL


def test_lists_of_awss_own_services_are_not_the_internet(account: Account, network: Network) -> None:
    [found] = network.ec2.describe_managed_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
    )["PrefixLists"]
    rule = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389}
    network.ec2.authorize_security_group_ingress(
        GroupId=network.groups["inner"],
        IpPermissions=[{**rule, "PrefixListIds": [{"PrefixListId": found["PrefixListId"]}]}],
    )

    verdicts = network.told(account.audit("sg-no-open-rdp").findings)

    assert {(name, verdict) for _, name, verdict, _ in verdicts if name == "inner"} == {("inner", Verdict.PASS)}


def test_an_interface_of_whatever_service_uses_its_group(account: Account, network: Network) -> None:
    lone = network.group("lone", 22)
    network.group("idle", 22)
    network.ec2.create_network_interface(SubnetId=network.subnets["private"], Groups=[lone])

    used = {name: verdict for _, name, verdict, _ in network.told(account.audit("sg-in-use").findings)}

    assert used["lone"] is Verdict.PASS
    assert used["idle"] is Verdict.FAIL


def test_routes_that_nobody_wrote_are_left_out(account: Account, network: Network) -> None:
    tables = account.graph("aws_route_table").of_type("aws_route_table")

    [routes] = [table.attributes["route"] for table in tables if table.attributes["id"] == network.table]

    assert [route["cidr_block"] for route in routes] == ["0.0.0.0/0"]
    assert not any(isinstance(value, Unknown) for value in routes[0].values())


def test_a_default_network_in_which_nothing_lives_is_not_in_use(account: Account, network: Network) -> None:
    ec2 = network.ec2
    empty = account.audit("vpc-no-default-vpc").findings
    plain = {one.resource.rpartition("/")[2]: one.severity.value for one in account.audit("vpc-flow-logs").findings}
    [subnet] = ec2.describe_subnets(
        Filters=[
            {"Name": "default-for-az", "Values": ["true"]},
            {"Name": "availability-zone", "Values": ["us-east-1a"]},
        ]
    )["Subnets"]
    ec2.create_network_interface(SubnetId=subnet["SubnetId"])
    used = account.audit("vpc-no-default-vpc").findings
    account.deny("ec2:DescribeNetworkInterfaces", "UnauthorizedOperation")
    hidden = account.audit("vpc-no-default-vpc").findings

    assert [one.verdict for one in (*empty, *used)] == [Verdict.PASS, Verdict.FAIL]
    assert [one.verdict for one in hidden] == [Verdict.UNKNOWN]
    assert plain == {network.vpc: "high", subnet["VpcId"]: "low"}


def test_a_task_behind_a_balancer_is_reached_by_its_address(account: Account, network: Network) -> None:
    lone = network.group("lone", 22)
    made = network.ec2.create_network_interface(SubnetId=network.subnets["private"], Groups=[lone])["NetworkInterface"]
    before = {name: severity for _, name, _, severity in network.told(account.audit("sg-no-open-ssh").findings)}
    target = network.balancing.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    network.balancing.register_targets(TargetGroupArn=target, Targets=[{"Id": made["PrivateIpAddress"]}])
    after = {name: severity for _, name, _, severity in network.told(account.audit("sg-no-open-ssh").findings)}

    assert before["lone"] == "medium"
    assert after["lone"] == "critical"
