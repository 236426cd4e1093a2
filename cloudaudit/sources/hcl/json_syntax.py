"""The reader of Terraform's JSON syntax (.tf.json, .tofu.json): the same nodes as the native syntax has.

JSON does not tell blocks from arguments. Terraform's own blocks are made blocks here, and what holds a dynamic block;
any other object that may be a nested block of a resource stays an argument, to be sorted out where the provider's
schema is known.
"""

from typing import Any

import msgspec

from cloudaudit.sources.hcl import bodies, templates
from cloudaudit.sources.hcl.document import Broken, Document
from cloudaudit.sources.hcl.json_text import Array, Json, Member, Members, Scalar, parse
from cloudaudit.sources.hcl.syntax import (
    Attribute,
    Block,
    Body,
    Expression,
    File,
    Literal,
    Node,
    Object,
    Span,
    Tuple,
)
from cloudaudit.sources.hcl.templates import ReadExpression


class _Shape(msgspec.Struct, frozen=True):
    """How many labels a block has, which of its members are blocks, and which hold the text of an expression."""

    labels: int = 0
    blocks: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()


_TOP = _Shape(
    blocks=(
        *("resource", "data", "ephemeral", "module", "variable", "output", "locals", "provider", "terraform"),
        *("moved", "import", "removed", "check"),
    )
)
_META = ("lifecycle", "provisioner", "connection", "dynamic")
_SHAPES = {
    "resource": _Shape(2, _META, ("depends_on", "provider")),
    "data": _Shape(2, _META, ("depends_on", "provider")),
    "ephemeral": _Shape(2, _META, ("depends_on", "provider")),
    "module": _Shape(1, (), ("depends_on", "providers")),
    "variable": _Shape(1, ("validation",), ("type",)),
    "output": _Shape(1, ("precondition",), ("depends_on",)),
    "provider": _Shape(1),
    "terraform": _Shape(0, ("required_providers", "backend", "provider_meta", "cloud")),
    "moved": _Shape(0, (), ("from", "to")),
    "import": _Shape(0, (), ("to", "provider")),
    "removed": _Shape(0, ("lifecycle", "provisioner", "connection"), ("from",)),
    "check": _Shape(1, ("data", "assert")),
    "lifecycle": _Shape(0, ("precondition", "postcondition"), ("ignore_changes", "replace_triggered_by")),
    "provisioner": _Shape(1, ("connection",), ("when", "on_failure")),
    "dynamic": _Shape(1, ("content",), ("iterator",)),
    "content": _Shape(0, ("dynamic",)),
    "backend": _Shape(1),
    "provider_meta": _Shape(1),
    "cloud": _Shape(0, ("workspaces",)),
}
_PLAIN = _Shape()


def read(path: str, data: bytes, read_expression: ReadExpression) -> File:
    """Read one file; `read_expression` is that of the reader of native syntax, for the templates in its strings. Never
    raises: what cannot be read is in the `problems` of the file."""
    document = Document(data)
    body = Body({}, [])
    try:
        if document.data or not document.problems:
            body = _Reading(document, read_expression).body(parse(document), _TOP)
    except Broken as error:
        document.problem(error.message, error.offset)
    return File(path, body, document.problems)


