"""Export of a graph: json, graphml, dot, mermaid. Names and links only, so that no value can leak."""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cloudaudit.graph.graph import ResourceGraph


def draw(graph: "ResourceGraph", form: str) -> str:
    """The graph in that form; ValueError names the forms there are."""
    if form not in _FORMS:
        raise ValueError(f"unknown form {form!r}; there are {', '.join(_FORMS)}")
    return _FORMS[form](graph)


def _json(graph: "ResourceGraph") -> str:
    document = {
        "target": graph.target,
        "root": graph.root,
        "origin": graph.origin.value,
        "resources": [
            {"key": each.key, "type": each.type, "name": each.name, "address": each.address, "location": each.location}
            for each in graph
        ],
        "links": graph.links(),
        "gaps": graph.gaps,
    }
    try:
        data = msgspec.json.encode(document)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_encodable(msgspec.to_builtins(document)))
    return msgspec.json.format(data, indent=2).decode() + "\n"


def _encodable(value: Any) -> Any:
    """A copy whose strings can be written as UTF-8; names of files need not be."""
    if isinstance(value, dict):
        return {name: _encodable(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(member) for member in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _graphml(graph: "ResourceGraph") -> str:
    import networkx as nx  # noqa: PLC0415 - 0.4 s that other forms need not pay

    network = nx.MultiDiGraph()
    for each in graph:
        network.add_node(printable(each.key), type=each.type, name=printable(each.name))
    for link in graph.links():
        network.add_edge(printable(link.source), printable(link.target), attribute=printable(link.attribute))
    out = io.BytesIO()
    nx.write_graphml_xml(network, out)
    return out.getvalue().decode() + "\n"


def _dot(graph: "ResourceGraph") -> str:
    lines = ["digraph cloudaudit {", "  rankdir=LR;", "  node [shape=box];"]
    lines += [f"  {_quoted(each.key)};" for each in graph]
    lines += [f"  {_quoted(a)} -> {_quoted(b)} [label={_quoted(label)}];" for a, b, label in _edges(graph)]
    return "\n".join([*lines, "}", ""])


def _mermaid(graph: "ResourceGraph") -> str:
    number = {key: f"n{position}" for position, key in enumerate(graph.resources)}
    lines = ["flowchart LR"]
    lines += [f'  {number[each.key]}["{_entities(each.key)}"]' for each in graph]
    lines += [f'  {number[a]} -->|"{_entities(label)}"| {number[b]}' for a, b, label in _edges(graph)]
    return "\n".join([*lines, ""])


def _edges(graph: "ResourceGraph") -> list[tuple[str, str, str]]:
    return [(link.source, link.target, link.attribute) for link in graph.links()]


def printable(text: str) -> str:
    """The text without control characters: names come from strangers, and drawings end up in terminals and browsers."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _quoted(text: str) -> str:
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _entities(text: str) -> str:
    return "".join(f"#{ord(sign)};" if sign in '"<>&#;|[](){}`' else sign for sign in printable(text))


_FORMS: dict[str, Callable[["ResourceGraph"], str]] = {
    "json": _json, "graphml": _graphml, "dot": _dot, "mermaid": _mermaid,
}  # fmt: skip
