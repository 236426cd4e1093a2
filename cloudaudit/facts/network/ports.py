"""Which ports a set of rules opens to the internet, three-valued."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from cloudaudit.facts import addresses
from cloudaudit.facts.network.openings import ALL_PORTS, Opening, Openings, is_open
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.model import Unknown

# Ports by what listens there. A name stands for all its ports.
SERVICES: dict[str, tuple[int, ...]] = {
    "broker": (1883, 5671, 5672, 8162, 15672, 61613, 61616, 61617),
    "cassandra": (7000, 7001, 7199, 9042, 9160),
    "consul": (8500,),
    "couchdb": (5984,),
    "docker": (2375, 2376),
    "elasticsearch": (9200, 9300),
    "etcd": (2379, 2380),
    "ftp": (20, 21),
    "hadoop": (8088, 9870, 50070),
    "http": (80,),
    "https": (443,),
    "influxdb": (8086,),
    "kafka": (9092, 9094),
    "kerberos": (88,),
    "kibana": (5601,),
    "kubernetes": (6443, 10250),
    "ldap": (389, 636),
    "memcached": (11211,),
    "mongodb": (27017, 27018, 27019),
    "mssql": (1433, 1434),
    "mysql": (3306, 4333),
    "neptune": (8182,),
    "nfs": (111, 2049),
    "oracle": (1521, 2483, 2484),
    "postgresql": (5432,),
    "rdp": (3389,),
    "redis": (6379,),
    "redshift": (5439,),
    "rsync": (873,),
    "smb": (135, 137, 138, 139, 445),
    "smtp": (25,),
    "ssh": (22,),
    "telnet": (23,),
    "vnc": (5500, 5900, 5901),
    "winrm": (5985, 5986),
    "zookeeper": (2181,),
}

# What belongs together in the eyes of a reader.
FAMILIES: dict[str, tuple[str, ...]] = {
    "databases": (
        "cassandra", "couchdb", "elasticsearch", "influxdb", "memcached", "mongodb", "mssql", "mysql", "neptune",
        "oracle", "postgresql", "redis", "redshift",
    ),
    "file_shares": ("ftp", "nfs", "rsync", "smb", "telnet", "vnc"),
    "inner_services": (
        "broker", "consul", "docker", "etcd", "hadoop", "kafka", "kerberos", "kibana", "kubernetes", "ldap", "smtp",
        "zookeeper",
    ),
}  # fmt: skip

_CARRIERS = ("tcp", "udp", "-1")
ADMIN = tuple(sorted(port for name in ("rdp", "ssh", "winrm") for port in SERVICES[name]))
_WEB = {"http", "https"}
DATA = tuple(
    sorted(
        {port for name, ports in SERVICES.items() if name not in _WEB for port in ports if port not in ADMIN}
        | {8888}  # notebooks
    )
)


def opens(openings: Openings, port: int) -> Truth:
    """Whether the rules let the internet reach `port` by TCP or UDP."""
    at_port = [(rule, truth) for rule in openings.rules if (truth := _at(rule, port)) is not False]
    together = [rule for rule, truth in at_port if truth is True]
    if addresses.is_internet(text for rule in together for text in rule.ranges):
        return True
    doubts = [text for rule, _ in at_port for text in rule.doubts]
    if addresses.is_internet(text for rule, _ in at_port for text in rule.ranges):
        doubts += [truth.because for _, truth in at_port if isinstance(truth, Unknown)]
    return unknown([*doubts, *openings.because]) if doubts or openings.because else False


def _at(rule: Opening, port: int) -> Truth:
    """Whether the rule is about `port`."""
    protocol: Truth = rule.protocol if isinstance(rule.protocol, Unknown) else rule.protocol in _CARRIERS
    first: Truth = rule.first if isinstance(rule.first, Unknown) else rule.first <= port
    last: Truth = rule.last if isinstance(rule.last, Unknown) else port <= rule.last
    return all_of([protocol, first, last])


def opens_everything(openings: Openings) -> Truth:
    """Whether the rules let the internet reach every port of TCP, or every port of UDP, one rule or several."""
    truths: list[Truth] = []
    for protocol in ("tcp", "udp"):
        about = [
            rule for rule in openings.rules if isinstance(rule.protocol, Unknown) or rule.protocol in (protocol, "-1")
        ]
        ours = Openings(rules=tuple(about), because=openings.because)
        truths.append(all_of(opens(ours, port) for port in _cuts(about)))
    return any_of(truths)


def _cuts(rules: Iterable[Opening]) -> list[int]:
    """One port out of every piece into which the rules cut the ports; nothing listens at port 0."""
    ends = [(rule.first, rule.last) for rule in rules]
    cuts = {1, *(first for first, _ in ends), *(last + 1 for _, last in ends if isinstance(last, int))}
    return sorted(port for port in cuts if isinstance(port, int) and 1 <= port <= ALL_PORTS[1])


NAMES = (*SERVICES, *FAMILIES, "admin", "anything", "data", "everything")


def outward(openings: Openings) -> Openings:
    """Only the rules that may have to do with the internet: few, as most sources are private."""
    few = tuple(rule for rule in openings.rules if rule.doubts or any(map(addresses.is_wide, rule.ranges)))
    return Openings(rules=few, because=openings.because)


def by_service(openings: Openings) -> dict[str, Truth]:
    """For each service whether the internet reaches it; also for `admin`, `data`, `anything` and `everything`."""
    openings = outward(openings)
    if not openings.rules and not openings.because:
        return dict.fromkeys(NAMES, False)
    if (plain := _plain(openings)) is not None:
        return dict(_plain_services(plain))
    found = services({port: opens(openings, port) for port in LISTED})
    found["everything"] = opens_everything(openings)
    found["anything"] = opens_anything(openings)
    return found


LISTED = frozenset({*ADMIN, *DATA, *(port for ports in SERVICES.values() for port in ports)})
_Plain = tuple[tuple[str, int, int], ...]


def _plain(openings: Openings) -> _Plain | None:
    """The protocols and ports of the rules, if all are known and each is open by itself: as nearly always."""
    if openings.because or not all(not rule.doubts and is_open(rule) for rule in openings.rules):
        return None
    found = tuple((rule.protocol, rule.first, rule.last) for rule in openings.rules)
    return None if any(isinstance(part, Unknown) for parts in found for part in parts) else found  # type: ignore[return-value]


@functools.lru_cache(maxsize=256)
def _plain_services(rules: _Plain) -> dict[str, Truth]:
    ends = [(first, last) for protocol, first, last in rules if protocol in _CARRIERS]
    found = services({port: any(first <= port <= last for first, last in ends) for port in LISTED})
    found["everything"] = any(_covers(rules, protocol) for protocol in ("tcp", "udp"))
    found["anything"] = True
    return found


def _covers(rules: _Plain, protocol: str) -> bool:
    """Whether the ranges of ports together are all of them."""
    free = 1
    for first, last in sorted((first, last) for kind, first, last in rules if kind in (protocol, "-1")):
        if first > free:
            break
        free = max(free, last + 1)
    return free > ALL_PORTS[1]


def services(known: Mapping[int, Truth]) -> dict[str, Truth]:
    """By service what is known by port; also for families of services, `admin` and `data`."""
    found: dict[str, Truth] = {name: any_of(known[port] for port in ports) for name, ports in SERVICES.items()}
    found.update({name: any_of(found[service] for service in family) for name, family in FAMILIES.items()})
    found["admin"] = any_of(known[port] for port in ADMIN)
    found["data"] = any_of(known[port] for port in DATA)
    return found


def opens_anything(openings: Openings) -> Truth:
    """Whether the internet is let in at all."""
    if ranges(openings):
        return True
    doubts = _doubts(openings)
    return unknown(doubts) if doubts else False


def _doubts(openings: Openings) -> list[str]:
    """Why more may be open than is certain: sources, ports or whole rules that are not known."""
    doubts = [*openings.because, *(text for rule in openings.rules for text in rule.doubts)]
    if addresses.is_internet(text for rule in openings.rules for text in rule.ranges):
        parts = (part for rule in openings.rules for part in (rule.protocol, rule.first, rule.last))
        doubts += [part.because for part in parts if isinstance(part, Unknown)]
    return doubts


def listed_ports(openings: Openings, ports: Iterable[int]) -> list[int] | Unknown:
    """Which of `ports` are open; unknown if none certainly is and one may be."""
    answers = {port: opens(openings, port) for port in ports}
    found = [port for port, truth in answers.items() if truth is True]
    doubts = [truth.because for truth in answers.values() if isinstance(truth, Unknown)]
    return unknown(doubts) if doubts and not found else found


def ranges(openings: Openings) -> list[dict[str, Any]]:
    """The ranges of ports that are certainly open to the internet; unknown ends stand as `Unknown`."""
    found = [_range(rule, _widest(rule)) for rule in openings.rules if is_open(rule)]
    return found + _joint(openings)


def _widest(rule: Opening) -> str:
    return max(rule.ranges, key=lambda text: (addresses.is_internet([text]), text))


def _range(rule: Opening, cidr: str) -> dict[str, Any]:
    protocol = "all" if rule.protocol == "-1" else rule.protocol
    return {"from": rule.first, "to": rule.last, "protocol": protocol, "cidr": cidr, "by": rule.by}


def _joint(openings: Openings) -> list[dict[str, Any]]:
    """Ranges that only several rules together open, as 0.0.0.0/1 in one and 128.0.0.0/1 in another."""
    parts = [rule for rule in openings.rules if not is_open(rule) and any(map(addresses.is_wide, rule.ranges))]
    if len(parts) < 2:
        return []
    found = []
    for first, last, protocol, there in (*_segments(parts), *_without_ports(parts)):
        if addresses.is_internet(text for rule in there for text in rule.ranges):
            cidrs = ", ".join(dict.fromkeys(text for rule in there for text in rule.ranges))
            by = ", ".join(dict.fromkeys(rule.by for rule in there))
            found.append({"from": first, "to": last, "protocol": protocol, "cidr": cidrs, "by": by})
    return found


_Segment = tuple[int, int, str, list[Opening]]


def _without_ports(rules: list[Opening]) -> Iterator[_Segment]:
    """The rules of each protocol that has no ports, as ICMP, with those of every protocol."""
    names = {rule.protocol for rule in rules if isinstance(rule.protocol, str) and rule.protocol not in _CARRIERS}
    for name in sorted(names):
        yield -1, -1, name, [rule for rule in rules if rule.protocol in (name, "-1")]


def _segments(rules: list[Opening]) -> Iterator[_Segment]:
    """The pieces into which the ends of the rules cut the ports, each with the rules that certainly open all of it."""
    starting: dict[int, list[int]] = {}
    ended: dict[int, list[int]] = {}
    for index, rule in enumerate(rules):
        if isinstance(rule.first, int):
            starting.setdefault(rule.first, [])
        if isinstance(rule.last, int):
            ended.setdefault(rule.last + 1, [])
        if isinstance(rule.first, int) and isinstance(rule.last, int) and _at(rule, rule.first) is True:
            starting[rule.first].append(index)
            ended[rule.last + 1].append(index)
    there: set[int] = set()
    for low, high in pairwise(sorted({*starting, *ended})):
        there.difference_update(ended.get(low, ()))
        there.update(starting.get(low, ()))
        yield low, high - 1, "all", [rules[index] for index in sorted(there)]


def with_doubts(openings: Openings) -> list[dict[str, Any]]:
    """`ranges`, and for what may be open besides an entry of unknowns."""
    found = ranges(openings)
    if doubts := _doubts(openings):
        found.append(dict.fromkeys(("from", "to", "protocol", "cidr", "by"), unknown(doubts)))
    return found
