"""JSON documents: text, and the function that makes it."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cloudaudit.sources.hcl.syntax import Attribute, Body, Call, Literal, Object, Template, Tuple
from tests.mutations import arguments, trees
from tests.mutations.writing import Writing


def encoded_documents(body: Body) -> Writing | None:
    """JSON text as jsonencode of what it says."""
    return arguments.rewritten(body, lambda attribute, _: _encoded(attribute.value))


_PLACE = "\ue000{}\ue001"
_PLACES = re.compile("\ue000(\\d+)\ue001")


def _encoded(node: Any) -> Any:
    if not isinstance(node, Literal | Template):
        return node
    parts = node.parts if isinstance(node, Template) else [node.value]
    if any(isinstance(part, trees.DIRECTIVES) for part in parts):
        return node
    written = "".join(
        part if isinstance(part, str) else _PLACE.format(at) for at, part in enumerate(parts) if part is not None
    )
    try:
        document = json.loads(written, parse_float=Decimal)
    except ValueError:
        return node
    return trees.call("jsonencode", _nodes(document, parts)) if isinstance(document, dict | list) else node


def _nodes(value: Any, parts: list[Any]) -> Any:
    if isinstance(value, dict):
        return trees.paired([(_nodes(name, parts), _nodes(member, parts)) for name, member in value.items()])
    if isinstance(value, list):
        return trees.listed([_nodes(member, parts) for member in value])
    if not isinstance(value, str) or not _PLACES.search(value):
        return trees.literal(value)
    pieces = _PLACES.split(value)
    made = [parts[int(piece)] if number % 2 else piece for number, piece in enumerate(pieces)]
    return Template([piece for piece in made if piece != ""], trees.NOWHERE)


def documents_as_text(body: Body) -> Writing | None:
    """jsonencode of a document as JSON text with interpolations."""

    def change(attribute: Attribute, _: arguments.Schema) -> Any:
        value = attribute.value
        if not (isinstance(value, Call) and value.name == "jsonencode" and isinstance(value.args[0], Object | Tuple)):
            return value
        return Template(_joined(_pieces(value.args[0])), trees.NOWHERE)

    return arguments.rewritten(body, change)


def _pieces(node: Any) -> Iterator[Any]:
    """Text and expressions that make JSON text."""
    if isinstance(node, Object):
        for number, (key, value) in enumerate(node.items):
            yield "," if number else "{"
            yield from _pieces(key)
            yield ":"
            yield from _pieces(value)
        yield "}" if node.items else "{}"
    elif isinstance(node, Tuple):
        for number, item in enumerate(node.items):
            yield "," if number else "["
            yield from _pieces(item)
        yield "]" if node.items else "[]"
    elif isinstance(node, Literal):
        yield json.dumps(float(node.value) if isinstance(node.value, Decimal) else node.value)
    elif isinstance(node, Template) and not any(isinstance(part, trees.DIRECTIVES) for part in node.parts):
        yield '"'
        yield from (json.dumps(part)[1:-1] if isinstance(part, str) else part for part in node.parts)
        yield '"'
    else:
        yield trees.call("jsonencode", node)


def _joined(pieces: Iterator[Any]) -> list[Any]:
    """Pieces with text that belongs together in one."""
    parts: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and parts and isinstance(parts[-1], str):
            parts[-1] += piece
        else:
            parts.append(piece)
    return parts
