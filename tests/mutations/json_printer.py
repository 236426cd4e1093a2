"""Writes the nodes of `cloudaudit.sources.hcl.syntax` as Terraform's JSON syntax."""

import json
from decimal import Decimal
from typing import Any

from cloudaudit.sources.hcl.syntax import (
    Block,
    Body,
    GetAttr,
    Index,
    Literal,
    Name,
    Object,
    Template,
    TemplateFor,
    TemplateIf,
    Tuple,
)
from tests.mutations import printer

_CODE = {
    "resource": {"depends_on", "provider"},
    "data": {"depends_on", "provider"},
    "module": {"depends_on", "providers"},
    "variable": {"type"},
    "output": {"depends_on"},
    "lifecycle": {"ignore_changes", "replace_triggered_by"},
    "dynamic": {"iterator"},
    "moved": {"from", "to"},
    "import": {"to", "provider"},
    "removed": {"from"},
    "provisioner": {"when", "on_failure"},
    "required_providers": {"configuration_aliases"},
}
"""Arguments, by kind of block, whose text is an expression and no template."""


def text(body: Body) -> str:
    """A whole file."""
    return json.dumps(_body(body, ""), indent=1)


def _body(body: Body, kind: str) -> dict[str, Any]:
    code = _CODE.get(kind, set())
    written: dict[str, Any] = {
        name: _code(attribute.value) if name in code else value(attribute.value)
        for name, attribute in body.attributes.items()
    }
    for block in body.blocks:
        written.setdefault(block.type, []).append(_labelled(block))
    return written


def _labelled(block: Block) -> Any:
    written: Any = _body(block.body, block.type)
    for label in reversed(block.labels):
        written = {label: written}
    return written


def _code(node: Any) -> Any:
    if isinstance(node, Tuple):
        return [_code(item) for item in node.items]
    if isinstance(node, Object) and not isinstance(node, Literal):
        return {_word(key): _code(item) for key, item in node.items}
    return printer.expression(node)


def _word(node: Any) -> str:
    return str(node.value) if isinstance(node, Literal) else printer.expression(node)


def value(node: Any) -> Any:
    """An expression as JSON; what JSON cannot say stands in `${ }`."""
    if isinstance(node, Literal):
        return _literal(node.value)
    if isinstance(node, Template):
        return "".join(_part(part) for part in node.parts)
    if isinstance(node, Tuple):
        return [value(item) for item in node.items]
    if isinstance(node, Object) and all(
        isinstance(key, Literal | Template | Name | GetAttr | Index) for key, _ in node.items
    ):
        return {_key(key): value(item) for key, item in node.items}
    return f"${{{printer.expression(node)}}}"


def _literal(given: Any) -> Any:
    if isinstance(given, str):
        return printer.escaped_template(given)
    return float(given) if isinstance(given, Decimal) else given


def _key(node: Any) -> str:
    if isinstance(node, Literal) and not isinstance(node.value, str):
        return printer.expression(node)
    return str(value(node))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return printer.escaped_template(part)
    if isinstance(part, TemplateIf):
        then, otherwise = ("".join(_part(inner) for inner in inside) for inside in (part.then, part.otherwise))
        return f"%{{ if {printer.expression(part.condition)} }}{then}%{{ else }}{otherwise}%{{ endif }}"
    if isinstance(part, TemplateFor):
        names = f"{part.key}, {part.value}" if part.key else part.value
        body = "".join(_part(inner) for inner in part.body)
        return f"%{{ for {names} in {printer.expression(part.collection)} }}{body}%{{ endfor }}"
    return f"${{{printer.expression(part)}}}"
