"""data.aws_iam_policy_document as the JSON text that the AWS provider makes of it."""

import json
from collections.abc import Iterator
from typing import Any, Protocol

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.unknowns import EvaluationError, combine, wholly_known
from cloudaudit.sources.hcl.values import TfList, Value, to_string

VERSION = "2012-10-17"
_LISTS = (
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
)
_PRINCIPALS = (("principals", "Principal"), ("not_principals", "NotPrincipal"))
_ORDER = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition")
_LONGEST = 1024 * 1024


class Source(Protocol):
    """The data source, as far as this needs it."""

    address: str

    def written(self, name: str) -> Value:
        """An argument, or the blocks of one kind; null when there are none."""


def render(source: Source, *, minified: bool = False) -> Value:
    """The JSON text. With unknown parts: an `Unknown` whose `partial` is the document. Raises `EvaluationError`."""
    document = _document(source)
    if not wholly_known(document):
        reference = f"{source.address}.{'minified_json' if minified else 'json'}"
        cause = combine(document)
        return Unknown(because=cause.because, refs=(*cause.refs, reference), partial=document)
    return _text(document, minified=minified)


def _text(document: Any, *, minified: bool) -> str:
    layout: dict[str, Any] = {"separators": (",", ":")} if minified else {"indent": 2, "separators": (",", ": ")}
    text = json.dumps(document, ensure_ascii=False, **layout)
    # Go's encoder writes these so that JSON may stand in HTML.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _document(source: Source) -> dict[str, Any]:
    version = source.written("version") or VERSION
    identity = source.written("policy_id")
    own: dict[str, Any] = {"Version": version, **({"Id": identity} if identity else {})}
    own["Statement"] = _statements(source.written("statement"), version)
    merged: dict[str, Any] = {"Version": "", "Statement": []}
    for document in _given(source, "source_json", "source_policy_documents"):
        _merge(merged, document)
    _merge(merged, own)
    for document in _given(source, "override_json", "override_policy_documents"):
        _merge(merged, document)
    ordered = {name: merged[name] for name in ("Version", "Id") if merged.get(name)}
    return {**ordered, "Statement": merged["Statement"]}


# Other documents


def _given(source: Source, single: str, several: str) -> Iterator[Any]:
    """The documents that an argument holds; one that is not known is an `Unknown`."""
    documents = [source.written(single), *_items(source.written(several))]
    for document in documents:
        if isinstance(document, Unknown):
            yield document.partial if isinstance(document.partial, dict) else document
        elif document:
            yield _decoded(document, several)


def _decoded(document: Value, argument: str) -> dict[str, Any]:
    try:
        decoded = json.loads(document)
    except (ValueError, TypeError, RecursionError):
        raise EvaluationError(f"{argument} holds a text that is no JSON") from None
    if not isinstance(decoded, dict):
        raise EvaluationError(f"{argument} holds JSON that is no policy")
    return decoded


def _merge(merged: dict[str, Any], document: Any) -> None:
    """Add the statements of a document; one with a known Sid takes the place of that statement."""
    if isinstance(document, Unknown):
        merged["Statement"].append(document)
        return
    if document.get("Id"):
        merged["Id"] = document["Id"]
    version = document.get("Version") or ""
    if isinstance(version, Unknown) or (isinstance(merged["Version"], str) and version > merged["Version"]):
        merged["Version"] = version
    statements = document.get("Statement") or []
    for statement in statements if isinstance(statements, list) else [statements]:
        normal = statement if isinstance(statement, Unknown) else _normal(statement)
        place = None if isinstance(normal, Unknown) else _place(merged["Statement"], normal.get("Sid"))
        if place is None:
            merged["Statement"].append(normal)
        else:
            merged["Statement"][place] = normal


def _place(statements: list[Any], sid: Any) -> int | None:
    if not isinstance(sid, str) or not sid:
        return None
    return next((n for n, each in enumerate(statements) if isinstance(each, dict) and each.get("Sid") == sid), None)


def _normal(statement: Any) -> Any:
    """A statement of another document, as the provider writes it again."""
    if not isinstance(statement, dict):
        raise EvaluationError("a policy holds a statement that is no object")
    given = {"Sid": "", **statement}
    for name in ("Principal", "NotPrincipal"):
        if name in given:
            given[name] = _principal_again(given[name])
    if isinstance(given.get("Condition"), dict):
        given["Condition"] = _conditions_again(given["Condition"])
    return {name: given[name] for name in _ORDER if given.get(name) not in (None, [], {}) or name == "Sid"}


