"""Writes the nodes of `cloudaudit.sources.hcl.syntax` as Terraform's native syntax; read again, it is the same tree."""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from cloudaudit.sources.hcl.syntax import (
    Attribute,
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
    Object,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Tuple,
    Unary,
)

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\n\r\t]')
_SEQUENCE = re.compile(r"([$%])(?=\{)")
_ATOMS = (Name, GetAttr, Index, Call, Tuple)


class Style(NamedTuple):
    """How to write. `spread` puts the members of lists and objects on lines of their own, with a comment before each
    line; `heredocs` writes texts of several lines as heredocs."""

    indent: str = "  "
    newline: str = "\n"
    spread: bool = False
    heredocs: bool = False


PLAIN = Style()
ODD = Style(indent="\t", newline="\r\n", spread=True, heredocs=False)
HEREDOCS = Style(heredocs=True)


def text(body: Body, style: Style = PLAIN) -> str:
    """A whole file."""
    return "".join(f"{line}{style.newline}" for line in _lines(body, style))


def expression(node: Any, style: Style = PLAIN) -> str:
    """An expression, on one line unless the style spreads it."""
    written: str = _WRITERS[type(node)](node, style)
    return written


def _lines(body: Body, style: Style) -> list[str]:
    lines: list[str] = []
    for attribute in body.attributes.values():
        lines += _attribute(attribute, style)
    for block in body.blocks:
        lines += _block(block, style)
    return lines


def _attribute(attribute: Attribute, style: Style) -> list[str]:
    before = [f"/* {attribute.name} # {'{'} */"] if style.spread else []
    if style.heredocs and (text_ := heredoc_text(attribute)):
        return [*before, f"{attribute.name} = <<EOT", *escaped_template(text_).split("\n")[:-1], "EOT"]
    behind = " // the value" if style.spread else ""
    return [*before, f"{attribute.name}{'' if style.spread else ' '}= {expression(attribute.value, style)}{behind}"]


def heredoc_text(attribute: Attribute) -> str:
    """The value if it is text of whole lines."""
    value = attribute.value.value if isinstance(attribute.value, Literal) else None
    fits = isinstance(value, str) and value.endswith("\n") and "\r" not in value and "EOT" not in value
    return str(value) if fits else ""


def _block(block: Block, style: Style) -> list[str]:
    labels = "".join(f" {_quoted(label)}" for label in block.labels)
    inside = _lines(block.body, style)
    heredoc = False
    indented = []
    for line in inside:
        indented.append(line if heredoc else f"{style.indent}{line}")
        heredoc = line.endswith("<<EOT") or (heredoc and line != "EOT")
    around = ["", "# a block"] if style.spread else []
    return [*around, f"{block.type}{labels} {{", *indented, "}"]


# Expressions


def _literal(node: Literal, _: Style) -> str:
    value = node.value
    if isinstance(value, str):
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"{value!r} cannot be written")


def _quoted(value: str, *, last: bool = True) -> str:
    return f'"{_inside(value, last=last)}"'


def _inside(value: str, *, last: bool) -> str:
    """Literal text as it stands between quotes. A dollar sign at the end would make an escape of what follows."""
    value = _ESCAPED.sub(lambda found: _ESCAPES[found[0]], value)
    value = _SEQUENCE.sub(lambda found: f"\\u{ord(found[1]):04x}", value)
    if not last and value[-1:] in ("$", "%"):
        value = f"{value[:-1]}\\u{ord(value[-1]):04x}"
    return value


def escaped_template(value: str) -> str:
    """Literal text as it stands in a heredoc, or in JSON."""
    return _SEQUENCE.sub(r"\1\1", value)


def _written_template(node: Template, style: Style) -> str:
    return f'"{_parts(node.parts, style)}"'


def _parts(parts: list[Any], style: Style) -> str:
    written = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        written.append(_inside(part, last=last) if isinstance(part, str) else _part(part, style))
    return "".join(written)


def _part(part: Any, style: Style) -> str:
    if isinstance(part, TemplateIf):
        otherwise = f"%{{ else }}{_parts(part.otherwise, style)}" if part.otherwise else ""
        return f"%{{ if {_one_line(part.condition)} }}{_parts(part.then, style)}{otherwise}%{{ endif }}"
    if isinstance(part, TemplateFor):
        names = f"{part.key}, {part.value}" if part.key else part.value
        body = _parts(part.body, style)
        return f"%{{ for {names} in {_one_line(part.collection)} }}{body}%{{ endfor }}"
    return f"${{{_one_line(part)}}}"


def _one_line(node: Any) -> str:
    return expression(node, PLAIN)


def _operand(node: Any, style: Style, atoms: tuple[type, ...] = _ATOMS) -> str:
    written = expression(node, style)
    return written if isinstance(node, atoms) else f"({written})"


def _name(node: Name, _: Style) -> str:
    return node.name


def _get_attr(node: GetAttr, style: Style) -> str:
    return f"{_operand(node.of, style)}.{node.name}"


def _index(node: Index, style: Style) -> str:
    return f"{_operand(node.of, style)}[{expression(node.key, PLAIN)}]"


def _splat(node: Splat, style: Style) -> str:
    marker = "[*]" if node.full else ".*"
    return f"{_operand(node.of, style)}{marker}{expression(node.each, PLAIN).removeprefix('*')}"


def _call(node: Call, style: Style) -> str:
    args = [expression(arg, style) for arg in node.args]
    return f"{node.name}({', '.join(args)}{'...' if node.expand else ''})"


def _unary(node: Unary, style: Style) -> str:
    return f"{node.operator}{_operand(node.operand, style)}"


def _binary(node: Binary, style: Style) -> str:
    return f"{_operand(node.left, style)} {node.operator} {_operand(node.right, style)}"


def _conditional(node: Conditional, style: Style) -> str:
    return " ".join(
        (_operand(node.condition, style), "?", _operand(node.then, style), ":", _operand(node.otherwise, style))
    )


def _tuple(node: Tuple, style: Style) -> str:
    items = [expression(item, style) for item in node.items]
    if not style.spread or not items:
        return f"[{', '.join(items)}]"
    return "".join(("[", style.newline, *(f"{item}, # one{style.newline}" for item in items), "]"))


def _object(node: Object, style: Style) -> str:
    items = [(_key(key), expression(value, style)) for key, value in node.items]
    if not items:
        return "{}"
    if not style.spread:
        return f"{{ {', '.join(f'{key} = {value}' for key, value in items)} }}"
    return "".join(("{", style.newline, *(f"{key} : {value} # one{style.newline}" for key, value in items), "}"))


def _key(key: Any) -> str:
    return expression(key, PLAIN) if isinstance(key, Literal | Template) else f"({expression(key, PLAIN)})"


def _for(node: For, style: Style) -> str:
    names = f"{node.key}, {node.value}" if node.key else node.value
    condition = f" if {expression(node.condition, style)}" if node.condition is not None else ""
    intro, result = f"for {names} in {expression(node.collection, style)} :", expression(node.result, style)
    if node.key_result is None:
        return f"[{intro} {result}{condition}]"
    return f"{{{intro} {expression(node.key_result, style)} => {result}{'...' if node.group else ''}{condition}}}"


_WRITERS: dict[type, Any] = {
    Literal: _literal,
    Template: _written_template,
    Name: _name,
    GetAttr: _get_attr,
    Index: _index,
    Splat: _splat,
    Call: _call,
    Unary: _unary,
    Binary: _binary,
    Conditional: _conditional,
    Tuple: _tuple,
    Object: _object,
    For: _for,
}
