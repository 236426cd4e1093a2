"""Subnets and their routes: which have a way to an internet gateway."""

from collections.abc import Mapping
from typing import Any

import msgspec

from cloudaudit.facts import addresses
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.reading import blocks, reach
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import Related, ResourceGraph
from cloudaudit.graph.identity import is_sure
from cloudaudit.model import Origin, Record, Relation, Resource, Unknown

TABLES = ("aws_route_table", "aws_default_route_table")
_VPCS = ("aws_vpc", "aws_default_vpc")
_OF_VPC = ("aws_default_subnet", "aws_subnet")
_DESTINATIONS = {
    4: ("destination_cidr_block", "cidr_block"),
    6: ("destination_ipv6_cidr_block", "ipv6_cidr_block"),
}
_PREFIX_LISTS = ("destination_prefix_list_id",)


class Way(Record, frozen=True):
    """Whether there is a way by version 4 and by version 6 of IP, and the addresses of the resources along it."""

    four: Truth
    six: Truth
    steps: tuple[str, ...] = ()

    @property
    def open(self) -> Truth:
        """Whether there is a way by either."""
        return any_of((self.four, self.six))

    def by(self, version: int) -> Truth:
        """Whether there is a way by that version."""
        return self.six if version == 6 else self.four


CLOSED = Way(four=False, six=False)


def doubtful(because: tuple[str, ...] | list[str]) -> Way:
    """A way that cannot be told."""
    return Way(four=unknown(because), six=unknown(because))


def _of_default(resource: Resource) -> Way:
    """The default VPC has a way out by version 4; whether somebody added version 6 is not to be seen."""
    six = unknown([f"whether {resource.address} has a route for IPv6 is not in this scan"])
    return Way(four=True, six=six, steps=(resource.address,))


@per_resource
def way_out(subnet: Resource, graph: ResourceGraph) -> Way:
    """The way between a subnet and an internet gateway, unless the account blocks public access to its VPCs."""
    blocked = _blocked(subnet, graph)
    if blocked is True:
        return CLOSED
    way = _routed(subnet, graph)
    if isinstance(blocked, Unknown) and way.open is not False:
        return Way(four=all_of([way.four, blocked]), six=all_of([way.six, blocked]))
    return way


def _blocked(subnet: Resource, graph: ResourceGraph) -> Truth:
    """Whether the block of public access in the region holds for the subnet: no exclusion names it or its VPC."""
    listed = graph.related(subnet, Relation(type="aws_vpc_block_public_access_options"))
    options = [each for each in listed.found if each.region == subnet.region]
    modes = [each.attributes.get("internet_gateway_block_mode") for each in options]
    truths: list[Truth] = [mode if isinstance(mode, Unknown) else str(mode).startswith("block-") for mode in modes]
    if graph.listing is not None and listed.because and not options:
        truths.append(unknown(listed.because))
    on = any_of(truths)
    if on is False:
        return False
    vpcs = graph.related(subnet, Relation(type=_VPCS, via="vpc_id"))
    exclusion = Relation(type="aws_vpc_block_public_access_exclusion", by=("subnet_id", "vpc_id"))
    parts = [graph.related(each, exclusion) for each in (subnet, *vpcs.found)]
    modes = [each.attributes.get("internet_gateway_exclusion_mode") for part in parts for each in part.found]
    lifted = [mode if isinstance(mode, Unknown) else mode == "allow-bidirectional" for mode in modes]
    doubts = [text for part in parts for text in part.because] + list(vpcs.because)
    return all_of([on, negate(any_of([*lifted, *([unknown(doubts)] if doubts else [])]))])


def _routed(subnet: Resource, graph: ResourceGraph) -> Way:
    """By its route table, or the main one of its VPC."""
    if subnet.type == "aws_default_subnet" and graph.origin is not Origin.LIVE:
        return _of_default(subnet)
    associations = graph.related(subnet, Relation(type="aws_route_table_association", by="subnet_id"))
    ways = []
    doubts = list(associations.because)
    for association in associations.found:
        tables = graph.related(association, Relation(type=TABLES, via="route_table_id"))
        ways += [_through(table, graph) for table in tables.found]
        doubts += tables.because
    if not associations.found and not doubts:
        return _with(subnet, _main(subnet, graph))
    return _with(subnet, either([*ways, doubtful(doubts)] if doubts else ways))


def _with(resource: Resource, way: Way) -> Way:
    return msgspec.structs.replace(way, steps=(*way.steps, resource.address)) if way.open is True else way


def either(ways: list[Way]) -> Way:
    """All ways as one, with the steps of the first that is open."""
    if len(ways) == 1:
        return ways[0]
    steps = next((way.steps for way in ways if way.open is True), ())
    return Way(four=any_of(way.four for way in ways), six=any_of(way.six for way in ways), steps=steps)


