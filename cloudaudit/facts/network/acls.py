"""Network ACLs: entries in order, and the first that matches decides."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.facts import addresses
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.network.ports import SERVICES
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record, Relation, Resource, Unknown

TYPES = ("aws_default_network_acl", "aws_network_acl")


class Entry(Record, frozen=True):
    """One numbered entry for incoming traffic."""

    number: int
    allow: bool
    first: int
    last: int
    cidr: str


class Entries(Record, frozen=True):
    """The entries in order, and what could not be read."""

    known: tuple[Entry, ...] = ()
    because: tuple[str, ...] = ()


@per_resource
def entries(acl: Resource, graph: ResourceGraph) -> Entries:
    """The incoming entries of an ACL, inline and apart."""
    inline = blocks(acl.attributes, "ingress")
    apart = graph.related(acl, Relation(type="aws_network_acl_rule", by="network_acl_id"))
    because = [*inline.because, *apart.because]
    known: list[Entry] = []
    rows = [(block, "rule_no", "action") for block in inline.items]
    rows += [
        (rule.attributes, "rule_number", "rule_action") for rule in apart.found if not rule.attributes.get("egress")
    ]
    for row, number, action in rows:
        entry = _entry(row, number, action)
        if isinstance(entry, Unknown):
            because.append(entry.because)
        elif entry is not None:
            known.append(entry)
    return Entries(known=tuple(sorted(known, key=lambda entry: entry.number)), because=tuple(because))


def _entry(row: Mapping[str, Any], number: str, action: str) -> Entry | Unknown | None:
    """One entry; None for protocols without ports, unknown if a part of it is."""
    cidr = row.get("cidr_block") or row.get("ipv6_cidr_block") or ""
    values = [row.get(number), row.get(action), row.get("protocol"), row.get("from_port"), row.get("to_port"), cidr]
    for value in values:
        if isinstance(value, Unknown):
            return value
    protocol = str(row.get("protocol", "-1")).lower()
    if protocol not in ("-1", "all", "6", "17", "tcp", "udp"):
        return None
    whole = protocol in ("-1", "all")
    return Entry(
        number=int(row.get(number) or 0),
        allow=str(row.get(action)).lower() == "allow",
        first=0 if whole else int(row.get("from_port") or 0),
        last=65535 if whole else int(row.get("to_port") or 0),
        cidr=str(cidr),
    )


def admits(acl: Resource, graph: ResourceGraph, port: int) -> Truth:
    """Whether the ACL lets the internet reach the port."""
    found = entries(acl, graph)
    allowed: list[str] = []
    denied: list[str] = []
    for entry in found.known:
        if not entry.first <= port <= entry.last:
            continue
        (allowed if entry.allow else denied).append(entry.cidr)
        if addresses.is_internet(allowed):
            return True if not found.because else unknown(found.because)
        if addresses.is_internet(denied):
            break
    return unknown(found.because) if found.because else False


def by_service(acl: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    """For each service whether the ACL lets the internet reach it; `admin` for SSH, RDP and WinRM together."""
    services: dict[str, Truth] = {
        name: any_of(admits(acl, graph, port) for port in ports) for name, ports in SERVICES.items()
    }
    services["admin"] = any_of(services[name] for name in ("ssh", "rdp", "winrm"))
    return services


@per_resource
def closed(subnet: Resource, graph: ResourceGraph) -> Truth:
    """Whether the ACL of a subnet keeps the internet out of every port. Without one the default admits everything."""
    found = graph.related(subnet, Relation(type="aws_network_acl", by="subnet_ids"))
    acls = list(found.found)
    for association in graph.related(subnet, Relation(type="aws_network_acl_association", by="subnet_id")).found:
        acls += graph.related(association, Relation(type="aws_network_acl", via="network_acl_id")).found
    if not acls:
        return False
    return any_of(_keeps_out(acl, graph) for acl in acls)


def _keeps_out(acl: Resource, graph: ResourceGraph) -> Truth:
    found = entries(acl, graph)
    if addresses.is_internet(entry.cidr for entry in found.known if entry.allow):
        return False
    return unknown(found.because) if found.because else True
