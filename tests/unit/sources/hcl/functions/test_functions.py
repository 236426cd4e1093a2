"""The library as a whole. What each function computes is compared with Terraform's own answers in tests/oracle."""

import json
from pathlib import Path

import pytest

from cloudaudit.sources.hcl.functions import FUNCTIONS
from cloudaudit.sources.hcl.functions.context import CallContext
from cloudaudit.sources.hcl.unknowns import EvaluationError

ORACLE = Path(__file__).parents[4] / "oracle" / "console.jsonl"
HERE = CallContext(Path(__file__).parent, Path(__file__).parent)
# What Terraform answers differently every time cannot be recorded.
NEVER_THE_SAME = {"bcrypt", "plantimestamp", "rsadecrypt", "timestamp", "uuid"}


def test_every_function_has_answers_of_terraform_to_compare_with() -> None:
    expressions = " ".join(json.loads(line)["expression"] for line in ORACLE.read_text("utf-8").split("\n") if line)

    assert [name for name in FUNCTIONS if f"{name}(" not in expressions and name not in NEVER_THE_SAME] == []


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_too_many_arguments_are_an_error(name: str) -> None:
    function = FUNCTIONS[name]
    if function.rest is None:
        with pytest.raises(EvaluationError, match="too many arguments"):
            function(HERE, ["1"] * (len(function.parameters) + 1))


def test_a_wrong_argument_is_named() -> None:
    with pytest.raises(EvaluationError, match="invalid value for argument 2: number required"):
        FUNCTIONS["pow"](HERE, [1, []])


def test_null_is_refused_where_terraform_refuses_it() -> None:
    with pytest.raises(EvaluationError, match="argument 1 must not be null"):
        FUNCTIONS["upper"](HERE, [None])
