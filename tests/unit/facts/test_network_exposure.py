"""Who is reached from the internet, by which version of IP, and when it is certain that nobody is."""

from typing import Any

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudaudit.facts import find
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Unknown

HIDDEN = Unknown(because="it is hidden")
SSH = {"protocol": "tcp", "from_port": 22, "to_port": 22}


def estate(**changes: Any) -> dict[str, dict[str, Any]]:
    """An instance that the internet reaches by SSH; `changes` replace attributes, None removes a resource."""
    found: dict[str, Any] = {
        "aws_vpc.v": {"cidr_block": "10.0.0.0/16"},
        "aws_internet_gateway.i": {"vpc_id": ref("aws_vpc.v.id")},
        "aws_subnet.s": {"vpc_id": ref("aws_vpc.v.id"), "map_public_ip_on_launch": True},
        "aws_route_table.t": {
            "vpc_id": ref("aws_vpc.v.id"),
            "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": ref("aws_internet_gateway.i.id")}],
        },
        "aws_route_table_association.a": {
            "subnet_id": ref("aws_subnet.s.id"),
            "route_table_id": ref("aws_route_table.t.id"),
        },
        "aws_security_group.g": {"vpc_id": ref("aws_vpc.v.id"), "ingress": [{**SSH, "cidr_blocks": ["0.0.0.0/0"]}]},
        "aws_instance.i": {
            "subnet_id": ref("aws_subnet.s.id"),
            "vpc_security_group_ids": [ref("aws_security_group.g.id")],
        },
    }
    for name, attributes in changes.items():
        address = name.replace("__", ".")
        if attributes is None:
            found.pop(address, None)
        else:
            found[address] = {**found.get(address, {}), **attributes}
    return found


def built(found: dict[str, dict[str, Any]], **more: Any) -> ResourceGraph:
    return ResourceGraph(
        [resource(address, **attributes) for address, attributes in found.items()],
        target="infra",
        root=".",
        origin=Origin.SOURCE,
        **more,
    )


def ask(name: str, address: str, found: dict[str, dict[str, Any]], **more: Any) -> Any:
    whole = built(found, **more)
    return find(name).compute(whole.resources[address], whole)


def ssh(**changes: Any) -> Any:
    return ask("network.internet_opens", "aws_instance.i", estate(**changes))["ssh"]


def unreached(**changes: Any) -> Any:
    return ask("network.unreached", "aws_security_group.g", estate(**changes))


SIX = {"ipv6_cidr_blocks": ["::/0"]}
SIX_ROUTE = {"route": [{"ipv6_cidr_block": "::/0", "gateway_id": ref("aws_internet_gateway.i.id")}]}
SIX_GROUP = {"ingress": [{**SSH, **SIX}]}


def test_version_six_counts_by_itself():
    six = {
        "aws_route_table__t": SIX_ROUTE,
        "aws_security_group__g": SIX_GROUP,
        "aws_subnet__s": {"map_public_ip_on_launch": False, "assign_ipv6_address_on_creation": True},
    }

    assert ssh() is True
    assert ssh(**six) is True
    assert ssh(**{**six, "aws_subnet__s": {"map_public_ip_on_launch": True}}) is False
    assert ssh(**{**six, "aws_route_table__t": {}}) is False
    assert ssh(**{**six, "aws_security_group__g": {}}) is False
    assert ssh(aws_security_group__g=SIX_GROUP) is False


def test_a_gateway_for_leaving_only_lets_nobody_in():
    leaving = {
        "route": [{"ipv6_cidr_block": "::/0", "egress_only_gateway_id": ref("aws_egress_only_internet_gateway.e.id")}]
    }
    found = {
        "aws_route_table__t": leaving,
        "aws_security_group__g": SIX_GROUP,
        "aws_subnet__s": {"assign_ipv6_address_on_creation": True},
    }

    assert ssh(**found) is False
    assert unreached(**found) is True


def test_the_default_acl_of_the_vpc_stands_before_subnets_that_name_none():
    own = {"default_network_acl_id": ref("aws_vpc.v.default_network_acl_id")}
    everybody = {"rule_no": 1, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}
    denial = {
        "rule_no": 1,
        "action": "deny",
        "protocol": "tcp",
        "from_port": 22,
        "to_port": 22,
        "cidr_block": "0.0.0.0/0",
    }

    assert ssh(aws_default_network_acl__d=own) is False
    assert ssh(aws_default_network_acl__d={**own, "ingress": [everybody]}) is True
    assert ssh(aws_default_network_acl__d={**own, "ingress": [denial, {**everybody, "rule_no": 2}]}) is False
    assert is_unknown(ssh(aws_network_acl__a={"subnet_ids": ELSEWHERE}))


