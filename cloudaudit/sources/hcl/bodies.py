"""Puts arguments and blocks together into bodies, by the rules that the grammars of both readers leave out."""

from collections.abc import Iterable

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.document import Document
from cloudaudit.sources.hcl.syntax import Attribute, Block, Body, Literal, Span


def collect(document: Document, items: Iterable[Attribute | Block]) -> Body:
    """The body made of `items`, in the order of the file. Each must start on a line of its own."""
    body = Body({}, [])
    last_line = 0
    for item in items:
        if item.span[0] == last_line:
            document.problem("a line break is missing before this", item.span[4])
        last_line = item.span[2]
        if isinstance(item, Block):
            body.blocks.append(item)
        else:
            add(document, body, item)
    return body


def unreadable(document: Document, name: str, message: str, span: Span, offset: int | None = None) -> Literal:
    """The value of an argument that is there but cannot be read: unknown, and a problem of the document, at `offset` or
    where the value starts."""
    because = f'the argument "{name}" cannot be read'
    document.problem(f"{because}: {message}", span[4] if offset is None else offset)
    return Literal(Unknown(because=because), span)


def merge(document: Document, body: Body, more: Body) -> None:
    """Add the arguments and blocks of `more` to `body`."""
    body.blocks += more.blocks
    for attribute in more.attributes.values():
        add(document, body, attribute)


def add(document: Document, body: Body, attribute: Attribute) -> None:
    """Add an argument; one that is there already stays, and that is a problem."""
    first = body.attributes.setdefault(attribute.name, attribute)
    if first is not attribute:
        message = f'the argument "{attribute.name}" was already set at line {first.span[0]}'
        document.problem(message, attribute.span[4])
