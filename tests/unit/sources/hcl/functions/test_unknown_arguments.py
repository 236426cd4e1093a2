"""What functions decide although arguments are not known."""

from typing import Any

import pytest

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.expressions import evaluate_expression

ARN = Unknown(because="aws_kms_key.main.arn is known after apply", refs=("aws_kms_key.main.arn",), prefix="arn:")
ANY = Unknown(because="var.any has no value", refs=("aws_s3_bucket.logs.id",))


def evaluated(text: str) -> Any:
    return evaluate_expression(text, {"arn": ARN, "any": ANY})


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("length([var.any, 1])", 2),
        ("length(toset([var.any]))", 1),
        ("keys({a = var.any})", ["a"]),
        ("values({b = var.any, a = 1})[0]", 1),
        ('contains(["a", var.any], "a")', True),
        ('contains(["b", var.arn], "http")', False),
        ('contains(concat(["a"], var.any), "a")', True),
        ('coalesce(null, "a", var.any)', "a"),
        ('lookup({a = var.any}, "b", "x")', "x"),
        ('lookup(merge(var.any, {b = 2}), "b", 3)', 2),
        ("merge({a = 1}, var.any, {b = 2}).b", 2),
        ("element([1, var.any], 0)", 1),
        ("slice([1, var.any], 0, 1)", [1]),
        ("alltrue([false, var.any])", False),
        ("anytrue([true, var.any])", True),
        ('startswith(var.arn, "arn")', True),
        ('startswith(var.arn, "http")', False),
        ('strcontains("ab${var.any}", "ab")', True),
        ("substr(var.arn, 0, 3)", "arn"),
        ('index(["a", var.any], "a")', 0),
        ("jsondecode(jsonencode({a = 1, b = var.any})).a", 1),
        ("yamldecode(yamlencode({a = 1, b = var.any})).a", 1),
        ('length(compact([jsonencode({a = var.any}), ""]))', 1),
        ('jsondecode(replace(jsonencode({a = "x/_ID_", b = var.any}), "_ID_", "i")).a', "x/i"),
        ('jsondecode(replace(jsonencode({a = "x", b = "_ID_"}), "_ID_", var.any)).a', "x"),
        ('startswith(jsondecode(replace(jsonencode({a = "arn:_ID_"}), "_ID_", var.any)).a, "arn:")', True),
        ("length(setproduct([var.any, 1], [2, 3]))", 4),
        ("var.any ? 1 : 1", 1),
        ("(var.any ? {a = 1, b = 2} : {a = 1, b = 3}).a", 1),
    ],
)
def test_what_is_certain_is_known(expression: str, expected: Any) -> None:
    assert evaluated(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "length(var.any)",
        'length(toset(["a", var.any]))',
        "merge({a = 1}, var.any).a",
        'coalesce(null, var.any, "a")',
        'lookup(var.any, "a", "x")',
        'contains(["b", var.any], "a")',
        "concat([1], var.any)[0]",
        'tolist(toset(["b", var.any]))[0]',
        '[for x in toset(["b", var.any]) : x][0]',
        'index([var.any, "a"], "a")',
        'startswith(var.arn, "arn:aws")',
        'element(["a", "b"], var.any)',
        'compact(["a", var.any])[0]',
        'jsondecode(replace(jsonencode({a = "x", b = var.any}), "b", "c")).a',
        'jsondecode(replace(jsonencode({a = "x", b = var.any}), ",", ";")).a',
        'flatten([["a"], [var.any]])[0]',
        "distinct([1, var.any])[0]",
        "sort([1, var.any])[0]",
        "issensitive(var.any)",
        "timestamp()",
        "uuid()",
        'bcrypt("x")',
        'provider::aws::arn_parse("x")',
    ],
)
def test_what_may_turn_out_otherwise_is_unknown(expression: str) -> None:
    assert isinstance(evaluated(expression), Unknown)


@pytest.mark.parametrize(
    ("expression", "prefix"),
    [
        ('join("-", ["a", var.any, "b"])', "a-"),
        ('join("-", ["a", var.arn, "b"])', "a-arn:"),
        ('format("a-%s-b", var.arn)', "a-arn:"),
        ('format("a-%5s", var.arn)', "a-"),
        ("upper(var.arn)", "ARN:"),
        ('var.any ? "prod-a" : "prod-b"', "prod-"),
        ('"x${var.arn}"', "xarn:"),
    ],
)
def test_the_start_of_a_string_is_kept(expression: str, prefix: str) -> None:
    value = evaluated(expression)

    assert isinstance(value, Unknown)
    assert value.prefix == prefix


@pytest.mark.parametrize(
    ("expression", "partial"),
    [
        ('jsonencode({Action = "*", Resource = var.arn})', {"Action": "*", "Resource": ARN}),
        (
            'replace(jsonencode({a = "x_ID_"}), "_ID_", var.any)',
            {"a": Unknown(ANY.because, ANY.refs, "x", ("x", ANY), True)},
        ),
        (
            'replace(jsonencode({a = "${var.any}_ID_"}), "_ID_", "i")',
            {"a": Unknown(ANY.because, ANY.refs, "", (ANY, "i"), True)},
        ),
        ('concat(["0.0.0.0/0"], var.any)', ["0.0.0.0/0", ANY]),
        ('toset(concat(["b"], var.any))', ["b", ANY]),
        ("jsonencode({s = concat([1], var.any)})", {"s": [1, ANY]}),
        ("jsonencode({s = merge({a = 1}, var.any)})", {"s": ANY}),
        ('setunion(["a"], var.any)', ["a", ANY]),
    ],
)
def test_what_is_known_of_a_document_or_a_list_is_kept(expression: str, partial: Any) -> None:
    value = evaluated(expression)

    assert isinstance(value, Unknown)
    assert value.partial == partial


def test_causes_and_references_of_all_arguments_are_kept() -> None:
    value = evaluated("cidrsubnet(var.arn, 8, var.any)")

    assert value.refs == ("aws_kms_key.main.arn", "aws_s3_bucket.logs.id")
    assert value.because == "aws_kms_key.main.arn is known after apply; var.any has no value"