class _Reading:
    """Turns JSON into our nodes."""

    def __init__(self, document: Document, read_expression: ReadExpression) -> None:
        self.document = document
        self.read_expression = read_expression
        self.dynamic = b'"dynamic"' in document.data

    # Bodies

    def body(self, value: Json, shape: _Shape) -> Body:
        body = Body({}, [])
        for object_ in self._objects(value):
            for member in object_.members:
                if member.key in shape.blocks:
                    body.blocks += self._blocks(member, _SHAPES.get(member.key, _PLAIN))
                elif shape is _TOP:
                    if member.key != "//":
                        self.document.problem(f'"{member.key}" is no kind of block', member.span[4])
                elif self.dynamic and _makes_blocks(member.value):
                    body.blocks += self._blocks(member, _SHAPES["content"])
                elif member.key != "//":
                    expression = self._value(member, written_out=member.key in shape.expressions)
                    bodies.add(self.document, body, Attribute(member.key, expression, member.span))
        return body

    def _objects(self, value: Json) -> list[Members]:
        """An object, or the objects of an array; null stands for none."""
        found: list[Members] = []
        for item in value.items if isinstance(value, Array) else [value]:
            if isinstance(item, Members):
                found.append(item)
            elif not (isinstance(item, Scalar) and item.value is None):
                self.document.problem("an object is expected here", item.span[4])
        return found

    def _blocks(self, member: Member, shape: _Shape) -> list[Block]:
        places: list[tuple[tuple[str, ...], Member]] = [((), member)]
        for _ in range(shape.labels):
            places = [
                ((*labels, inner.key), inner)
                for labels, outer in places
                for object_ in self._objects(outer.value)
                for inner in object_.members
                if inner.key != "//"
            ]
        return [
            Block(member.key, labels, self.body(body, shape), self._place(place, body), place.key_span)
            for labels, place in places
            for body in self._objects(place.value)
        ]

    def _place(self, member: Member, body: Members) -> Span:
        """Where a block is: its last label and its body, or only the body when there are several."""
        return member.span if body is member.value else body.span

    # Values

    def _value(self, member: Member, *, written_out: bool) -> Expression:
        noted = len(self.document.problems)
        try:
            return self._written_out(member.value) if written_out else self._expression(member.value)
        except Broken as error:
            del self.document.problems[noted:]
            return bodies.unreadable(self.document, member.key, error.message, member.value.span)

    def _expression(self, value: Json) -> Expression:
        """Strings are templates, the names of members too."""
        if isinstance(value, Array):
            return Tuple([self._expression(item) for item in value.items], value.span)
        if isinstance(value, Members):
            pairs = [
                (self._template(member.key, member.key_span), self._expression(member.value))
                for member in self._distinct(value)
            ]
            return Object(pairs, value.span)
        if isinstance(value.value, str):
            return self._template(value.value, value.span)
        return Literal(value.value, value.span)

    def _template(self, text: str, span: Span) -> Expression:
        if "${" not in text and "%{" not in text:
            return Literal(text, span)
        document = Document(text.encode())
        pieces = templates.split(document, 0, len(document.data), templates.heredoc, self.read_expression)
        parts = templates.assemble(pieces, by_line=True)
        return templates.whole(_moved(document, parts, span), span)

    def _written_out(self, value: Json) -> Expression:
        """Strings hold expressions: references in `depends_on`, the type of a variable."""
        if isinstance(value, Array):
            return Tuple([self._written_out(item) for item in value.items], value.span)
        if isinstance(value, Members):
            pairs = [(self._key(member), self._written_out(member.value)) for member in self._distinct(value)]
            return Object(pairs, value.span)
        if isinstance(value.value, str):
            return self._code(value.value, value.span)
        return Literal(value.value, value.span)

    def _key(self, member: Member) -> Expression:
        return self._code(member.key, member.key_span) if "." in member.key else Literal(member.key, member.key_span)

    def _code(self, text: str, span: Span) -> Expression:
        document = Document(text.encode())
        expression: Expression = _moved(document, self.read_expression(document, 0, len(document.data)), span)
        return expression

    def _distinct(self, value: Members) -> list[Member]:
        seen: dict[str, Member] = {}
        for member in value.members:
            if member.key in seen:
                self.document.problem(f'"{member.key}" was already set in this object', member.span[4])
            else:
                seen[member.key] = member
        return list(seen.values())


def _makes_blocks(value: Json) -> bool:
    """Whether there is a dynamic block somewhere inside: no argument looks like that."""
    if isinstance(value, Array):
        return any(_makes_blocks(item) for item in value.items)
    if not isinstance(value, Members):
        return False
    return any(
        _is_dynamic(member.value) if member.key == "dynamic" else _makes_blocks(member.value)
        for member in value.members
    )


def _is_dynamic(value: Json) -> bool:
    """Whether these are dynamic blocks by their labels."""
    objects = value.items if isinstance(value, Array) else [value]
    labels = [member.value for object_ in objects if isinstance(object_, Members) for member in object_.members]
    blocks = [block for label in labels for block in (label.items if isinstance(label, Array) else [label])]
    return bool(blocks) and all(
        isinstance(block, Members) and {"for_each", "content"} <= {member.key for member in block.members}
        for block in blocks
    )


def _moved(document: Document, node: Any, span: Span) -> Any:
    """What was read from the text of one JSON string, all of it placed at that string: its escapes move what is inside.
    Raises `Broken` for the problems of that text."""
    for problem in document.problems:
        raise Broken(problem.message, span[4])
    _place(node, span)
    return node


def _place(node: Any, span: Span) -> None:
    if isinstance(node, list | tuple):
        for item in node:
            _place(item, span)
    elif isinstance(node, Node):
        for field in node.__struct_fields__:
            if field == "span":
                setattr(node, field, span)
            else:
                _place(getattr(node, field), span)
