"""YAML as nodes: every scalar is the text that was written, with its line, and nothing is constructed."""

from collections.abc import Iterator
from typing import Any

import yaml

from cloudaudit.errors import SettingsError

DEEPEST = 50
"""How deep a file may nest: libyaml's composer calls itself for each level, and ends the process at some 10,000."""


def compose(file: str, text: str) -> Any:
    """The node at the top, None for an empty file. SettingsError where it is no YAML, or nests too deep."""
    try:
        deep = 0
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if deep > DEEPEST:
                raise SettingsError(f"{file}:{line(event)}: nested deeper than {DEEPEST} levels")
        return yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        number = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{file}:{number}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{file}: not YAML") from error


def members(node: Any) -> Iterator[tuple[str, Any, int]]:
    """The keys of a mapping, each with its value and line; nothing for what is no mapping."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield str(key.value), value, key.start_mark.line + 1


def items(node: Any) -> list[Any]:
    """The nodes of a list; nothing for what is no list."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def line(node: Any) -> int:
    """Where a node or an event begins."""
    return int(node.start_mark.line) + 1


def text(node: Any) -> str:
    """What a scalar says, on one line; empty for what is none."""
    return " ".join(node.value.split()) if isinstance(node, yaml.ScalarNode) else ""


def texts(node: Any) -> tuple[str, ...]:
    """What the scalars of a list say, or the one scalar; those that are empty left out."""
    return tuple(found for each in (items(node) or [node]) if (found := text(each)))