def test_each_subnet_has_its_own_route_and_acl():
    """A balancer in a subnet with a route but a closed ACL, and in one without a route, is not reached."""
    found = estate(
        aws_subnet__p={"vpc_id": ref("aws_vpc.v.id")},
        aws_lb__b={"subnets": [ref("aws_subnet.s.id"), ref("aws_subnet.p.id")]},
        aws_network_acl__a={"subnet_ids": [ref("aws_subnet.s.id")]},
    )
    found["aws_lb.b"]["security_groups"] = [ref("aws_security_group.g.id")]
    assert ask("network.internet_path", "aws_lb.b", found) == []

    found["aws_lb.b"]["subnets"] = [ref("aws_subnet.s.id"), ELSEWHERE]
    assert is_unknown(ask("network.internet_path", "aws_lb.b", found))

    found["aws_network_acl.a"]["subnet_ids"] = [ref("aws_subnet.p.id")]
    assert ask("network.internet_path", "aws_lb.b", found)[-1] == "aws_lb.b"


def test_the_acl_of_its_subnets_stands_before_a_database():
    found = estate(
        aws_db_subnet_group__d={"subnet_ids": [ref("aws_subnet.s.id")]},
        aws_db_instance__d={
            "publicly_accessible": True,
            "db_subnet_group_name": ref("aws_db_subnet_group.d.name"),
            "vpc_security_group_ids": [ref("aws_security_group.g.id")],
        },
    )
    assert ask("network.internet_opens", "aws_db_instance.d", found)["ssh"] is True

    found["aws_network_acl.a"] = {"subnet_ids": [ref("aws_subnet.s.id")]}
    assert ask("network.internet_opens", "aws_db_instance.d", found)["ssh"] is False


def test_the_block_of_public_access_closes_vpcs_that_are_not_excluded():
    block = {"internet_gateway_block_mode": "block-ingress"}
    both = {"internet_gateway_exclusion_mode": "allow-bidirectional"}
    mine = {**both, "vpc_id": ref("aws_vpc.v.id")}

    def asked(**changes: Any) -> Any:
        return ssh(**{"aws_vpc_block_public_access_options__o": block, **changes})

    assert asked() is False
    assert unreached(aws_vpc_block_public_access_options__o=block) is True
    assert asked(aws_vpc_block_public_access_options__o={"internet_gateway_block_mode": "off"}) is True
    assert is_unknown(asked(aws_vpc_block_public_access_options__o={"internet_gateway_block_mode": ELSEWHERE}))
    assert asked(aws_vpc_block_public_access_exclusion__e=mine) is True
    assert asked(aws_vpc_block_public_access_exclusion__e={**both, "subnet_id": ref("aws_subnet.s.id")}) is True
    egress = {**mine, "internet_gateway_exclusion_mode": "allow-egress"}
    assert asked(aws_vpc_block_public_access_exclusion__e=egress) is False
    assert is_unknown(asked(aws_vpc_block_public_access_exclusion__e={**both, "vpc_id": ELSEWHERE}))


def test_an_instance_without_groups_has_the_default_one():
    found = {
        "aws_instance__i": {"vpc_security_group_ids": None},
        "aws_default_security_group__d": {
            "vpc_id": ref("aws_vpc.v.id"),
            "ingress": [{**SSH, "cidr_blocks": ["0.0.0.0/0"]}],
        },
    }

    assert ssh(**found) is True
    assert ssh(aws_instance__i={"vpc_security_group_ids": None}) is False


def test_a_group_added_to_the_interface_counts():
    found = {
        "aws_instance__i": {"vpc_security_group_ids": None},
        "aws_network_interface_sg_attachment__x": {
            "security_group_id": ref("aws_security_group.g.id"),
            "network_interface_id": ref("aws_instance.i.primary_network_interface_id"),
        },
    }

    assert ssh(**found) is True
    assert unreached(**found) is False


def test_a_gateway_that_comes_from_a_module_elsewhere_is_not_known():
    route = {"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": ref("module.vpc.igw_id")}]}
    perhaps = Unknown(because="aws_internet_gateway.i.id; var.x has no value", refs=("aws_internet_gateway.i.id",))

    assert is_unknown(ssh(aws_route_table__t=route))
    assert is_unknown(ssh(aws_route_table__t={"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": perhaps}]}))


PRIVATE = {"aws_route_table__t": {"route": []}}


