"""Listeners of load balancers: which services they offer to the internet."""

from collections.abc import Iterable

from cloudaudit.facts.network import exposure, ports
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_LISTENERS = ("aws_alb_listener", "aws_lb_listener")
TYPES = (*_LISTENERS, "aws_elb")


def opens(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    """For each service whether the internet reaches it through the listener, or a listener of a classic balancer."""
    if resource.type == "aws_elb":
        found = blocks(resource.attributes, "listener")
        doubts = [unknown(found.because)] if found.because else []
        parts = [*(_port(block.get("lb_port")) for block in found.items), *doubts]
        balancers, because = [resource], tuple[str, ...]()
    else:
        parts = [_port(resource.attributes.get("port"))]
        related = graph.related(resource, Relation(type=("aws_alb", "aws_lb"), via="load_balancer_arn"))
        balancers, because = list(related.found), related.because
    doubtful = any(isinstance(part, Unknown) for part in parts)
    named = [port for port in sorted(ports.LISTED) if doubtful or port in parts]
    truths: dict[int, Truth] = dict.fromkeys(ports.LISTED, False)
    truths.update({port: _reached(port, parts, balancers, because, graph) for port in named})
    return {**ports.services(truths), "anything": any_of(truths.values()), "everything": False}


def _port(value: object) -> int | Unknown | None:
    if isinstance(value, Unknown) or value is None:
        return value
    return int(str(value)) if str(value).isdigit() else None


def _reached(
    port: int, parts: Iterable[object], balancers: Iterable[Resource], because: tuple[str, ...], graph: ResourceGraph
) -> Truth:
    there = any_of(part if isinstance(part, Unknown) else part == port for part in parts)
    if there is False:
        return False
    ways = [exposure.reaches(balancer, graph, port) for balancer in balancers]
    return all_of([there, any_of([*ways, *([unknown(because)] if because else [])])])
