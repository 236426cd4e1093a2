"""Where a pipeline deploys without anybody's consent."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import certain
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown


def _unapproved(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - form of a fact
    """The stages that deploy before any stage or action asked for an approval; an approval serves all that follows."""
    stages = blocks(resource.attributes, "stage")
    found: list[str] = []
    doubts = list(stages.because)
    for stage in stages.items:
        if blocks(stage, "before_entry").items:
            break
        actions = sorted(blocks(stage, "action").items, key=_order)
        categories = [action.get("category") for action in actions]
        doubts += [value.because for value in categories if isinstance(value, Unknown)]
        if "Deploy" in categories[: _first(categories, "Approval")]:
            found.append(str(stage.get("name")))
        if "Approval" in categories:
            break
    return certain(found, doubts)


def _first(categories: list[Any], wanted: str) -> int:
    return categories.index(wanted) if wanted in categories else len(categories)


def _order(action: Mapping[str, Any]) -> int:
    """Actions of a stage run by this number, those with the same one together."""
    order = action.get("run_order")
    return order if isinstance(order, int) else 1


FACTS = (
    Fact(
        name="pipelines.unapproved_stages",
        types=("aws_codepipeline",),
        compute=_unapproved,
        doc="list of the stages that deploy before anybody was asked.",
    ),
)