def _main(subnet: Resource, graph: ResourceGraph) -> Way:
    """By the main route table of the VPC, which has no way out unless someone added one."""
    vpcs = graph.related(subnet, Relation(type=_VPCS, via="vpc_id"))
    if not vpcs.found:
        return doubtful(vpcs.because or ("its VPC is not in this scan",))
    ways = [_main_of(vpc, graph) for vpc in vpcs.found]
    return either([*ways, doubtful(vpcs.because)] if vpcs.because else ways)


@per_resource
def _main_of(vpc: Resource, graph: ResourceGraph) -> Way:
    if vpc.type == "aws_default_vpc" and graph.origin is not Origin.LIVE:
        return _of_default(vpc)
    ways: list[Way] = []
    doubts: list[str] = []
    chosen = graph.related(vpc, Relation(type="aws_main_route_table_association", by="vpc_id"))
    for association in chosen.found:
        tables = graph.related(association, Relation(type=TABLES, via="route_table_id"))
        ways += [_through(table, graph) for table in tables.found]
        doubts += tables.because
    adopted = graph.related(vpc, Relation(type="aws_default_route_table", by=("default_route_table_id", "vpc_id")))
    ways += [_through(table, graph) for table in adopted.found]
    loose = [route for route in graph.of_type("aws_route") if _is_of_main(route, vpc)]
    ways += [_by_route(route, route.attributes, graph, ()) for route in loose]
    doubts += [*chosen.because, *adopted.because]
    return either([*ways, doubtful(doubts)] if doubts else ways)


def _is_of_main(route: Resource, vpc: Resource) -> bool:
    """Whether the route names the main table through an attribute of the VPC."""
    table = route.attributes.get("route_table_id")
    names = (f"{vpc.address}.main_route_table_id", f"{vpc.address}.default_route_table_id")
    return isinstance(table, Unknown) and any(ref in names for ref in table.refs)


@per_resource
def _through(table: Resource, graph: ResourceGraph) -> Way:
    """The way out that a route table gives."""
    inline = blocks(table.attributes, "route")
    ways = [_by_route(table, route, graph, ()) for route in inline.items]
    apart = graph.related(table, Relation(type="aws_route", by="route_table_id"))
    ways += [_by_route(route, route.attributes, graph, (table.address,)) for route in apart.found]
    doubts = [*inline.because, *apart.because]
    return either([*ways, doubtful(doubts)] if doubts else ways)


def _by_route(holder: Resource, route: Mapping[str, Any], graph: ResourceGraph, table: tuple[str, ...]) -> Way:
    found, names = _gateway(holder, route, graph)
    if found is False:
        return CLOSED
    four, six = (all_of([_to_everywhere(route, version), found]) for version in (4, 6))
    steps = (*names, holder.address, *table) if four is True or six is True else ()
    return Way(four=four, six=six, steps=steps)


def _to_everywhere(route: Mapping[str, Any], version: int) -> Truth:
    values = [value for name in _DESTINATIONS[version] if (value := route.get(name))]
    truths: list[Truth] = [v if isinstance(v, Unknown) else addresses.is_internet([str(v)]) for v in values]
    if any(route.get(name) for name in _PREFIX_LISTS):
        truths.append(unknown(["what a prefix list holds is not known"]))
    return any_of(truths)


def _gateway(holder: Resource, route: Mapping[str, Any], graph: ResourceGraph) -> tuple[Truth, tuple[str, ...]]:
    """Whether the route leads to an internet gateway, and its address; one for IPv6 egress only, or for a VPN, is
    none."""
    value = route.get("gateway_id")
    if not value:
        return False, ()
    if isinstance(value, str):
        named = [other for other in graph.of_type("aws_internet_gateway") if other.attributes.get("id") == value]
        return value.startswith("igw-"), tuple(other.address for other in named[:1]) or (value,)
    kinds = {_kind(ref) for ref in value.refs}
    if kinds == {"aws_internet_gateway"} and is_sure(value):
        return True, (value.refs[0].rpartition(".")[0],)
    if kinds and all(kind.startswith("aws_") and kind != "aws_internet_gateway" for kind in kinds):
        return False, ()
    return unknown([f"{holder.address}: {value.because}"]), ()


# What a route may lead to, by the attributes that say so.
_TARGETS = {
    "instance": ("instance_id", "network_interface_id"),
    "internet": ("gateway_id",),
    "nat": ("nat_gateway_id",),
    "peering": ("vpc_peering_connection_id",),
}


def default_routes(holder: Resource, _graph: ResourceGraph) -> dict[str, Truth]:
    """For each kind of target whether a route for everything, in a table or alone, leads to one."""
    if holder.type == "aws_route":
        return {kind: _leads_to(holder.attributes, names) for kind, names in _TARGETS.items()}
    inline = blocks(holder.attributes, "route")
    doubts = [unknown(inline.because)] if inline.because else []
    return {
        kind: any_of([*(_leads_to(route, names) for route in inline.items), *doubts])
        for kind, names in _TARGETS.items()
    }


def _leads_to(route: Mapping[str, Any], names: tuple[str, ...]) -> Truth:
    everything = any_of(_to_everywhere(route, version) for version in (4, 6))
    return all_of([everything, any_of(_is_set(route.get(name)) for name in names)])


