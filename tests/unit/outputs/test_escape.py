"""Hostile text is shown, not obeyed."""

import pytest

from cloudaudit.outputs.escape import encodable, markdown, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ('plain näme [0] "x"', 'plain näme [0] "x"'),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("two\nlines\r", "two\\x0alines\\x0d"),
        ("\u202egpj.tf", "\\u202egpj.tf"),
        ("\udcff", "\\udcff"),
        ("::set-output name=x::y", "\\x3a:set-output name=x::y"),
        ("a ##[error]", "a \\x23#[error]"),
    ],
)
def test_hidden_characters_and_workflow_commands_become_visible(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


def test_markdown_loses_its_meaning() -> None:
    assert markdown("<img src=x> [a](b) `c` *d*") == "\\<img src=x\\> \\[a\\](b) \\`c\\` \\*d\\*"


def test_nested_values_can_be_encoded() -> None:
    value = encodable({"a\udcff": ["\udcff", 1, None]})

    assert value == {"a?": ["?", 1, None]}
