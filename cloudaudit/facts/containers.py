"""What the containers of a task or job may do on their host, and where their output goes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cloudaudit.facts.credentials.places import decoded
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, certain
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_DOCUMENTS = {"aws_batch_job_definition": "container_properties", "aws_ecs_task_definition": "container_definitions"}


def _named(test: Callable[[Mapping[str, Any]], Truth]) -> Callable[[Resource, ResourceGraph], list[str] | Unknown]:
    """The names of the containers for which the test holds."""

    def compute(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001 - form of a fact
        found: list[str] = []
        doubts: list[str] = []
        for container in _containers(resource):
            truth = container if isinstance(container, Unknown) else test(container)
            if isinstance(truth, Unknown):
                doubts.append(truth.because)
            elif truth and isinstance(container, Mapping):
                found.append(str(_of(container, "name") or "container"))
        return certain(found, doubts)

    return compute


def _containers(resource: Resource) -> Iterator[Mapping[str, Any] | Unknown]:
    document = decoded(resource.attributes.get(_DOCUMENTS[resource.type]))
    for each in document if isinstance(document, list | tuple) else [document]:
        if isinstance(each, Mapping | Unknown):
            yield each


def _of(container: Mapping[str, Any], name: str) -> Any:
    """ECS takes the names in its documents with a small or a capital first letter."""
    return container.get(name, container.get(name[0].upper() + name[1:]))


def _is(name: str, *wanted: object) -> Callable[[Mapping[str, Any]], Truth]:
    def test(container: Mapping[str, Any]) -> Truth:
        value = _of(container, name)
        return value if isinstance(value, Unknown) else value in wanted

    return test


def _is_silent(container: Mapping[str, Any]) -> Truth:
    logs = _of(container, "logConfiguration")
    driver = _of(logs, "logDriver") if isinstance(logs, Mapping) else logs
    return driver if isinstance(driver, Unknown) else driver in (None, "", "none")


def _shares_role(resource: Resource, graph: ResourceGraph) -> Truth:
    """By reference where the two roles are not known by name: one role is one role, whatever its ARN will be."""
    agent, task = (resource.attributes.get(name) for name in ("execution_role_arn", "task_role_arn"))
    if agent is None or task is None:
        return False
    roles = [_role(resource, graph, name) for name in ("execution_role_arn", "task_role_arn")]
    if all(roles):
        return roles[0] == roles[1]
    return next((value for value in (agent, task) if isinstance(value, Unknown)), agent == task)


def _role(resource: Resource, graph: ResourceGraph, attribute: str) -> str:
    """The key of the one role that an attribute refers to; empty if that is not certain."""
    related = graph.related(resource, Relation(type="aws_iam_role", via=attribute))
    return related.found[0].key if len(related.found) == 1 and not related.because else ""


FACTS = (
    Fact(
        name="containers.shares_role",
        types=("aws_ecs_task_definition",),
        compute=_shares_role,
        doc="bool: the application has the role of the agent that starts it.",
    ),
    Fact(
        name="containers.without_logs",
        types=("aws_ecs_task_definition",),
        compute=_named(_is_silent),
        doc="list of the containers that have no log driver.",
    ),
    Fact(
        name="containers.privileged",
        types=tuple(_DOCUMENTS),
        compute=_named(_is("privileged", True, "true")),
        doc="list of the containers that run with all rights on their host.",
    ),
    Fact(
        name="containers.with_writable_root",
        types=tuple(_DOCUMENTS),
        compute=_named(_is("readonlyRootFilesystem", None, False, "false")),
        doc="list of the containers that may write to their root file system.",
    ),
)
