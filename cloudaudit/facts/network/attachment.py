"""Which security groups stand before a resource, and which addresses of the internet it has."""

from collections.abc import Iterable

from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.network.openings import ALL_PORTS, GROUPS, Opening, Openings, incoming
from cloudaudit.facts.network.routes import SUBNETS
from cloudaudit.facts.network.templates import GROUPS_OF, TEMPLATES, address_flags, counts_of_six, flag, templates
from cloudaudit.facts.reading import leaves, listed
from cloudaudit.facts.truth import Truth, any_of, negate, unknown
from cloudaudit.graph import Related, ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

# The attributes by which a resource names its security groups.
ATTACHED: dict[str, tuple[str, ...]] = {
    "aws_alb": ("security_groups",),
    "aws_db_instance": ("vpc_security_group_ids",),
    "aws_dms_replication_instance": ("vpc_security_group_ids",),
    "aws_ecs_service": ("network_configuration.security_groups",),
    "aws_ecs_task_set": ("network_configuration.security_groups",),
    "aws_elb": ("security_groups",),
    "aws_instance": ("vpc_security_group_ids", "security_groups"),
    "aws_lb": ("security_groups",),
    "aws_mq_broker": ("security_groups",),
    "aws_network_interface": ("security_groups",),
    "aws_rds_cluster": ("vpc_security_group_ids",),
    "aws_redshift_cluster": ("vpc_security_group_ids",),
}

BALANCERS = ("aws_alb", "aws_elb", "aws_lb")
_FLAGGED: dict[str, bool | Unknown] = {
    "aws_db_instance": False,
    "aws_dms_replication_instance": True,
    "aws_mq_broker": False,
    "aws_rds_cluster_instance": False,
    "aws_redshift_cluster": Unknown(because="publicly_accessible is not set: public before provider 6.0, not since"),
}
_TASKS = ("aws_ecs_service", "aws_ecs_task_set")
_SCALED = "aws_autoscaling_group"
TYPES = (*BALANCERS, *sorted(_FLAGGED), *_TASKS, _SCALED, "aws_instance", "aws_network_interface")
_SUBNET_TYPES = ("aws_default_subnet", "aws_subnet")


