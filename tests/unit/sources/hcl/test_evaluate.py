"""Expressions: what is known stays known, and what is not says why."""

from pathlib import Path

import pytest
from source_building import attributes, because, graph, value, whys

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.expressions import evaluate_expression
from cloudaudit.sources.hcl.unknowns import EvaluationError, LimitError

UNKNOWN = Unknown(because="var.u has no value")


def known(text: str) -> object:
    return evaluate_expression(
        text, {"u": UNKNOWN, "list": [1, 2, 3], "object": {"a": 1, "u": UNKNOWN}, "text": "a ${x}"}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("false && var.u", False),
        ("var.u && false", False),
        ("true || var.u", True),
        ("var.u || true", True),
        ("var.u ? 1 : 1", 1),
        ("(var.u ? {a = 1, b = 2} : {a = 1, b = 3}).a", 1),
        ("var.object.a", 1),
        ("var.object", {"a": 1, "u": UNKNOWN}),
        ("{for k, v in var.object : k => v}", {"a": 1, "u": UNKNOWN}),
        ("[for x in [1, var.u] : x]", [1, UNKNOWN]),
        ("[1, var.u][0]", 1),
        ("length([1, var.u])", 2),
        ("keys(var.object)", ["a", "u"]),
        ("merge(var.object, {u = 2})", {"a": 1, "u": 2}),
        ("null[*]", []),
        ('"one"[*]', ["one"]),
        ("[{a = 1}, {a = 2}][*].a", [1, 2]),
        ("[for i, x in var.list : i * x if x > 1]", [2, 6]),
        ('{for x in var.list : (x > 1 ? "big" : "small") => x...}', {"big": [2, 3], "small": [1]}),
        ('try({}.a, "default")', "default"),
        ("can({}.a)", False),
        ("can(1)", True),
        ('"${var.list[0]}"', 1),
        ('"${var.list[0]}!"', "1!"),
        ('"%{for x in var.list}${x};%{endfor}"', "1;2;3;"),
        ('"%{if var.list[0] == 1}yes%{else}no%{endif}"', "yes"),
        ("max(var.list...)", 3),
        ("nonsensitive(sensitive(7))", 7),
        ("issensitive(sensitive(7))", True),
        ("issensitive(7)", False),
        ("0.1 + 0.2 == 0.3", True),
        ("templatestring(var.text, {x = 1})", "a 1"),
    ],
)
def test_what_can_be_told_is_told(text: str, expected: object) -> None:
    assert known(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "var.u",
        "!var.u",
        "var.u + 1",
        "var.u == 1",
        "var.u ? 1 : 2",
        "var.u && true",
        "var.u[0].name",
        "var.list[var.u]",
        "[for x in var.u : 1]",
        "[for x in var.list : x if var.u == x]",
        '{for x in var.list : "${var.u}${x}" => x}',
        "var.u[*].id",
        "try(var.u.name, 1)",
        "can(var.u)",
        "{(var.u) = 1}",
        "max(var.u...)",
    ],
)
def test_what_cannot_be_told_keeps_its_cause(text: str) -> None:
    assert "var.u has no value" in because(known(text))


@pytest.mark.parametrize(
    "text",
    [
        "{}.a",
        "[][0]",
        "[1][-1]",
        "null.a",
        "1 + null",
        '"${null}!"',
        "null ? 1 : 2",
        "nothing()",
        "toset([1])[0]",
        "[for x in null : x]",
        "{for x in [1, 1] : x => x}",
        "each.key",
        "can()",
        '"a" + 1',
    ],
)
def test_what_terraform_refuses_is_an_error(text: str) -> None:
    with pytest.raises(EvaluationError):
        evaluate_expression(text)


def test_a_string_with_an_unknown_part_knows_its_start() -> None:
    value = known('"arn:aws:s3:::${var.u}/*"')

    assert isinstance(value, Unknown)
    assert value.prefix == "arn:aws:s3:::"


