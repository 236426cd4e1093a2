"""Nested answers in the shape of the provider, guided by its schema: `Statement.ManagedRuleGroupStatement.VendorName`
becomes `statement.managed_rule_group_statement.vendor_name`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from cloudaudit.schema import NestedSchema, TypeSchema, resource_schema
from cloudaudit.sources.aws.declare import Item, Read
from cloudaudit.sources.aws.expressions import pick

_Schema = TypeSchema | NestedSchema
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def fitted(kind: str, attribute: str, read: Read, **called: str) -> Callable[[Item], Any]:
    """Reads an attribute or block of a Terraform type whose members are called alike in both, but for capitals, signs
    and a plural in AWS. `called` says what AWS calls those members that have another name."""

    def value(item: Item) -> Any:
        schema = resource_schema(kind)
        block = schema.blocks.get(attribute) if schema else None
        found = pick(read, item)
        return found if block is None else _block(block, found, called)

    return value


def _block(schema: _Schema, value: Any, called: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_block(schema, member, called) for member in value]
    if not isinstance(value, dict):
        return value
    if "Quantity" in value and set(value) <= {"Quantity", "Items", "Enabled"}:  # how CloudFront writes lists
        return _block(schema, value.get("Items") or [], called)
    plain = {_plain(name): member for name, member in value.items()}
    found = {}
    for name in (*schema.attributes, *schema.blocks):
        member = _member(plain, called.get(name, name))
        if member is not None:
            inner = schema.blocks.get(name)
            found[name] = _attribute(schema, name, member) if inner is None else _block(inner, member, called)
    return found


def _attribute(schema: _Schema, name: str, value: Any) -> Any:
    return _free(value) if schema.attributes[name].type == "dynamic" else _listed(value)


def _free(value: Any) -> Any:
    """Blocks that nest too deeply for a schema: every structure is a block, named in the singular."""
    if isinstance(value, list):
        return [_free(member)[0] if isinstance(member, dict) else member for member in value]
    if not isinstance(value, dict):
        return value
    return [{_singular(_snake(name), member): _free(member) for name, member in value.items()}]


def _singular(name: str, value: Any) -> str:
    of_blocks = isinstance(value, list) and any(isinstance(member, dict) for member in value)
    return name.removesuffix("s") if of_blocks else name


def _snake(name: str) -> str:
    return _WORD.sub("_", name).lower()


def _member(plain: Mapping[str, Any], name: str) -> Any:
    """What has the name, in the singular or in the plural."""
    wanted = _plain(name)
    return next((plain[each] for each in (wanted, f"{wanted}s", f"{wanted[:-1]}ies") if each in plain), None)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _listed(value: Any) -> Any:
    quantified = isinstance(value, dict) and "Quantity" in value
    return (value.get("Items") or []) if quantified else value


def alike(*names: str) -> dict[str, Read]:
    """Attributes that are called in AWS as in Terraform, but for capitals: `SecurityConfiguration`."""
    return {_snake(name): name for name in names}


def blocks(kind: str, under: str = "", **called: str) -> dict[str, Read]:
    """Blocks of the type, each by what AWS calls it, all in one place of the answer."""
    return {name: fitted(kind, name, f"{under}.{path}" if under else path) for name, path in called.items()}
