"""JMESPath over items, each expression compiled once."""

import functools
import re
from typing import Any

import jmespath

from cloudaudit.sources.aws.declare import Item, Read

_BRACES = re.compile(r"\{([^{}]+)\}")


def pick(read: Read, item: Any) -> Any:
    """What the expression reads of the item."""
    if callable(read):
        return read(item)
    if read == "@":
        return item
    if read.isidentifier() and isinstance(item, dict):
        return item.get(read)
    return _compiled(read).search(item)


def fill(template: str, item: Item) -> str:
    """The text with what stands in braces read of the item; `partition`, `account` and `region` are where we are."""
    return _BRACES.sub(lambda found: _text(found.group(1), item), template)


def _text(name: str, item: Item) -> str:
    around = {"partition": "_partition", "account": "_account", "region": "_region"}
    value = pick(around.get(name, name), item)
    return "" if value is None else str(value)


@functools.cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
