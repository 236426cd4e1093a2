"""Where a pipeline deploys without anybody's consent."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import certain
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_DEPLOY, _APPROVAL = "Deploy", "Approval"
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TRYING = {"acceptance", "alpha", "beta", "dev", "develop", "development", "integration", "preview", "qa", "sandbox",
           "staging", "stg", "test", "testing", "uat"}  # fmt: skip
_FINAL = {"live", "prd", "prod", "production"}


def _unapproved(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - form of a fact
    """The stages that deploy before any stage or action asked for an approval; an approval serves all that follows.

    What is not known may be an approval: what comes after it is in doubt.
    """
    found: list[str] = []
    doubts: list[str] = []
    for name, step in _steps(resource.attributes.get("stage")):
        if step == _APPROVAL:
            break
        if isinstance(step, Unknown):
            doubts.append(step.because)
        elif step != _DEPLOY:
            continue
        elif isinstance(name, Unknown):
            doubts.append(name.because)
        elif not doubts and not _is_before_production(name):
            found.append(name)
    return certain(found, doubts)


def _is_before_production(stage: str) -> bool:
    """Whether the name of a stage says that it deploys to an environment for trying."""
    words = {word.lower() for word in _WORDS.findall(stage)}
    return not words.isdisjoint(_TRYING) and words.isdisjoint(_FINAL)


def _steps(stages: object) -> Iterator[tuple[str | Unknown, Any]]:
    """The categories of all actions in the order in which they run, each with its stage; a condition is an approval."""
    for stage in stages if isinstance(stages, list) else [stages]:
        if isinstance(stage, Unknown):
            yield "", stage
        elif isinstance(stage, Mapping):
            name = stage.get("name")
            name = name if isinstance(name, str | Unknown) else "a stage"
            entry = stage.get("before_entry")
            if entry:
                yield name, entry if isinstance(entry, Unknown) else _APPROVAL
            yield from ((name, category) for category in _categories(stage.get("action")))


def _categories(actions: object) -> list[Any]:
    """The categories of a stage's actions; an order that is not known comes first, as it casts doubt on the rest."""
    members = actions if isinstance(actions, list) else [actions]
    known = sorted((each for each in members if isinstance(each, Mapping)), key=_order)
    orders = [each["run_order"] for each in known if isinstance(each.get("run_order"), Unknown)]
    unknown = [each for each in members if isinstance(each, Unknown)]
    return [*unknown, *orders, *(each.get("category") for each in known)]


def _order(action: Mapping[str, Any]) -> int:
    """Actions of a stage run by this number, those with the same one together."""
    order = action.get("run_order")
    return order if isinstance(order, int) else 1


def _approvals(resource: Resource, graph: ResourceGraph) -> int | Unknown:  # noqa: ARG001 - the form of a fact
    """The approvals that the weakest statement of an approval rule asks for."""
    content = resource.attributes.get("content")
    if isinstance(content, Unknown):
        content = content.document if content.document is not None else content
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except ValueError:
            return Unknown(because="the content is no JSON")
    if isinstance(content, Unknown):
        return content
    statements = content.get("Statements") if isinstance(content, Mapping) else None
    counts = [each.get("NumberOfApprovalsNeeded") for each in statements or () if isinstance(each, Mapping)]
    if unknown := next((count for count in counts if isinstance(count, Unknown)), None):
        return unknown
    return min((count for count in counts if isinstance(count, int)), default=0)


FACTS = (
    Fact(
        name="pipelines.approvals_needed",
        types=("aws_codecommit_approval_rule_template",),
        compute=_approvals,
        doc="number of approvals that the approval rule asks for.",
    ),
    Fact(
        name="pipelines.unapproved_stages",
        types=("aws_codepipeline",),
        compute=_unapproved,
        doc="list of the stages that deploy before anybody was asked, but for those that are called dev, test, staging "
        "and the like.",
    ),
)
