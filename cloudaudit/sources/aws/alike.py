"""Blocks that AWS and Terraform write alike: `AllowOrigins` as `allow_origins`."""

from collections.abc import Callable
from typing import Any

from cloudaudit import schema
from cloudaudit.schema import AttributeSchema, NestedSchema
from cloudaudit.sources.aws.declare import Item, Read
from cloudaudit.sources.aws.expressions import pick


def alike(kind: str, block: str, at: Read = "", **others: str) -> Callable[[Item], Any]:
    """Reads the block of the type from what stands at `at` (its own name in the answer, if not given).

    Names are compared without case and underscores, and a block may be called by its plural. `others` are AWS's names
    of those that differ, wherever in the block they stand.
    """

    def read(item: Item) -> Any:
        known = schema.resource_schema(kind)
        found = known.find(block) if known is not None else None
        value = pick(at, item) if at else _get(item, block, others)
        return _block(value, found, others) if isinstance(found, NestedSchema) else value

    return read


def _block(value: Any, known: NestedSchema | AttributeSchema, others: dict[str, str]) -> Any:
    if not isinstance(known, NestedSchema):
        return value
    if isinstance(value, list):
        return [_block(member, known, others) for member in value]
    if not isinstance(value, dict):
        return value
    members: dict[str, NestedSchema | AttributeSchema] = {**known.attributes, **known.blocks}
    found = {name: _block(_get(value, name, others), member, others) for name, member in members.items()}
    return {name: member for name, member in found.items() if member is not None} or None


def _get(value: dict[str, Any], name: str, others: dict[str, str]) -> Any:
    if name in others:
        return value.get(others[name])
    plain = {key.lower(): member for key, member in value.items()}
    short = name.replace("_", "")
    return next((plain[each] for each in (short, f"{short}s", f"{short}es") if plain.get(each) is not None), None)