@pytest.mark.parametrize(
    "changes",
    [
        PRIVATE,
        {"aws_subnet__s": {"map_public_ip_on_launch": False}},
        {"aws_internet_gateway__i": None, **PRIVATE},
        {"aws_internet_gateway__i": None, **PRIVATE, "aws_instance__i": None},
        {"aws_instance__i": {"associate_public_ip_address": False}},
        {
            "aws_instance__i": None,
            "aws_lambda_function__f": {"vpc_config": [{"security_group_ids": [ref("aws_security_group.g.id")]}]},
        },
        {"aws_network_acl__a": {"subnet_ids": [ref("aws_subnet.s.id")]}},
    ],
)
def test_nothing_reaches_a_group_whose_users_have_no_way_in(changes):
    assert unreached(**changes) is True


@pytest.mark.parametrize(
    "changes",
    [
        {"aws_instance__i": None},
        {"aws_instance__i": {"vpc_security_group_ids": ELSEWHERE}, **PRIVATE},
        {**PRIVATE, "aws_instance__j": {"vpc_security_group_ids": ELSEWHERE}},
        {**PRIVATE, "terraform_output__o": {"value": ref("aws_security_group.g.id")}},
        {**PRIVATE, "aws_ssm_parameter__p": {"value": ref("aws_security_group.g.id")}},
        {**PRIVATE, "aws_launch_template__l": {"vpc_security_group_ids": [ref("aws_security_group.g.id")]}},
        {**PRIVATE, "aws_mysterious__m": {"security_group_ids": [ref("aws_security_group.g.id")]}},
        {"aws_subnet__s": {"map_public_ip_on_launch": ELSEWHERE}},
        {"aws_route_table__t": {"route": ELSEWHERE}},
    ],
)
def test_a_group_that_something_elsewhere_may_use_is_not_known(changes):
    assert is_unknown(unreached(**changes))


def test_a_whole_account_knows_who_uses_a_group():
    found = estate(aws_instance__i=None)

    assert ask("network.unreached", "aws_security_group.g", found, complete=True) is True
    assert is_unknown(ask("network.unreached", "aws_security_group.g", found))


def balancer(**more: Any) -> dict[str, Any]:
    """A private instance behind a balancer in the public subnet."""
    return {
        "aws_subnet__p": {"vpc_id": ref("aws_vpc.v.id")},
        "aws_instance__i": {"subnet_id": ref("aws_subnet.p.id")},
        "aws_lb__b": {"subnets": [ref("aws_subnet.s.id")], **more},
        "aws_lb_target_group__t": {"port": 80},
        "aws_lb_listener__l": {
            "load_balancer_arn": ref("aws_lb.b.arn"),
            "port": 80,
            "default_action": [{"target_group_arn": ref("aws_lb_target_group.t.arn")}],
        },
        "aws_lb_target_group_attachment__a": {
            "target_group_arn": ref("aws_lb_target_group.t.arn"),
            "target_id": ref("aws_instance.i.id"),
        },
    }


def test_what_stands_behind_a_public_balancer_is_reached():
    assert unreached(**balancer()) is False
    assert unreached(**balancer(internal=True)) is True
    assert is_unknown(unreached(**balancer(internal=ELSEWHERE)))


def test_a_scaling_group_tells_where_a_template_starts_instances():
    def scaled(subnet: str, **more: Any) -> dict[str, Any]:
        return {
            "aws_instance__i": None,
            "aws_subnet__p": {"vpc_id": ref("aws_vpc.v.id")},
            "aws_launch_template__l": {"vpc_security_group_ids": [ref("aws_security_group.g.id")], **more},
            "aws_autoscaling_group__a": {
                "launch_template": [{"id": ref("aws_launch_template.l.id")}],
                "vpc_zone_identifier": [ref(f"aws_subnet.{subnet}.id")],
            },
        }

    private = {"network_interfaces": [{"associate_public_ip_address": "false"}]}
    assert unreached(**scaled("s")) is False
    assert unreached(**scaled("p")) is True
    assert unreached(**scaled("s", **private)) is True


def test_nothing_comes_into_a_vpc_without_a_gateway():
    own = {"aws_security_group__g": {"vpc_id": ref("aws_vpc.v.id")}, "aws_instance__i": None}

    assert is_unknown(unreached(**own))
    assert unreached(**own, aws_internet_gateway__i=None, aws_route_table__t={"route": []}) is True
    assert is_unknown(unreached(**own, aws_internet_gateway__i={"vpc_id": ELSEWHERE}, aws_route_table__t={"route": []}))
    assert unreached(aws_internet_gateway__i=None, aws_security_group__g={"vpc_id": ref("aws_vpc.v.id")}) is False


