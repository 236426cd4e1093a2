"""Items of answers as resources in the shape of the Terraform AWS provider."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from cloudaudit import schema
from cloudaudit.model import Origin, Reading, Resource, Unknown
from cloudaudit.schema.splits import SPLITS
from cloudaudit.sources.aws.declare import Collect, Item
from cloudaudit.sources.aws.expressions import fill, pick
from cloudaudit.sources.resources import secret

_UNREAD = Unknown(because="no call that was made tells it")
_OWN = frozenset({"arn", "id", "region", "tags_all"})


class Found(msgspec.Struct):
    """An item on its way to a resource: what is known of its attributes so far, and which calls told it."""

    collect: Collect
    item: Item
    key: str
    attributes: dict[str, Any]
    readings: dict[str, Reading]


def begin(collect: Collect, item: Item, reading: Reading) -> Found:
    """What the listing call tells of an item."""
    attributes = {name: pick(read, item) for name, read in collect.attributes.items()}
    return Found(collect, item, key_of(collect, item), attributes, {"": reading})


def key_of(collect: Collect, item: Item) -> str:
    """The ARN; else the parent's key, or account and region, with the type and the name behind it."""
    if collect.arn and (arn := fill(collect.arn, item)):
        return arn
    parent = item.get("_parent")
    start = parent["_key"] if parent else "/".join((item["_account"], item["_region"] or "global"))
    name = pick(collect.name, item) if collect.name else ""
    return "/".join(str(part) for part in (start, collect.type, name) if part)


def region_of(found: Found) -> str:
    """Where the thing is: where its attribute says, else where it was listed; empty for what has no region."""
    own = found.attributes.get("region")
    return own if isinstance(own, str) and own else str(found.item["_region"])


def resource(found: Found) -> Resource:
    """The finished resource; what no call told is unknown."""
    collect, item = found.collect, found.item
    arn = fill(collect.arn, item) if collect.arn else ""
    region = region_of(found)
    name = str(pick(collect.name, item) or "") if collect.name else ""
    attributes = schema.normalise(collect.type, found.attributes)
    if region:
        attributes.setdefault("region", region)
    if arn:
        attributes.setdefault("arn", arn)
    if "tags" in attributes:
        attributes.setdefault("tags_all", attributes["tags"])
    return Resource(
        key=found.key,
        type=collect.type,
        name=name or found.key.rpartition("/")[2],
        address=found.key,
        attributes={**_blank(collect.type, _told(collect)), **attributes},
        origin=Origin.LIVE,
        sensitive=secret(collect.type),
        account=item["_account"],
        region=region,
        arn=arn,
        named={path: fill(template, item) for path, template in collect.named.items()},
        readings=found.readings,
    )


def _told(collect: Collect) -> frozenset[str]:
    parts = (name for part in collect.parts for name in part.attributes)
    return frozenset((*collect.attributes, *parts, *(("tags",) if collect.bulk_tags else ()), *collect.made_from))


@cache
def _blank(kind: str, told: frozenset[str]) -> Mapping[str, Any]:
    """The attributes that nothing tells. Inline arguments that are resources of their own are read as such."""
    split = SPLITS.get(kind)
    apart = {*_OWN, *told, *(split.inline if split else ())}
    return {name: _UNREAD for name in _names(kind) if name not in apart}


def _names(kind: str) -> Iterator[str]:
    known = schema.resource_schema(kind)
    if known is not None:
        yield from known.attributes
        yield from (name for name in known.blocks if name != "timeouts")
