"""What a security group or one of its rules opens by itself, so that each opening is reported once, where it stands."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.network.openings import GROUPS, RULES, Openings, incoming
from cloudaudit.facts.network.ports import by_service
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource


def _opens(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    if resource.type not in GROUPS:
        return by_service(incoming(resource, graph))
    whole = incoming(resource, graph)
    inline = Openings(
        rules=tuple(rule for rule in whole.rules if rule.by == resource.address),
        because=blocks(resource.attributes, "ingress").because,
    )
    own = by_service(inline)
    apart = [by_service(incoming(rule, graph)) for rule in _apart(resource, graph)]
    if not apart:
        return own
    together = by_service(whole)
    return {name: truth if truth is True else _or_jointly(name, truth, together, apart) for name, truth in own.items()}


def _apart(group: Resource, graph: ResourceGraph) -> tuple[Resource, ...]:
    return graph.related(group, Relation(type=RULES, by="security_group_id")).found


def _or_jointly(name: str, own: Truth, together: dict[str, Truth], apart: list[dict[str, Truth]]) -> Truth:
    """True as well where several rules open together what none of them opens alone."""
    joint = together[name] is True and not any(each[name] is True for each in apart)
    return True if joint else own


FACTS = (
    Fact(
        name="ingress.opens",
        types=(*GROUPS, *RULES),
        compute=_opens,
        doc="as network.opens, but of a security group only what it opens itself: what a rule apart from it opens is "
        "found at that rule, and at the group only what several rules open together.",
    ),
)