def _principal_again(principal: Any) -> Any:
    if not isinstance(principal, dict):
        return principal
    return {kind: _sorted(ids) if isinstance(ids, list) else ids for kind, ids in sorted(principal.items())}


def _conditions_again(tests: dict[str, Any]) -> dict[str, Any]:
    """Each value as a list of strings."""
    return {
        test: {name: _texts(variables[name]) for name in sorted(variables)}
        if isinstance(variables, dict)
        else variables
        for test, variables in sorted(tests.items())
    }


def _texts(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str | Unknown | dict | list) else to_string(each) for each in values]


# Own statements


def _statements(blocks: Value, version: Value) -> list[Any]:
    statements = [_statement(block, version) for block in _blocks(blocks)]
    seen: set[str] = set()
    for statement in statements:
        sid = statement.get("Sid") if isinstance(statement, dict) else ""
        if isinstance(sid, str) and sid:
            if sid in seen:
                raise EvaluationError(f"two statements have the sid {sid}")
            seen.add(sid)
    return statements


def _statement(block: Any, version: Value) -> Any:
    if isinstance(block, Unknown):
        return block
    made: dict[str, Any] = {"Sid": block.get("sid") or "", "Effect": block.get("effect") or "Allow"}
    for name, written in _LISTS:
        members = _strings(block.get(name))
        if members:
            made[written] = _single(members if name.endswith("actions") else _replaced(members, version))
    for name, written in _PRINCIPALS:
        if blocks := _blocks(block.get(name)):
            made[written] = _principals(blocks, version)
    if blocks := _blocks(block.get("condition")):
        made["Condition"] = _conditions(blocks, version)
    return made


def _required(block: dict[str, Any], name: str) -> Any:
    value = to_string(block.get(name))
    if value is None:
        raise EvaluationError(f'the argument "{name}" is required')
    return value


def _items(value: Value) -> list[Any]:
    """The elements of a value; one that is not known stands for any number of them."""
    if value is None:
        return []
    if isinstance(value, Unknown) and isinstance(value.partial, TfList):
        return list(value.partial)
    return list(value) if isinstance(value, list) else [value]


def _blocks(value: Value) -> list[Any]:
    """The nested blocks of one kind, some of which may be unknown."""
    blocks = _items(value)
    if any(not isinstance(block, dict | Unknown) for block in blocks):
        raise EvaluationError("a block is expected here, not a value")
    return blocks


def _strings(value: Value) -> list[Any]:
    """A set of strings in the provider's order, which is from Z to A."""
    members = [to_string(each) for each in _items(value) if each is not None]
    return _sorted([each for n, each in enumerate(members) if isinstance(each, Unknown) or each not in members[:n]])


def _sorted(members: list[Any]) -> list[Any]:
    known = [member for member in members if isinstance(member, str)]
    return sorted(known, reverse=True) + [member for member in members if not isinstance(member, str)]


def _single(members: list[Any]) -> Any:
    return members[0] if len(members) == 1 else members


def _replaced(members: list[Any], version: Value) -> list[Any]:
    """`&{...}` is how policy variables are written in Terraform."""
    if version != VERSION:
        return members
    return [member.replace("&{", "${") if isinstance(member, str) else member for member in members]


def _principals(blocks: list[Any], version: Value) -> Any:
    if unknown := [block for block in blocks if isinstance(block, Unknown)]:
        return combine(unknown)
    given = [(_required(block, "type"), _replaced(_strings(block.get("identifiers")), version)) for block in blocks]
    if given == [("*", ["*"])]:
        return "*"
    kinds: dict[str, Any] = {}
    for kind, identifiers in given:
        if isinstance(kind, Unknown):
            return combine(kind, given)
        kinds.setdefault(kind, []).extend(identifiers)
    return {kind: _single(kinds[kind]) for kind in sorted(kinds)}


def _conditions(blocks: list[Any], version: Value) -> Any:
    tests: dict[str, dict[str, Any]] = {}
    for block in blocks:
        if isinstance(block, Unknown):
            return combine(blocks)
        test, variable = _required(block, "test"), _required(block, "variable")
        if isinstance(test, Unknown) or isinstance(variable, Unknown):
            return combine(blocks)
        values = [to_string(value) for value in _items(block.get("values"))]
        tests.setdefault(test, {}).setdefault(variable, []).extend(_replaced(values, version))
    return {test: {name: tests[test][name] for name in sorted(tests[test])} for test in sorted(tests)}
