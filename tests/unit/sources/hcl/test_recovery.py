"""Broken and hostile files: what is sound is kept, each broken place is one problem, and no reader raises."""

import pytest
from hcl_notation import show_body

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl import python_hcl2, treesitter

SOUND = 'resource "a" "b" {\n  c = 1\n}\n'
READ_SOUND = 'resource "a" "b" { c = 1 }'

BROKEN = (
    ("an argument without a value", "a {\n  b = \n  c = 1\n}\n" + SOUND, f"a {{ b = ?; c = 1 }}; {READ_SOUND}", [2]),
    ("two broken arguments", "a {\n  b = [1 2]\n  c = 3\n  d = )\n}\n", "a { b = ?; c = 3; d = ? }", [2, 4]),
    ("a list that stays open", "a {\n  b = [\n    1,\n  c = 2\n  d {}\n}\n", "a { b = ?; c = 2; d {} }", [2]),
    (
        "a broken nested block",
        "a {\n  b {\n    c = = 1\n    d = 2\n  }\n  e = 3\n}\n",
        "a { e = 3; b { c = ?; d = 2 } }",
        [3],
    ),
    ("a line that is nothing", "what is this\nb = 1\n", "b = 1", [1]),
    ("an argument without its sign", "a {\n  encrypted true\n  b = 1\n}\n", "a { encrypted = ?; b = 1 }", [2]),
    ("an argument set twice keeps the first value", "a {\n  b = 1\n  b = 2\n}\n", "a { b = 1 }", [3]),
    ("two arguments on one line", "a = 1 b = 2\n", "a = 1; b = 2", [1]),
    ("two blocks on one line", "a {} b {}\n", "a {}; b {}", [1]),
    ("a string that goes on to the next line", 'a = "b\nc"\nd = 1\n', "a = ?; d = 1", [1, 2]),
    ("an unknown escape", 'a = "\\d"\nb = 1\n', "a = ?; b = 1", [1]),
    ("half of a character", 'a = "\\ud800"\nb = 1\n', "a = ?; b = 1", [1]),
    ("a loop that is not ended", 'a = "%{ for x in y }"\nb = 1\n', "a = ?; b = 1", [1]),
    ("an interpolation of nothing", 'a = "${}"\nb = 1\n', "a = ?; b = 1", [1]),
    ("a number out of range", "a = 1.5e99999999999999999999\nb = 1\n", "a = ?; b = 1", [1]),
    ("a brace too many", "a {\n}\n}\n" + SOUND, f"a {{}}; {READ_SOUND}", [3]),
)


@pytest.fixture(params=[treesitter, python_hcl2], ids=["tree-sitter", "python-hcl2"])
def reader(request):
    return request.param


@pytest.mark.parametrize(("source", "kept", "lines"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_what_is_sound_is_kept(reader, source, kept, lines):
    file = reader.read("main.tf", source.encode())

    assert show_body(file.body) == kept
    assert [problem.line for problem in file.problems] == lines


def test_an_argument_that_cannot_be_read_is_unknown_with_its_cause(reader):
    file = reader.read("main.tf", b'a = "${b"\n')

    value = file.body.attributes["a"].value.value
    assert isinstance(value, Unknown)
    assert value.because == 'the argument "a" cannot be read'
    assert file.problems[0].message.startswith(value.because)


def test_a_block_without_its_closing_brace_ends_where_the_next_one_starts(reader):
    data = f'# one\nresource "x" "y" {{\n  z = 1\n\n  w {{\n    v = 2\n  }}\n\n{SOUND}'.encode()

    file = reader.read("main.tf", data)

    assert show_body(file.body) == f'resource "x" "y" {{ z = 1; w {{ v = 2 }} }}; {READ_SOUND}'
    assert file.problems[0].message == "missing closing brace for the block opened at line 2"
    assert (file.problems[0].line, file.problems[0].column) == (2, 1)


def test_a_string_without_its_end_loses_one_argument_only(reader):
    file = reader.read("main.tf", f'resource "x" "y" {{\n  z = "oops\n  w = 2\n}}\n{SOUND}'.encode())

    assert show_body(file.body) == f'resource "x" "y" {{ z = ?; w = 2 }}; {READ_SOUND}'
    assert [problem.line for problem in file.problems] == [2]


def test_the_place_of_a_problem_counts_characters(reader):
    file = reader.read("main.tf", 'a = "é" b = 1\n'.encode())

    assert (file.problems[0].line, file.problems[0].column) == (1, 9)


def test_a_byte_that_is_no_text_is_a_problem_and_all_else_is_read(reader):
    file = reader.read("main.tf", b'a = "caf\xe9"\nb = 2\n')

    assert show_body(file.body) == 'a = "caf?"; b = 2'
    assert [(problem.line, problem.column) for problem in file.problems] == [(1, 9)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = 1\n\0", "the file is binary: it holds a NUL byte"),
        ("a = 1".encode("utf-16"), "the file is encoded as UTF-16; save it as UTF-8"),
        (bytes(range(1, 256)) * 9, "the file is no text"),
    ],
)
def test_a_file_that_is_no_source_is_one_problem(reader, data, message):
    file = reader.read("main.tf", data)

    assert [problem.message for problem in file.problems] == [message]
    assert show_body(file.body) == ""


NESTED = {
    "parentheses": ("(", "1", ")"),
    "lists": ("[", "", "]"),
    "objects": ("{a=", "1", "}"),
    "templates": ('"${', "1", '}"'),
    "calls": ("f(", "", ")"),
    "loops": ("[for x in y : ", "1", "]"),
    "directives": ("", '"' + "%{ if x }" * 5_000 + "%{ endif }" * 5_000 + '"', ""),
    "conditionals": ("x ? y : ", "z", ""),
    "operators": ("x || ", "x", ""),
    "names": ("x.", "x", ""),
    "indexes": ("", "x" + "[0]" * 5_000, ""),
    "negations": ("!", "x", ""),
    "brackets that stay open": ("[", "", ""),
    "templates that stay open": ('"${', "", ""),
}


@pytest.mark.parametrize("kind", NESTED)
def test_an_expression_nested_too_deeply_is_one_problem(reader, kind):
    opening, inside, closing = NESTED[kind]
    source = f"a = {opening * 5_000}{inside}{closing * 5_000}\nb = 1\n"

    file = reader.read("main.tf", source.encode())

    assert len(file.problems) == 1
    assert isinstance(file.body.attributes["a"].value.value, Unknown)


def test_blocks_nested_too_deeply_are_a_problem(reader):
    file = reader.read("main.tf", b"a {\n" * 1_000 + b"}\n" * 1_000)

    assert [problem.message for problem in file.problems] == ["nested too deeply"]


def test_a_hundred_levels_can_be_nested(reader):
    file = reader.read("main.tf", f"a = {'[' * 99}{']' * 99}\n".encode())

    assert file.problems == []


def test_a_file_of_nonsense_is_given_up_after_a_hundred_problems(reader):
    file = reader.read("main.tf", b"this is not it\n" * 5_000)

    assert len(file.problems) == 101
    assert file.problems[-1].message == "too many problems; the rest was not read"
