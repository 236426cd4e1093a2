"""Values as they leave the evaluator."""

from decimal import Decimal
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.values import Value


def outside(value: Value) -> Any:
    """A value without what only Terraform distinguishes: kinds of collections, and numbers of 512 bits."""
    if isinstance(value, str | bool | Unknown) or value is None:
        return value
    if isinstance(value, list):
        return [outside(member) for member in value]
    if isinstance(value, dict):
        return {name: outside(member) for name, member in value.items()}
    if isinstance(value, int):
        return value
    return _number(value)


def _number(value: Decimal | float) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number
