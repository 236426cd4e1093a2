"""A report out of a job that ran what a stranger proposed is text: it commands nobody and calls nobody."""

import io
import re

import pytest

from cloudaudit import forges
from cloudaudit.errors import ForgeError


@pytest.mark.parametrize("line", ["/merge", "  /approve", "> /close", "\t/assign me", "text\r/merge", "text\r\n/lgtm"])
def test_commands_of_forges_and_bots_lose_their_effect(line: str) -> None:
    assert not re.search(r"^[\s>]*/", forges.body(line), re.MULTILINE)


@pytest.mark.parametrize(
    "call", ["@everyone", "&#64;everyone", "&#x40;team", "&commat;x", "&#64everyone", "@&#97;dmin"]
)
def test_mentions_call_nobody(call: str) -> None:
    assert not re.search(r"(@|&#64;?|&#x40;?|&commat;)[A-Za-z0-9&]", forges.body(f"look {call}"))


def test_a_path_inside_a_line_stays_as_it_is() -> None:
    assert forges.body("| infra/main.tf:3 | a / b |") == "<!-- cloudaudit -->\n| infra/main.tf:3 | a / b |\n"


def test_the_hidden_line_of_the_report_is_replaced_by_ours() -> None:
    text = "<!-- cloudaudit -->\n<!-- cloudaudit other -->\nhello"

    assert forges.body(text, "prod") == "<!-- cloudaudit prod -->\n<!-- cloudaudit other -->\nhello\n"


def test_control_characters_become_blanks() -> None:
    assert forges.body("a\x00b\x1b[31mc") == "<!-- cloudaudit -->\na b [31mc\n"


@pytest.mark.parametrize("key", ["a--b", "-->", "two words", "x" * 51, "-a", "ä"])
def test_a_key_that_would_not_stay_hidden_is_refused(key: str) -> None:
    with pytest.raises(ForgeError, match="key"):
        forges.body("text", key)


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "nothing in it"), (b" \n", "nothing in it"), (b"\xff\xfe", "not UTF-8"), (b"x" * 4_000_001, "larger")],
)
def test_what_is_no_report_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ForgeError, match=f"r.md: .*{said}"):
        forges.read(io.BytesIO(data), "r.md")
