"""What an inline argument becomes, and how its values are carried over with their unknowns."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from cloudaudit.model import Unknown


class Companion(NamedTuple):
    """A resource that stands for an inline argument.

    `parent` is the attribute that refers to the parent, `inline` the path of the argument there, `suffix` what follows
    the parent's key. `moved` maps paths of the parent to paths here, for places and sensitive marks. `certain` is false
    where a value that is not known decides whether there is such a thing.
    """

    type: str
    parent: str
    inline: str
    suffix: str
    attributes: dict[str, Any]
    moved: dict[str, str]
    certain: bool = True


def word(value: Any, on: str, off: str) -> Any:
    """The word that newer providers have for a boolean; unset is off."""
    if isinstance(value, bool):
        return on if value else off
    return off if value is None else value


def each(blocks: Any, convert: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A list of blocks with every known block converted; unknown ones stay."""
    if not isinstance(blocks, list):
        return blocks
    return [drop_unset(convert(block)) if isinstance(block, dict) else block for block in blocks]


def inner(blocks: Any, name: str) -> Any:
    """The blocks `name` within all of the blocks; unknown as soon as one of those is."""
    found: list[Any] = []
    for block in blocks if isinstance(blocks, list) else [blocks]:
        value = block.get(name, []) if isinstance(block, dict) else block
        if not isinstance(value, list):
            return value
        found += value
    return found


def only(blocks: Any, *names: str) -> dict[str, Any]:
    """The attributes `names` of the only block, all of them unknown if it is."""
    block = blocks[0] if isinstance(blocks, list) and blocks else blocks
    if isinstance(block, Unknown):
        return dict.fromkeys(names, block)
    return {name: block[name] for name in names if name in block} if isinstance(block, dict) else {}


def drop_unset(block: dict[str, Any]) -> dict[str, Any]:
    """The block without what is None or an empty list."""
    return {name: value for name, value in block.items() if value is not None and value != []}


def members(value: Any) -> Iterator[tuple[int, Any]]:
    """The members of a list with their positions; an unknown list is one unknown member."""
    yield from enumerate(value if isinstance(value, list) else [value])


def text(value: Any) -> str:
    """The string, or nothing where it is unknown or unset."""
    return value if isinstance(value, str) else ""
