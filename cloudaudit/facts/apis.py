"""API Gateway: whether its settings of an account matter."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.places import apart
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource

_KINDS = ("aws_api_gateway_rest_api", "aws_apigatewayv2_api")


def _in_use(resource: Resource, graph: ResourceGraph) -> bool:
    """Every region of an account has the settings, whether it has APIs or not; what is declared is meant to be used."""
    return resource.origin is not Origin.LIVE or any(
        not apart(resource, api) for kind in _KINDS for api in graph.of_type(kind)
    )


FACTS = (
    Fact(
        name="apis.in_use",
        types=("aws_api_gateway_account",),
        compute=_in_use,
        doc="bool: the region has APIs. Settings that are declared count as used.",
    ),
)
