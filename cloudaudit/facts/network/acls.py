"""Network ACLs: entries in order, and the first that matches decides."""

from collections.abc import Iterable, Mapping
from typing import Any

from cloudaudit.facts import addresses
from cloudaudit.facts.addresses import Span
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.network import ports
from cloudaudit.facts.network.openings import ALL_PORTS
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record, Relation, Resource, Unknown

ACLS = ("aws_default_network_acl", "aws_network_acl")
RULE = "aws_network_acl_rule"
TYPES = (*ACLS, RULE)

_NAMES = {"6": "tcp", "17": "udp", "all": "-1"}
_ALL = "-1"
# What else than TCP these speak.
_BY_UDP = frozenset(port for name in ("kerberos", "ldap", "memcached", "nfs", "smb") for port in ports.SERVICES[name])


class Entry(Record, frozen=True):
    """One numbered entry for incoming traffic; protocol "-1" is all of them."""

    number: int
    allow: bool
    protocol: str
    first: int
    last: int
    range: Span


class Entries(Record, frozen=True):
    """The entries in order, and what could not be read."""

    known: tuple[Entry, ...] = ()
    because: tuple[str, ...] = ()


@per_resource
def entries(acl: Resource, graph: ResourceGraph) -> Entries:
    """The incoming entries of an ACL, inline and apart; of an entry apart also those that come before it."""
    if acl.type == RULE:
        return _of_rule(acl, graph)
    inline = blocks(acl.attributes, "ingress")
    apart = graph.related(acl, Relation(type=RULE, by="network_acl_id"))
    found = [_entry(block, "rule_no", "action") for block in inline.items]
    found += [_apart(rule) for rule in apart.found]
    return _in_order(found, (*inline.because, *apart.because))


def _in_order(found: Iterable[Entry | Unknown | None], because: Iterable[str]) -> Entries:
    parts = list(found)
    known = sorted((part for part in parts if isinstance(part, Entry)), key=lambda entry: entry.number)
    doubts = [part.because for part in parts if isinstance(part, Unknown)]
    return Entries(known=tuple(known), because=(*because, *doubts))


def _of_rule(rule: Resource, graph: ResourceGraph) -> Entries:
    own = _apart(rule)
    if not isinstance(own, Entry) or not own.allow:
        return _in_order([own] if isinstance(own, Unknown) else [], ())
    acls = graph.related(rule, Relation(type=ACLS, via="network_acl_id"))
    others = [entries(acl, graph) for acl in acls.found]
    earlier = [entry for part in others for entry in part.known if entry.number < own.number and not entry.allow]
    elsewhere = isinstance(rule.attributes.get("network_acl_id"), str)
    doubts = () if elsewhere else acls.because
    return _in_order([*earlier, own], (*doubts, *(text for part in others for text in part.because)))


def _apart(rule: Resource) -> Entry | Unknown | None:
    outgoing = rule.attributes.get("egress")
    if isinstance(outgoing, Unknown):
        return outgoing
    return None if str(outgoing).lower() == "true" else _entry(rule.attributes, "rule_number", "rule_action")


def _entry(row: Mapping[str, Any], number: str, action: str) -> Entry | Unknown | None:
    """One entry; None for protocols without ports and for ranges that are none, unknown if a part of it is."""
    cidr = row.get("cidr_block") or row.get("ipv6_cidr_block") or ""
    values = [row.get(number), row.get(action), row.get("protocol"), row.get("from_port"), row.get("to_port"), cidr]
    for value in values:
        if isinstance(value, Unknown):
            return value
    text = str(row.get("protocol", _ALL)).lower()
    protocol = _NAMES.get(text, text)
    part = addresses.span(str(cidr))
    if protocol not in (_ALL, "tcp", "udp") or part is None:
        return None
    whole = protocol == _ALL
    return Entry(
        number=_number(row.get(number)),
        allow=str(row.get(action)).lower() == "allow",
        protocol=protocol,
        first=0 if whole else _number(row.get("from_port")),
        last=65535 if whole else _number(row.get("to_port")),
        range=part,
    )


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def admitted(found: Iterable[Entry], protocol: str, port: int) -> list[Span]:
    """The addresses that the entries let in: each is decided by the first entry that names it."""
    allowed: list[Span] = []
    decided: list[Span] = []
    for entry in found:
        if entry.protocol in (_ALL, protocol) and entry.first <= port <= entry.last:
            if entry.allow:
                allowed += addresses.without(entry.range, decided)
            decided.append(entry.range)
    return allowed


