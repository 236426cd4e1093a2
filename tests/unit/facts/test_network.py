import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

ANYWHERE = ["0.0.0.0/0"]


def rule(first=22, last=22, protocol="tcp", cidr_blocks=ANYWHERE, **more):
    return {"from_port": first, "to_port": last, "protocol": protocol, "cidr_blocks": cidr_blocks, **more}


def group(*ingress, **more):
    return resource("aws_security_group.g", ingress=list(ingress), **more)


def apart(name="r", group_ref=None, **attributes):
    subject = group_ref if group_ref is not None else ref("aws_security_group.g.id")
    return resource(f"aws_security_group_rule.{name}", type="ingress", security_group_id=subject, **rule(**attributes))


@pytest.mark.parametrize(
    "ingress",
    [
        rule(),
        rule(0, 65535),
        rule(20, 30),
        rule(0, 0, "-1"),
        rule(None, None, "all"),
        rule(protocol="6"),
        rule(first="22", last="22"),
        rule(cidr_blocks=None, ipv6_cidr_blocks=["::/0"]),
        rule(cidr_blocks=["10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1"]),
        rule(cidr_blocks=[ELSEWHERE, "0.0.0.0/0"]),
    ],
)
def test_ssh_is_open(ingress):
    assert fact("network.opens", group(ingress))["ssh"] is True
    assert fact("network.open_admin_ports", group(ingress))[0] == 22


@pytest.mark.parametrize(
    "ingress",
    [
        rule(443, 443),
        rule(0, 21),
        rule(8, -1, "icmp"),
        rule(cidr_blocks=["10.0.0.0/8"]),
        rule(cidr_blocks=[], security_groups=["sg-1"]),
        rule(cidr_blocks=["203.0.113.7/32"]),
        rule(cidr_blocks=[ref("aws_vpc.main.cidr_block")]),
        rule(443, 443, cidr_blocks=[ELSEWHERE]),
    ],
)
def test_ssh_is_closed(ingress):
    assert fact("network.opens", group(ingress))["ssh"] is False


@pytest.mark.parametrize(
    "ingress",
    [
        rule(cidr_blocks=ELSEWHERE),
        rule(cidr_blocks=[ELSEWHERE]),
        rule(first=ELSEWHERE),
        rule(protocol=ELSEWHERE),
        rule(cidr_blocks=[], prefix_list_ids=["pl-1"]),
    ],
)
def test_ssh_may_be_open(ingress):
    assert is_unknown(fact("network.opens", group(ingress))["ssh"])
    assert is_unknown(fact("network.open_admin_ports", group(ingress)))


def test_an_unknown_block_list_is_unknown_unless_a_rule_apart_opens_it():
    subject = resource("aws_security_group.g", ingress=ELSEWHERE)

    assert is_unknown(fact("network.opens", subject)["ssh"])
    assert fact("network.opens", subject, apart())["ssh"] is True


def test_rules_apart_count_for_the_group_old_style_and_new():
    new = resource(
        "aws_vpc_security_group_ingress_rule.r",
        security_group_id=ref("aws_security_group.g.id"),
        from_port=22,
        to_port=22,
        ip_protocol="tcp",
        cidr_ipv4="0.0.0.0/0",
    )

    assert fact("network.opens", group(), apart())["ssh"] is True
    assert fact("network.opens", group(), new)["ssh"] is True
    assert fact("network.opens", new)["ssh"] is True
    assert fact("network.opens", group(), apart(group_ref=ref("aws_security_group.other.id")))["ssh"] is False
    assert is_unknown(fact("network.opens", group(), apart(group_ref=ELSEWHERE))["ssh"])


def test_two_rules_may_open_what_each_does_not():
    halves = (rule(20, 25, cidr_blocks=["0.0.0.0/1"]), rule(22, 30, cidr_blocks=["128.0.0.0/1"]))
    quarter = (rule(20, 25, cidr_blocks=["16.0.0.0/4", "32.0.0.0/3"]), rule(22, 30, cidr_blocks=["64.0.0.0/3"]))

    assert fact("network.opens", group(*halves))["ssh"] is True
    assert fact("network.opens", group(*quarter))["ssh"] is True
    assert {(part["from"], part["to"]) for part in fact("network.open_ports", group(*quarter))} == {(22, 25)}


def test_outgoing_rules_open_nothing():
    egress = resource("aws_security_group_rule.r", **{**rule(), "type": "egress"})

    assert fact("network.opens", egress)["ssh"] is False
    assert fact("network.lets_everything_out", group(egress=[rule(0, 0, "-1")])) is True


