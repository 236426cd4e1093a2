"""The Atlassian Document Format: what Jira Cloud keeps descriptions and comments in, version 1.

A document is a tree of nodes, and text is never markup. What shapes the text here, from "Atlassian Document Format" at
developer.atlassian.com: no text is empty, `code` goes with no other mark but `link`, a code block holds plain text, a
list has items, and an item starts with a paragraph. Our part of a description is one panel, which people write around;
its last line says so and carries the key of the ticket.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from cloudaudit.outputs.escape import visible
from cloudaudit.trackers.document import Block, Bullets, Code, Document, Heading, Link, Listing, Paragraph, Span, Spans

Node: TypeAlias = dict[str, Any]

_NOTICE = "Kept up to date by cloudaudit: write above or below, not in here. "
_HEADING = 4


def document(content: Sequence[Node]) -> Node:
    """A whole document of these blocks."""
    return {"type": "doc", "version": 1, "content": list(content)}


def render(blocks: Document) -> list[Node]:
    """The blocks as nodes that stand anywhere a paragraph does."""
    return [_block(block) for block in blocks]


def wrapped(blocks: Document, key: str) -> Node:
    """Our part of a description."""
    last = _node("paragraph", [_text(_NOTICE), _text(key, "code")])
    return _node("panel", [*render(blocks), last], panelType="info")


def replaced(body: Any, blocks: Document, key: str) -> Node:
    """The description with our part changed and all else as it is; where our part is gone it comes last."""
    content = _content(body)
    mine = next((place for place, node in enumerate(content) if _is_ours(node, key)), len(content))
    return document([*content[:mine], wrapped(blocks, key), *content[mine + 1 :]])


def comment(blocks: Document, mark: str) -> Node:
    """A comment that is known again by its mark, which is its last line."""
    return document([*render(blocks), _node("paragraph", [_text(mark, "code")])])


def is_comment(body: Any, mark: str) -> bool:
    """Whether a comment carries the mark."""
    content = _content(body)
    return bool(content) and plain(content[-1]) == mark


def plain(node: Any) -> str:
    """All text of a node, however deep."""
    if not isinstance(node, Mapping):
        return ""
    text = node.get("text")
    return text if isinstance(text, str) else "".join(map(plain, _content(node)))


def _is_ours(node: Any, key: str) -> bool:
    content = _content(node)
    return bool(content) and node.get("type") == "panel" and plain(content[-1]).endswith(key)


def _content(node: Any) -> list[Any]:
    found = node.get("content") if isinstance(node, Mapping) else None
    return found if isinstance(found, list) else []


def _block(block: Block) -> Node:
    match block:
        case Heading():
            return _node("heading", [_text(visible(block.text))], level=_HEADING)
        case Paragraph():
            return _node("paragraph", _line(block.spans))
        case Bullets():
            items = [_node("listItem", [_node("paragraph", _line(item))]) for item in block.items]
            return _node("bulletList", items) if items else _node("paragraph", [])
        case Listing():
            lines = [visible(line.replace("\t", "  ")) for line in block.text.strip("\n").splitlines()]
            return _node("codeBlock", [_text("\n".join(lines))] if any(lines) else [], language=block.language)


def _line(spans: Spans) -> list[Node]:
    """The spans that are not empty: no text may be."""
    return [_span(span) for span in spans if (span if isinstance(span, str) else span.text)]


def _span(span: Span) -> Node:
    match span:
        case str():
            return _text(visible(span))
        case Code():
            return _text(visible(span.text), "code")
        case Link():
            return _text(visible(span.text), "link", href=visible(span.address))
        case _:
            return _text(visible(span.text), "strong")


def _text(text: str, mark: str = "", **attributes: str) -> Node:
    marked = {"type": mark, **({"attrs": attributes} if attributes else {})}
    return {"type": "text", "text": text, **({"marks": [marked]} if mark else {})}


def _node(kind: str, content: list[Node], **attributes: Any) -> Node:
    return {"type": kind, **({"attrs": attributes} if attributes else {}), "content": content}