def _is_set(value: object) -> Truth:
    if isinstance(value, Unknown):
        return True if value.is_set or (value.refs and is_sure(value)) else value
    return bool(value)


def _kind(ref: str) -> str:
    """The resource type in a reference: "module.vpc.aws_internet_gateway.main[0].id"."""
    parts = ref.split(".")
    return next((part for part in parts if part.startswith("aws_")), ref)


# The attributes by which a resource names its subnets, or the group of subnets that does.
SUBNETS: dict[str, tuple[str, ...]] = {
    "aws_alb": ("subnets", "subnet_mapping.subnet_id"),
    "aws_autoscaling_group": ("vpc_zone_identifier",),
    "aws_db_subnet_group": ("subnet_ids",),
    "aws_dms_replication_subnet_group": ("subnet_ids",),
    "aws_docdb_subnet_group": ("subnet_ids",),
    "aws_ecs_service": ("network_configuration.subnets",),
    "aws_ecs_task_set": ("network_configuration.subnets",),
    "aws_eks_cluster": ("vpc_config.subnet_ids",),
    "aws_eks_node_group": ("subnet_ids",),
    "aws_elasticache_subnet_group": ("subnet_ids",),
    "aws_elb": ("subnets",),
    "aws_emr_cluster": ("ec2_attributes.subnet_id", "ec2_attributes.subnet_ids"),
    "aws_instance": ("subnet_id",),
    "aws_lambda_function": ("vpc_config.subnet_ids",),
    "aws_lb": ("subnets", "subnet_mapping.subnet_id"),
    "aws_memorydb_subnet_group": ("subnet_ids",),
    "aws_mq_broker": ("subnet_ids",),
    "aws_msk_cluster": ("broker_node_group_info.client_subnets",),
    "aws_neptune_subnet_group": ("subnet_ids",),
    "aws_network_interface": ("subnet_id",),
    "aws_opensearch_domain": ("vpc_options.subnet_ids",),
    "aws_redshift_subnet_group": ("subnet_ids",),
    "aws_sagemaker_notebook_instance": ("subnet_id",),
}

_SUBNET_GROUPS: dict[str, tuple[str, str]] = {
    "aws_db_instance": ("aws_db_subnet_group", "db_subnet_group_name"),
    "aws_dms_replication_instance": ("aws_dms_replication_subnet_group", "replication_subnet_group_id"),
    "aws_docdb_cluster": ("aws_docdb_subnet_group", "db_subnet_group_name"),
    "aws_elasticache_cluster": ("aws_elasticache_subnet_group", "subnet_group_name"),
    "aws_elasticache_replication_group": ("aws_elasticache_subnet_group", "subnet_group_name"),
    "aws_neptune_cluster": ("aws_neptune_subnet_group", "neptune_subnet_group_name"),
    "aws_rds_cluster": ("aws_db_subnet_group", "db_subnet_group_name"),
    "aws_rds_cluster_instance": ("aws_db_subnet_group", "db_subnet_group_name"),
    "aws_redshift_cluster": ("aws_redshift_subnet_group", "cluster_subnet_group_name"),
}

PLACED = tuple(sorted({*SUBNETS, *_SUBNET_GROUPS, "aws_subnet", "aws_default_subnet"}))


@per_resource
def placed(resource: Resource, graph: ResourceGraph) -> Way:
    """The way from the subnets in which a resource lives to an internet gateway."""
    if resource.type in _OF_VPC:
        return way_out(resource, graph)
    subnets = subnets_of(resource, graph)
    ways = [way_out(subnet, graph) for subnet in subnets.found]
    return either([*ways, doubtful(subnets.because)] if subnets.because else ways)


@per_resource
def subnets_of(resource: Resource, graph: ResourceGraph) -> Related:
    """The subnets that a resource names, itself or by a group of subnets, and why there may be others."""
    if group := _SUBNET_GROUPS.get(resource.type):
        return _by_group(resource, graph, *group)
    names = SUBNETS.get(resource.type, ())
    if not any(value for path in names for value in reach(resource.attributes, path)):
        return Related((), (f"{resource.address} names no subnet, so the default ones decide",))
    return graph.related(resource, Relation(type=_OF_VPC, via=names))


def _by_group(resource: Resource, graph: ResourceGraph, kind: str, path: str) -> Related:
    relation = Relation(type=kind, via=path)
    if not resource.attributes.get(path):
        if resource.type != "aws_rds_cluster_instance":
            return Related((), (f"{resource.address} names no subnet group, the default decides",))
        relation = Relation(type="aws_rds_cluster", via="cluster_identifier")
    holders = graph.related(resource, relation)
    parts = [subnets_of(holder, graph) for holder in holders.found]
    found = {subnet.key: subnet for part in parts for subnet in part.found}
    because = [*holders.because, *(text for part in parts for text in part.because)]
    return Related(tuple(found.values()), tuple(because))
