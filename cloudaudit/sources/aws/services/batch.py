"""Job definitions of Batch: the newest revision of each."""

import json
from collections.abc import Callable
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item
from cloudaudit.sources.aws.fitting import fitted

_JOB = "aws_batch_job_definition"


def _newest(page: Item) -> list[Any]:
    found: dict[str, Item] = {}
    for each in sorted(page["jobDefinitions"], key=lambda one: int(one["revision"])):
        found[each["jobDefinitionName"]] = each
    return list(found.values())


def _text(name: str) -> Callable[[Item], str | None]:
    return lambda item: json.dumps(item[name]) if item.get(name) else None


COLLECTORS = (
    Collect(
        type=_JOB,
        call=Call("batch", "describe_job_definitions", _newest, params={"status": "ACTIVE"}, whole=True),
        arn="{jobDefinitionArn}",
        name="jobDefinitionName",
        attributes={
            "id": "jobDefinitionArn",
            "name": "jobDefinitionName",
            "container_properties": _text("containerProperties"),
            "ecs_properties": _text("ecsProperties"),
            "eks_properties": fitted(_JOB, "eks_properties", "eksProperties"),
            "node_properties": _text("nodeProperties"),
            "parameters": "parameters",
            "platform_capabilities": "platformCapabilities",
            "propagate_tags": "propagateTags",
            "revision": "revision",
            "scheduling_priority": "schedulingPriority",
            "tags": "tags",
            "type": "type",
        },
    ),
)
