"""What uses a security group, and whether the internet gets to any of it."""

from collections.abc import Iterable

from cloudaudit.facts.memory import per_graph, per_resource
from cloudaudit.facts.network import exposure
from cloudaudit.facts.network.attachment import ATTACHED, BALANCERS, TYPES
from cloudaudit.facts.network.openings import GROUPS
from cloudaudit.facts.network.templates import STARTERS, TEMPLATES
from cloudaudit.facts.reading import leaves
from cloudaudit.facts.truth import Truth, all_of, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Link, Origin, Relation, Resource, Unknown

# What has addresses inside of a VPC only, whatever is written in it.
_INSIDE = frozenset(
    "aws_" + name
    for name in (
        "apigatewayv2_vpc_link", "apprunner_vpc_connector", "codebuild_project", "dax_cluster", "db_proxy",
        "docdb_cluster", "efs_mount_target", "eks_cluster", "elasticache_cluster", "elasticache_replication_group",
        "elasticache_serverless_cache", "elasticsearch_domain", "fsx_lustre_file_system", "fsx_ontap_file_system",
        "fsx_openzfs_file_system", "fsx_windows_file_system", "glue_connection", "kinesis_firehose_delivery_stream",
        "lambda_function", "memorydb_cluster", "mwaa_environment", "opensearch_domain",
        "opensearchserverless_vpc_endpoint", "route53_resolver_endpoint", "vpc_endpoint",
        "vpc_endpoint_security_group_association",
    )
)  # fmt: skip
# Where the groups of a resource stand.
_HOLDERS = tuple(sorted({*ATTACHED, *TEMPLATES, *_INSIDE, "aws_emr_cluster", "aws_msk_cluster"}))
_BY = (
    "broker_node_group_info.security_groups", "network_configuration.security_groups",
    "network_interfaces.security_groups", "security_group_ids", "security_groups", "vpc_config.security_group_ids",
    "vpc_options.security_group_ids", "vpc_security_group_ids",
)  # fmt: skip
# What a group is only mentioned in.
_RULES = ("aws_security_group", "aws_vpc_security_group")
_MENTIONS = ("terraform_output", "terraform_module_call", "aws_ssm_parameter", "local_file")
# What names a group for others: those are reached or not.
_ON_BEHALF = {
    "aws_network_interface_sg_attachment": Relation(
        type=("aws_instance", "aws_network_interface"), via="network_interface_id"
    ),
    "aws_rds_cluster": Relation(type="aws_rds_cluster_instance", by="cluster_identifier"),
}


@per_graph
def _users(graph: ResourceGraph) -> dict[str, list[str]]:
    """What refers to each security group, by key; rules of groups do not count."""
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
    return source.type.startswith(_RULES) or "source_security" in attribute


def _referring(group: Resource, graph: ResourceGraph) -> list[Resource]:
    return [user for key in _users(graph).get(group.key, ()) if (user := graph.get(key)) is not None]


@per_resource
def users(group: Resource, graph: ResourceGraph) -> tuple[Resource, ...]:
    """The resources that use a security group."""
    return tuple(user for user in _referring(group, graph) if user.type not in _MENTIONS)