@per_resource
def public_address(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the resource has an address of IP version 4 that the internet can route to."""
    attributes = resource.attributes
    if resource.type in BALANCERS:
        return negate(flag(attributes.get("internal"), default=False))
    if resource.type in (*TEMPLATES, _SCALED):
        return _started_address(resource, graph)
    if resource.type in _FLAGGED:
        value = attributes.get("publicly_accessible")
        return flag(_FLAGGED[resource.type] if value is None else value, default=False)
    if resource.type in _TASKS:
        configured = attributes.get("network_configuration")
        block = configured[0] if isinstance(configured, list) and configured else configured
        return flag(block.get("assign_public_ip"), default=False) if isinstance(block, dict) else _or_no(block)
    return any_of([_elastic(resource, graph), _own_address(resource, graph)])


def _started_address(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether instances that a template or a scaling group starts get an address."""
    if resource.type in TEMPLATES:
        flags = address_flags(resource)
        return any_of(flags) if flags else unknown([f"{resource.address} leaves it to the subnet"])
    used = templates(resource, graph)
    by_subnet = by_subnets(resource, graph, "map_public_ip_on_launch")
    truths = [any_of(flags) if (flags := address_flags(each)) else by_subnet for each in used.found]
    doubts = used.because or ([] if used.found else [f"{resource.address} names no launch template"])
    return any_of([*truths, *([unknown(doubts)] if doubts else [])])


def _or_no(value: object) -> Truth:
    return value if isinstance(value, Unknown) else False


def _elastic(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether an elastic address points at the instance or interface."""
    if resource.attributes.get("public_ip"):
        return True  # AWS says so, of an instance or an interface of whatever service
    fixed = graph.related(resource, Relation(type="aws_eip", by=("instance", "network_interface")))
    by = ("instance_id", "network_interface_id")
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
        return flag(value, default=False)
    if resource.attributes.get("launch_template"):
        return _started_address(resource, graph)
    if interfaces(resource):
        return False
    if not resource.attributes.get("subnet_id"):
        return unknown([f"{resource.address} names no subnet, so the default one decides"])
    return by_subnets(resource, graph, "map_public_ip_on_launch")


def by_subnets(resource: Resource, graph: ResourceGraph, attribute: str) -> Truth:
    """Whether some subnet of the resource hands out addresses."""
    related = graph.related(resource, Relation(type=_SUBNET_TYPES, via=SUBNETS[resource.type]))
    default = attribute == "map_public_ip_on_launch"
    flags = [
        flag(each.attributes.get(attribute), default=default and each.type == "aws_default_subnet")
        for each in related.found
    ]
    return any_of([*flags, *([unknown(related.because)] if related.because else [])])


def interfaces(resource: Resource) -> bool:
    """Whether the instance names interfaces that are resources of their own."""
    return bool(resource.attributes.get("network_interface") or resource.attributes.get("primary_network_interface"))


@per_resource
def address_six(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the resource has an address of IP version 6: all of those are public."""
    attributes = resource.attributes
    if resource.type in ("aws_alb", "aws_lb"):
        kind = attributes.get("ip_address_type")
        dual: Truth = kind if isinstance(kind, Unknown) else str(kind or "").startswith("dualstack")
        return any_of([False]) if dual is False else _both(dual, negate(flag(attributes.get("internal"), False)))
    if resource.type not in (_SCALED, "aws_instance", "aws_network_interface"):
        return False
    own = [attributes.get(name) for name in ("ipv6_address_count", "ipv6_addresses", "ipv6_address_list")]
    truths = [value if isinstance(value, Unknown) else bool(listed(value or None).items) for value in own]
    used = templates(resource, graph)
    truths += [truth for each in used.found for truth in counts_of_six(each)]
    if any(truth is True for truth in truths):
        return True
    placed = resource.type != "aws_instance" or attributes.get("subnet_id")
    if resource.type != _SCALED and (interfaces(resource) or not placed or resource.origin is Origin.LIVE):
        return any_of(truths)
    return any_of([*truths, by_subnets(resource, graph, "assign_ipv6_address_on_creation")])


def _both(one: Truth, other: Truth) -> Truth:
    if one is False or other is False:
        return False
    return one if isinstance(one, Unknown) else other


@per_resource
def groups(resource: Resource, graph: ResourceGraph) -> Openings:
    """All incoming rules of the security groups of a resource. Without a group the default one of its VPC counts,
    which lets only itself in unless this scan says otherwise."""
    unguarded = _unguarded(resource)
    if isinstance(unguarded, Unknown):
        return Openings(because=(unguarded.because,))
    if unguarded:
        everybody = ("0.0.0.0/0", "::/0")
        first, last = ALL_PORTS
        rule = Opening(protocol="-1", first=first, last=last, ranges=everybody, doubts=(), by=resource.address)
        return Openings(rules=(rule,))
    paths = ATTACHED.get(resource.type, ())
    subjects = [resource]
    because: list[str] = []
    if resource.type == "aws_rds_cluster_instance":
        clusters = graph.related(resource, Relation(type="aws_rds_cluster", via="cluster_identifier"))
        subjects, paths, because = list(clusters.found), ATTACHED["aws_rds_cluster"], list(clusters.because)
    rules: list[Opening] = []
    for subject in subjects:
        found = _group_list(subject, graph, paths)
        because += found.because
        rules += found.rules
    return Openings(rules=tuple(rules), because=tuple(because))


def _group_list(subject: Resource, graph: ResourceGraph, paths: tuple[str, ...]) -> Openings:
    named = [graph.related(subject, Relation(type=GROUPS, via=paths))] if paths else []
    if not any(part.found or part.because for part in named):
        used = templates(subject, graph)
        named = [graph.related(each, Relation(type=GROUPS, via=GROUPS_OF[each.type])) for each in used.found]
        named.append(Related((), used.because))
    added = graph.related(subject, Relation(type="aws_network_interface_sg_attachment", by="network_interface_id"))
    named += [graph.related(each, Relation(type=GROUPS, via="security_group_id")) for each in added.found]
    found = [group for part in named for group in part.found]
    because = [*added.because, *(text for part in named for text in part.because)]
    if not found and not because and graph.of_type(GROUPS[0]):
        found = list(_default_groups(subject, graph))
    openings = [incoming(group, graph) for group in found]
    return Openings(
        rules=tuple(rule for part in openings for rule in part.rules),
        because=(*because, *(text for part in openings for text in part.because)),
    )


def _default_groups(subject: Resource, graph: ResourceGraph) -> Iterable[Resource]:
    """The default group of the VPC in whose subnets the resource lives."""
    names = SUBNETS.get(subject.type)
    subnets = graph.related(subject, Relation(type=_SUBNET_TYPES, via=names)).found if names else ()
    for subnet in subnets[:1]:
        for vpc in graph.related(subnet, Relation(type=("aws_default_vpc", "aws_vpc"), via="vpc_id")).found:
            yield from graph.related(vpc, Relation(type=GROUPS[0], by="vpc_id")).found


def in_default_group(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether one of the groups that the resource names is the default one of a VPC."""
    named = graph.related(resource, Relation(type=GROUPS, via=ATTACHED[resource.type]))
    if any(group.type == GROUPS[0] for group in named.found):
        return True
    values = [value for path in ATTACHED[resource.type] for value in leaves(resource.attributes, path)]
    seen = graph.listing is None and not any(isinstance(value, Unknown) for value in values)
    return False if seen or not named.because else unknown(named.because)  # ids alone are of groups that somebody chose


def _unguarded(resource: Resource) -> Truth:
    """Whether no security group stands before it: a network load balancer without one admits everybody."""
    kind = resource.attributes.get("load_balancer_type")
    if resource.type not in ("aws_alb", "aws_lb") or resource.attributes.get("security_groups"):
        return False
    return kind if isinstance(kind, Unknown) else kind in ("network", "gateway")