def test_json_written_as_text_keeps_what_is_known_of_it() -> None:
    value = known('"{\\"Action\\": \\"*\\", \\"Resource\\": \\"${var.u}/x\\", \\"Count\\": ${var.u}}"')

    assert isinstance(value, Unknown)
    assert value.partial["Action"] == "*"
    assert because(value.partial["Resource"]) == because(value.partial["Count"]) == "var.u has no value"


def test_json_written_as_text_keeps_the_pieces_of_a_text_in_it() -> None:
    value = known('"{\\"AWS\\": \\"arn:aws:iam::${var.u}:root\\"}"')

    before, account, after = value.partial["AWS"].partial
    assert (before, after) == ("arn:aws:iam::", ":root")
    assert because(account) == "var.u has no value"


def test_a_comma_too_many_in_json_does_not_hide_the_rest_of_it() -> None:
    value = known('"{\\"Action\\": [\\"a,]\\",], \\"Resource\\": \\"${var.u}\\",}"')

    assert isinstance(value, Unknown)
    assert value.partial["Action"] == ["a,]"]


def test_a_loop_within_loops_is_bounded() -> None:
    with pytest.raises(LimitError):
        evaluate_expression("[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 0]]]")


def test_both_arms_of_an_open_condition_are_remembered(tmp_path: Path) -> None:
    source = """
    variable "first" {}
    resource "aws_kms_key" "a" {}
    resource "aws_kms_key" "b" {}
    resource "aws_ebs_volume" "v" { kms_key_id = var.first ? aws_kms_key.a.arn : aws_kms_key.b.arn }
    """

    key = attributes(tmp_path, source, "aws_ebs_volume.v")["kms_key_id"]

    assert key.refs == ("aws_kms_key.a.arn", "aws_kms_key.b.arn")
    assert "var.first has no value" in key.because


def test_a_computed_attribute_is_unknown_and_names_the_full_address(tmp_path: Path) -> None:
    source = """
    resource "aws_kms_key" "main" {
      for_each = toset(["x"])
    }
    resource "aws_ebs_volume" "v" { kms_key_id = aws_kms_key.main["x"].arn }
    """

    key = attributes(tmp_path, source, "aws_ebs_volume.v")["kms_key_id"]

    assert key.refs == ('aws_kms_key.main["x"].arn',)
    assert key.because == 'aws_kms_key.main["x"].arn is known after apply'


def test_an_attribute_left_out_is_its_default_or_null(tmp_path: Path) -> None:
    source = """
    resource "aws_kms_key" "k" {}
    locals {
      it = [aws_kms_key.k.is_enabled, aws_kms_key.k.custom_key_store_id == null]
    }
    """

    assert value(tmp_path, source) == [True, True]


def test_a_configured_attribute_has_the_type_of_the_schema(tmp_path: Path) -> None:
    source = """
    resource "aws_db_instance" "d" { port = "5432" }
    locals { it = aws_db_instance.d.port + 1 }
    """

    assert value(tmp_path, source) == 5433


def test_what_may_not_exist_is_no_answer_of_try(tmp_path: Path) -> None:
    source = """
    variable "create" {}
    resource "aws_s3_bucket" "b" {
      count  = var.create ? 1 : 0
      bucket = "name"
    }
    locals {
      it = [try(aws_s3_bucket.b[0].bucket, "none"), aws_s3_bucket.b[0].bucket]
    }
    """

    tried, plain = value(tmp_path, source)

    assert because(tried) == "var.create has no value"
    assert plain == "name"


def test_a_list_of_unknown_length_keeps_its_references(tmp_path: Path) -> None:
    source = """
    variable "n" {}
    resource "aws_subnet" "s" { count = var.n }
    locals { it = aws_subnet.s[*].id }
    """

    found = value(tmp_path, source)

    assert found.refs == ("aws_subnet.s[?].id",)
    assert "var.n has no value" in found.because


def test_an_instance_that_nobody_knows_is_one_of_all(tmp_path: Path) -> None:
    source = """
    variable "i" {}
    resource "aws_subnet" "s" {
      count             = 2
      availability_zone = "eu-west-1a"
    }
    locals { it = [aws_subnet.s[var.i].availability_zone, aws_subnet.s[var.i].id] }
    """

    zone, subnet = value(tmp_path, source)

    assert zone == "eu-west-1a"
    assert subnet.refs == ("aws_subnet.s[0].id", "aws_subnet.s[1].id")


