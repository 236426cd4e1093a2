"""Rules of security groups in one form, wherever they are written: in the group, apart from it, old style or new."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from cloudaudit.facts import addresses
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import blocks, listed
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record, Relation, Resource, Unknown

GROUPS = ("aws_default_security_group", "aws_security_group")
RULES = ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule")
OUTGOING = ("aws_security_group_rule", "aws_vpc_security_group_egress_rule")

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1", "": "-1"}
_WITH_PORTS = {"tcp", "udp", "-1"}
ALL_PORTS = (0, 65535)

Port = int | Unknown


class Opening(Record, frozen=True):
    """One rule: the ports it opens and to which addresses. Protocol "-1" is all of them.

    `ranges` are the CIDRs that are known; `doubts` says why there may be others. Ports are -1 where the protocol has
    none. `by` is the address of the resource that holds the rule.
    """

    protocol: str | Unknown
    first: Port
    last: Port
    ranges: tuple[str, ...]
    doubts: tuple[str, ...]
    by: str


class Openings(Record, frozen=True):
    """All rules of one direction, and why there may be others."""

    rules: tuple[Opening, ...] = ()
    because: tuple[str, ...] = ()


@per_resource
def incoming(resource: Resource, graph: ResourceGraph) -> Openings:
    """The rules that let traffic in: of a group with those apart from it, or of one rule alone."""
    return _openings(resource, graph, "ingress", RULES)


@per_resource
def outgoing(resource: Resource, graph: ResourceGraph) -> Openings:
    """The rules that let traffic out."""
    return _openings(resource, graph, "egress", OUTGOING)


def _openings(resource: Resource, graph: ResourceGraph, direction: str, apart: tuple[str, ...]) -> Openings:
    if resource.type not in GROUPS:
        return _single(resource, graph, direction)
    inline = blocks(resource.attributes, direction)
    rules = [_inline(block, resource, graph) for block in inline.items]
    related = graph.related(resource, Relation(type=apart, by="security_group_id"))
    because = [*inline.because, *related.because]
    for each in related.found:
        part = _single(each, graph, direction)
        rules += part.rules
        because += part.because
    return Openings(rules=tuple(rules), because=tuple(because))


def _single(resource: Resource, graph: ResourceGraph, direction: str) -> Openings:
    """A rule that is a resource of its own."""
    attributes = resource.attributes
    if resource.type == "aws_security_group_rule":
        kind = attributes.get("type")
        if isinstance(kind, Unknown):
            return Openings(because=(kind.because,))
        return Openings(rules=(_inline(attributes, resource, graph),) if kind == direction else ())
    if not resource.type.endswith(f"_{direction}_rule"):
        return Openings()
    return Openings(rules=(_opening(attributes, _RULE, resource, graph),))


class Dialect(NamedTuple):
    """What the parts of a rule are called."""

    protocol: str
    ranges: tuple[str, str]
    prefix_lists: str


_BLOCK = Dialect("protocol", ("cidr_blocks", "ipv6_cidr_blocks"), "prefix_list_ids")
_RULE = Dialect("ip_protocol", ("cidr_ipv4", "cidr_ipv6"), "prefix_list_id")


def _inline(attributes: Mapping[str, Any], resource: Resource, graph: ResourceGraph) -> Opening:
    return _opening(attributes, _BLOCK, resource, graph)


def _opening(attributes: Mapping[str, Any], names: Dialect, resource: Resource, graph: ResourceGraph) -> Opening:
    sources = [attributes.get(name) for name in names.ranges]
    ranges = [str(value) for source in sources for value in listed(source).items]
    doubts = [text for source in sources for value in _unknowns(source) if (text := _may_be_internet(value))]
    known, because = _prefix_list(attributes.get(names.prefix_lists), resource, graph)
    protocol = _protocol(attributes.get(names.protocol))
    first, last = _ports(protocol, attributes.get("from_port"), attributes.get("to_port"))
    return Opening(
        protocol=protocol,
        first=first,
        last=last,
        ranges=(*ranges, *known),
        doubts=(*doubts, *because),
        by=resource.address,
    )


def _unknowns(value: object) -> Iterator[Unknown]:
    for member in value if isinstance(value, list) else [value]:
        if isinstance(member, Unknown):
            yield member


# Attributes of networks and hosts: whatever they turn out to be, it is not everybody.
_BOUNDED = {
    "cidr_block", "ipv6_cidr_block", "private_ip", "public_ip", "ipv6_address", "ipv6_addresses", "private_ips",
    "ip_address", "association_ipv6_cidr_block", "cidr_blocks", "vpc_cidr_block",
}  # fmt: skip


def _may_be_internet(value: Unknown) -> str:
    """Why the unknown range may be the internet; empty if it certainly is not."""
    if value.prefix.strip("0:./"):
        return ""
    if value.refs and all(ref.rpartition(".")[2].partition("[")[0] in _BOUNDED for ref in value.refs):
        return ""
    return value.because


_LISTS = "prefix_lists"
_MADE_BY_AWS = ("data.aws_prefix_list.", "aws_vpc_endpoint.")


def _prefix_list(value: Any, resource: Resource, graph: ResourceGraph) -> tuple[list[str], list[str]]:
    """The ranges of the prefix lists that are in this scan, and why there may be others. Those of AWS's own services
    are not the internet."""
    members = [each for each in (value if isinstance(value, list) else [value]) if each and not _of_service(each)]
    if not members:
        return [], []
    # the lists of this rule alone: a group may have others in other rules
    holder = msgspec.structs.replace(resource, attributes={_LISTS: members})
    related = graph.related(holder, Relation(type="aws_ec2_managed_prefix_list", via=_LISTS))
    ranges: list[str] = []
    doubts = list(related.because)
    for found in related.found:
        if found.attributes.get("owner_id") == "AWS":
            continue
        entries = blocks(found.attributes, "entry")
        apart = graph.related(found, Relation(type="aws_ec2_managed_prefix_list_entry", by="prefix_list_id"))
        doubts += [*entries.because, *apart.because]
        for row in (*entries.items, *(entry.attributes for entry in apart.found)):
            text = row.get("cidr")
            ranges += [text] if isinstance(text, str) else []
            doubts += [reason for each in _unknowns(text) if (reason := _may_be_internet(each))]
    return ranges, doubts


def _of_service(value: object) -> bool:
    if not isinstance(value, Unknown) or not value.refs:
        return False
    return all(any(f".{ref}".find(f".{kind}") >= 0 for kind in _MADE_BY_AWS) for ref in value.refs)


def _protocol(value: object) -> str | Unknown:
    if isinstance(value, Unknown):
        return value
    text = str(value if value is not None else "").lower()
    return _PROTOCOLS.get(text, text)


def _ports(protocol: str | Unknown, first: object, last: object) -> tuple[Port, Port]:
    """The range of ports; all for protocol "-1" or where both ends are -1, none for protocols without ports.

    A protocol that is not known may be any of them, whatever the ports say.
    """
    if isinstance(protocol, Unknown):
        return protocol, protocol  # it may be "-1", which makes nothing of the ports that are written beside it
    if protocol == "-1":
        return ALL_PORTS
    if protocol not in _WITH_PORTS:
        return -1, -1
    low, high = _port(first), _port(last)
    return ALL_PORTS if (low, high) in ((-1, -1), (None, None)) else (_or(low, 0), _or(high, 65535))


def _port(value: object) -> Port | None:
    if isinstance(value, Unknown) or value is None:
        return value
    try:
        return int(str(value))
    except ValueError:
        return None


def _or(port: Port | None, default: int) -> Port:
    return default if port is None else port


def is_open(rule: Opening) -> bool:
    """Whether the rule alone lets the internet in."""
    return addresses.is_internet(rule.ranges)
