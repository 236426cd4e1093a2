"""Markdown, as GitHub, GitLab and Linear read it."""

import re
from collections.abc import Iterator

from cloudaudit.outputs.escape import markdown, visible
from cloudaudit.trackers.document import Block, Bullets, Code, Document, Heading, Link, Listing, Paragraph, Span, Spans

_REFERENCE = re.compile(r"""(\\[#!&]|\$|\bGH-)(?=\w)|(\\~|%)(?=[\w"])""")
"""What begins a reference: #1, !1, ~label, &1, %1, $1, GH-1."""


def render(document: Document) -> str:
    """The document, one empty line between blocks, none at the end."""
    return "\n\n".join("\n".join(_block(block)) for block in document)


def literal(text: str) -> str:
    """Text in which no markup works, that calls nobody and links nowhere. GitHub and GitLab look for names and numbers
    in the finished page: only something between the sign and what follows helps, a space without width."""
    harmless = markdown(text).replace("@", "@&#8203;").replace("://", "&#58;//").replace("www.", "www&#46;")
    return _REFERENCE.sub(r"\g<0>&#8203;", harmless)


def code(text: str) -> str:
    """Text in a row of backticks that is longer than any in it."""
    shown = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if "`" in (shown[:1], shown[-1:]) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"**{literal(block.text)}**"
        case Paragraph():
            yield _line(block.spans)
        case Bullets():
            yield from (f"- {_line(item)}" for item in block.items)
        case Listing():
            lines = [visible(line.replace("\t", "  ")) for line in block.text.strip("\n").splitlines()]
            fence = "`" * max(3, max((len(run) for run in re.findall("`+", block.text)), default=0) + 1)
            yield from (f"{fence}{block.language}", *lines, fence)


def _line(spans: Spans) -> str:
    """One line. At its start a `+`, a `-`, a number or a slash would be a list or a command of GitLab."""
    text = "".join(map(_span, spans))
    return re.sub(r"^(\s*)([+\-/=]|\d+(?=[.)]))", r"\1\\\2", text) if isinstance(spans[0], str) else text


def _span(span: Span) -> str:
    match span:
        case str():
            return literal(span)
        case Code():
            return code(span.text)
        case Link():
            return f"[{literal(span.text)}](<{visible(span.address)}>)"
        case _:
            return f"**{literal(span.text)}**"
