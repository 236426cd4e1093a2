"""Ranges of addresses that a security group lets in, where they lie in the network of another environment."""

import ipaddress
from collections.abc import Iterator, Mapping

from cloudaudit.facts.environment.entries import Entry, Target, across, crosses, doubt, entry
from cloudaudit.facts.environment.inference import Inference, environment_of, vocabulary
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.reading import leaves
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Record, Resource, Unknown

_Range = ipaddress.IPv4Network | ipaddress.IPv6Network
_INCOMING = {
    "aws_security_group": ("ingress.cidr_blocks", "ingress.ipv6_cidr_blocks"),
    "aws_default_security_group": ("ingress.cidr_blocks", "ingress.ipv6_cidr_blocks"),
    "aws_network_acl": ("ingress.cidr_block", "ingress.ipv6_cidr_block"),
    "aws_security_group_rule": ("cidr_blocks", "ipv6_cidr_blocks"),
    "aws_vpc_security_group_ingress_rule": ("cidr_ipv4", "cidr_ipv6"),
}
TYPES = tuple(_INCOMING)


class Network(Record, frozen=True):
    """A range that is known to be of an environment, and what says so; `because` says why the range is not known."""

    label: str
    environment: Inference
    range: _Range | None = None
    because: str = ""


@per_graph
def _networks(graph: ResourceGraph) -> list[Network]:
    """The networks of this graph and of the settings."""
    found = []
    settings: Mapping[str, str] = graph.environment.get("places") or {}
    for text, name in settings.items():
        if (known := _parse(text)) is not None:
            stated = Inference(name=vocabulary(graph).stated(name), basis=f"settings {text}", own=True)
            found.append(Network(range=known, label=text, environment=stated))
    for network in graph.of_type("aws_vpc"):
        inference = environment_of(network, graph)
        value = network.attributes.get("cidr_block")
        if isinstance(value, str) and (known := _parse(value)) is not None:
            found.append(Network(range=known, label=network.address, environment=inference))
        elif isinstance(value, Unknown):
            because = f"{network.address}.cidr_block: {value.because}"
            found.append(Network(label=network.address, environment=inference, because=because))
    return found


def ranges(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """The incoming ranges that lie within networks of other environments. Ranges that several environments use may
    mean any of them."""
    if resource.attributes.get("type") == "egress" or not (networks := _networks(graph)):
        return []
    ours = _ours(resource, graph)
    others = [network for network in networks if crosses(ours, network.environment) is not False]
    rows: list[Entry] = []
    for attribute in _INCOMING.get(resource.type, ()):
        for value in leaves(resource.attributes, attribute):
            if isinstance(value, Unknown):
                rows += [doubt(f"{resource.address}.{attribute}: {value.because}")] if others else []
            elif isinstance(value, str) and (known := _parse(value)) is not None:
                for each in _around(known, value, attribute, networks):
                    rows.append(entry(resource.address, each, ours))
                if others and known.is_private and known.prefixlen and not _lies(known, networks):
                    rows += [doubt(network.because) for network in others if network.because][:1]
    return across(rows)


def _lies(known: _Range, networks: list[Network]) -> bool:
    return any(each.range is not None and _within(known, each.range) for each in networks)


def _ours(resource: Resource, graph: ResourceGraph) -> Inference:
    """The environment of the group; not that of the root where the network it lies in is not known."""
    found = environment_of(resource, graph)
    for name in ("vpc_id", "security_group_id"):
        value = resource.attributes.get(name)
        if found.silent and isinstance(value, Unknown) and not value.refs:
            return Inference(because=f"{resource.address}.{name}: {value.because}")
    return found


def _around(known: _Range, text: str, attribute: str, networks: list[Network]) -> Iterator[Target]:
    """The networks that the range lies in: one, or a doubt if there are several of different environments."""
    inside = [each for each in networks if each.range is not None and _within(known, each.range)]
    names = {each.environment.name for each in inside}
    unsure = [each for each in networks if each.range is None and each.environment.name not in names]
    if inside and unsure:
        yield Target(to=text, kind="range", attribute=attribute, environment=Inference(because=unsure[0].because))
    elif len(names) > 1:
        because = f"{text} lies in {' and in '.join(sorted(each.label for each in inside)[:3])}"
        yield Target(to=text, kind="range", attribute=attribute, environment=Inference(because=because))
    elif inside:
        label = f"{text} in {inside[0].label}" if inside[0].label != text else text
        yield Target(to=label, kind="range", attribute=attribute, environment=inside[0].environment)


def _within(one: _Range, other: _Range) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network):
        return one.subnet_of(other)
    return False


def _parse(text: str) -> _Range | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None
