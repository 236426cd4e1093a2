import ipaddress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.facts import addresses

NETWORKS = st.builds(
    lambda first, bits: str(ipaddress.ip_network((first, bits), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 32),
)


@pytest.mark.parametrize(
    "ranges",
    [["0.0.0.0/0"], ["::/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["10.0.0.0/8", "1.2.3.4/0"], ["2000::/3"], ["0.0.0.0/1"]],
)
def test_ranges_that_are_the_internet(ranges):
    assert addresses.is_internet(ranges)


@pytest.mark.parametrize(
    "ranges", [[], ["10.0.0.0/8"], ["203.0.113.0/24"], ["nonsense"], ["240.0.0.0/4"], ["fc00::/7"]]
)
def test_ranges_that_are_not_the_internet(ranges):
    assert not addresses.is_internet(ranges)


@given(st.lists(NETWORKS, max_size=6))
def test_a_union_is_disjoint_and_holds_every_end(texts):
    spans = [addresses.span(text) for text in texts]
    merged = addresses.union(spans)

    assert all(left.last + 1 < right.first for left, right in pairwise(merged))
    assert all(any(part.first <= one.first and one.last <= part.last for part in merged) for one in spans)


@given(st.lists(NETWORKS, max_size=5), NETWORKS)
def test_one_range_more_is_never_less_of_the_internet(texts, more):
    assert addresses.public_size([*texts, more], 4) >= addresses.public_size(texts, 4)
    assert addresses.is_internet([*texts, more]) or not addresses.is_internet(texts)


@given(NETWORKS)
def test_the_two_halves_of_a_range_are_as_wide_as_the_range(text):
    network = ipaddress.ip_network(text)
    halves = [str(half) for half in network.subnets()] if network.prefixlen < 32 else [text]

    assert addresses.public_size(halves, 4) == addresses.public_size([text], 4)
    assert all(addresses.contains(text, half) and addresses.overlap(text, half) for half in halves)


def test_private_ranges_are_told_from_public_ones():
    assert [
        text for text in ("10.1.0.0/16", "172.31.0.0/16", "fd00::/8", "8.8.8.8/32", "x") if addresses.is_private(text)
    ] == [
        "10.1.0.0/16",
        "172.31.0.0/16",
        "fd00::/8",
    ]


def test_wider_than_a_slash_8_is_wide():
    assert addresses.is_wide("16.0.0.0/7")
    assert not addresses.is_wide("16.0.0.0/8")
    assert not addresses.is_wide("10.0.0.0/7".replace("10", "0")) or addresses.is_wide("0.0.0.0/6")
