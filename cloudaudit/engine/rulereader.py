"""Makes rules of the text of rule files: shape first, then conditions, then what `rulecheck` asks for."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cloudaudit.engine import cel
from cloudaudit.engine.rulecheck import Draft, check_together, faults_of
from cloudaudit.engine.rulefile import MAX_BYTES
from cloudaudit.engine.ruleset import Compiled, RuleSet
from cloudaudit.engine.strictyaml import Document
from cloudaudit.errors import RuleError
from cloudaudit.model import Rule

_FIELDS = {field.name: field for field in msgspec.structs.fields(Rule) if field.name != "service"}
_MSGSPEC_PATH = re.compile(r"(.*) - at `(?:key` in `)?\$(.*)`", re.DOTALL)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")


def compile_files(files: Mapping[str, bytes], *, criteria: Collection[str] | None = None) -> RuleSet:
    """The rules in these files. RuleError lists everything wrong with them."""
    errors: list[tuple[str, int, str]] = []
    drafts: list[Draft] = []
    for file, data in files.items():
        document = Document(data, MAX_BYTES)
        errors += [(file, fault.line, fault.text) for fault in document.faults]
        drafts += _drafts(file, document, errors)
    for draft in drafts:
        _compile(draft, errors)
        errors += [(draft.file, draft.line(where), f"{draft.id}: {text}") for where, text in faults_of(draft, criteria)]
    errors += check_together(drafts)
    if errors:
        raise RuleError("\n".join(f"{file}:{line}: {text}" for file, line, text in sorted(set(errors))))
    return RuleSet(
        Compiled(draft.rule, draft.programs.get("when"), draft.programs["require"], draft.programs.get("eased"))
        for draft in drafts
    )


def schema() -> dict[str, Any]:
    """The shape of a rule file as a JSON Schema, for editors. The loader knows more: what exists, and what is sound."""
    made = msgspec.json.schema(Rule)
    definitions = made["$defs"]
    rule = definitions["Rule"]
    del rule["properties"]["service"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cloudaudit rule file",
        "type": "object",
        "properties": {"service": {"type": "string"}, "rules": {"type": "array", "items": {"$ref": "#/$defs/Rule"}}},
        "required": ["service", "rules"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _drafts(file: str, document: Document, errors: list[tuple[str, int, str]]) -> Iterator[Draft]:
    """The rules of one file; what has not even the shape of a rule becomes an error."""
    content = document.content
    if content is None and document.faults:
        return
    if not isinstance(content, dict) or not isinstance(content.get("rules"), list):
        errors.append((file, 1, "a rule file holds `service: NAME` and `rules:` with a list"))
        return
    service = content.get("service")
    if not isinstance(service, str) or not service:
        errors.append((file, 1, "`service: NAME` is missing"))
    errors += [(file, document.line((key,)), f"unknown key {key}") for key in content.keys() - {"service", "rules"}]
    for number, entry in enumerate(content["rules"]):
        before = len(errors)
        values = _values(file, document, ("rules", number), entry, errors)
        if len(errors) == before:
            yield Draft(Rule(**values, service=str(service)), file, document, ("rules", number))


def _values(
    file: str, document: Document, path: tuple[str | int, ...], entry: Any, errors: list[tuple[str, int, str]]
) -> dict[str, Any]:
    """The fields of a rule, converted to their types one by one so that each wrong one is reported."""
    if not isinstance(entry, dict):
        errors.append((file, document.line(path), "a rule is a mapping that starts with `- id:`"))
        return {}
    name = entry.get("id", "rule without id")
    unknown = entry.keys() - _FIELDS.keys()
    errors.extend((file, document.line((*path, key)), f"{name}: unknown key {key}") for key in unknown)
    values = {}
    for field in _FIELDS.values():
        if field.name in entry:
            try:
                values[field.name] = msgspec.convert(entry[field.name], field.type)
            except msgspec.ValidationError as error:
                text, steps = _place(str(error))
                where = (*path, field.name, *steps)
                errors.append((file, document.line(where), f"{name}: {'.'.join(map(str, where[2:]))}: {text}"))
        elif field.required:
            errors.append((file, document.line(path), f"{name}: the key {field.name} is missing"))
    return values


def _place(error: str) -> tuple[str, Sequence[str | int]]:
    """What msgspec says, and the steps to where it found it."""
    if not (match := _MSGSPEC_PATH.fullmatch(error)):
        return error, ()
    return match[1], [name or int(index) for name, index in _STEP.findall(match[2])]


def _compile(draft: Draft, errors: list[tuple[str, int, str]]) -> None:
    rule = draft.rule
    texts = {"when": rule.when, "require": rule.require, "eased": rule.eased.when if rule.eased else ""}
    for name, text in texts.items():
        if (name == "when" and text.strip() == "true") or (name == "eased" and rule.eased is None):
            continue
        try:
            draft.programs[name] = cel.compile(text.strip())
        except RuleError as error:
            line = draft.line((name,))
            errors += [(draft.file, line, f"{draft.id}: {name}: {fault}") for fault in str(error).splitlines()]
