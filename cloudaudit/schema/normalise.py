"""Attributes in the one shape that rules read, whichever source they come from and however they were written."""

import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from cloudaudit.schema.provider import REQUIRED, AttributeSchema, NestedSchema, TypeSchema, resource_schema

_Converter = Callable[[Any], Any]

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
# cty, the value library of Terraform, reads these strings as booleans and no others.
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def normalise(type_: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes converted to the schema of their type.

    Blocks become lists of dicts, also where they were written as one object; scalars take the schema's type ("7"
    becomes 7, "true" becomes True); nulls are dropped, since null and unset are one; so is "" of an optional string,
    since the AWS provider cannot tell it from unset and a state shows "" for both. `Unknown` stays, at every depth; so
    does what cannot be converted, and all of a type or attribute that no schema has.
    """
    convert = _of_type(type_)
    return dict(attributes) if convert is None else convert(attributes)


@functools.cache
def _of_type(type_: str) -> Callable[[Mapping[str, Any]], dict[str, Any]] | None:
    schema = resource_schema(type_)
    return None if schema is None else _of_block(schema)


def _of_block(schema: TypeSchema | NestedSchema) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    members = _Members(schema)

    def convert(value: Mapping[str, Any]) -> dict[str, Any]:
        result = {}
        for name, member in value.items():
            if member is not None and (converted := members[name](member)) is not None:
                result[name] = converted
        return result

    return convert


class _Members(dict[str, _Converter]):
    """The converters of a block's members, each made when first met: few members of the large types ever are."""

    def __init__(self, schema: TypeSchema | NestedSchema) -> None:
        super().__init__()
        self._schema = schema

    def __missing__(self, name: str) -> _Converter:
        self[name] = converter = self._make(name)
        return converter

    def _make(self, name: str) -> _Converter:
        if nested := self._schema.blocks.get(name):
            return _nested(nested)
        if attribute := self._schema.attributes.get(name):
            return _attribute(attribute)
        return _as_is


def _nested(schema: NestedSchema) -> _Converter:
    block = _of_block(schema)

    def one(value: Any) -> Any:
        return block(value) if isinstance(value, dict) else value

    def blocks(value: Any) -> Any:
        if isinstance(value, list):
            return [one(member) for member in value if member is not None]
        return [block(value)] if isinstance(value, dict) else value

    def by_key(value: Any) -> Any:
        return {key: one(member) for key, member in value.items()} if isinstance(value, dict) else value

    return by_key if schema.nesting == "map" else blocks


def _attribute(schema: AttributeSchema) -> _Converter:
    if schema.type == "string" and not schema.flags & REQUIRED:
        return _optional_string
    return _of(schema.type)


def _of(type_: Any) -> _Converter:
    """The converter for a type in Terraform's notation."""
    if isinstance(type_, str):
        return {"string": _string, "number": _number, "bool": _bool}.get(type_, _as_is)
    kind, inner = type_[0], type_[1]
    if kind in ("list", "set"):
        return _list(_of(inner))
    if kind == "map":
        return _map(_of(inner))
    return _object({name: _of(member) for name, member in inner.items()}) if kind == "object" else _as_is


def _list(member: _Converter) -> _Converter:
    return lambda value: [member(item) for item in value] if isinstance(value, list) else value


def _map(member: _Converter) -> _Converter:
    return lambda value: {key: member(item) for key, item in value.items()} if isinstance(value, dict) else value


def _object(members: dict[str, _Converter]) -> _Converter:
    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: members.get(name, _as_is)(item) for name, item in value.items() if item is not None}

    return convert


def _as_is(value: Any) -> Any:
    return value


def _string(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if isinstance(value, int) else value


def _optional_string(value: Any) -> Any:
    return _string(value) if value != "" else None


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
        if not math.isfinite(number):
            return value
        return int(value) if value.lstrip("-").isdigit() else _number(number)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _bool(value: Any) -> Any:
    return _BOOLEANS.get(value, value) if isinstance(value, str) else value
