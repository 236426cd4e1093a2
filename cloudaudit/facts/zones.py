"""Whether something stands in more than one availability zone."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks, listed, reach
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_SUBNETS = {
    "aws_alb": ("subnets", "subnet_mapping.subnet_id"),
    "aws_autoscaling_group": ("vpc_zone_identifier",),
    "aws_elb": ("subnets",),
    "aws_lambda_function": ("vpc_config.subnet_ids",),
    "aws_lb": ("subnets", "subnet_mapping.subnet_id"),
    "aws_networkfirewall_firewall": ("subnet_mapping.subnet_id",),
}


def _several(resource: Resource, graph: ResourceGraph) -> Truth:
    """Zones that are named count; so do those of the subnets. Subnets in zones that are not known may be in one."""
    named = listed(resource.attributes.get("availability_zones"))
    found = graph.related(resource, Relation(type=("aws_default_subnet", "aws_subnet"), via=_SUBNETS[resource.type]))
    zones = {str(zone) for zone in named.items}
    doubts = [*named.because, *found.because]
    for subnet in found.found:
        zone = subnet.attributes.get("availability_zone", subnet.attributes.get("availability_zone_id"))
        if isinstance(zone, str):
            zones.add(zone)
        else:
            doubts.append(zone.because if isinstance(zone, Unknown) else f"{subnet.address} does not say its zone")
    members = _count(resource)
    if len(zones) > 1:
        return True
    if members is not None and members < 2 and len(named.items) < 2:
        return False
    return unknown(doubts) if doubts else False


def _count(resource: Resource) -> int | None:
    """How many subnets and zones are given, if that is known: of a single subnet it need not be known which."""
    given = [resource.attributes.get("availability_zones")]
    for path in _SUBNETS[resource.type]:
        single = path.endswith("subnet_id")
        if single and blocks(resource.attributes, path.partition(".")[0]).because:
            return None
        given += ["" if single and isinstance(value, Unknown) else value for value in reach(resource.attributes, path)]
    if any(isinstance(value, Unknown) for value in given):
        return None
    return sum(len(value) if isinstance(value, list) else 1 for value in given if value is not None)


FACTS = (
    Fact(
        name="zones.several",
        types=tuple(_SUBNETS),
        compute=_several,
        doc="bool: the group, balancer, function or firewall stands in more than one availability zone, by its zones "
        "or its subnets.",
    ),
)