def test_a_scaling_group_is_reached_where_it_starts_instances():
    def asked(**more: Any) -> Any:
        found = estate(
            aws_launch_template__l={"vpc_security_group_ids": [ref("aws_security_group.g.id")]},
            aws_autoscaling_group__a={
                "launch_template": [{"id": ref("aws_launch_template.l.id")}],
                "vpc_zone_identifier": [ref("aws_subnet.s.id")],
            },
            **more,
        )
        return ask("network.internet_opens", "aws_autoscaling_group.a", found)["ssh"]

    assert asked() is True
    assert asked(**PRIVATE) is False
    assert asked(aws_subnet__s={"map_public_ip_on_launch": False}) is False
    assert is_unknown(asked(aws_security_group__g={"ingress": ELSEWHERE}))
    lone = resource("aws_autoscaling_group.a", launch_template=[{"id": "lt-0123456789abcdef0"}])
    assert is_unknown(fact("network.internet_opens", lone)["ssh"])


def test_an_instance_by_a_template_has_its_groups():
    template = {"vpc_security_group_ids": [ref("aws_security_group.g.id")]}
    started = {"launch_template": [{"id": ref("aws_launch_template.l.id")}], "vpc_security_group_ids": None}

    assert ssh(aws_launch_template__l=template, aws_instance__i=started) is True
    assert ssh(aws_launch_template__l={}, aws_instance__i=started) is False
    assert is_unknown(ssh(aws_instance__i={**started, "launch_template": [{"id": "lt-0123456789abcdef0"}]}))


@pytest.mark.parametrize(
    "attached",
    [
        {"aws_network_interface_attachment__x": {
            "instance_id": ref("aws_instance.i.id"), "network_interface_id": ref("aws_network_interface.n.id"),
        }},
        {"aws_network_interface__n": {"attachment": [{"instance": ref("aws_instance.i.id")}]}},
    ],
)  # fmt: skip
def test_a_second_interface_with_an_address_is_a_way_in(attached):
    found = {
        "aws_instance__i": {"associate_public_ip_address": False, "vpc_security_group_ids": None},
        "aws_network_interface__n": {
            "subnet_id": ref("aws_subnet.s.id"),
            "security_groups": [ref("aws_security_group.g.id")],
        },
        "aws_eip__e": {"network_interface": ref("aws_network_interface.n.id")},
    }
    merged = {name: {**found.get(name, {}), **attached.get(name, {})} for name in {**found, **attached}}

    assert ssh(**merged) is True
    assert ssh(**{**merged, "aws_eip__e": None}) is False
    assert ssh(**found) is False
    assert is_unknown(ssh(**found, aws_network_interface_attachment__x={"instance_id": ELSEWHERE}))


def test_an_elastic_address_may_name_the_interface_of_an_instance():
    found = {
        "aws_instance__i": {"associate_public_ip_address": False},
        "aws_eip_association__a": {"network_interface_id": ref("aws_instance.i.primary_network_interface_id")},
    }

    assert ssh(**found) is True


def test_a_rule_apart_is_as_reached_as_its_group():
    rule = {"type": "ingress", "security_group_id": ref("aws_security_group.g.id"), **SSH, "cidr_blocks": ["0.0.0.0/0"]}

    def asked(**changes: Any) -> Any:
        return ask("network.unreached", "aws_security_group_rule.r", estate(aws_security_group_rule__r=rule, **changes))

    assert asked() is False
    assert asked(**PRIVATE) is True
    lone = resource("aws_security_group_rule.r", **{**rule, "security_group_id": "sg-0123456789abcdef0"})
    assert is_unknown(fact("network.unreached", lone))


def test_the_default_group_is_that_of_whatever_names_none():
    subject = resource("aws_default_security_group.d", vpc_id="vpc-0123456789abcdef0")

    assert is_unknown(fact("network.unreached", subject))


def test_a_listener_offers_its_port_where_the_group_lets_it():
    def offered(port: Any, cidr: str = "0.0.0.0/0", **more: Any) -> Any:
        group = {"ingress": [{"protocol": "-1", "cidr_blocks": [cidr]}]}
        found = estate(
            **balancer(security_groups=[ref("aws_security_group.g.id")], **more), aws_security_group__g=group
        )
        found["aws_lb_listener.l"]["port"] = port
        return ask("network.listener_opens", "aws_lb_listener.l", found)

    assert offered(5432)["postgresql"] is True
    assert offered(443)["data"] is False
    assert offered(5432, internal=True)["data"] is False
    assert offered(5432, "203.0.113.0/24")["data"] is False
    assert is_unknown(offered(ELSEWHERE)["ssh"])


