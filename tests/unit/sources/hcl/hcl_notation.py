"""Nodes written out in one line, with every operation in parentheses, so that tests can state what was understood."""

import json
from decimal import Decimal
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.syntax import (
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    For,
    GetAttr,
    Index,
    Literal,
    Name,
    Node,
    Object,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Tuple,
    Unary,
)


def show(node: Any) -> str:
    """The notation of an expression."""
    return WRITE[type(node)](node)


def show_body(body: Body) -> str:
    """The notation of a body: arguments first, then blocks."""
    arguments = [f"{name} = {show(attribute.value)}" for name, attribute in body.attributes.items()]
    return "; ".join([*arguments, *(_block(block) for block in body.blocks)])


def everything(node: Any) -> Any:
    """Nodes as plain lists, spans included, to compare two readers."""
    if isinstance(node, Node):
        return [type(node).__name__, *(everything(getattr(node, field)) for field in node.__struct_fields__)]
    if isinstance(node, dict):
        return {name: everything(value) for name, value in node.items()}
    return [everything(item) for item in node] if isinstance(node, list | tuple) else node


def _block(block: Block) -> str:
    labels = "".join(f' "{label}"' for label in block.labels)
    inside = show_body(block.body)
    return f"{block.type}{labels} {{ {inside} }}" if inside else f"{block.type}{labels} {{}}"


def _literal(node: Literal) -> str:
    if isinstance(node.value, Unknown):
        return "?"
    return f"{node.value:f}" if isinstance(node.value, Decimal) else json.dumps(node.value, ensure_ascii=False)


def _parts(parts: list[Any]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Any) -> str:
    if isinstance(part, str):
        return json.dumps(part, ensure_ascii=False)[1:-1]
    if isinstance(part, TemplateIf):
        otherwise = f"%else{{{_parts(part.otherwise)}}}" if part.otherwise else ""
        return f"%if {show(part.condition)}{{{_parts(part.then)}}}{otherwise}"
    if isinstance(part, TemplateFor):
        return f"%for {_names(part)} in {show(part.collection)}{{{_parts(part.body)}}}"
    return f"${{{show(part)}}}"


def _names(node: For | TemplateFor) -> str:
    return f"{node.key}, {node.value}" if node.key else node.value


def _call(node: Call) -> str:
    return f"{node.name}({', '.join(show(arg) for arg in node.args)}{'...' if node.expand else ''})"


def _object(node: Object) -> str:
    return "{" + ", ".join(f"{show(key)} = {show(value)}" for key, value in node.items) + "}"


def _for(node: For) -> str:
    result = f"{show(node.key_result)} => {show(node.result)}" if node.key_result else show(node.result)
    group = "..." if node.group else ""
    condition = f" if {show(node.condition)}" if node.condition else ""
    text = f"for {_names(node)} in {show(node.collection)} : {result}{group}{condition}"
    return f"{{{text}}}" if node.key_result else f"[{text}]"


WRITE: dict[type, Any] = {
    Literal: _literal,
    Template: lambda node: f"`{_parts(node.parts)}`",
    Name: lambda node: node.name,
    GetAttr: lambda node: f"{show(node.of)}.{node.name}",
    Index: lambda node: f"{show(node.of)}[{show(node.key)}]",
    Splat: lambda node: f"{show(node.of)}{'[*]' if node.full else '.*'}<{show(node.each)}>",
    Call: _call,
    Unary: lambda node: f"({node.operator}{show(node.operand)})",
    Binary: lambda node: f"({show(node.left)} {node.operator} {show(node.right)})",
    Conditional: lambda node: f"({show(node.condition)} ? {show(node.then)} : {show(node.otherwise)})",
    Tuple: lambda node: f"[{', '.join(show(item) for item in node.items)}]",
    Object: _object,
    For: _for,
}
