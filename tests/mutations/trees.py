"""Walks over the nodes of `cloudaudit.sources.hcl.syntax`, and copies of them with something changed."""

from collections.abc import Callable, Iterator
from typing import Any

from cloudaudit.sources.hcl.syntax import (
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    GetAttr,
    Literal,
    Name,
    Node,
    Object,
    TemplateFor,
    TemplateIf,
    Tuple,
)

NOWHERE = (0, 0, 0, 0, 0, 0)
PLACES = {"span", "head"}
DIRECTIVES = (TemplateIf, TemplateFor)


def literal(value: Any) -> Literal:
    return Literal(value, NOWHERE)


def listed(items: list[Any]) -> Tuple:
    return Tuple(items, NOWHERE)


def mapping(items: dict[str, Any]) -> Object:
    return paired([(literal(name), value) for name, value in items.items()])


def paired(items: list[tuple[Any, Any]]) -> Object:
    return Object(items, NOWHERE)


def reference(*names: str) -> Any:
    """`a.b.c`"""
    node: Any = Name(names[0], NOWHERE)
    for name in names[1:]:
        node = GetAttr(node, name, NOWHERE)
    return node


def call(name: str, *args: Any) -> Call:
    return Call(name, list(args), expand=False, span=NOWHERE)


def conditional(condition: Any, then: Any, otherwise: Any) -> Conditional:
    return Conditional(condition, then, otherwise, NOWHERE)


def binary(left: Any, operator: str, right: Any) -> Binary:
    return Binary(operator, left, right, NOWHERE)


def attribute(name: str, value: Any) -> Attribute:
    return Attribute(name, value, NOWHERE)


def block(
    kind: str, *labels: str, attributes: dict[str, Any] | None = None, blocks: list[Block] | None = None
) -> Block:
    given = {name: attribute(name, value) for name, value in (attributes or {}).items()}
    return Block(kind, labels, Body(given, blocks or []), NOWHERE, NOWHERE)


def walk(node: Any) -> Iterator[Node]:
    """The node and all that is in it."""
    if isinstance(node, Node):
        yield node
        for field in node.__struct_fields__:
            if field not in PLACES:
                yield from walk(getattr(node, field))
    elif isinstance(node, list | tuple):
        for member in node:
            yield from walk(member)
    elif isinstance(node, dict):
        for member in node.values():
            yield from walk(member)


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """A copy in which `change` has seen every node, what is inside before what is around it."""
    if isinstance(node, Node):
        fields = {
            field: NOWHERE if field in PLACES else rebuilt(getattr(node, field), change)
            for field in node.__struct_fields__
        }
        return change(type(node)(**fields))
    if isinstance(node, list | tuple):
        return type(node)(rebuilt(member, change) for member in node)
    if isinstance(node, dict):
        return {name: rebuilt(member, change) for name, member in node.items()}
    return node


def labels(declared: Block) -> tuple[str, ...]:
    """The names by which references call a resource or a data source."""
    return declared.labels if declared.type == "resource" else (declared.type, *declared.labels)


def path(node: Any) -> tuple[str, ...]:
    """The names of `a.b.c`; none of anything else."""
    names: list[str] = []
    while isinstance(node, GetAttr):
        names.append(node.name)
        node = node.of
    return (node.name, *reversed(names)) if isinstance(node, Name) else ()


def plain(node: Any) -> Any:
    """The node without places, comparable with any other reading of the same."""
    return rebuilt(node, lambda each: each)
