"""Markdown, as GitHub, GitLab and Linear read it; Redmine wants it a little different."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloudaudit.outputs.escape import markdown, visible
from cloudaudit.trackers.document import Block, Bullets, Code, Document, Heading, Link, Listing, Paragraph, Span, Spans

_REFERENCE = re.compile(r"""(\\[#!&]|\$|\bGH-)(?=\w)|(\\~|%)(?=[\w"])""")
"""What begins a reference: #1, !1, ~label, &1, %1, $1, GH-1."""


def literal(text: str) -> str:
    """Text in which no markup works, that calls nobody and links nowhere. GitHub and GitLab look for names and numbers
    in the finished page: only something between the sign and what follows helps, a space without width."""
    harmless = markdown(text).replace("^", "\\^").replace("@", "@&#8203;")
    return _REFERENCE.sub(r"\g<0>&#8203;", harmless.replace("://", "&#58;//").replace("www.", "www&#46;"))


def code(text: str) -> str:
    """Text in a row of backticks that is longer than any in it."""
    shown = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if "`" in (shown[:1], shown[-1:]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


class Dialect(NamedTuple):
    """How literal text, words of a program and lines of one are written."""

    literal: Callable[[str], str] = literal
    code: Callable[[str], str] = code
    lines: Callable[[str], str] = visible


def render(document: Document, dialect: Dialect = Dialect()) -> str:  # noqa: B008 - it is frozen
    """The document, one empty line between blocks, none at the end."""
    return "\n\n".join("\n".join(_block(block, dialect)) for block in document)


def _block(block: Block, dialect: Dialect) -> Iterator[str]:
    match block:
        case Heading():
            yield f"**{dialect.literal(block.text.strip())}**"
        case Paragraph():
            yield _line(block.spans, dialect)
        case Bullets():
            yield from (f"- {_line(item, dialect)}" for item in block.items)
        case Listing():
            lines = [dialect.lines(line.replace("\t", "  ")) for line in block.text.strip("\n").splitlines()]
            fence = "`" * max(3, max((len(run) for run in re.findall("`+", block.text)), default=0) + 1)
            yield from (f"{fence}{block.language}", *lines, fence)


def _line(spans: Spans, dialect: Dialect) -> str:
    """One line. At its start a `+`, a `-` or a number would be a list, a slash a command of GitLab."""
    text = "".join(_span(span, dialect) for span in spans)
    if not isinstance(spans[0], str):
        return text
    text = re.sub(r"^(\s*)/", r"\1&#47;", text)
    return re.sub(r"^(\s*\d*)([+\-=]|(?<=\d)[.)])", r"\1\\\2", text)


def _span(span: Span, dialect: Dialect) -> str:
    match span:
        case str():
            return dialect.literal(span)
        case Code():
            return dialect.code(span.text)
        case Link():
            return f"[{dialect.literal(span.text)}](<{visible(span.address)}>)"
        case _:
            return f"**{dialect.literal(span.text.strip())}**"
