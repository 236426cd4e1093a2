"""Our evaluator against the answers of the real Terraform: the same value, or an honest unknown, never another."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import readers
from cloudaudit.sources.hcl.evaluate import value_of
from cloudaudit.sources.hcl.expressions import evaluate_expression
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.functions.json_text import encode
from cloudaudit.sources.hcl.scope import CONSTANT, Alone, Scope, Session
from cloudaudit.sources.hcl.types import Type, parse_type
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError, wholly_known
from cloudaudit.sources.hcl.values import convert, type_of

HERE = Path(__file__).parent
ANSWERS = [json.loads(line) for line in (HERE / "console.jsonl").read_text(encoding="utf-8").split("\n") if line]
DIFFERENCES = tomllib.loads((HERE / "known.toml").read_text(encoding="utf-8"))["difference"]
KNOWN = {(each["expression"], each.get("constraint", "")): each for each in DIFFERENCES}


def constant(node: Any, wanted: Type) -> Any:
    """The default of an optional attribute."""
    return convert(value_of(node, Scope(Alone(Session(CallContext(HERE, HERE)), CONSTANT))), wanted)


def evaluated(record: dict[str, Any]) -> Any:
    """Our value; an `Unknown` when there is a limit, the error itself when there is one."""
    try:
        value = evaluate_expression(record["expression"], folder=HERE)
        if constraint := record.get("constraint"):
            value = convert(value, parse_type(readers.expression("tree-sitter", constraint), constant))
    except EvaluationError as error:
        return error
    except LimitError as error:
        return Unknown(because=str(error))
    return value


def spelled(type_: Type) -> str:
    """A type as `terraform console` spells it."""
    if type_.kind == "object":
        return "object({" + ", ".join(f"{n.strip()}: {spelled(t)}" for n, t in sorted(type_.attributes.items())) + "})"
    if type_.kind == "tuple":
        return "tuple([" + ", ".join(map(spelled, type_.items)) + "])"
    if type_.element:
        return f"{type_.kind}({spelled(type_.element)})"
    return "dynamic" if type_.kind == "any" else type_.kind


def same_type(ours: Type, theirs: str) -> bool:
    """Whether the types agree; nulls have no type of their own here."""
    pattern = re.escape(spelled(ours)).replace("dynamic", ".+")
    return re.fullmatch(pattern, theirs) is not None


def compare(record: dict[str, Any]) -> str:
    """What is wrong with our answer; empty when it is the same, or in order."""
    value = evaluated(record)
    if isinstance(value, EvaluationError):
        return "" if "error" in record else f"we raise {value}"
    if "error" in record:
        return "" if not wholly_known(value) else f"Terraform reports an error, we say {value!r}"
    if not wholly_known(value):
        return "" if "unknown" in record else f"unknown: {value!r}"
    if "unknown" in record:
        return f"Terraform does not know, we say {value!r}"
    if encode(value) != record["json"]:
        return f"we say {encode(value)}, Terraform {record['json']}"
    return "" if same_type(type_of(value), record["type"]) else f"{spelled(type_of(value))} is not {record['type']}"


def test_there_are_enough_answers() -> None:
    assert len(ANSWERS) >= 1500
    assert sum("json" in record for record in ANSWERS) >= 1500


@pytest.mark.parametrize("start", range(0, len(ANSWERS), 500))
def test_we_say_what_terraform_says(start: int) -> None:
    wrong = {}
    for record in ANSWERS[start : start + 500]:
        key = (record["expression"], record.get("constraint", ""))
        if key not in KNOWN and (problem := compare(record)):
            wrong[key] = problem

    assert wrong == {}


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each["expression"][:60])
def test_known_differences_are_still_there_and_harmless(difference: dict[str, Any]) -> None:
    record = next(
        each
        for each in ANSWERS
        if (each["expression"], each.get("constraint", ""))
        == (difference["expression"], difference.get("constraint", ""))
    )

    problem = compare(record)

    assert problem
    assert difference["reason"]
    assert problem.startswith("unknown: ") == (difference["kind"] == "unknown")
