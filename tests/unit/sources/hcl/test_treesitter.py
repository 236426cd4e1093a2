"""The default reader: where things stand, and what its grammar gets wrong."""

import pytest
from hcl_notation import show_body

from cloudaudit.sources.hcl import treesitter
from cloudaudit.sources.hcl.syntax import Literal

SOURCE = """\
# Ä
resource "aws_s3_bucket" "b" {
  bucket = "ä-${var.x}" # ö
  tags = {
    Name = <<-EOT
      ü
    EOT
  }
}
"""


def test_spans_count_lines_and_characters_from_one_and_bytes_from_zero():
    data = SOURCE.encode()
    block = treesitter.read("main.tf", data).body.blocks[0]
    bucket = block.body.attributes["bucket"]

    assert bucket.span[:4] == (3, 3, 3, 24)
    assert data[bucket.span[4] : bucket.span[5]].decode() == 'bucket = "ä-${var.x}"'
    assert data[bucket.value.span[4] : bucket.value.span[5]].decode() == '"ä-${var.x}"'
    assert bucket.value.parts[1].span[:4] == (3, 17, 3, 22)


def test_the_span_of_a_block_ends_behind_its_brace_and_its_head_behind_the_opening_one():
    data = SOURCE.encode()
    block = treesitter.read("main.tf", data).body.blocks[0]

    assert (block.span[:4], block.head[:4]) == ((2, 1, 9, 2), (2, 1, 2, 31))
    assert data[block.head[4] : block.head[5]] == b'resource "aws_s3_bucket" "b" {'


def test_a_heredoc_ends_behind_its_marker():
    value = treesitter.read("main.tf", SOURCE.encode()).body.blocks[0].body.attributes["tags"].value.items[0][1]

    assert isinstance(value, Literal)
    assert value.span[:4] == (5, 12, 7, 8)


def test_a_byte_order_mark_takes_bytes_but_no_column():
    attribute = treesitter.read("main.tf", b"\xef\xbb\xbfa = 1\n").body.attributes["a"]

    assert attribute.span == (1, 1, 1, 6, 3, 8)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = !!b\n", "a = (!(!b))"),
        ("a = b -12\n", "a = (b - 12)"),
        ("größe = 1\n", "größe = 1"),
        ('a = "${\n  b\n  ? c\n  : d\n}"\n', "a = `${(b ? c : d)}`"),
        ("a = f(\n  b ?\n  c :\n  d\n)\n", "a = f((b ? c : d))"),
        ("a = <<E\n${<<F\nx\nF\n}\nE\n", 'a = `${"x\\n"}\\n`'),
    ],
    ids=[
        "not twice",
        "minus without a space",
        "a name beyond ASCII",
        "lines in a template",
        "lines in a call",
        "heredocs",
    ],
)
def test_it_reads_what_the_second_reader_refuses(source, expected):
    file = treesitter.read("main.tf", source.encode())

    assert (show_body(file.body), file.problems) == (expected, [])


@pytest.mark.parametrize(
    ("source", "parts"), [('"${a}"', 1), ('"${a ~} "', 2), ("<<E\n${a ~}\nE", 2), ('"%{ if a }b%{ endif }"', 2)]
)
def test_only_an_interpolation_without_any_text_beside_it_stands_alone(source, parts):
    value = treesitter.read("main.tf", f"a = {source}\n".encode()).body.attributes["a"].value

    assert len(value.parts) == parts


def test_an_object_for_a_file_is_a_problem():
    file = treesitter.read("terraform.tfvars", b'{"a": 1}')

    assert [problem.message for problem in file.problems] == [
        "an object stands where blocks and arguments are expected"
    ]


def test_a_message_names_what_is_missing():
    file = treesitter.read("main.tf", b"a = 1 +\n")

    assert file.problems[0].message == 'the argument "a" cannot be read: an expression is missing here'