def admits(acl: Resource, graph: ResourceGraph, port: int, version: int | None = None) -> Truth:
    """Whether the ACL lets the internet reach the port; of one version of IP if it is given."""
    found = entries(acl, graph)
    if found.because:
        return unknown(found.because)
    return _open(found.known, port, version)


def _open(known: Iterable[Entry], port: int, version: int | None) -> bool:
    ours = [entry for entry in known if version is None or entry.range.version == version]
    protocols = ("tcp", "udp") if port in _BY_UDP else ("tcp",)
    return any(addresses.are_internet(admitted(ours, protocol, port)) for protocol in protocols)


def _edges(known: Iterable[Entry]) -> list[int]:
    """One port out of every piece into which the entries cut the ports."""
    cuts = {0, *(entry.first for entry in known), *(entry.last + 1 for entry in known)}
    return sorted(port for port in cuts if port <= ALL_PORTS[1])


@per_resource
def by_service(acl: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    """For each service whether the ACL lets the internet reach it; also for admin, data, anything and everything."""
    found = entries(acl, graph)
    if found.because:
        return dict.fromkeys(ports.NAMES, unknown(found.because))
    services = ports.services({port: _open(found.known, port, None) for port in ports.LISTED})
    whole = [_open(found.known, port, None) for port in _edges(found.known)]
    return {**services, "anything": any(whole), "everything": all(whole)}


class Guard(Record, frozen=True):
    """The ACLs of a subnet, and why there may be others. Without any, the default one of AWS admits everything."""

    acls: tuple[Resource, ...] = ()
    because: tuple[str, ...] = ()


@per_resource
def guard(subnet: Resource, graph: ResourceGraph) -> Guard:
    """The ACL that stands before a subnet: its own, or the default one of its VPC where this scan sets that up."""
    named = graph.related(subnet, Relation(type=ACLS, by="subnet_ids"))
    associations = graph.related(subnet, Relation(type="aws_network_acl_association", by="subnet_id"))
    parts = [graph.related(each, Relation(type="aws_network_acl", via="network_acl_id")) for each in associations.found]
    found = [*named.found, *(acl for part in parts for acl in part.found)]
    because = [*named.because, *associations.because, *(text for part in parts for text in part.because)]
    if not found and not because and graph.of_type(ACLS[0]):
        vpcs = graph.related(subnet, Relation(type=("aws_vpc", "aws_default_vpc"), via="vpc_id"))
        defaults = [
            graph.related(vpc, Relation(type=ACLS[0], by=("default_network_acl_id", "vpc_id"))) for vpc in vpcs.found
        ]
        found += [acl for part in defaults for acl in part.found]
        because += [*vpcs.because, *(text for part in defaults for text in part.because)]
    return Guard(acls=tuple(found), because=tuple(because))


def passes(guard: Guard, graph: ResourceGraph, port: int, version: int) -> Truth:
    """Whether the internet gets past the ACL of a subnet to a port."""
    if not guard.acls:
        return unknown(guard.because) if guard.because else True
    return any_of(admits(acl, graph, port, version) for acl in guard.acls)


def passes_any(guard: Guard, graph: ResourceGraph, version: int) -> Truth:
    """Whether the internet gets past the ACL of a subnet to some port."""
    if not guard.acls:
        return unknown(guard.because) if guard.because else True
    return any_of(_some(acl, graph, version) for acl in guard.acls)


def _some(acl: Resource, graph: ResourceGraph, version: int) -> Truth:
    found = entries(acl, graph)
    if found.because:
        return unknown(found.because)
    return any(_open(found.known, port, version) for port in _edges(found.known))