FEATURES = st.fixed_dictionaries(
    {name: st.booleans() for name in ("address", "elastic", "gateway", "table", "open", "acl", "six", "private_acl")}
)


def composed(features: dict[str, bool]) -> dict[str, Any]:
    """The estate with each part there or not."""
    six = features["six"]
    cidr = ("ipv6_cidr_block", "::/0") if six else ("cidr_block", "0.0.0.0/0")
    sources = {"ipv6_cidr_blocks": ["::/0"]} if six else {"cidr_blocks": ["0.0.0.0/0"]}
    flag = "assign_ipv6_address_on_creation" if six else "map_public_ip_on_launch"
    to = {"gateway_id": ref("aws_internet_gateway.i.id")} if features["gateway"] else {"nat_gateway_id": "nat-1"}
    changes: dict[str, Any] = {
        "aws_subnet__s": {"map_public_ip_on_launch": False, flag: features["address"]},
        "aws_route_table__t": {"route": [{cidr[0]: cidr[1], **to}]},
        "aws_security_group__g": {"ingress": [{**SSH, **sources}] if features["open"] else []},
    }
    if features["elastic"]:
        changes["aws_eip__e"] = {"instance": ref("aws_instance.i.id")}
    if not features["table"]:
        changes["aws_route_table_association__a"] = None
    if features["acl"]:
        let = {"rule_no": 1, "action": "allow", "protocol": "-1", "cidr_block": "10.0.0.0/8"}
        if not features["private_acl"]:
            let = {**let, "cidr_block": "", cidr[0]: cidr[1]}
        changes["aws_network_acl__a"] = {"subnet_ids": [ref("aws_subnet.s.id")], "ingress": [let]}
    return changes


@settings(max_examples=80, deadline=None)
@given(FEATURES)
def test_the_internet_reaches_what_has_address_route_acl_and_open_group_at_once(features):
    address = features["address"] or (features["elastic"] and not features["six"])
    way = features["gateway"] and features["table"] and not (features["acl"] and features["private_acl"])
    reached = address and way

    assert ssh(**composed(features)) is (reached and features["open"])
    assert unreached(**composed(features)) is not reached


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, member in members for place in places(member, (*path, key)))]


def hide(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return HIDDEN
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = hide(value[path[0]], path[1:])
    return copy


SCALED: dict[str, Any] = {
    "aws_launch_template__l": {"vpc_security_group_ids": [ref("aws_security_group.g.id")]},
    "aws_autoscaling_group__a": {
        "launch_template": [{"id": ref("aws_launch_template.l.id")}],
        "vpc_zone_identifier": [ref("aws_subnet.s.id")],
    },
}
ADDED: dict[str, Any] = {
    "aws_network_interface__n": {
        "subnet_id": ref("aws_subnet.s.id"),
        "security_groups": [ref("aws_security_group.g.id")],
    },
    "aws_network_interface_attachment__x": {
        "instance_id": ref("aws_instance.i.id"),
        "network_interface_id": ref("aws_network_interface.n.id"),
    },
    "aws_eip_association__n": {"network_interface_id": ref("aws_network_interface.n.id")},
}


@settings(max_examples=250, deadline=None)
@given(FEATURES, st.sampled_from([{}, balancer(), SCALED, ADDED]), st.data())
def test_hiding_a_part_never_turns_round_who_is_reached(features, more, data):
    found = estate(**{**more, **composed(features)})
    address = data.draw(st.sampled_from(sorted(found)))
    path = data.draw(st.sampled_from([path for path in places(found[address]) if path] or [()]))
    changed = {**found, address: hide(found[address], path)} if path else found
    asked = [
        ("network.unreached", "aws_security_group.g"),
        ("network.in_use", "aws_security_group.g"),
        ("network.public_subnet", "aws_subnet.s"),
        *(("network.internet_opens", subject) for subject in found if subject.startswith(("aws_instance", "aws_auto"))),
        *(("network.listener_opens", subject) for subject in found if subject.startswith("aws_lb_listener")),
    ]

    for name, subject in asked:
        before, after = ask(name, subject, found), ask(name, subject, changed)
        if isinstance(before, dict):
            wrong = {key for key in before if not is_unknown(after[key]) and after[key] != before[key]}
            assert not wrong, (name, subject, address, path)
        else:
            assert is_unknown(after) or after == before, (name, address, path)
