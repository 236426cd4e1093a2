"""Which resources an expression names, whether or not its value is known."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cloudaudit.sources.hcl.blocks import settle
from cloudaudit.sources.hcl.namespaces import Absent
from cloudaudit.sources.hcl.syntax import GetAttr, Index, Name, Node, Template
from cloudaudit.sources.hcl.unknowns import references, unknowns

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.modules import Module

_OWN_ARGUMENTS = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
_MOST_INSTANCES = 100
_NAMESPACES = frozenset({"var", "local", "module", "path", "terraform", "each", "count", "self", "*"})


def given(absent: Absent, module: "Module") -> Iterator[str]:
    """The addresses of what a module that was not looked at was given."""
    declared = absent.declared
    for name, attribute in declared.block.body.attributes.items():
        if name in _OWN_ARGUMENTS:
            continue
        for scope in module.scopes(declared, absent.address)[:_MOST_INSTANCES]:
            value = settle(attribute.value, scope, f"{absent.address}.{name}", declared.file, attribute.span)
            yield from references(unknowns(value))
        yield from named(attribute.value, module, set())


def named(node: Any, module: "Module", seen: set[str]) -> Iterator[str]:
    """The addresses of the resources that an expression names, also by way of local values."""
    if isinstance(node, GetAttr) and isinstance(node.of, Name):
        kind = node.of.name
        if kind == "local" and node.name not in seen:
            seen.add(node.name)
            if local := module.declarations.locals.get(node.name):
                yield from named(local.value, module, seen)
        elif kind not in _NAMESPACES:
            yield f"{module.address}{kind}.{node.name}"
        return
    if isinstance(node, Node):
        for field in node.__struct_fields__:
            yield from named(getattr(node, field), module, seen)
    elif isinstance(node, list | tuple) and node and not isinstance(node[0], int):
        for member in node:
            yield from named(member, module, seen)


def direct(node: Any, module: "Module") -> str:
    """The address of the resource if the expression is one of its attributes and nothing else, as in
    `aws_s3_bucket.logs.bucket`; empty otherwise. Which instance is left open."""
    if isinstance(node, Template) and len(node.parts) == 1:
        node = node.parts[0]
    while isinstance(node, GetAttr | Index):
        inner = node.of
        if isinstance(inner, Name) and isinstance(node, GetAttr):
            other = inner.name in _NAMESPACES or inner.name == "data"
            return "" if other else f"{module.address}{inner.name}.{node.name}"
        node = inner
    return ""
