"""What must hold of ranges, ports, ACLs and groups whatever they say."""

from ipaddress import ip_network
from typing import Any

from facts_building import fact, graph, is_unknown, ref, resource
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudaudit.facts import addresses
from cloudaudit.facts.addresses import Span
from cloudaudit.facts.network import acls
from cloudaudit.model import Unknown

HIDDEN = Unknown(because="it is hidden")


@st.composite
def cidrs(draw: st.DrawFn, version: int | None = None, longest: int = 12) -> str:
    """A range of either version, wide or narrow, now and then one that matters."""
    known = {4: ["0.0.0.0/0", "10.0.0.0/8", "128.0.0.0/1"], 6: ["::/0", "2000::/3", "fd00::/8"]}
    kind = version or draw(st.sampled_from((4, 6)))
    if draw(st.booleans()):
        return draw(st.sampled_from(known[kind]))
    bits, length = (32 if kind == 4 else 128), draw(st.integers(0, longest))
    number = draw(st.integers(0, 2**length - 1)) << (bits - length)
    network = ip_network((number, length))
    return str(network)


RANGES = st.lists(cidrs(), max_size=4)


def halves(text: str) -> list[str]:
    return [str(part) for part in ip_network(text).subnets()]


@given(RANGES, st.data())
def test_a_range_in_two_halves_is_the_range(ranges, data):
    if ranges:
        index = data.draw(st.integers(0, len(ranges) - 1))
        split = [*ranges[:index], *halves(ranges[index]), *ranges[index + 1 :]]

        assert addresses.is_internet(split) == addresses.is_internet(ranges)
        assert [addresses.public_size(split, v) for v in (4, 6)] == [addresses.public_size(ranges, v) for v in (4, 6)]


@given(RANGES, RANGES)
def test_more_ranges_never_cover_less(ranges, more):
    assert addresses.is_internet([*ranges, *more]) or not addresses.is_internet(ranges)
    assert all(addresses.public_size([*ranges, *more], v) >= addresses.public_size(ranges, v) for v in (4, 6))
    assert addresses.is_internet([*ranges, *more, *ranges]) == addresses.is_internet([*more, *ranges])


@given(st.integers(2, 7), st.sampled_from([4, 6]))
def test_all_pieces_of_the_internet_are_the_internet(length, version):
    whole = ip_network("0.0.0.0/0" if version == 4 else "::/0")
    pieces = [str(piece) for piece in whole.subnets(new_prefix=length)]

    assert addresses.is_internet(pieces)
    assert not addresses.is_internet(["10.0.0.0/8", "192.168.0.0/16", "fd00::/8", "203.0.113.0/24"])


SPANS = st.builds(lambda first, size: Span(4, first, first + size), st.integers(0, 30), st.integers(0, 12))


@given(SPANS, st.lists(SPANS, max_size=5))
def test_what_is_left_of_a_range_is_what_no_other_holds(part, taken):
    def members(spans: list[Span]) -> set[int]:
        return {number for span in spans for number in range(span.first, span.last + 1)}

    left = addresses.without(part, taken)

    assert members(left) == members([part]) - members(taken)
    assert sum(span.last - span.first + 1 for span in left) == len(members(left))


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """A rule of a security group."""
    first, last = sorted(draw(st.tuples(*[st.sampled_from([0, 21, 22, 23, 443, 3306, 3389, 9200, 65535])] * 2)))
    ranges = draw(st.lists(cidrs(), min_size=1, max_size=2))
    return {
        "protocol": draw(st.sampled_from(["tcp", "udp", "-1", "icmp"])),
        "from_port": first,
        "to_port": last,
        "cidr_blocks": [text for text in ranges if ":" not in text],
        "ipv6_cidr_blocks": [text for text in ranges if ":" in text],
    }


GROUPS = st.lists(rules(), max_size=3)


def opens(ingress: list[dict[str, Any]], *apart: dict[str, Any]) -> dict[str, Any]:
    others = [
        resource(f"aws_security_group_rule.r{n}", type="ingress", security_group_id=ref("aws_security_group.g.id"), **r)
        for n, r in enumerate(apart)
    ]
    return fact("network.opens", resource("aws_security_group.g", ingress=ingress), *others)


@settings(max_examples=60, deadline=None)
@given(GROUPS, rules())
def test_one_more_rule_never_closes(group, rule):
    before, after = opens(group), opens([*group, rule])

    assert all(after[service] is True for service in before if before[service] is True)


@settings(max_examples=60, deadline=None)
@given(GROUPS, st.randoms(use_true_random=False))
def test_it_does_not_matter_in_which_order_and_where_rules_stand(group, random):
    shuffled = list(group)
    random.shuffle(shuffled)

    assert opens(group) == opens(shuffled) == opens(shuffled[1:], *shuffled[:1]) == opens([], *group)


@settings(max_examples=60, deadline=None)
@given(GROUPS, st.integers(0, 65534))
def test_a_rule_cut_in_two_opens_the_same_ports(group, cut):
    def parts(rule: dict[str, Any]) -> list[dict[str, Any]]:
        inside = rule["protocol"] in ("tcp", "udp") and rule["from_port"] <= cut < rule["to_port"]
        return [{**rule, "to_port": cut}, {**rule, "from_port": cut + 1}] if inside else [rule]

    assert opens(group) == opens([part for rule in group for part in parts(rule)])


