"""Which queues take what others could not deliver or process."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.graph import ResourceGraph, is_read
from cloudaudit.model import Origin, Resource, Unknown

# Where the queue for failures is named, by ARN or in a document that holds it.
_NAMING = {
    "aws_cloudwatch_event_target": "dead_letter_config.arn",
    "aws_lambda_event_source_mapping": "destination_config.on_failure.destination_arn",
    "aws_lambda_function": "dead_letter_config.target_arn",
    "aws_lambda_function_event_invoke_config": "destination_config.on_failure.destination",
    "aws_scheduler_schedule": "target.dead_letter_config.arn",
    "aws_sns_topic_subscription": "redrive_policy",
    "aws_sqs_queue": "redrive_policy",
    "aws_sqs_queue_redrive_policy": "redrive_policy",
}
_QUEUE = re.compile(r"arn:[a-z0-9-]*:sqs:[a-z0-9-]*:\d*:([\w.-]+)")


def _takes_failures(resource: Resource, graph: ResourceGraph) -> Truth:
    named = _named(graph)
    if resource.origin is Origin.LIVE:
        own = {resource.arn}  # queues of other regions have the same name
    else:
        own = {resource.address, str(resource.attributes.get("name") or "")} - {""}
    if own & named["known"]:
        return True
    name = resource.attributes.get("name")
    doubts = [*named["doubts"], *([name.because] if isinstance(name, Unknown) and named["known"] else [])]
    return unknown(doubts) if doubts else False


@per_graph
def _named(graph: ResourceGraph) -> dict[str, set[str]]:
    """Addresses, ARNs and names of the queues that take failures, and why there may be others."""
    known: set[str] = set()
    doubts: set[str] = set()
    for kind, path in _NAMING.items():
        for resource in graph.of_type(kind):
            for block, name in _ends(resource, path):
                _enter(block.get(name) if isinstance(block, Mapping) else block, known, doubts)
    return {"known": known, "doubts": doubts}


def _ends(resource: Resource, path: str) -> Iterator[tuple[Any, str]]:
    """The blocks that hold the last argument of the path; for blocks that may not be there, why."""
    outer, _, name = path.rpartition(".")
    for found in reach(resource.attributes, outer) if outer else [resource.attributes]:
        for block in found if isinstance(found, list) else [found]:
            yield (Unknown(because=block.because) if isinstance(block, Unknown) else block), name


def _enter(value: Any, known: set[str], doubts: set[str]) -> None:
    if isinstance(value, Unknown):
        addresses = {ref.rpartition(".")[0] for ref in value.refs if not is_read(ref)}
        known |= addresses
        doubts |= set() if addresses else {value.because}
    else:
        known |= {part for found in _QUEUE.finditer(str(value)) for part in found.group(0, 1)}


FACTS = (
    Fact(
        name="queues.takes_failures",
        types=("aws_sqs_queue",),
        compute=_takes_failures,
        doc="bool: another queue, a topic, a function, a rule or a schedule sends what failed to the queue.",
    ),
)
