"""What a ticket or a comment says, before it is written in the markup of a tracker."""

from collections.abc import Sequence
from typing import TypeAlias

from cloudaudit.model import Record


class Code(Record, frozen=True):
    """Words of a program: an id, an address, a path."""

    text: str


class Strong(Record, frozen=True):
    """Words that stand out."""

    text: str


class Link(Record, frozen=True):
    """Words that lead somewhere; `address` is https."""

    text: str
    address: str


Span: TypeAlias = str | Code | Strong | Link
"""A piece of a line. Text is literal: whatever is in it, it is no markup, calls nobody and links nowhere."""

Spans: TypeAlias = tuple[Span, ...]


class Heading(Record, frozen=True):
    """A heading above paragraphs."""

    text: str


class Paragraph(Record, frozen=True):
    """A line of text, however long."""

    spans: Spans


class Bullets(Record, frozen=True):
    """A list of lines."""

    items: tuple[Spans, ...]


class Listing(Record, frozen=True):
    """Lines of a program; `language` names it for colours."""

    text: str
    language: str = "terraform"


Block: TypeAlias = Heading | Paragraph | Bullets | Listing
Document: TypeAlias = tuple[Block, ...]


def paragraph(*spans: Span) -> Paragraph:
    """A paragraph of these spans."""
    return Paragraph(spans=spans)


def bullets(items: Sequence[Spans]) -> Bullets:
    """A list of these lines."""
    return Bullets(items=tuple(items))