def test_a_prefix_list_in_the_scan_is_read():
    listing = resource("aws_ec2_managed_prefix_list.all", entry=[{"cidr": "0.0.0.0/0"}])
    subject = group(rule(cidr_blocks=[], prefix_list_ids=[ref("aws_ec2_managed_prefix_list.all.id")]))

    assert fact("network.opens", subject, listing)["ssh"] is True


def test_a_prefix_list_counts_for_the_rule_that_names_it():
    everybody = resource("aws_ec2_managed_prefix_list.all", entry=[{"cidr": "0.0.0.0/0"}])
    office = resource("aws_ec2_managed_prefix_list.office", entry=[{"cidr": "203.0.113.0/24"}])
    subject = group(
        rule(443, 443, cidr_blocks=[], prefix_list_ids=[ref("aws_ec2_managed_prefix_list.all.id")]),
        rule(cidr_blocks=[], prefix_list_ids=[ref("aws_ec2_managed_prefix_list.office.id")]),
        egress=[rule(0, 0, "-1", [], prefix_list_ids=[ref("aws_ec2_managed_prefix_list.all.id")])],
    )

    opened = fact("network.opens", subject, everybody, office)
    assert opened["https"] is True
    assert opened["ssh"] is False
    assert fact("network.lets_everything_out", subject, everybody, office) is True
    hidden = resource("aws_ec2_managed_prefix_list.office", entry=[{"cidr": ELSEWHERE}])
    assert is_unknown(fact("network.opens", subject, everybody, hidden)["ssh"])


@pytest.mark.parametrize("name", ["data.aws_prefix_list.s3.id", "module.v.aws_vpc_endpoint.s3[0].prefix_list_id"])
def test_prefix_lists_of_services_are_not_the_internet(name):
    subject = group(rule(cidr_blocks=[], prefix_list_ids=[ref(name)]))

    assert fact("network.opens", subject)["ssh"] is False


def test_all_ports_may_be_opened_in_pieces():
    pieces = (rule(1, 1023), rule(1024, 65535))

    assert fact("network.opens", group(*pieces))["everything"] is True
    assert fact("network.opens", group(pieces[0], rule(1025, 65535)))["everything"] is False
    assert fact("network.opens", group(pieces[0], rule(1024, 65535, "udp")))["everything"] is False
    assert fact("network.opens", group(*pieces, rule(22, 22, cidr_blocks=["64.0.0.0/3"])))["everything"] is True
    assert is_unknown(fact("network.opens", group(pieces[0], rule(1024, ELSEWHERE)))["everything"])


def test_open_ports_lists_ranges_and_one_entry_for_what_is_not_known():
    found = fact("network.open_ports", group(rule(443, 443), rule(1, 2, cidr_blocks=[ELSEWHERE])))

    assert found[0] == {"from": 443, "to": 443, "protocol": "tcp", "cidr": "0.0.0.0/0", "by": "aws_security_group.g"}
    assert is_unknown(found[1]["from"])


def test_a_default_group_without_rules_is_closed():
    subject = resource("aws_default_security_group.d", vpc_id=ref("aws_vpc.main.id"))

    assert fact("network.without_rules", subject) is True


VPC = resource("aws_vpc.main", cidr_block="10.0.0.0/16")
GATEWAY = resource("aws_internet_gateway.igw", vpc_id=ref("aws_vpc.main.id"))
SUBNET = resource("aws_subnet.s", vpc_id=ref("aws_vpc.main.id"))
TABLE = resource("aws_route_table.t", vpc_id=ref("aws_vpc.main.id"))
ASSOCIATION = resource(
    "aws_route_table_association.a", subnet_id=ref("aws_subnet.s.id"), route_table_id=ref("aws_route_table.t.id")
)
ROUTE = resource(
    "aws_route.r",
    route_table_id=ref("aws_route_table.t.id"),
    destination_cidr_block="0.0.0.0/0",
    gateway_id=ref("aws_internet_gateway.igw.id"),
)
PUBLIC = (VPC, GATEWAY, SUBNET, TABLE, ASSOCIATION, ROUTE)


def instance(**attributes):
    return resource(
        "aws_instance.i",
        **{
            "subnet_id": ref("aws_subnet.s.id"),
            "associate_public_ip_address": True,
            "vpc_security_group_ids": [ref("aws_security_group.g.id")],
            **attributes,
        },
    )


def test_a_subnet_is_public_by_a_route_to_an_internet_gateway():
    assert fact("network.public_subnet", SUBNET, *PUBLIC) is True
    assert fact("network.public_subnet", SUBNET, VPC, GATEWAY, TABLE, ASSOCIATION) is False


