"""Conversions, equality and the order of sets."""

from decimal import Decimal
from typing import Any

import pytest

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import readers, types
from cloudaudit.sources.hcl.types import Type, list_of, map_of, object_of, parse_type, set_of, tuple_of
from cloudaudit.sources.hcl.unknowns import EvaluationError
from cloudaudit.sources.hcl.values import TfList, TfMap, TfSet, convert, equal, partly, type_of

UNKNOWN = Unknown(because="var.x has no value", refs=("aws_kms_key.main.arn",))


def type_named(text: str) -> Type:
    def default(node: Any, wanted: Type) -> Any:
        return convert(node.value, wanted)

    return parse_type(readers.expression("tree-sitter", text), default)


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        ("7", types.NUMBER, 7),
        ("0.5", types.NUMBER, Decimal("0.5")),
        (7, types.STRING, "7"),
        (True, types.STRING, "true"),
        ("1", types.BOOL, True),
        ("false", types.BOOL, False),
        (None, types.NUMBER, None),
        ([1, "a"], list_of(types.ANY), ["1", "a"]),
        (["b", "a", "b"], set_of(types.STRING), ["a", "b"]),
        ({"a": 1}, map_of(types.STRING), {"a": "1"}),
        ({"a": 1, "b": 2}, object_of({"a": types.STRING}), {"a": "1"}),
        ([1, "2"], tuple_of([types.STRING, types.NUMBER]), ["1", 2]),
    ],
)
def test_values_take_the_type_they_are_given(value: Any, type_: Type, expected: Any) -> None:
    converted = convert(value, type_)

    assert converted == expected
    assert type(converted) in (TfList, TfSet, TfMap) or type(converted) is type(expected)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("x", types.NUMBER),
        (1, types.BOOL),
        (True, types.NUMBER),
        ([1, True], list_of(types.ANY)),
        ("a", list_of(types.STRING)),
        ({}, object_of({"a": types.STRING})),
        ([1], tuple_of([])),
        (TfList([1]), tuple_of([types.NUMBER])),
        ([{"a": 1}, None], list_of(types.ANY)),
    ],
)
def test_values_that_do_not_fit_are_an_error(value: Any, type_: Type) -> None:
    with pytest.raises(EvaluationError):
        convert(value, type_)


def test_optional_attributes_get_their_defaults_at_any_depth() -> None:
    type_ = type_named("map(object({size = optional(number, 7), names = optional(list(string)), tags = map(string)}))")

    converted = convert({"a": {"tags": {"k": 1}}, "b": {"size": "9", "tags": {}, "names": [1]}}, type_)

    assert converted == {
        "a": {"size": 7, "names": None, "tags": {"k": "1"}},
        "b": {"size": 9, "names": ["1"], "tags": {}},
    }


def test_a_null_attribute_takes_the_default_too() -> None:
    type_ = type_named("object({size = optional(number, 7)})")

    assert convert({"size": None}, type_) == {"size": 7}


def test_unknown_members_survive_a_conversion() -> None:
    converted = convert({"a": UNKNOWN, "b": "1"}, map_of(types.NUMBER))

    assert converted == {"a": UNKNOWN, "b": 1}


def test_a_set_with_an_unknown_element_becomes_a_list_without_known_places() -> None:
    known_and_not = TfSet(["b", UNKNOWN], types.STRING)

    converted = convert(known_and_not, list_of(types.STRING))

    assert isinstance(converted, Unknown)
    assert converted.partial == ["b", UNKNOWN]
    assert converted.refs == ("aws_kms_key.main.arn",)


def test_a_partly_known_list_always_holds_an_unknown_element() -> None:
    assert partly(["a"], UNKNOWN).partial == ["a", UNKNOWN]


@pytest.mark.parametrize("text", ["strin", "list()", "list(string, string)", '"x"', "object(string)", "1", "[string]"])
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(EvaluationError):
        type_named(text)


def test_types_from_before_terraform_0_12_are_understood() -> None:
    assert type_named("list") == list_of(types.ANY)
    assert type_named('"map"') == map_of(types.ANY)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, "1", False),
        (1, Decimal("1.0"), True),
        (True, 1, False),
        ([1], TfList([1], types.NUMBER), False),
        (TfList(["a"], types.STRING), TfList(["a"], types.STRING), True),
        (TfList([], types.STRING), TfList([], types.NUMBER), False),
        ({"a": 1}, TfMap({"a": 1}, types.NUMBER), False),
        (None, [], False),
        ([UNKNOWN, 1], [UNKNOWN, 2], False),
        (Unknown(because="x", prefix="arn:"), "http", False),
    ],
)
def test_values_of_different_types_are_not_equal(left: Any, right: Any, expected: bool) -> None:
    assert equal(left, right) is expected


def test_equality_with_an_unknown_is_unknown_and_keeps_the_references() -> None:
    same = equal({"a": UNKNOWN}, {"a": 1})

    assert isinstance(same, Unknown)
    assert same.refs == ("aws_kms_key.main.arn",)


def test_sets_are_sorted_the_way_terraform_does() -> None:
    assert TfSet([10, 9, Decimal("1.5"), None, 9]) == [Decimal("1.5"), 9, 10, None]
    assert convert([["a"], ["a", "c"], ["b"]], set_of(list_of(types.STRING))) == [["a", "c"], ["a"], ["b"]]
    assert TfSet([{"n": 9}, {"n": 10}]) == [{"n": 10}, {"n": 9}]
    assert TfSet([UNKNOWN, "b", "a"]) == ["a", "b", UNKNOWN]


def test_the_type_of_a_value_can_be_written_out() -> None:
    value = {"a": [1, "x"], "b": TfList([True], types.BOOL), "c": None}

    assert types.describe(type_of(value)) == "object({a=tuple([number, string]), b=list(bool), c=any})"