def test_a_resource_used_as_a_whole_is_an_object_of_all_its_attributes(tmp_path: Path) -> None:
    source = """
    resource "aws_kms_key" "k" {
      for_each    = toset(["a", "b"])
      description = each.key
    }
    locals { it = { for name, key in aws_kms_key.k : name => merge(key, {}).description } }
    """

    assert value(tmp_path, source) == {"a": "a", "b": "b"}


def test_names_that_refer_to_themselves_are_unknown_and_a_gap(tmp_path: Path) -> None:
    source = """
    locals {
      it = local.b
      b  = local.it
    }
    resource "test_thing" "it" { it = local.it }
    """

    found = graph(tmp_path, source)
    thing = found.get("test_thing.it")

    assert thing is not None
    assert because(thing.attributes["it"]) == "local.it refers to itself"
    assert whys(found) == ["it refers to itself"]


def test_an_error_is_a_gap_with_its_place_and_an_unknown(tmp_path: Path) -> None:
    found = graph(tmp_path, 'resource "test_thing" "it" {\n  it = {}.missing\n}\n')
    thing = found.get("test_thing.it")

    assert thing is not None
    assert because(thing.attributes["it"]).startswith("test_thing.it.it cannot be evaluated: ")
    assert [gap.location.line for gap in found.gaps if gap.location] == [2]


def test_a_sensitive_value_marks_the_arguments_it_went_into(tmp_path: Path) -> None:
    source = """
    variable "password" {
      sensitive = true
      default   = "x"
    }
    locals { both = "${var.password}!" }
    resource "aws_ssm_parameter" "p" {
      name  = "plain"
      value = local.both
    }
    resource "aws_instance" "i" {
      ebs_block_device {
        device_name = "plain"
        snapshot_id = sensitive("y")
      }
      user_data = nonsensitive(local.both)
    }
    """

    found = graph(tmp_path, source)
    sensitive = {each.address: sorted(each.sensitive) for each in found if each.sensitive}

    assert sensitive == {
        "aws_ssm_parameter.p": ["value"],
        "aws_instance.i": ["ebs_block_device.0.snapshot_id"],
        "var.password": ["default"],
    }


def test_a_template_file_sees_only_its_variables(tmp_path: Path) -> None:
    files = {
        "main.tf": 'locals { it = templatefile("${path.module}/t.tftpl", { names = ["a", "b"] }) }\n'
        'resource "test_thing" "it" { it = local.it }\n',
        "t.tftpl": "%{ for name in names ~}\nhello ${name}\n%{ endfor ~}\n",
    }

    assert attributes(tmp_path, files, "test_thing.it")["it"] == "hello a\nhello b\n"


def test_a_loop_over_instances_in_question_keeps_the_reference(tmp_path: Path) -> None:
    source = """
    variable "names" {}
    resource "aws_subnet" "s" { for_each = var.names }
    resource "aws_route" "r" {
      for_each  = aws_subnet.s
      subnet_id = each.value.id
    }
    locals { it = [for s in aws_subnet.s : s.id] }
    """

    looped = value(tmp_path, source)
    route = attributes(tmp_path, source, "aws_route.r[?]")

    assert looped.refs == ("aws_subnet.s[?].id",)
    assert route["subnet_id"].refs == ("aws_subnet.s[?].id",)


def test_a_text_with_an_unknown_part_keeps_the_known_pieces() -> None:
    value = evaluate_expression('"a ${var.x} b ${"c ${var.x}"}"', {"x": Unknown(because="why")})

    assert [piece if isinstance(piece, str) else "?" for piece in value.partial] == ["a ", "?", " b ", "c ", "?"]


def test_a_text_of_too_many_pieces_keeps_its_start_only() -> None:
    value = evaluate_expression(
        '"a ${join("", [for n in range(1000) : "${var.x}-"])}%{ for n in range(1000) }${var.x}%{ endfor }"',
        {"x": Unknown(because="why")},
    )

    assert (value.prefix, value.partial) == ("a ", None)
