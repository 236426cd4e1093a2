"""Address ranges: what a CIDR covers, and whether several together are as good as the internet."""

import functools
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple


class Span(NamedTuple):
    """The addresses from `first` to `last`, both included, of IP version 4 or 6."""

    version: int
    first: int
    last: int


_PRIVATE_TEXT = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/3", "4000::/2", "8000::/1",
)  # fmt: skip

# A union this large is the internet to an attacker: a quarter of version 4, an eighth of the global part of version 6.
_INTERNET = {4: 2**30, 6: 2**122}


@functools.lru_cache(maxsize=4096)
def span(text: str) -> Span | None:
    """The range that a CIDR or a single address denotes; None for anything else. Host bits are ignored, as AWS does."""
    try:
        network: IPv4Network | IPv6Network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return Span(network.version, int(network.network_address), int(network.broadcast_address))


@functools.lru_cache(maxsize=1)
def _private() -> tuple[Span, ...]:
    return tuple(found for text in _PRIVATE_TEXT if (found := span(text)))


def is_private(text: str) -> bool:
    """Whether all addresses of the range are unreachable over the internet. Wrong text is not private."""
    inner = span(text)
    return inner is not None and any(_inside(inner, outer) for outer in _private())


def _inside(inner: Span, outer: Span) -> bool:
    return inner.version == outer.version and outer.first <= inner.first and inner.last <= outer.last


def contains(outer: str, inner: str) -> bool:
    """Whether the range `inner` lies within the range `outer`."""
    large, small = span(outer), span(inner)
    return large is not None and small is not None and _inside(small, large)


def overlap(one: str, other: str) -> bool:
    """Whether the two ranges share an address."""
    left, right = span(one), span(other)
    if left is None or right is None or left.version != right.version:
        return False
    return left.first <= right.last and right.first <= left.last


def union(spans: Iterable[Span]) -> list[Span]:
    """The same addresses as disjoint ranges in order."""
    merged: list[Span] = []
    for part in sorted(spans):
        if merged and merged[-1].version == part.version and part.first <= merged[-1].last + 1:
            merged[-1] = merged[-1]._replace(last=max(merged[-1].last, part.last))
        else:
            merged.append(part)
    return merged


def without(part: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of a range once the taken ones are cut out of it."""
    left = [part]
    for cut in taken:
        left = [rest for piece in left for rest in _cut(piece, cut)]
    return left


def _cut(piece: Span, cut: Span) -> list[Span]:
    if piece.version != cut.version or cut.last < piece.first or piece.last < cut.first:
        return [piece]
    below = [piece._replace(last=cut.first - 1)] if piece.first < cut.first else []
    above = [piece._replace(first=cut.last + 1)] if cut.last < piece.last else []
    return below + above


def public_size(texts: Iterable[str], version: int) -> int:
    """How many addresses of the internet the ranges cover together."""
    return _public_size((part for text in texts if (part := span(text))), version)


def _public_size(spans: Iterable[Span], version: int) -> int:
    ours = union(part for part in spans if part.version == version)
    return sum(part.last - part.first + 1 - _hidden(part) for part in ours)


def are_internet(spans: Iterable[Span]) -> bool:
    """Whether the ranges together let (nearly) anybody in, as `is_internet`."""
    known = tuple(spans)
    return any(_public_size(known, version) >= least for version, least in _INTERNET.items())


def _hidden(part: Span) -> int:
    """How many addresses of the range are private."""
    shared = ((max(part.first, p.first), min(part.last, p.last)) for p in _private() if p.version == part.version)
    return sum(last - first + 1 for first, last in shared if first <= last)


def is_internet(texts: Iterable[str]) -> bool:
    """Whether the ranges together let (nearly) anybody in: 0.0.0.0/0, ::/0, two halves, or ranges as wide."""
    return _is_internet(tuple(texts))


@functools.lru_cache(maxsize=4096)
def _is_internet(ranges: tuple[str, ...]) -> bool:
    """Remembered: every port of every group asks of the same few ranges."""
    if "0.0.0.0/0" in ranges or "::/0" in ranges:
        return True
    return any(public_size(ranges, version) >= least for version, least in _INTERNET.items())


@functools.lru_cache(maxsize=4096)
def is_wide(text: str) -> bool:
    """Whether the range covers more of the internet than a /8 (a /32 of version 6): nobody owns that much alone."""
    return public_size([text], 4) > 2**24 or public_size([text], 6) > 2**96
