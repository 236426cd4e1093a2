"""The facts about networks that rules read."""

from typing import Any

from cloudaudit.facts import addresses
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.network import acls, attachment, exposure, listeners, ports, routes, templates, users
from cloudaudit.facts.network.openings import GROUPS, RULES, incoming, outgoing
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

_OPENING = (*GROUPS, *RULES)
_CLOSING = (*GROUPS, "aws_security_group_rule", "aws_vpc_security_group_egress_rule")


def _opens(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    return ports.by_service(incoming(resource, graph))


def _open_ports(resource: Resource, graph: ResourceGraph) -> list[dict[str, Any]]:
    return ports.with_doubts(ports.outward(incoming(resource, graph)))


def _open_admin_ports(resource: Resource, graph: ResourceGraph) -> list[int] | Unknown:
    return ports.listed_ports(ports.outward(incoming(resource, graph)), ports.ADMIN)


def _open_data_ports(resource: Resource, graph: ResourceGraph) -> list[int] | Unknown:
    return ports.listed_ports(ports.outward(incoming(resource, graph)), ports.DATA)


def _wide_ranges(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    openings = incoming(resource, graph)
    found = sorted({text for rule in openings.rules for text in rule.ranges if addresses.is_wide(text)})
    doubts = [*(text for rule in openings.rules for text in rule.doubts), *openings.because]
    return unknown(doubts) if doubts and not found else found


def _lets_everything_out(resource: Resource, graph: ResourceGraph) -> Truth:
    return ports.opens_everything(ports.outward(outgoing(resource, graph)))


def _without_rules(resource: Resource, graph: ResourceGraph) -> Truth:
    sides = (incoming(resource, graph), outgoing(resource, graph))
    if any(side.rules for side in sides):
        return False
    doubts = [text for side in sides for text in side.because]
    return unknown(doubts) if doubts else True


def _used_by(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    found = [user.address for user in users.users(resource, graph)]
    because = users.hidden_users(resource, graph)
    return unknown(because) if because and not found else found


def _public_subnet(resource: Resource, graph: ResourceGraph) -> Truth:
    return routes.placed(resource, graph).open


def _acl_opens(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    return acls.by_service(resource, graph)


def _given_up(vpc: Resource, graph: ResourceGraph) -> Truth:
    """Only Terraform knows what it takes a default network over for."""
    return False if graph.origin is Origin.LIVE else templates.flag(vpc.attributes.get("force_destroy"), default=False)


def _is_empty(vpc: Resource, graph: ResourceGraph) -> Truth:
    """Only AWS shows what is not there: whatever works in a network has an interface in it."""
    if graph.origin is not Origin.LIVE:
        return False
    subnets = graph.related(vpc, Relation(type=("aws_default_subnet", "aws_subnet"), by="vpc_id"))
    parts = [graph.related(each, Relation(type="aws_network_interface", by="subnet_id")) for each in subnets.found]
    if any(part.found for part in parts):
        return False
    doubts = [*subnets.because, *(text for part in parts for text in part.because)]
    return unknown(doubts) if doubts else True


FACTS = (
    Fact(
        name="network.acl_opens",
        types=acls.TYPES,
        compute=_acl_opens,
        doc="map from service to bool: the first matching entries of the network ACL let the internet reach it; of an "
        "entry that is a resource of its own, it and those before it. Names as in network.opens.",
    ),
    Fact(
        name="network.default_routes",
        types=("aws_route", *routes.TABLES),
        compute=routes.default_routes,
        doc="map from kind of target (instance, internet, nat, peering) to bool: the route, or one in the table, sends "
        "there what goes to the internet.",
    ),
    Fact(
        name="network.given_up",
        types=("aws_default_vpc",),
        compute=_given_up,
        doc="bool: the default VPC goes with the resource (force_destroy), as Terraform says; never so in an account.",
    ),
    Fact(
        name="network.in_default_group",
        types=("aws_instance",),
        compute=attachment.in_default_group,
        doc="bool: a security group that the resource names is the default one of a VPC, as far as this scan has it.",
    ),
    Fact(
        name="network.in_use",
        types=GROUPS,
        compute=users.in_use,
        doc="bool: something in this scan uses the security group; unknown if it is handed to something elsewhere.",
    ),
    Fact(
        name="network.internet_opens",
        types=attachment.TYPES,
        compute=exposure.internet_opens,
        doc="map from service to bool: the internet reaches it on this resource, by a public address, a route to "
        "an internet gateway, an ACL and an open security group at once. Names as in network.opens.",
    ),
    Fact(
        name="network.internet_path",
        types=attachment.TYPES,
        compute=exposure.internet_path,
        doc="list of the addresses along the way from the internet to the resource (gateway, route, table, "
        "subnet, rule, resource); empty if there is no way.",
    ),
    Fact(
        name="network.is_empty",
        types=("aws_default_vpc", "aws_vpc"),
        compute=_is_empty,
        doc="bool: no interface of anything lives in the network, as a live account shows; never so in files.",
    ),
    Fact(
        name="network.lets_everything_out",
        types=_CLOSING,
        compute=_lets_everything_out,
        doc="bool: outgoing traffic to every port of every address is allowed.",
    ),
    Fact(
        name="network.listener_opens",
        types=listeners.TYPES,
        compute=listeners.opens,
        doc="map from service to bool: the internet reaches the listener, and its port is one of the service's. Names "
        "as in network.opens.",
    ),
    Fact(
        name="network.open_admin_ports",
        types=_OPENING,
        compute=_open_admin_ports,
        doc="list of the ports among 22, 3389, 5985 and 5986 that are open to the internet.",
    ),
    Fact(
        name="network.open_data_ports",
        types=_OPENING,
        compute=_open_data_ports,
        doc="list of the ports of databases, caches, queues, file shares and other inner services that are open "
        "to the internet.",
    ),
    Fact(
        name="network.open_ports",
        types=_OPENING,
        compute=_open_ports,
        doc="list of {from, to, protocol, cidr, by}: what is open to the internet; protocol all spans all ports; "
        "ports are -1 for ICMP. An entry of unknowns stands for rules whose sources are not known: ask with "
        "exists or all, not by size.",
    ),
    Fact(
        name="network.opens",
        types=_OPENING,
        compute=_opens,
        doc="map from service to bool: open to the internet (0.0.0.0/0, ::/0, or ranges together as wide). Services: "
        f"{', '.join(sorted(ports.SERVICES))}; and {', '.join(ports.FAMILIES)}, admin, data, anything, everything (all "
        "ports).",
    ),
    Fact(
        name="network.public_address",
        types=(*templates.TEMPLATES, *attachment.TYPES),
        compute=attachment.public_address,
        doc="bool: the resource has or gets a public address: by its own flag, its subnet's, or an elastic address.",
    ),
    Fact(
        name="network.public_subnet",
        types=routes.PLACED,
        compute=_public_subnet,
        doc="bool: the subnet, or one of the resource's subnets, has a route to an internet gateway.",
    ),
    Fact(
        name="network.reached",
        types=GROUPS,
        compute=users.reached,
        doc="bool: something that uses the security group has a public address and a route from the internet; if "
        "false, what the group opens is open but nothing reaches it.",
    ),
    Fact(
        name="network.unreached",
        types=_OPENING,
        compute=users.unreached,
        doc="bool: what uses the security group (of the rule) is in this scan, and the internet has no way to any of "
        "it: neither address, route and ACL, nor a load balancer before it; or its VPC has no internet gateway. "
        "Unknown if something elsewhere may use it.",
    ),
    Fact(
        name="network.used_by",
        types=GROUPS,
        compute=_used_by,
        doc="list of the addresses of the resources that use the security group.",
    ),
    Fact(
        name="network.wide_ranges",
        types=_OPENING,
        compute=_wide_ranges,
        doc="list of incoming ranges that cover more than a /8 of the internet (a /32 of version 6).",
    ),
    Fact(
        name="network.without_rules",
        types=GROUPS,
        compute=_without_rules,
        doc="bool: the security group has no rule at all, neither in it nor apart from it.",
    ),
)
