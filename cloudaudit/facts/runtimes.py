"""Which language runtimes AWS maintains no longer."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

# From AWS's table of Lambda runtimes: those whose date of deprecation has passed. Additions are made by hand, so that
# the same version of a rule gives the same verdict on every day.
_ENDED = frozenset(
    [
        "dotnet5.0",
        "dotnet6",
        "dotnet7",
        "dotnet8",
        "dotnetcore1.0",
        "dotnetcore2.0",
        "dotnetcore2.1",
        "dotnetcore3.1",
        "go1.x",
        "java8",
        "nodejs",
        "nodejs4.3",
        "nodejs4.3-edge",
        "nodejs6.10",
        "nodejs8.10",
        "nodejs10.x",
        "nodejs12.x",
        "nodejs14.x",
        "nodejs16.x",
        "nodejs18.x",
        "nodejs20.x",
        "provided",
        "python2.7",
        "python3.6",
        "python3.7",
        "python3.8",
        "python3.9",
        "ruby2.5",
        "ruby2.7",
        "ruby3.2",
    ]
)


def _ended(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    runtime = resource.attributes.get("runtime")
    return runtime if isinstance(runtime, Unknown) else runtime in _ENDED


FACTS = (
    Fact(
        name="runtimes.ended",
        types=("aws_lambda_function",),
        compute=_ended,
        doc="bool: the function's runtime gets no more security updates. Functions from images have none of AWS's.",
    ),
)
