import pytest

from cloudaudit.engine.strictyaml import Document

LIMIT = 1_000_000


def read(text: str | bytes) -> Document:
    return Document(text if isinstance(text, bytes) else text.encode(), LIMIT)


def test_plain_values_are_what_they_say() -> None:
    document = read("a: 1\nb: -2.5\nc: true\nd: null\ne: text\nf: '1.10'\ng: |\n  no\nh: [x, {y: z}]\n")

    assert not document.faults
    assert document.content == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": None,
        "e": "text",
        "f": "1.10",
        "g": "no\n",
        "h": ["x", {"y": "z"}],
    }


@pytest.mark.parametrize(
    "scalar", ["no", "On", "TRUE", "012", "1.10", "0x1F", "1_000", "12:30", "2024-01-31", "~", ".inf"]
)
def test_what_yaml_would_turn_into_something_else_wants_quotes(scalar: str) -> None:
    [fault] = read(f"a:\n  b: {scalar}\n").faults

    assert (fault.line, scalar in fault.text) == (2, True)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key a stands here twice"),
        ("x: &a [1]\ny: *a\n", 2, "the alias *a is not allowed"),
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "the tag"),
        ("a: !!binary aGk=\n", 1, "the tag"),
        ("a: b: c\n", 1, "not YAML"),
        ("a: [1\n", 2, "not YAML"),
        ("? [a]\n: 1\n", 1, "a key must be plain text"),
        ("a: 1\n---\nb: 1\n", 2, "a second document"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("a: \x00\n", 1, "not YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str | bytes, line: int, words: str) -> None:
    fault = read(text).faults[0]

    assert (fault.line, words in fault.text) == (line, True), fault


@pytest.mark.parametrize("bomb", ["[" * 500_000, "{a: " * 200_000, "- " * 400_000])
def test_deep_nesting_is_cut_off(bomb: str) -> None:
    assert "nested deeper than 20 levels" in read(bomb).faults[0].text


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    document = read("a" * (LIMIT + 1))

    assert document.content is None
    assert "split the file" in document.faults[0].text


def test_every_value_knows_its_line() -> None:
    document = read("a:\n  - b: 1\n    c: |\n      text\n  - d:\n      e: 2\n")

    assert document.line(("a", 0, "c")) == 3
    assert document.line(("a", 1, "d", "e")) == 6
    assert document.line(("a", 1, "missing")) == 5


def test_a_mark_at_the_start_of_the_file_is_no_content() -> None:
    assert read(b"\xef\xbb\xbfa: 1").content == {"a": 1}