def test_a_route_to_a_nat_gateway_does_not_make_a_subnet_public():
    nat = resource(
        "aws_route_table.t",
        vpc_id=ref("aws_vpc.main.id"),
        route=[{"cidr_block": "0.0.0.0/0", "nat_gateway_id": ref("aws_nat_gateway.n.id"), "gateway_id": ""}],
    )

    assert fact("network.public_subnet", SUBNET, VPC, nat, ASSOCIATION) is False


def test_a_subnet_without_association_uses_the_main_table():
    main = resource(
        "aws_default_route_table.d",
        default_route_table_id=ref("aws_vpc.main.default_route_table_id"),
        route=[{"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.igw.id")}],
    )

    assert fact("network.public_subnet", SUBNET, VPC) is False
    assert fact("network.public_subnet", SUBNET, VPC, GATEWAY, main) is True


def test_a_subnet_of_a_vpc_elsewhere_is_unknown():
    assert is_unknown(fact("network.public_subnet", resource("aws_subnet.s", vpc_id="vpc-0a1b2c3d")))


def test_the_path_to_an_instance_names_every_step():
    assert fact("network.internet_path", instance(), group(rule()), *PUBLIC) == [
        "aws_internet_gateway.igw",
        "aws_route.r",
        "aws_route_table.t",
        "aws_subnet.s",
        "aws_security_group.g",
        "aws_instance.i",
    ]
    assert fact("network.internet_opens", instance(), group(rule()), *PUBLIC)["ssh"] is True


@pytest.mark.parametrize(
    ("subject", "others"),
    [
        (instance(associate_public_ip_address=False), (group(rule()), *PUBLIC)),
        (instance(associate_public_ip_address=None), (group(rule()), *PUBLIC)),
        (instance(), (group(rule(cidr_blocks=["10.0.0.0/8"])), *PUBLIC)),
        (instance(), (group(rule()), VPC, SUBNET, GATEWAY, TABLE, ASSOCIATION)),
        (instance(vpc_security_group_ids=None), (group(rule()), *PUBLIC)),
    ],
)
def test_without_address_route_or_open_group_there_is_no_path(subject, others):
    assert fact("network.internet_path", subject, *others) == []


def test_a_group_elsewhere_makes_the_path_unknown():
    assert is_unknown(fact("network.internet_path", instance(vpc_security_group_ids=["sg-0a1b2c3d"]), *PUBLIC))


def test_an_elastic_address_makes_an_instance_public():
    address = resource("aws_eip.e", instance=ref("aws_instance.i.id"))
    subject = instance(associate_public_ip_address=False)

    assert fact("network.public_address", subject, *PUBLIC) is False
    assert fact("network.public_address", subject, address, *PUBLIC) is True


def test_a_subnet_may_give_the_address():
    mapping = resource("aws_subnet.s", vpc_id=ref("aws_vpc.main.id"), map_public_ip_on_launch=True)

    assert fact("network.public_address", instance(associate_public_ip_address=None), mapping) is True


def test_a_balancer_is_public_unless_internal():
    def balancer(**more):
        return resource(
            "aws_lb.b", subnets=[ref("aws_subnet.s.id")], security_groups=[ref("aws_security_group.g.id")], **more
        )

    assert fact("network.internet_opens", balancer(), group(rule(443, 443)), *PUBLIC)["https"] is True
    assert fact("network.internet_path", balancer(internal=True), group(rule(443, 443)), *PUBLIC) == []


def test_a_group_is_reached_through_what_uses_it():
    assert fact("network.reached", group(rule()), *PUBLIC) is False
    assert fact("network.reached", group(rule()), instance(), *PUBLIC) is True
    assert fact("network.used_by", group(rule()), instance(), *PUBLIC) == ["aws_instance.i"]


def acl(*ingress):
    return resource("aws_network_acl.a", subnet_ids=[ref("aws_subnet.s.id")], ingress=list(ingress))


def entry(number, action, port=None, cidr="0.0.0.0/0"):
    ports = {"from_port": port, "to_port": port, "protocol": "tcp"} if port else {"protocol": "-1"}
    return {"rule_no": number, "action": action, "cidr_block": cidr, **ports}


def test_the_first_matching_entry_of_an_acl_decides():
    deny_first = acl(entry(100, "deny", 22), entry(200, "allow"))
    allow_first = acl(entry(200, "deny", 22), entry(100, "allow"))

    assert fact("network.acl_opens", deny_first)["ssh"] is False
    assert fact("network.acl_opens", deny_first)["rdp"] is True
    assert fact("network.acl_opens", allow_first)["ssh"] is True


def test_an_acl_that_admits_nobody_cuts_the_path():
    closed = acl(entry(100, "allow", cidr="10.0.0.0/8"))

    assert fact("network.internet_path", instance(), group(rule()), closed, *PUBLIC) == []
