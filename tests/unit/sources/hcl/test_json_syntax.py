"""Terraform's JSON syntax gives the nodes that the native syntax gives."""

import json

import pytest
from hcl_notation import show_body

from cloudaudit.sources.hcl import readers

SAME = (
    (
        "a resource",
        {"resource": {"aws_s3_bucket": {"b": {"bucket": "x", "count": 2, "force_destroy": True, "policy": None}}}},
        'resource "aws_s3_bucket" "b" { bucket = "x"; count = 2; force_destroy = true; policy = null }',
    ),
    (
        "several resources of one type",
        {"resource": {"a": {"b": {}, "c": {}}, "d": {"e": {}}}},
        'resource "a" "b" {}; resource "a" "c" {}; resource "d" "e" {}',
    ),
    (
        "lists of objects at every level",
        {"resource": [{"a": [{"b": [{"x": 1}]}, {"c": {"x": 2}}]}]},
        'resource "a" "b" { x = 1 }; resource "a" "c" { x = 2 }',
    ),
    (
        "strings are templates",
        {"locals": {"a": "x${var.y}", "b": "${var.z}"}},
        "locals { a = `x${var.y}`; b = `${var.z}` }",
    ),
    ("escapes in templates", {"locals": {"a": "$${x} %%{y} \\n"}}, r'locals { a = "${x} %{y} \\n" }'),
    (
        "keys are templates",
        {"locals": {"a": {"${var.k}": 1, "l": [1.5]}}},
        'locals { a = {`${var.k}` = 1, "l" = [1.5]} }',
    ),
    ("characters beyond the first plane", {"locals": {"a": "😀é"}}, 'locals { a = "😀é" }'),
    (
        "references are written as strings",
        {"resource": {"a": {"b": {"depends_on": ["c.d", "module.e"], "provider": "aws.west"}}}},
        'resource "a" "b" { depends_on = [c.d, module.e]; provider = aws.west }',
    ),
    (
        "nested objects stay arguments",
        {"resource": {"a": {"b": {"ingress": [{"from_port": 1}]}}}},
        'resource "a" "b" { ingress = [{"from_port" = 1}] }',
    ),
    (
        "meta-blocks are blocks",
        {"resource": {"a": {"b": {"lifecycle": {"ignore_changes": "all", "precondition": [{"condition": "${c}"}]}}}}},
        'resource "a" "b" { lifecycle { ignore_changes = all; precondition { condition = `${c}` } } }',
    ),
    (
        "dynamic blocks are blocks",
        {"resource": {"a": {"b": {"dynamic": {"c": {"for_each": "${d}", "content": {"e": "${c.value}"}}}}}}},
        'resource "a" "b" { dynamic "c" { for_each = `${d}`; content { e = `${c.value}` } } }',
    ),
    (
        "blocks that hold dynamic blocks are blocks",
        {
            "resource": {
                "a": {
                    "b": {
                        "rule": [{"dynamic": [{"c": {"for_each": "${d}", "content": {"e": {}}}}]}],
                        "tags": {"dynamic": "y"},
                    }
                }
            }
        },
        'resource "a" "b" { tags = {"dynamic" = "y"}; rule { dynamic "c" { for_each = `${d}`; content { e = {} } } } }',
    ),
    (
        "the type of a variable is an expression",
        {"variable": {"a": {"type": "list(string)", "default": [], "validation": {"condition": "${var.a != []}"}}}},
        'variable "a" { type = list(string); default = []; validation { condition = `${(var.a != [])}` } }',
    ),
    (
        "the providers of a module are references",
        {"module": {"a": {"source": "./b", "providers": {"aws": "aws.west", "aws.x": "aws"}}}},
        'module "a" { source = "./b"; providers = {"aws" = aws.west, aws.x = aws} }',
    ),
    (
        "moved, removed and import name addresses",
        {"moved": [{"from": "a.b", "to": "a.c"}], "removed": {"from": "a.d"}, "import": {"to": "a.e", "id": "x"}},
        'moved { from = a.b; to = a.c }; removed { from = a.d }; import { to = a.e; id = "x" }',
    ),
    (
        "the settings of Terraform",
        {"terraform": {"backend": {"s3": {"bucket": "x"}}, "required_providers": {"aws": {"source": "hashicorp/aws"}}}},
        'terraform { backend "s3" { bucket = "x" }; required_providers { aws = {"source" = "hashicorp/aws"} } }',
    ),
    (
        "comments are left out",
        {"//": "x", "output": {"a": {"//": "y", "value": 1}}, "locals": {"//": 1}},
        'output "a" { value = 1 }; locals {}',
    ),
    (
        "a list of objects for a file",
        [{"locals": {"a": 1}}, {"locals": {"b": 2}}],
        "locals { a = 1 }; locals { b = 2 }",
    ),
    ("null for a block is no block", {"resource": None, "locals": None}, ""),
)


