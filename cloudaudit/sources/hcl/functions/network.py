"""Terraform's functions on IP networks."""

import ipaddress
import re
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import limits, numeric
from cloudaudit.sources.hcl.functions.numbers import whole
from cloudaudit.sources.hcl.functions.signature import Function, strict
from cloudaudit.sources.hcl.numeric import Number
from cloudaudit.sources.hcl.types import NUMBER, STRING
from cloudaudit.sources.hcl.unknowns import EvaluationError
from cloudaudit.sources.hcl.values import TfList, Value

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PREFIX = re.compile(r"([0-9a-fA-F:.]+)/([0-9]{1,4})\Z", re.ASCII)
_OCTETS = re.compile(r"(?<![0-9a-fA-F:.])0+(?=[0-9])|(?<=\.)0+(?=[0-9])", re.ASCII)
_LARGEST_STEP = 32
_MAPPED = ipaddress.ip_network("::ffff:0:0/96")


def _network(text: str) -> Network | Unknown:
    """The network that `text` stands for; unknown for IPv4 inside IPv6, where Terraform goes its own way."""
    found = _PREFIX.match(text)
    if not found:
        raise EvaluationError(f"invalid CIDR expression: {text}")
    try:
        # Zeros before an octet mean nothing to Terraform, whereas Python refuses them.
        address = _OCTETS.sub("", found[1]) if "." in found[1] else found[1]
        network = ipaddress.ip_network(f"{address}/{int(found[2])}", strict=False)
    except ValueError:
        raise EvaluationError(f"invalid CIDR expression: {text}") from None
    if network.version == 6 and network.overlaps(_MAPPED) and network.prefixlen >= _MAPPED.prefixlen:
        return Unknown(because="networks of IPv4 addresses written as IPv6 are computed by Terraform")
    return network


def _integer(number: Number) -> int:
    value = numeric.whole(number)
    if value is None:
        raise EvaluationError("value must be a whole number")
    return value


def _cidrhost(prefix: str, host: Number) -> Value:
    network = _network(prefix)
    number = _integer(host)
    if isinstance(network, Unknown):
        return network
    position = number if number >= 0 else network.num_addresses + number
    if not 0 <= position < network.num_addresses:
        raise EvaluationError(f"prefix of {network.prefixlen} does not accommodate a host numbered {number}")
    return _address(network, int(network.network_address) + position)


def _address(network: Network, value: int) -> Value:
    if network.version == 4:
        return str(ipaddress.IPv4Address(value))
    address = ipaddress.IPv6Address(value)
    if address in _MAPPED:
        return Unknown(because="IPv4 addresses written as IPv6 are computed by Terraform")
    return str(address)


def _cidrnetmask(prefix: str) -> Value:
    network = _network(prefix)
    if isinstance(network, Unknown):
        return network
    if network.version == 6:
        raise EvaluationError("IPv6 addresses cannot have a netmask")
    return str(network.netmask)


def _cidrsubnet(prefix: str, newbits: Number, netnum: Number) -> Value:
    network = _network(prefix)
    bits, number = whole(newbits), _integer(netnum)
    if isinstance(network, Unknown):
        return network
    if bits < 0 or number < 0:
        return Unknown(because="cidrsubnet() with a negative number is computed by Terraform")
    length = network.prefixlen + bits
    if length > network.max_prefixlen:
        raise EvaluationError(f"insufficient address space to extend prefix of {network.prefixlen} by {bits}")
    if number >> bits:
        if number >= 2**64:
            return Unknown(because="cidrsubnet() with a number beyond 64 bits is computed by Terraform")
        raise EvaluationError(f"prefix extension of {bits} does not accommodate a subnet numbered {number}")
    start = int(network.network_address) + (number << (network.max_prefixlen - length))
    return _subnet(network, start, length)


def _subnet(network: Network, start: int, length: int) -> Value:
    address = _address(network, start)
    return address if isinstance(address, Unknown) else f"{address}/{length}"


def _cidrsubnets(prefix: str, *newbits: Number) -> Value:
    network = _network(prefix)
    steps = [whole(bits) for bits in newbits]
    limits.elements(len(steps))
    if isinstance(network, Unknown):
        return network
    subnets: list[Any] = []
    position = int(network.network_address)
    end = position + network.num_addresses
    for bits in steps:
        length = network.prefixlen + bits
        if not 1 <= bits <= _LARGEST_STEP or length > network.max_prefixlen:
            raise EvaluationError(f"cannot extend a prefix of {network.prefixlen} by {bits} bits")
        size = 1 << (network.max_prefixlen - length)
        position = -(-position // size) * size
        if position + size > end:
            raise EvaluationError(f"not enough remaining address space for a subnet with a prefix of {length} bits")
        subnets.append(_subnet(network, position, length))
        position += size
    return TfList(subnets, STRING)


FUNCTIONS: dict[str, Function] = {
    "cidrhost": strict(_cidrhost, STRING, NUMBER),
    "cidrnetmask": strict(_cidrnetmask, STRING),
    "cidrsubnet": strict(_cidrsubnet, STRING, NUMBER, NUMBER),
    "cidrsubnets": strict(_cidrsubnets, STRING, rest=NUMBER),
}
