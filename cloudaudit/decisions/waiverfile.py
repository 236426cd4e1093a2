"""waivers.yaml: failures that were accepted, by whom, why, and until when."""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from cloudaudit.decisions import dates
from cloudaudit.decisions.yamlnodes import compose
from cloudaudit.errors import SettingsError
from cloudaudit.model import Waiver

MAX_BYTES = 2_000_000
_NEEDED = ("id", "rule", "resources", "reason", "owner", "approved_by", "created", "expires")
_KEYS = (*_NEEDED, "ticket")
THEIRS = re.compile(r"[a-z0-9-]+:[\w./:@+*-]+")
"""A check of another scanner (`checkov:CKV_AWS_16`); which there are, nobody knows before they are imported."""


def load(path: Path, rules: Collection[str]) -> tuple[Waiver, ...]:
    """The waivers in the file. SettingsError lists all that is wrong, by line; `rules` are the ids that there are."""
    faults: list[tuple[int, str]] = []
    found: dict[str, Waiver] = {}
    for node in _entries(_read(path), faults):
        before = len(faults)
        values = _values(node, faults)
        line = node.start_mark.line + 1
        if len(faults) == before:
            waiver = Waiver(**values, line=line)
            faults += [(line, fault) for fault in _wrong(waiver, rules)]
            if waiver.id in found:
                faults.append((line, f"{waiver.id}: the id is taken in line {found[waiver.id].line}"))
            found.setdefault(waiver.id, waiver)
    if faults:
        raise SettingsError("\n".join(f"{path}:{line}: {text}" for line, text in sorted(set(faults))))
    return tuple(found.values())


def _read(path: Path) -> Any:
    """The nodes of the file; every scalar stays text, so that a date is what was written."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SettingsError(f"{path}: larger than {MAX_BYTES:,} bytes")
        return compose(str(path), path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: this is not UTF-8 text") from error


def _entries(top: Any, faults: list[tuple[int, str]]) -> list[yaml.MappingNode]:
    match top:
        case yaml.MappingNode(value=[(yaml.ScalarNode(value="waivers"), yaml.SequenceNode(value=nodes))]):
            faults += [
                (node.start_mark.line + 1, "a waiver is a mapping that starts with `- id:`")
                for node in nodes
                if not isinstance(node, yaml.MappingNode)
            ]
            return [node for node in nodes if isinstance(node, yaml.MappingNode)]
    faults.append((1, "the file holds `waivers:` with a list, and nothing else"))
    return []


def _values(node: yaml.MappingNode, faults: list[tuple[int, str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in node.value:
        line = name.start_mark.line + 1
        key = str(name.value)
        if key not in _KEYS or key in values:
            faults.append((line, f"the key {key} stands here twice" if key in values else f"unknown key {key}"))
        elif key == "resources":
            values[key] = _texts(value)
        elif isinstance(value, yaml.ScalarNode):
            values[key] = value.value.strip()
        if key in _KEYS and not values.get(key):
            faults.append((line, f"{key}: {'a list of texts' if key == 'resources' else 'text'} expected"))
    missing = [key for key in _NEEDED if key not in values]
    if missing:
        faults.append((node.start_mark.line + 1, f"missing: {', '.join(missing)}"))
    return values


def _texts(node: Any) -> tuple[str, ...]:
    members = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return tuple(str(each.value) for each in members if isinstance(each, yaml.ScalarNode) and each.value)


def _wrong(waiver: Waiver, rules: Collection[str]) -> Iterator[str]:
    if waiver.rule not in rules and not THEIRS.fullmatch(waiver.rule):
        near = get_close_matches(waiver.rule, rules, n=1, cutoff=0.5)
        yield f"{waiver.id}: there is no rule {waiver.rule}" + (f"; did you mean {near[0]}?" if near else "")
    if waiver.owner.casefold() == waiver.approved_by.casefold():
        yield f"{waiver.id}: {waiver.owner} cannot approve a waiver of their own"
    ends = {name: dates.parse(getattr(waiver, name)) for name in ("created", "expires")}
    for name, day in ends.items():
        if day is None:
            yield f"{waiver.id}: {name}: {getattr(waiver, name)!r} is no date; write YYYY-MM-DD"
    created, expires = ends["created"], ends["expires"]
    if created and expires and expires < created:
        yield f"{waiver.id}: it expires before it was created"
