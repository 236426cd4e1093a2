"""Inline arguments of older providers as the resources that newer ones have, so that one rule serves both dialects.

A bucket of provider 3.x holds its versioning, encryption, logging and so on in blocks of its own; since 4.0 each is a
resource that refers to the bucket. Here the blocks become such resources too: companions, keyed by their parent.

Inline rules of security groups, network ACLs and route tables stay as they are written: an inline rule has no name of
its own to be found by, and the network facts read both forms.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudaudit.model import Location, Origin, Resource, Unknown
from cloudaudit.schema.companion import Companion, text
from cloudaudit.schema.provider import resource_schema
from cloudaudit.schema.splits import SEPARATE, SPLITS


def expand(resource: Resource) -> list[Resource]:
    """The resource itself, and a companion for each of its inline arguments that newer providers have as a resource.

    Its attributes must be normalised. Each companion is keyed and addressed by its parent, as in
    "aws_s3_bucket.logs/versioning", and refers to it by an `Unknown` with the parent's address. Where it is not known
    whether there is one, the address ends like that of an instance nobody knows the number of: "/versioning[?]".
    """
    return [resource, *(_resource(resource, companion) for companion in _companions(resource))]


def expand_all(resources: Iterable[Resource]) -> list[Resource]:
    """All resources of one graph, expanded, without the companions of which there is a separate resource.

    Newer providers read the settings of separate resources back into the inline arguments of a plan and a state, and
    those may be older than the resource itself.
    """
    result = list(resources)
    splitting = [resource for resource in result if resource.type in SPLITS]
    if not splitting:
        return result
    separate = set(_separate(result))
    for resource in splitting:
        result.extend(
            _resource(resource, companion)
            for companion in _companions(resource)
            if separate.isdisjoint(_claims(resource, companion))
        )
    return result


def _companions(resource: Resource) -> Iterator[Companion]:
    if split := SPLITS.get(resource.type):
        given = {
            name: value
            for name in split.inline
            if (value := resource.attributes.get(name)) not in (None, [], "") and not _left_out(resource, value)
        }
        for companion in split.companions(given):
            absent = not companion.certain or _may_be_absent(resource.type, given, companion.inline)
            yield companion._replace(suffix=f"{companion.suffix}[?]") if absent else companion


def _may_be_absent(type_: str, given: Mapping[str, Any], inline: str) -> bool:
    """Whether nobody knows if the argument is set, or if a dynamic block makes any block."""
    name, _, position = inline.partition(".")
    value = given.get(name)
    schema = resource_schema(type_)
    is_block = schema is not None and name in schema.blocks
    if position and is_block and isinstance(value, list):
        value = value[int(position)]
    # What refers to another resource is set: an ARN, a document. Blocks hold what they would refer to.
    return isinstance(value, Unknown) and not value.is_set and (is_block or not value.refs)


def _left_out(resource: Resource, value: Any) -> bool:
    """Whether a plan shows that the author left it out: what AWS fills in is unknown and refers to nothing."""
    return resource.origin is Origin.PLAN and isinstance(value, Unknown) and not value.refs


def _resource(parent: Resource, companion: Companion) -> Resource:
    reference = f"{parent.address}.id"
    return Resource(
        key=f"{parent.key}/{companion.suffix}",
        type=companion.type,
        name=parent.name,
        address=f"{parent.address}/{companion.suffix}",
        attributes={**companion.attributes, companion.parent: Unknown(because=f"it is {reference}", refs=(reference,))},
        origin=parent.origin,
        sensitive=frozenset(_sensitive(parent, companion)),
        account=parent.account,
        region=parent.region,
        location=parent.locate(companion.inline),
        places=dict(_places(parent, companion)),
        calls=parent.calls,
    )


def _places(parent: Resource, companion: Companion) -> Iterator[tuple[str, Location]]:
    for path, place in parent.places.items():
        if (moved := _move(path, companion)) is not None:
            yield moved, place


def _sensitive(parent: Resource, companion: Companion) -> Iterator[str]:
    for path in parent.sensitive:
        if (moved := _move(path, companion)) is not None:
            yield moved
        elif path == companion.inline or path.startswith(f"{companion.inline}."):
            yield from companion.attributes


def _move(path: str, companion: Companion) -> str | None:
    """The path in the companion of what stands at the path in the parent, or None when that is not in it."""
    for old, new in companion.moved.items():
        if path == old or path.startswith(f"{old}."):
            return (new + path[len(old) :]).removeprefix(".") or None
    return None


def _separate(resources: Iterable[Resource]) -> Iterator[tuple[str, str, str]]:
    """What separate resources configure: their type, the parent as they write it, and what tells several apart."""
    for resource in resources:
        if resource.type in SEPARATE:
            parent, distinct = SEPARATE[resource.type]
            for written in _referred(resource.named.get(parent) or resource.attributes.get(parent)):
                yield resource.type, written, text(resource.attributes.get(distinct))


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, Unknown):
        yield from (reference.rpartition(".")[0] for reference in value.refs)
    elif isinstance(value, str):
        yield value


def _claims(parent: Resource, companion: Companion) -> Iterator[tuple[str, str, str]]:
    """What `_separate` would say of a separate resource that configures the same thing."""
    distinct = text(companion.attributes.get(SEPARATE[companion.type][1]))
    names = (parent.attributes.get(name) for name in SPLITS[parent.type].names)
    for written in (parent.address, *names):
        if isinstance(written, str):
            yield companion.type, written, distinct