@settings(max_examples=60, deadline=None)
@given(GROUPS)
def test_a_rule_for_each_range_opens_what_one_rule_does(group):
    def parts(rule: dict[str, Any]) -> list[dict[str, Any]]:
        four = [{**rule, "cidr_blocks": halves(text), "ipv6_cidr_blocks": []} for text in rule["cidr_blocks"]]
        six = [{**rule, "cidr_blocks": [], "ipv6_cidr_blocks": halves(text)} for text in rule["ipv6_cidr_blocks"]]
        return four + six

    assert opens(group) == opens([part for rule in group for part in parts(rule)])


@st.composite
def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The entries of an ACL, each with a number of its own, in any order; ranges are no narrower than a /4."""
    numbers = draw(st.lists(st.integers(1, 99), max_size=6, unique=True))
    return [
        {
            "rule_no": number,
            "action": draw(st.sampled_from(["allow", "deny"])),
            "protocol": draw(st.sampled_from(["tcp", "6", "udp", "-1"])),
            "from_port": draw(st.sampled_from([0, 22, 1024])),
            "to_port": draw(st.sampled_from([22, 443, 65535])),
            "cidr_block": draw(cidrs(version=4, longest=4).filter(lambda text: not text.startswith("10."))),
        }
        for number in numbers
    ]


def acl(ingress: Any) -> Any:
    return resource("aws_network_acl.a", ingress=ingress)


def first_match(listed: list[dict[str, Any]], protocol: str, port: int) -> list[str]:
    """The /4 blocks that are let in, each looked at by itself."""
    allowed = []
    for block in ip_network("0.0.0.0/0").subnets(new_prefix=4):
        for entry in sorted(listed, key=lambda each: each["rule_no"]):
            about = entry["protocol"] == "-1" or (
                {"6": "tcp"}.get(entry["protocol"], entry["protocol"]) == protocol
                and entry["from_port"] <= port <= entry["to_port"]
            )
            if about and block.subnet_of(ip_network(entry["cidr_block"])):
                allowed += [str(block)] if entry["action"] == "allow" else []
                break
    return allowed


@settings(max_examples=150, deadline=None)
@given(entries(), st.sampled_from([22, 80, 443, 3306, 3389]), st.sampled_from(["tcp", "udp"]))
def test_the_first_entry_that_matches_decides_for_each_address(listed, port, protocol):
    subject = acl(listed)
    known = acls.entries(subject, graph(subject)).known

    allowed = first_match(listed, protocol, port)

    assert addresses.are_internet(acls.admitted(known, protocol, port)) == addresses.is_internet(allowed)
    if protocol == "tcp":
        assert acls.admits(subject, graph(subject), port) is addresses.is_internet(allowed)


def admitted(listed: Any) -> dict[str, Any]:
    return fact("network.acl_opens", acl(listed))


@settings(max_examples=60, deadline=None)
@given(entries(), st.integers(1, 199))
def test_one_more_denial_never_admits_and_one_more_allowance_never_refuses(listed, number):
    whole = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0", "rule_no": number + 0.5}
    number_of = {entry["rule_no"] for entry in listed}
    whole["rule_no"] = next(n for n in range(number, 400) if n not in number_of)
    before = admitted(listed)
    denied, allowed = (admitted([*listed, {**whole, "action": action}]) for action in ("deny", "allow"))

    assert all(denied[name] is False for name in before if before[name] is False)
    assert all(allowed[name] is True for name in before if before[name] is True)


@settings(max_examples=60, deadline=None)
@given(entries(), entries())
def test_entries_behind_one_for_everybody_are_dead(listed, more):
    everybody = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0", "rule_no": 100}
    behind = [{**entry, "rule_no": entry["rule_no"] + 100} for entry in more]

    for action in ("allow", "deny"):
        last = {**everybody, "action": action}
        assert admitted([*listed, last]) == admitted([*listed, last, *behind])


@settings(max_examples=60, deadline=None)
@given(entries())
def test_entries_apart_are_those_of_the_acl(listed):
    names = {"rule_no": "rule_number", "action": "rule_action"}
    apart = [
        resource(
            f"aws_network_acl_rule.r{entry['rule_no']}",
            network_acl_id=ref("aws_network_acl.a.id"),
            **{names.get(name, name): value for name, value in entry.items()},
        )
        for entry in listed
    ]

    assert fact("network.acl_opens", acl([]), *apart) == admitted(listed)


@settings(max_examples=100, deadline=None)
@given(entries(), st.data())
def test_hiding_a_part_of_an_acl_never_turns_an_answer_round(listed, data):
    before = admitted(listed)
    index = data.draw(st.integers(0, len(listed)))
    if index == len(listed):
        after = admitted(HIDDEN)
    else:
        name = data.draw(st.sampled_from(sorted(listed[index])))
        after = admitted([*listed[:index], {**listed[index], name: HIDDEN}, *listed[index + 1 :]])

    assert all(is_unknown(after[name]) or after[name] == before[name] for name in before)
