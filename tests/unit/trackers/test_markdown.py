"""Names in Markdown are text: on GitHub and GitLab they call nobody and refer to nothing."""

import pytest
from markdown_it import MarkdownIt

from cloudaudit.trackers.markdown import literal


@pytest.mark.parametrize(
    "name",
    [
        "#1",
        "acme/shop#1",
        "!7",
        "acme/shop!7",
        "GH-12",
        "~bug",
        '~"a b"',
        "%3",
        '%"SOC 2"',
        "$5",
        "&9",
        "@ann",
        "x@ann",
    ],
)
def test_nothing_in_a_finished_page_is_a_reference(name: str) -> None:
    page = MarkdownIt().renderInline(f"see {literal(name)}")

    assert "\u200b" in page
    assert name not in page.replace("&quot;", '"').replace("&amp;", "&")
    assert page.replace("\u200b", "").replace("&quot;", '"').replace("&amp;", "&") == f"see {name}"


@pytest.mark.parametrize("name", ["100 %", "a # b", "${var.name}", 'x["#"]', "1 & 2", "it costs $"])
def test_a_sign_that_begins_nothing_stays_as_it_is(name: str) -> None:
    assert "&#8203;" not in literal(name)
