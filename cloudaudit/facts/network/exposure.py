"""Whether the internet reaches a resource: an address, a route and an open group at once."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.facts.memory import per_graph, per_resource
from cloudaudit.facts.network import acls, ports
from cloudaudit.facts.network.openings import GROUPS, Openings, incoming, is_open
from cloudaudit.facts.network.routes import SUBNETS, placed
from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Link, Record, Relation, Resource, Unknown

# The attributes by which a resource names its security groups.
ATTACHED: dict[str, tuple[str, ...]] = {
    "aws_alb": ("security_groups",),
    "aws_db_instance": ("vpc_security_group_ids",),
    "aws_ecs_service": ("network_configuration.security_groups",),
    "aws_elb": ("security_groups",),
    "aws_instance": ("vpc_security_group_ids", "security_groups"),
    "aws_lb": ("security_groups",),
    "aws_network_interface": ("security_groups",),
    "aws_rds_cluster": ("vpc_security_group_ids",),
    "aws_redshift_cluster": ("vpc_security_group_ids",),
}

_BALANCERS = ("aws_alb", "aws_elb", "aws_lb")
_FLAGGED = {
    "aws_db_instance": "publicly_accessible",
    "aws_rds_cluster_instance": "publicly_accessible",
    "aws_redshift_cluster": "publicly_accessible",
}
TEMPLATES = ("aws_launch_configuration", "aws_launch_template")
TYPES = (*_BALANCERS, *sorted(_FLAGGED), "aws_ecs_service", "aws_instance", "aws_network_interface")


def _flag(value: Any, default: bool) -> Truth:
    if isinstance(value, Unknown):
        return value
    return default if value is None else str(value).lower() == "true"


@per_resource
def public_address(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the resource has an address that the internet can route to."""
    attributes = resource.attributes
    if resource.type in _BALANCERS:
        return negate(_flag(attributes.get("internal"), default=False))
    if resource.type in TEMPLATES:
        return _template_address(resource)
    if flag := _FLAGGED.get(resource.type):
        return _flag(attributes.get(flag), default=False)
    if resource.type == "aws_ecs_service":
        configured = attributes.get("network_configuration")
        block = configured[0] if isinstance(configured, list) and configured else configured
        return _flag(block.get("assign_public_ip"), default=False) if isinstance(block, dict) else _or_no(block)
    return any_of([_elastic(resource, graph), _own_address(resource, graph)])


def _template_address(resource: Resource) -> Truth:
    """Whether instances of a template get an address; where it does not say, the subnet decides."""
    path = "network_interfaces.associate_public_ip_address" if resource.type == "aws_launch_template" else ""
    flags = [_flag(value, default=False) for value in reach(resource.attributes, path or "associate_public_ip_address")]
    return any_of(flags) if flags else unknown([f"{resource.address} leaves it to the subnet"])


def _or_no(value: object) -> Truth:
    return value if isinstance(value, Unknown) else False