@pytest.mark.parametrize("reader", ["tree-sitter", "python-hcl2"])
@pytest.mark.parametrize(("document", "expected"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_json_is_understood(reader, document, expected):
    file = readers.read(reader, "main.tf.json", json.dumps(document).encode())

    assert (show_body(file.body), file.problems) == (expected, [])


def read(text):
    return readers.read("tree-sitter", "main.tf.json", text.encode())


def test_members_of_one_name_make_several_blocks():
    file = read('{"locals": {"a": 1}, "locals": {"b": 2}}')

    assert (show_body(file.body), file.problems) == ("locals { a = 1 }; locals { b = 2 }", [])


def test_spans_point_into_the_file():
    block = read(
        '{\n  "resource": {\n    "a": {\n      "bé": {\n        "x": "é${y}"\n      }\n    }\n  }\n}\n'
    ).body.blocks[0]
    attribute = block.body.attributes["x"]

    assert (block.span[:4], block.head[:4]) == ((4, 7, 6, 8), (4, 7, 4, 11))
    assert (attribute.span[:4], attribute.value.span[:4]) == ((5, 9, 5, 21), (5, 14, 5, 21))
    assert attribute.value.parts[1].span == attribute.value.span


@pytest.mark.parametrize(
    ("text", "kept", "message", "place"),
    [
        ('{"locals": {"a": 1, "a": 2}}', "locals { a = 1 }", 'the argument "a" was already set at line 1', (1, 21)),
        (
            '{"locals": {"a": {"b": 1,\n"b": 2}}}',
            'locals { a = {"b" = 1} }',
            '"b" was already set in this object',
            (2, 1),
        ),
        ('{"wat": {}, "locals": {"a": 1}}', "locals { a = 1 }", '"wat" is no kind of block', (1, 2)),
        ('{"locals": [1, {"a": 1}]}', "locals { a = 1 }", "an object is expected here", (1, 13)),
        ('{"locals": {"a": 1,}}', "", "invalid JSON: a name in quotes is expected here", (1, 20)),
        ('{"locals": {"a": 01}}', "", 'invalid JSON: "," or "}" is expected here', (1, 19)),
        ('{"locals" {}}', "", 'invalid JSON: ":" is expected here', (1, 11)),
        ('{"locals": {"a": nope}}', "", "invalid JSON: a value is expected here", (1, 18)),
        ("{} {}", "", "invalid JSON: something follows the JSON value", (1, 4)),
        ("", "", "invalid JSON: the text ends too early", (1, 1)),
        ("[" * 5_000, "", "invalid JSON: nested too deeply", (1, 101)),
    ],
)
def test_a_problem_is_told_with_its_place(text, kept, message, place):
    file = read(text)

    assert show_body(file.body) == kept
    assert [(problem.message, (problem.line, problem.column)) for problem in file.problems] == [(message, place)]


def test_a_template_that_cannot_be_read_is_unknown():
    file = read('{"locals": {"a": "${1 +}",\n "b": "%{ if x }", "c": 1}}')

    assert show_body(file.body) == "locals { a = ?; b = ?; c = 1 }"
    assert [problem.line for problem in file.problems] == [1, 2]


def test_half_of_a_character_is_replaced():
    assert show_body(read(r'{"locals": {"a": "\ud83d\ude00 \ud83d"}}').body) == 'locals { a = "😀 \ufffd" }'


def test_bytes_that_are_no_text_are_problems():
    for data in (b"\xff\xfe{", b'{"locals": {"a": "\0"}}', b'{"locals": {"a": "\xe9"}}', b"\xef\xbb\xbf{"):
        assert readers.read("tree-sitter", "main.tf.json", data).problems
