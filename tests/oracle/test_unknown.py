"""Whatever part of an expression is not known, our answer must leave room for what Terraform says of the whole."""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import readers
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.expressions import evaluate_expression
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.functions.yaml_text import decode
from cloudaudit.sources.hcl.scope import CONSTANT, Alone, Scope, Session
from cloudaudit.sources.hcl.syntax import Literal, Name, Node, Splat
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, wholly_known
from cloudaudit.sources.hcl.values import TfList, TfMap, to_string

HERE = Path(__file__).parent
EXPRESSIONS = [
    record["expression"]
    for record in map(json.loads, filter(None, (HERE / "console.jsonl").read_text(encoding="utf-8").split("\n")))
    if "json" in record and "constraint" not in record
]
UNKNOWN = Unknown(because="a part is not known", refs=("aws_s3_bucket.part.id",))
PART = "part"
EXCEPTIONS = {
    # A combining mark that follows changes the character before it: nobody's names start with one.
    r'"e${"\u0301"}"': "prefix",
    r'format("%s%s%s", "e", "\u0301", "x")': "prefix",
    # The arm that is not chosen gives the other one its type. To take an unknown arm for one that changes it would
    # mean not to know the value of `var.create ? 1 : aws_x.y.z`.
    'false ? toset(["z", "b"]) : ["c", "a", "c"]': "type of an arm",
    "(true ? [1, 2] : []) == [1, 2]": "type of an arm",
    '(true ? 1 : "x") == "1"': "type of an arm",
    '(true ? true : "x") == "true"': "type of an arm",
    # An empty list whose elements would be of a type that is not known.
    'tolist([for x in ["a"] : x if x == "b"]) == slice(tolist(["a"]), 0, 0)': "type of no element",
}


def variants(node: Any) -> Iterator[tuple[Any, Any]]:
    """The expression with each of its parts in turn replaced by the name `part`; and the part."""
    if isinstance(node, list | tuple):
        for i, member in enumerate(node):
            yield from ((type(node)([*node[:i], changed, *node[i + 1 :]]), part) for changed, part in variants(member))
        return
    if not isinstance(node, Node):
        return
    if isinstance(node, msgspec.Struct) and type(node).__name__ not in ("Name", "TemplateIf", "TemplateFor"):
        yield Name(PART, node.span), node  # type: ignore[attr-defined]
    for field in node.__struct_fields__:
        if field != "span" and (type(node), field) != (Splat, "each"):
            value = getattr(node, field)
            yield from ((msgspec.structs.replace(node, **{field: changed}), part) for changed, part in variants(value))


def leaves_room(ours: Any, whole: Any) -> bool:
    """Whether what we know of a value is true of the value that it turned out to be."""
    if isinstance(ours, Unknown):
        return _unknown_leaves_room(ours, whole)
    if isinstance(ours, dict) and isinstance(whole, dict):
        return ours.keys() == whole.keys() and all(leaves_room(ours[name], whole[name]) for name in ours)
    if isinstance(ours, list) and isinstance(whole, list):
        if type(ours).__name__ == "TfSet":
            return all(any(leaves_room(each, other) for other in whole) for each in ours)
        return len(ours) == len(whole) and all(map(leaves_room, ours, whole))
    # An unknown member may be a string, and would make strings of the numbers beside it. The schema does so anyway.
    return text(ours) == text(whole)


def text(value: Any) -> Any:
    """A scalar as a string; anything else as it is."""
    return value if isinstance(value, dict | list) or value is None else to_string(value)


def _unknown_leaves_room(ours: Unknown, whole: Any) -> bool:
    if ours.is_set and whole is None:
        return False
    if ours.prefix and not (isinstance(whole, str) and whole.startswith(ours.prefix)):
        return False
    if isinstance(ours.partial, TfList):
        known = [member for member in ours.partial if not isinstance(member, Unknown)]
        return any(isinstance(member, Unknown) for member in ours.partial) and all(
            any(leaves_room(member, other) for other in whole) for member in known
        )
    if isinstance(ours.partial, TfMap):
        return all(name in whole and leaves_room(member, whole[name]) for name, member in ours.partial.items())
    if isinstance(ours.partial, tuple):
        pattern = "".join(".*" if isinstance(piece, Unknown) else re.escape(piece) for piece in ours.partial)
        return re.fullmatch(pattern, unicodedata.normalize("NFC", whole), re.DOTALL) is not None
    return ours.partial is None or _fits(ours.partial, decode(whole))


def _fits(partial: Any, document: Any) -> bool:
    """The same for a part of a document. The places of a set's elements within it are not known."""
    if isinstance(partial, Unknown) and type(partial.partial) in (dict, list):
        return _fits(partial.partial, document)
    if isinstance(partial, dict) and isinstance(document, dict):
        return partial.keys() == document.keys() and all(_fits(partial[name], document[name]) for name in partial)
    if isinstance(partial, list) and isinstance(document, list):
        return all(any(_fits(member, other) for other in document) for member in partial)
    return leaves_room(partial, document)


def problems(text: str) -> Iterator[str]:
    """Each variant of the expression whose value contradicts the value of the whole."""
    try:
        whole = evaluate_expression(text, folder=HERE)
    except LimitError:
        return
    if not wholly_known(whole):
        return
    for variant, part in variants(readers.expression("tree-sitter", text)):
        for unknown in substitutes(part):
            scope = Scope(Alone(Session(CallContext(HERE, HERE)), CONSTANT), {PART: unknown})
            try:
                ours = value_of(variant, scope)
            except LimitError:
                continue
            except EvaluationError as error:
                yield f"{text} without {part} is an error: {error}"
                continue
            if not leaves_room(ours, whole):
                yield f"{text} without {part}: {ours!r} is not {whole!r}"


def substitutes(part: Any) -> Iterator[Unknown]:
    """What stands for the part: nothing known of it, or how a string starts."""
    yield UNKNOWN
    if isinstance(part, Literal) and isinstance(part.value, str) and len(part.value) > 1:
        yield msgspec.structs.replace(UNKNOWN, prefix=part.value[: len(part.value) // 2], is_set=True)


def test_what_we_know_of_a_partly_known_expression_is_true_of_the_whole() -> None:
    contradictions = {text: list(problems(text)) for text in EXPRESSIONS if text not in EXCEPTIONS}

    assert {text: found for text, found in contradictions.items() if found} == {}


@pytest.mark.parametrize("text", EXCEPTIONS)
def test_the_exceptions_are_needed(text: str) -> None:
    assert list(problems(text))
