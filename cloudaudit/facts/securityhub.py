"""What Security Hub checks against."""

from cloudaudit.facts.fact import Fact
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource


def _has_standard(resource: Resource, graph: ResourceGraph) -> bool:
    """Subscriptions name no hub: they belong to that of their account and region."""
    return any(
        not (each.region and resource.region and each.region != resource.region)
        for each in graph.of_type("aws_securityhub_standards_subscription")
    )


FACTS = (
    Fact(
        name="securityhub.has_standard",
        types=("aws_securityhub_account",),
        compute=_has_standard,
        doc="bool: this scan subscribes to a standard in the region of the hub.",
    ),
)
