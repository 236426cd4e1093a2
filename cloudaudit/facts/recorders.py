"""What the recorders of AWS Config record together."""

from collections.abc import Iterator

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_KIND = "aws_config_configuration_recorder"


def _global_elsewhere(resource: Resource, graph: ResourceGraph) -> Truth:
    """One region should record what is in none; in two it would be paid for twice."""
    others = (other for other in graph.of_type(_KIND) if other.key != resource.key)
    return any_of(truth for other in others for truth in _records_global(other))


def _records_global(recorder: Resource) -> Iterator[Truth]:
    groups = blocks(recorder.attributes, "recording_group")
    yield from (unknown([text]) for text in groups.because)
    for group in groups.items:
        flag = group.get("include_global_resource_types")
        yield flag if isinstance(flag, Unknown) else flag is True


FACTS = (
    Fact(
        name="recorders.global_elsewhere",
        types=(_KIND,),
        compute=_global_elsewhere,
        doc="bool: another recorder of this scan records global resources, such as roles.",
    ),
)
