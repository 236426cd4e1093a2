"""The contract with the CEL library: what an absent key does to each operator, and what any other error looks like."""

import pytest

from cloudaudit.engine import cel
from cloudaudit.errors import RuleError
from cloudaudit.model import Verdict


def judged(text: str, **resource: object) -> cel.Judgement:
    activation = cel.activate({"resource": resource, "related": {}, "facts": {}, "parameters": {}})
    return cel.judge(cel.compile(text), activation)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("resource.missing == true", Verdict.UNKNOWN),
        ("resource.missing != null", Verdict.UNKNOWN),
        ("!(resource.missing == true)", Verdict.UNKNOWN),
        ("resource.missing == 1 || true", Verdict.PASS),
        ("true || resource.missing == 1", Verdict.PASS),
        ("resource.missing == 1 || false", Verdict.UNKNOWN),
        ("resource.missing == 1 && false", Verdict.FAIL),
        ("false && resource.missing == 1", Verdict.FAIL),
        ("resource.missing == 1 && true", Verdict.UNKNOWN),
        ("[1, 2].exists(x, x == 2 || resource.missing == 1)", Verdict.PASS),
        ("[1, 2].all(x, x == 2 && resource.missing == 1)", Verdict.FAIL),
        ("[1, 2].all(x, x > 0 && resource.missing == 1)", Verdict.UNKNOWN),
        ("resource.missing == 1 ? true : true", Verdict.UNKNOWN),
        ("'a' in resource.missing", Verdict.UNKNOWN),
        ("resource.missing.below.further == 1", Verdict.UNKNOWN),
        ("resource.list.exists(x, x.key == 1)", Verdict.PASS),
        ("resource.list.all(x, x.key == 1)", Verdict.UNKNOWN),
    ],
)
def test_an_absent_key_follows_three_valued_logic(text: str, verdict: Verdict) -> None:
    assert judged(text, list=[{}, {"key": 1}]).verdict is verdict


def test_the_absent_key_is_named() -> None:
    assert judged('resource.tags["a"] == 1', tags={}).missing == "a"
    assert judged("resource.tags['say \"a\"'] == 1", tags={}).missing == 'say "a"'


@pytest.mark.parametrize(
    "text",
    ["resource.nothing >= 7", "resource.list[3] == 1", "resource.nothing.exists(x, x == 1)", "1 / 0 == 1"],
)
def test_any_other_error_is_a_defect_of_the_rule(text: str) -> None:
    with pytest.raises(RuleError) as error:
        judged(text, nothing=None, list=[])

    assert text in str(error.value)


def test_numbers_compare_across_int_and_double() -> None:
    assert judged("resource.days == 7 && resource.days >= 7 && resource.days < 7.5", days=7.0).verdict is Verdict.PASS


def test_a_program_evaluates_the_same_from_its_serialised_form() -> None:
    program = cel.compile("resource.a == 1")
    again = cel.Program(program.text, program.serialized, program.reads)
    activation = cel.activate({"resource": {"a": 1}, "related": {}, "facts": {}, "parameters": {}})

    assert cel.judge(again, activation) is cel.PASS
