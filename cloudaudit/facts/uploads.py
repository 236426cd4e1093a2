"""Whether uploads that were never completed are removed."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_NARROWING = ("prefix", "object_size_greater_than", "object_size_less_than", "tags")


def _aborted(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    rules = blocks(resource.attributes, "rule")
    return any_of([*map(_aborts_all, rules.items), *(unknown([text]) for text in rules.because)])


def _aborts_all(rule: Mapping[str, Any]) -> Truth:
    """Whether a rule is in force, removes such uploads, and is about the whole bucket."""
    status, aborts = rule.get("status"), blocks(rule, "abort_incomplete_multipart_upload")
    in_force = status if isinstance(status, Unknown) else status == "Enabled"
    removes: Truth = True if aborts.items else unknown(aborts.because) if aborts.because else False
    return all_of([in_force, removes, _is_wide(rule), *_filters(rule)])


def _filters(rule: Mapping[str, Any]) -> list[Truth]:
    filters = blocks(rule, "filter")
    truths: list[Truth] = [unknown([text]) for text in filters.because]
    for each in filters.items:
        joined, tags = blocks(each, "and"), blocks(each, "tag")
        truths += [_is_wide(each), not tags.items, *map(_is_wide, joined.items)]
        truths += [unknown([text]) for text in (*joined.because, *tags.because)]
    return truths


def _is_wide(scope: Mapping[str, Any]) -> Truth:
    """Whether nothing narrows what a rule or a filter is about."""
    values = [scope.get(name) for name in _NARROWING]
    return all_of(value if isinstance(value, Unknown) else not value for value in values)


FACTS = (
    Fact(
        name="uploads.aborted",
        types=("aws_s3_bucket_lifecycle_configuration",),
        compute=_aborted,
        doc="bool: a rule in force for the whole bucket removes uploads that were never completed.",
    ),
)
