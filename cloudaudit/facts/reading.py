"""Reads attributes that may be unknown at any depth: what is there for certain, and why there may be more."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cloudaudit.model import PLAIN, Record, Unknown


class Listed(Record, frozen=True):
    """The members of a list that are known, and why there may be others."""

    items: tuple[Any, ...] = ()
    because: tuple[str, ...] = ()


def listed(value: object) -> Listed:
    """A list attribute, or a scalar where the provider takes either. Unset is empty; unknown members become causes."""
    if value is None:
        return Listed()
    members = value if isinstance(value, list | tuple) else [value]
    known = tuple(member for member in members if member is not None and not isinstance(member, Unknown))
    return Listed(items=known, because=tuple(member.because for member in members if isinstance(member, Unknown)))


def blocks(attributes: Mapping[str, Any], name: str) -> Listed:
    """The blocks called `name` that are known, each a dict that may hold unknown arguments."""
    value = attributes.get(name)
    found = listed(value)
    return Listed(items=tuple(item for item in found.items if isinstance(item, dict)), because=found.because)


def reach(value: object, path: str) -> Iterator[Any]:
    """Every value at the dotted `path`, through all members of the lists on the way; an `Unknown` on the way ends
    it."""
    if isinstance(value, Unknown) or not path:
        if value is not None:
            yield value
        return
    if isinstance(value, list | tuple):
        for member in value:
            yield from reach(member, path)
    elif isinstance(value, Mapping):
        name, _, rest = path.partition(".")
        yield from reach(value.get(name), rest)


def leaves(value: object, path: str) -> Iterator[Any]:
    """Every value at the dotted `path`, members of lists at its end one by one."""
    for found in reach(value, path):
        yield from found if isinstance(found, list | tuple) else (found,)


def strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every known string within `value` with its dotted path."""
    if isinstance(value, str):
        yield path, value
        return
    members: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, list | tuple):
        members = enumerate(value)
    elif isinstance(value, Unknown):
        if value.partial is not None:
            yield from strings(value.partial, path)
    elif isinstance(value, dict | Mapping):  # a dict is seen at once
        members = value.items()
    for name, member in members:
        if member.__class__ is str:
            yield f"{path}.{name}" if path else str(name), member
        elif member and member.__class__ not in PLAIN:
            yield from strings(member, f"{path}.{name}" if path else str(name))
