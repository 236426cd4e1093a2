"""Whether the internet reaches a resource: an address, a route, an ACL and an open group at once."""

import msgspec

from cloudaudit.facts import addresses
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.network import acls, ports
from cloudaudit.facts.network.attachment import address_six, groups, interfaces, public_address
from cloudaudit.facts.network.openings import Openings, is_open
from cloudaudit.facts.network.routes import Way, doubtful, placed, subnets_of, way_out
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import Related, ResourceGraph
from cloudaudit.model import Record, Relation, Resource, Unknown

_INTERFACE = "aws_network_interface"
_NAMED = ("network_interface.network_interface_id", "primary_network_interface.network_interface_id")


class Path(Record, frozen=True):
    """How the internet gets to a resource by one version of IP: whether by address and route it can, the steps, the
    ACLs of the subnets on the way, and what the groups then open."""

    version: int
    route: Truth
    steps: tuple[str, ...] = ()
    guards: tuple[acls.Guard, ...] = ()
    openings: Openings = Openings()


@per_resource
def paths(resource: Resource, graph: ResourceGraph) -> tuple[Path, ...]:
    """The paths to a resource, by its own address and by those of its network interfaces."""
    found = _direct(resource, graph)
    if resource.type != "aws_instance":
        return tuple(found)
    doubts: list[str] = []
    if interfaces(resource):
        related = graph.related(resource, Relation(type=_INTERFACE, via=_NAMED))
        found = [path for each in related.found for path in _direct(each, graph, owner=resource)] or found
        doubts += related.because
    added = _added(resource, graph)
    found += [path for each in added.found for path in _direct(each, graph)]
    doubts += added.because
    if doubts:
        found.append(Path(version=4, route=unknown(doubts), openings=Openings(because=tuple(doubts))))
    return tuple(found)


def _added(instance: Resource, graph: ResourceGraph) -> Related:
    """The interfaces that were attached to an instance besides its first."""
    attachments = graph.related(instance, Relation(type="aws_network_interface_attachment", by="instance_id"))
    parts = [graph.related(each, Relation(type=_INTERFACE, via="network_interface_id")) for each in attachments.found]
    parts.append(graph.related(instance, Relation(type=_INTERFACE, by="attachment.instance")))
    return Related(
        tuple(found for part in parts for found in part.found),
        (*attachments.because, *(text for part in parts for text in part.because)),
    )


def _direct(resource: Resource, graph: ResourceGraph, owner: Resource | None = None) -> list[Path]:
    own = [resource, owner] if owner is not None else [resource]
    four = any_of(public_address(each, graph) for each in own)
    six = any_of(address_six(each, graph) for each in own)
    found = [path for version, address in ((4, four), (6, six)) for path in _paths(resource, graph, version, address)]
    return [path for path in found if path.route is not False] or found[:1]


def _paths(resource: Resource, graph: ResourceGraph, version: int, address: Truth) -> list[Path]:
    """One path through all subnets together or, where ACLs of this scan stand before some, one through each."""
    if address is False:
        return [Path(version=version, route=False)]
    subnets = subnets_of(resource, graph)
    guards = [(subnet, acls.guard(subnet, graph)) for subnet in subnets.found]
    if not any(guard.acls or guard.because for _, guard in guards):
        return [_path(resource, graph, version, (address, placed(resource, graph)))]
    found = [_path(resource, graph, version, (address, way_out(subnet, graph)), guard) for subnet, guard in guards]
    if subnets.because:
        found.append(_path(resource, graph, version, (address, doubtful(subnets.because))))
    return found


def _path(
    resource: Resource, graph: ResourceGraph, version: int, ends: tuple[Truth, Way], guard: acls.Guard | None = None
) -> Path:
    address, way = ends
    inside = acls.passes_any(guard, graph, version) if guard is not None else True
    route = all_of([address, way.by(version), inside])
    if route is False:
        return Path(version=version, route=False)
    openings = of_version(groups(resource, graph), version)
    guards = (guard,) if guard is not None else ()
    return Path(version=version, route=route, steps=way.steps, guards=guards, openings=openings)


def of_version(openings: Openings, version: int) -> Openings:
    """What the rules open to addresses of one version of IP. Sources that are not known may be of either."""
    rules = []
    for rule in openings.rules:
        ranges = tuple(text for text in rule.ranges if (part := addresses.span(text)) and part.version == version)
        if ranges or rule.doubts:
            rules.append(rule if ranges == rule.ranges else msgspec.structs.replace(rule, ranges=ranges))
    return Openings(rules=tuple(rules), because=openings.because)


def route(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the internet gets to the resource by address, route and ACL, whatever its groups say."""
    return any_of(path.route for path in paths(resource, graph))


def internet_path(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The addresses along the way from the internet, ending with the resource; empty if there is none."""
    truths = []
    for path in paths(resource, graph):
        truth = path.route is not False and all_of([path.route, _services(path, graph)["anything"]])
        if truth is True:
            opening = [rule.by for rule in path.openings.rules if is_open(rule)]
            return list(dict.fromkeys([*path.steps, *opening, resource.address]))
        truths.append(truth)
    whole = any_of(truths)
    return whole if isinstance(whole, Unknown) else []


def internet_opens(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    """For each service whether the internet reaches it on this resource."""
    found = [(path.route, _services(path, graph)) for path in paths(resource, graph) if path.route is not False]
    if not found:  # of most resources
        return dict.fromkeys(ports.NAMES, False)
    return {name: any_of(all_of([way, services[name]]) for way, services in found) for name in ports.NAMES}


def reaches(resource: Resource, graph: ResourceGraph, port: int) -> Truth:
    """Whether the internet reaches one port of the resource."""
    return any_of(
        all_of([path.route, ports.opens(path.openings, port), _passes(path, graph, port)])
        for path in paths(resource, graph)
    )


def _passes(path: Path, graph: ResourceGraph, port: int) -> Truth:
    if not path.guards:
        return True
    return any_of(acls.passes(guard, graph, port, path.version) for guard in path.guards)


def _services(path: Path, graph: ResourceGraph) -> dict[str, Truth]:
    """What groups and ACLs together let in, by service."""
    opened = ports.by_service(path.openings)
    if not path.guards or path.route is False:
        return opened
    allowed = {
        port: all_of([ports.opens(path.openings, port), _passes(path, graph, port)]) for port in sorted(ports.LISTED)
    }
    whole = [acls.by_service(acl, graph)["everything"] for guard in path.guards for acl in guard.acls]
    doubts = [unknown(guard.because) for guard in path.guards if not guard.acls]
    everything = all_of([opened["everything"], any_of([*whole, *doubts])])
    return {**opened, **ports.services(allowed), "everything": everything}
