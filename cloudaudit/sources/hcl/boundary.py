"""Values as they leave the evaluator."""

from decimal import Decimal
from typing import Any

import msgspec

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.values import TfList, Value


def outside(value: Value) -> Any:
    """A value without what only Terraform distinguishes: kinds of collections, and numbers of 512 bits."""
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, Unknown):
        return _partly(value)
    if isinstance(value, list):
        return [outside(member) for member in value]
    if isinstance(value, dict):
        return {name: outside(member) for name, member in value.items()}
    if isinstance(value, int):
        return value
    return _number(value)


def _partly(value: Unknown) -> Any:
    """A list of which only some elements are known becomes those elements, and an `Unknown` for the rest."""
    if value.document is None:
        return value
    if isinstance(value.partial, tuple):
        return msgspec.structs.replace(value, partial=tuple(map(outside, value.partial)))
    partial = outside(value.partial)
    return partial if isinstance(value.partial, TfList) else msgspec.structs.replace(value, partial=partial)


def _number(value: Decimal | float) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number