@per_resource
def hidden_users(group: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    """Why a security group may have users that we do not see."""
    # Live, whatever works in a network has an interface in it.
    holders = ("aws_network_interface",) if graph.origin is Origin.LIVE else _HOLDERS
    unseen = graph.related(group, Relation(type=holders, by=_BY)).because
    possible = _possible_users(graph).get(group.key, ())
    mentions = [user.address for user in _referring(group, graph) if user.type in _MENTIONS]
    if group.type == GROUPS[0] and graph.origin is not Origin.LIVE:
        possible = [*possible, "everything that names no group"]
    return (
        *unseen,
        *(f"whether {key} uses {group.address} is known after apply" for key in possible[:3]),
        *_outputs(graph)[:3],
        *(f"{name} names {group.address}: what uses it may be elsewhere" for name in mentions[:3]),
    )


@per_graph
def _outputs(graph: ResourceGraph) -> list[str]:
    """Why an output may hand out anything: nothing is known of it."""
    values = ((output, output.attributes.get("value")) for output in graph.of_type("terraform_output"))
    return [
        f"{output.address}: {value.because}"
        for output, value in values
        if isinstance(value, Unknown) and not value.refs and not value.prefix and value.partial is None
    ]


@per_resource
def in_use(group: Resource, graph: ResourceGraph) -> Truth:
    """Whether something uses the group."""
    if users(group, graph):
        return True
    because = hidden_users(group, graph)
    return unknown(because) if because else False


@per_resource
def reached(group: Resource, graph: ResourceGraph) -> Truth:
    """Whether something that uses the group has a public address and a route to the internet."""
    truths: list[Truth] = [way_in(user, graph) for user in users(group, graph)]
    because = hidden_users(group, graph)
    return any_of([*truths, *([unknown(because)] if because else [])])


@per_resource
def unreached(subject: Resource, graph: ResourceGraph) -> Truth:
    """Whether certainly nothing that the group stands before has a way from the internet; `subject` is a group or one
    of its rules. Unknown for a group that nothing here uses: something elsewhere may."""
    if subject.type not in GROUPS:
        related = graph.related(subject, Relation(type=GROUPS, via="security_group_id"))
        truths = [unreached(group, graph) for group in related.found]
        doubts = (
            [unknown(related.because or ["its group is not in this scan"])] if related.because or not truths else []
        )
        return all_of([*truths, *doubts])
    here = reached(subject, graph)
    if here is not True and _isolated(subject, graph):
        return True
    whole = graph.complete or graph.origin is Origin.LIVE
    if not whole and not users(subject, graph):
        return unknown([f"what uses {subject.address} is not in this scan"])
    return negate(here)


def _isolated(group: Resource, graph: ResourceGraph) -> bool:
    """Whether the VPC of the group is made here without an internet gateway: whatever uses the group, nothing comes
    in."""
    vpcs = graph.related(group, Relation(type=("aws_default_vpc", "aws_vpc"), via="vpc_id"))
    if vpcs.because or not vpcs.found:
        return False
    kinds = ("aws_internet_gateway", "aws_internet_gateway_attachment")
    gateways = [graph.related(vpc, Relation(type=kinds, by="vpc_id")) for vpc in vpcs.found]
    own = all(vpc.type == "aws_vpc" for vpc in vpcs.found)
    return own and not any(each.found or each.because for each in gateways)


@per_resource
def way_in(user: Resource, graph: ResourceGraph) -> Truth:
    """Whether the internet gets to what uses a group: by an address of its own or through a load balancer."""
    return any_of([_own_way(user, graph), _behind(user, graph)])


def _own_way(user: Resource, graph: ResourceGraph) -> Truth:
    if user.type in TYPES:
        return exposure.route(user, graph)
    if user.type in _ON_BEHALF:
        related = graph.related(user, _ON_BEHALF[user.type])
        doubts = [unknown(related.because)] if related.because else []
        return any_of([*(exposure.route(each, graph) for each in related.found), *doubts])
    if user.type in TEMPLATES:
        return _started(user, graph)
    if user.type in _INSIDE:
        return False
    return unknown([f"whether the internet gets to {user.address} is not known"])


def _started(template: Resource, graph: ResourceGraph) -> Truth:
    """Whether what a template starts is reached; what starts instances by it may be elsewhere, unless that is seen."""
    related = [graph.related(template, Relation(type=kind, by=names)) for kind, names in STARTERS.items()]
    starters = [starter for part in related for starter in part.found]
    doubts = [text for part in related for text in part.because]
    if not starters and not doubts:
        doubts = [f"where {template.address} starts instances is not known"]
    return any_of([*(way_in(starter, graph) for starter in starters), *([unknown(doubts)] if doubts else [])])


_TARGETS = ("aws_alb_target_group", "aws_lb_target_group")
_LISTENERS = ("aws_alb_listener", "aws_lb_listener")
_LISTENER_RULES = ("aws_alb_listener_rule", "aws_lb_listener_rule")
_ATTACHMENTS = (
    "aws_alb_target_group_attachment", "aws_autoscaling_attachment", "aws_elb_attachment",
    "aws_lb_target_group_attachment",
)  # fmt: skip
_OF_ATTACHMENT = ("alb_target_group_arn", "lb_target_group_arn", "target_group_arn")
_DEFAULT_ACTIONS = ("default_action.target_group_arn", "default_action.forward.target_group.arn")
_ACTIONS = ("action.target_group_arn", "action.forward.target_group.arn")


@per_graph
def _addressed(graph: ResourceGraph) -> dict[str, list[Resource]]:
    """What balancers pass requests on to, by the address where they name one: tasks and pods have no other name."""
    found: dict[str, list[Resource]] = {}
    for each in graph:
        target = each.attributes.get("target_id") if each.type in _ATTACHMENTS else None
        if isinstance(target, str):
            found.setdefault(target, []).append(each)
    return found


def _by_address(user: Resource, graph: ResourceGraph) -> list[Resource]:
    if user.type != "aws_network_interface":
        return []
    own = [value for name in ("private_ip", "private_ips") for value in leaves(user.attributes, name)]
    return [each for value in own if isinstance(value, str) for each in _addressed(graph).get(value, ())]


def _behind(user: Resource, graph: ResourceGraph) -> Truth:
    """Whether a load balancer that faces the internet passes requests on to the resource."""
    if user.type in BALANCERS:
        return False
    doubts: list[str] = []

    def follow(start: Iterable[Resource], relation: Relation) -> list[Resource]:
        parts = [graph.related(each, relation) for each in start]
        doubts.extend(text for part in parts for text in part.because)
        return [found for part in parts for found in part.found]

    balancers = follow([user], Relation(type="aws_elb", by="instances")) if user.type == "aws_instance" else []
    balancers += follow([user], Relation(type="aws_elb", via=("load_balancers", "load_balancer.elb_name")))
    attachments = follow([user], Relation(type=_ATTACHMENTS, by=("target_id", "instance", "autoscaling_group_name")))
    attachments += _by_address(user, graph)
    targets = follow(attachments, Relation(type=_TARGETS, via=_OF_ATTACHMENT))
    balancers += follow(attachments, Relation(type="aws_elb", via="elb"))
    targets += follow([user], Relation(type=_TARGETS, via=("target_group_arns", "load_balancer.target_group_arn")))
    listeners = follow(targets, Relation(type=_LISTENERS, by=_DEFAULT_ACTIONS))
    listeners += follow(
        follow(targets, Relation(type=_LISTENER_RULES, by=_ACTIONS)), Relation(type=_LISTENERS, via="listener_arn")
    )
    balancers += follow(listeners, Relation(type=("aws_alb", "aws_lb"), via="load_balancer_arn"))
    routes = [exposure.route(balancer, graph) for balancer in balancers]
    return any_of([*routes, *([unknown(doubts)] if doubts else [])])
