"""The fields of one entry of a file, converted to their types one by one so that each wrong one is reported."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from cloudaudit.engine.strictyaml import Document, Path
from cloudaudit.model import Record

_MSGSPEC_PATH = re.compile(r"(.*) - at `(?:key` in `)?\$(.*)`", re.DOTALL)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")


def read(
    shape: type[Record],
    entry: Mapping[str, Any],
    document: Document,
    path: Path,
    *,
    leaving: Collection[str] = (),
) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    """The fields of `shape` in the mapping that stands at `path`, and what is wrong with them, by line; the fields in
    `leaving` come from elsewhere, so none may be here."""
    fields = {field.name: field for field in msgspec.structs.fields(shape) if field.name not in leaving}
    faults = [(document.line((*path, key)), f"unknown key {key}") for key in entry.keys() - fields.keys()]
    values = {}
    for field in fields.values():
        if field.name in entry:
            try:
                values[field.name] = msgspec.convert(entry[field.name], field.type)
            except msgspec.ValidationError as error:
                text, steps = _place(str(error))
                where = ".".join(map(str, (field.name, *steps)))
                faults.append((document.line((*path, field.name, *steps)), f"{where}: {text}"))
        elif field.required:
            faults.append((document.line(path), f"the key {field.name} is missing"))
    return values, faults


def _place(error: str) -> tuple[str, Sequence[str | int]]:
    """What msgspec says, and the steps to where it found it."""
    if not (match := _MSGSPEC_PATH.fullmatch(error)):
        return error, ()
    return match[1], [name or int(index) for name, index in _STEP.findall(match[2])]
