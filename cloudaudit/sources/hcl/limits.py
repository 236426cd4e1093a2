"""How large a value may grow before the evaluator gives up on it."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.unknowns import LimitError

ELEMENTS = 100_000
TEXT = 8 * 1024 * 1024
NODES = 1_000_000
DEPTH = 100


def text(length: int) -> None:
    """Raises `LimitError` when a string of `length` characters would be too long."""
    if length > TEXT:
        raise LimitError(f"a string of more than {TEXT:,} characters")


def elements(count: int) -> None:
    """Raises `LimitError` when a collection of `count` elements would be too large."""
    if count > ELEMENTS:
        raise LimitError(f"a collection of more than {ELEMENTS:,} elements")


def known(value: Any, most: int = NODES) -> bool:
    """Whether nothing within `value` is unknown.

    Raises `LimitError` when it holds too many values or nests too deep: ten nested lists that each repeat the next one
    ten times take no space in memory, but walking them never ends.
    """
    found, level, count, depth = True, [value], 1, 0
    while level:
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(each.values())
            elif isinstance(each, list | tuple):
                below.extend(each)
            elif isinstance(each, Unknown):
                found = False
        count, depth, level = count + len(below), depth + 1, below
        if count > most:
            raise LimitError(f"a value made of more than {most:,} values")
        if depth > DEPTH:
            raise LimitError(f"a value nested more than {DEPTH} levels deep")
    return found
