"""Makes rules of the text of rule files: shape first, then conditions, then what `rulecheck` asks for."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from cloudaudit.engine import cel, fields
from cloudaudit.engine.rulecheck import Draft, check_together, faults_of
from cloudaudit.engine.rulefile import MAX_BYTES
from cloudaudit.engine.ruleset import Compiled, RuleSet
from cloudaudit.engine.strictyaml import Document
from cloudaudit.errors import RuleError
from cloudaudit.model import Rule


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
        path = ("rules", number)
        if not isinstance(entry, dict):
            errors.append((file, document.line(path), "a rule is a mapping that starts with `- id:`"))
            continue
        name = entry.get("id", "rule without id")
        values, faults = fields.read(Rule, entry, document, path, leaving=("service",))
        errors += [(file, line, f"{name}: {text}") for line, text in faults]
        if not faults:
            yield Draft(Rule(**values, service=str(service)), file, document, path)


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
