"""Where roots keep their state, as far as it is written: what one root shares with the others of a scan."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.sources.hcl.declarations import Declarations
from cloudaudit.sources.hcl.syntax import Body, Literal, Name, Object


def of(named: Iterable[tuple[str, Declarations]]) -> dict[str, dict[str, Any]]:
    """The written arguments of each root's backend, by the root's name, with the backend's type as `type`."""
    found = {}
    for name, declarations in named:
        for declared in declarations.settings:
            for block in declared.block.body.blocks:
                if block.type == "backend" and block.labels:
                    found[name] = {**_arguments(block.body), "type": block.labels[0]}
    return found


def _arguments(body: Body) -> dict[str, Any]:
    found = {name: value for name, each in body.attributes.items() if (value := _value(each.value)) is not None}
    for block in body.blocks:
        found[block.type] = _arguments(block.body)
    return found


def _value(written: object) -> Any:
    """A text, or an object of texts: a backend takes nothing that refers to anything."""
    if isinstance(written, Object):
        members = ((_name(key), _value(value)) for key, value in written.items)
        return {name: value for name, value in members if name and value is not None}
    return written.value if isinstance(written, Literal) and isinstance(written.value, str) else None


def _name(key: object) -> str:
    return key.name if isinstance(key, Name) else str(_value(key) or "")
