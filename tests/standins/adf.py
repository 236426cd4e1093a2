"""Which documents Jira takes, and what they say in Markdown.

The rules of the Atlassian Document Format for the nodes that are used here, in our words, after the validator that
Atlassian publishes (@atlaskit/adf-schema 57.7)."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.trackers.adf import plain
from cloudaudit.trackers.markdown import code, literal

_BLOCKS = {"paragraph", "heading", "bulletList", "codeBlock"}
_INSIDE: dict[str, set[str]] = {
    "doc": {*_BLOCKS, "panel", "expand", "rule"},
    "panel": {*_BLOCKS, "rule"},
    "bulletList": {"listItem"},
    "listItem": {"paragraph", "bulletList", "codeBlock"},
    "paragraph": {"text"},
    "heading": {"text"},
    "codeBlock": {"text"},
    "rule": set(),
    "text": set(),
}
_FILLED = {"panel", "bulletList", "listItem"}
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "panel": {"panelType": {"info", "note", "tip", "warning", "error", "success"}},
    "heading": {"level": set(range(1, 7))},
    "codeBlock": {"language": str},
    "link": {"href": str},
}


def problems(document: Any) -> list[str]:
    """What Jira would say of it, nothing if it takes it."""
    if not isinstance(document, dict) or document.get("type") != "doc" or document.get("version") != 1:
        return ["the root is no doc of version 1"]
    return list(_problems(document))


def _problems(node: dict[str, Any]) -> Iterator[str]:
    kind, content = node["type"], node.get("content", [])
    yield from (f"{kind}: {name}" for name in set(node) - {"type", "content", "attrs", "version", "text", "marks"})
    yield from _attributes(kind, node.get("attrs", {}))
    if kind in _FILLED and not content:
        yield f"an empty {kind}"
    if kind == "listItem" and content and content[0]["type"] == "bulletList":
        yield "an item that starts with a list"
    if kind == "text":
        yield from _text(node)
    for child in content:
        if child["type"] not in _INSIDE[kind]:
            yield f"{child['type']} in {kind}"
        elif kind == "codeBlock" and child.get("marks"):
            yield "marks in a codeBlock"
        yield from _problems(child)


def _attributes(kind: str, found: dict[str, Any]) -> Iterator[str]:
    known = _ATTRIBUTES.get(kind, {})
    yield from (f"{kind}: attribute {name}" for name in set(found) ^ set(known))
    for name, value in found.items():
        allowed = known.get(name, ())
        if not (isinstance(value, str) if allowed is str else value in allowed):
            yield f"{kind}: {name} {value!r}"


def _text(node: dict[str, Any]) -> Iterator[str]:
    if not node.get("text"):
        yield "an empty text"
    marks = [mark["type"] for mark in node.get("marks", [])]
    if "code" in marks and not set(marks) <= {"code", "link"}:
        yield f"code with {marks}"
    if len(set(marks)) < len(marks) or not set(marks) <= {"code", "link", "strong", "em"}:
        yield f"marks {marks}"
    for mark in node.get("marks", []):
        yield from _attributes(mark["type"], mark.get("attrs", {}))
        if mark["type"] == "link" and not mark["attrs"]["href"].startswith("https://"):
            yield f"link to {mark['attrs']['href']}"


def as_markdown(node: Any) -> str:
    """The same document in Markdown: what is no markup in it is literal text there, too."""
    if not node:
        return ""
    inner = [as_markdown(child) for child in node.get("content", [])]
    match node["type"]:
        case "text":
            return _marked(node)
        case "codeBlock":
            return "```\n" + plain(node) + "\n```\n"
        case "paragraph" | "heading":
            return "".join(inner) + "\n"
        case _:
            return "\n".join(inner)


def _marked(node: dict[str, Any]) -> str:
    marks = {mark["type"]: mark for mark in node.get("marks", [])}
    if "code" in marks:
        return code(node["text"])
    if "link" in marks:
        return f"[{literal(node['text'])}](<{marks['link']['attrs']['href']}>)"
    return literal(node["text"])