def _elastic(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether an elastic address points at the instance or interface."""
    by = "network_interface" if resource.type == "aws_network_interface" else "instance"
    fixed = graph.related(resource, Relation(type="aws_eip", by=by))
    by = "network_interface_id" if resource.type == "aws_network_interface" else "instance_id"
    associated = graph.related(resource, Relation(type="aws_eip_association", by=by))
    if fixed.found or associated.found:
        return True
    because = [*fixed.because, *associated.because]
    return unknown(because) if because else False


def _own_address(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the instance gets an address when it starts: by its own flag, or by its subnet's."""
    if resource.type != "aws_instance":
        return False
    value = resource.attributes.get("associate_public_ip_address")
    if value is not None:
        return _flag(value, default=False)
    if _interfaces(resource):
        return False
    if not resource.attributes.get("subnet_id"):
        return unknown([f"{resource.address} names no subnet, so the default one decides"])
    subnets = graph.related(resource, Relation(type=("aws_subnet", "aws_default_subnet"), via="subnet_id"))
    flags = [_maps(subnet) for subnet in subnets.found]
    return any_of([*flags, *([unknown(subnets.because)] if subnets.because else [])])


def _maps(subnet: Resource) -> Truth:
    return _flag(subnet.attributes.get("map_public_ip_on_launch"), default=subnet.type == "aws_default_subnet")


def _interfaces(resource: Resource) -> bool:
    return bool(resource.attributes.get("network_interface") or resource.attributes.get("primary_network_interface"))


@per_resource
def groups(resource: Resource, graph: ResourceGraph) -> Openings:
    """All incoming rules of the security groups of a resource. Without a group the default one lets only itself in."""
    paths = ATTACHED.get(resource.type, ())
    subjects = [resource]
    if resource.type == "aws_rds_cluster_instance":
        clusters = graph.related(resource, Relation(type="aws_rds_cluster", via="cluster_identifier"))
        subjects, paths = list(clusters.found), ATTACHED["aws_rds_cluster"]
    rules: list[Any] = []
    because: list[str] = []
    for subject in subjects:
        related = graph.related(subject, Relation(type=GROUPS, via=paths))
        because += related.because
        for group in related.found:
            part = incoming(group, graph)
            rules += part.rules
            because += part.because
    return Openings(rules=tuple(rules), because=tuple(because))


class Path(Record, frozen=True):
    """How the internet gets to a resource: whether by address and route it can, the steps, and what then is open."""

    route: Truth
    steps: tuple[str, ...]
    openings: Openings


@per_resource
def path(resource: Resource, graph: ResourceGraph) -> Path:
    """The path to a resource. An instance without subnet of its own may have it by its network interfaces."""
    paths = [_direct(resource, graph)]
    if resource.type == "aws_instance" and _interfaces(resource):
        relation = Relation(
            type="aws_network_interface",
            via=("network_interface.network_interface_id", "primary_network_interface.network_interface_id"),
        )
        interfaces = graph.related(resource, relation)
        paths = [_direct(interface, graph, owner=resource) for interface in interfaces.found] or paths
    return next((each for each in paths if each.route is True), paths[0])


def _direct(resource: Resource, graph: ResourceGraph, owner: Resource | None = None) -> Path:
    address = public_address(resource, graph)
    if owner is not None:
        address = any_of([address, public_address(owner, graph)])
    if address is False:
        return Path(route=False, steps=(), openings=Openings())
    way = placed(resource, graph)
    route = all_of([address, way.open, negate(_kept_out(resource, graph))])
    return Path(route=route, steps=way.steps, openings=groups(resource, graph))


def _kept_out(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether ACLs keep the internet out of all subnets of the resource."""
    names = SUBNETS.get(resource.type)
    if not names:
        return False
    subnets = graph.related(resource, Relation(type=("aws_subnet", "aws_default_subnet"), via=names))
    return all_of(acls.closed(subnet, graph) for subnet in subnets.found) if subnets.found else False


def _unguarded(resource: Resource) -> bool:
    """Whether no security group stands before it: a network load balancer without one admits everybody."""
    kind = resource.attributes.get("load_balancer_type")
    return (
        resource.type == "aws_lb" and kind in ("network", "gateway") and not resource.attributes.get("security_groups")
    )


def internet_path(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The addresses along the way from the internet, ending with the resource; empty if there is none."""
    found = path(resource, graph)
    anything: Truth = True if _unguarded(resource) else ports.opens_anything(found.openings)
    truth = all_of([found.route, anything])
    if isinstance(truth, Unknown):
        return truth
    opening = [rule.by for rule in found.openings.rules if is_open(rule)]
    return [*found.steps, *dict.fromkeys(opening), resource.address] if truth else []


def internet_opens(resource: Resource, graph: ResourceGraph) -> dict[str, Truth] | Unknown:
    """For each service whether the internet reaches it on this resource."""
    found = path(resource, graph)
    return {name: all_of([found.route, truth]) for name, truth in ports.by_service(found.openings).items()}


@per_graph
def _users(graph: ResourceGraph) -> dict[str, list[str]]:
    """The resources that use each security group, by key; rules of groups are no users."""
    return _by_group(graph.links(), graph)


@per_graph
def _possible_users(graph: ResourceGraph) -> dict[str, list[str]]:
    """The resources that a value not known yet may make users of each security group."""
    return _by_group(graph.possible_links(), graph)


def _by_group(links: Iterable[Link], graph: ResourceGraph) -> dict[str, list[str]]:
    members = {resource.key for kind in GROUPS for resource in graph.of_type(kind)}
    users: dict[str, list[str]] = {}
    for link in links:
        if link.target in members and not _is_rule(link.source, link.attribute, graph):
            users.setdefault(link.target, []).append(link.source)
    return {key: list(dict.fromkeys(found)) for key, found in users.items()}


def _is_rule(key: str, attribute: str, graph: ResourceGraph) -> bool:
    source = graph.get(key)
    if source is None or source.type in GROUPS:
        return True
    return source.type.startswith(("aws_security_group", "aws_vpc_security_group")) or "source_security" in attribute


def users(group: Resource, graph: ResourceGraph) -> list[Resource]:
    """The resources that use a security group."""
    return [user for key in _users(graph).get(group.key, ()) if (user := graph.get(key)) is not None]


def hidden_users(group: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    """Why a security group may have users that we do not see."""
    unseen = graph.related(group, Relation(type="aws_network_interface", by="security_groups")).because
    possible = _possible_users(graph).get(group.key, ())
    return (*unseen, *(f"whether {key} uses {group.address} is known after apply" for key in possible[:3]))


def reached(group: Resource, graph: ResourceGraph) -> Truth:
    """Whether something that uses the group has a public address and a route to the internet."""
    truths: list[Truth] = [_route(user, graph) for user in users(group, graph)]
    because = hidden_users(group, graph)
    return any_of([*truths, *([unknown(because)] if because else [])])


def _route(user: Resource, graph: ResourceGraph) -> Truth:
    if user.type in TYPES:
        return path(user, graph).route
    if user.type in TEMPLATES:
        return unknown([f"where {user.address} starts instances is not known"])
    return False
