"""Transit gateways: which attachments can reach which, by the route tables that they are associated with."""

from collections.abc import Iterable, Iterator

from cloudaudit.facts.environment.entries import Entry, Target, across, pair
from cloudaudit.facts.environment.inference import Inference, environment_of
from cloudaudit.facts.truth import Truth, all_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_TABLE, _ATTACHMENT = "transit_gateway_route_table_id", "transit_gateway_attachment_id"
_ATTACHMENTS = ("aws_ec2_transit_gateway_vpc_attachment", "aws_ec2_transit_gateway_peering_attachment")
_ASSOCIATION = Relation(type="aws_ec2_transit_gateway_route_table_association", by=_TABLE)
_LEARNED = Relation(
    type=("aws_ec2_transit_gateway_route_table_propagation", "aws_ec2_transit_gateway_route"), by=_TABLE
)
_OF_GATEWAY = Relation(type="aws_ec2_transit_gateway_vpc_attachment", by="transit_gateway_id")


def table_pairs(table: Resource, graph: ResourceGraph) -> list[Entry]:
    """Attachments that use the route table, each with one of another environment that the table leads to."""
    using = list(_attached(table, _ASSOCIATION, graph))
    learned = list(_attached(table, _LEARNED, graph))
    return _pairs(using, learned, table)


def _pairs(using: list[Target], learned: list[Target], through: Resource) -> list[Entry]:
    """Who uses a table, each with who is reached by it; two of which nothing is seen may be two."""
    return across(
        pair(one, other, through.address)
        for one in using
        for other in learned
        if one.to != other.to or not (one.kind or other.kind)
    )


def _attached(table: Resource, relation: Relation, graph: ResourceGraph) -> Iterator[Target]:
    """The attachments that the resources of a relation name; what cannot be told stands for any."""
    related = graph.related(table, relation)
    for found in related.found:
        blackhole = found.attributes.get("blackhole")
        if isinstance(blackhole, Unknown):
            yield from _hidden([f"{found.address}.blackhole: {blackhole.because}"], found.address)
        if blackhole is True or isinstance(blackhole, Unknown):
            continue
        named = graph.related(found, Relation(type=_ATTACHMENTS, via=_ATTACHMENT))
        yield from (_target(each, found.address, graph) for each in named.found)
        yield from _hidden(named.because, found.address)
    yield from _hidden(related.because, table.address)


def _target(attachment: Resource, by: str, graph: ResourceGraph) -> Target:
    return Target(
        to=attachment.address, kind=attachment.type, attribute=by, environment=environment_of(attachment, graph)
    )


def _hidden(because: Iterable[str], place: str) -> Iterator[Target]:
    for cause in because:
        yield Target(to=f"what {place} names", kind="", attribute=place, environment=Inference(because=cause))


def gateway_pairs(gateway: Resource, graph: ResourceGraph) -> list[Entry]:
    """Attachments of different environments that the gateway's default route table connects."""
    related = graph.related(gateway, _OF_GATEWAY)
    using, learned = (
        [
            *(each for found in related.found for each in _by_default(gateway, found, purpose, graph)),
            *(_hidden(related.because, gateway.address) if _takes(gateway, purpose) is not False else ()),
        ]
        for purpose in ("association", "propagation")
    )
    return _pairs(using, learned, gateway)


def _by_default(gateway: Resource, attachment: Resource, purpose: str, graph: ResourceGraph) -> Iterator[Target]:
    """The attachment, if it uses the default table for this purpose; of no known environment if that is not known."""
    flag = attachment.attributes.get(f"transit_gateway_default_route_table_{purpose}", True)
    answer = all_of([_takes(gateway, purpose), flag if isinstance(flag, bool | Unknown) else True])
    found = _target(attachment, "", graph)
    if isinstance(answer, Unknown):
        found = Target(to=found.to, kind=found.kind, attribute="", environment=Inference(because=answer.because))
    if answer is not False:
        yield found


def _takes(gateway: Resource, purpose: str) -> Truth:
    """Whether attachments of the gateway use its default table unless they say otherwise."""
    setting = gateway.attributes.get(f"default_route_table_{purpose}")
    return setting if isinstance(setting, Unknown) else setting != "disable"
