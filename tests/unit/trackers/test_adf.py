"""Documents of Jira: valid whatever they say, and ours in them is replaced without touching the rest."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cloudaudit.trackers import adf
from cloudaudit.trackers.document import (
    Block,
    Bullets,
    Code,
    Heading,
    Link,
    Listing,
    Paragraph,
    Span,
    Strong,
    paragraph,
)
from tests.standins.adf import problems

KEY = "0123456789abcdef0123456789abcdef"
_texts = st.text(max_size=20)
_spans: st.SearchStrategy[Span] = st.one_of(
    _texts,
    st.builds(Code, text=_texts),
    st.builds(Strong, text=_texts),
    st.builds(Link, text=_texts, address=_texts.map(lambda text: f"https://example.com/{text}")),
)
_lines = st.lists(_spans, max_size=4).map(tuple)
_blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, text=st.text(min_size=1, max_size=20)),
    st.builds(Paragraph, spans=_lines),
    st.builds(Bullets, items=st.lists(_lines, max_size=3).map(tuple)),
    st.builds(Listing, text=_texts, language=st.sampled_from(["terraform", "yaml"])),
)
_documents = st.lists(_blocks, max_size=5).map(tuple)


def written(text: str) -> adf.Node:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


@given(_documents)
def test_whatever_is_said_is_a_valid_document(document: tuple[Block, ...]) -> None:
    assert problems(adf.replaced(None, document, KEY)) == []
    assert problems(adf.comment(document, "mark")) == []


def test_the_check_of_documents_knows_what_jira_refuses() -> None:
    both = {"type": "text", "text": "x", "marks": [{"type": "code"}, {"type": "strong"}]}
    wrong: list[Any] = [
        None,
        {"type": "doc", "content": []},
        adf.document([{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]),
        adf.document([{"type": "paragraph", "content": [both]}]),
        adf.document([{"type": "bulletList", "content": []}]),
        adf.document([{"type": "heading", "attrs": {"level": 7}, "content": []}]),
        adf.document([{"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "panel"}]}]),
    ]

    assert all(problems(one) for one in wrong)


def test_our_panel_is_replaced_and_the_rest_stays_as_it_is() -> None:
    first = adf.replaced(None, (paragraph("old"),), KEY)
    foreign = {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media"}]}
    (panel,) = first["content"]
    panel["attrs"]["localId"] = "a1"  # Jira adds such things
    around = adf.document([written("above"), panel, foreign, written("below")])

    after = adf.replaced(around, (paragraph("new"),), KEY)

    assert [after["content"][place] for place in (0, 2, 3)] == [written("above"), foreign, written("below")]
    assert adf.plain(after["content"][1]).startswith("new")
    assert "old" not in adf.plain(after)


def test_where_our_panel_is_gone_it_comes_last() -> None:
    after = adf.replaced(adf.document([written("mine")]), (paragraph("new"),), KEY)

    assert [node["type"] for node in after["content"]] == ["paragraph", "panel"]


def test_a_panel_of_another_ticket_and_one_of_a_person_are_not_ours() -> None:
    other = adf.wrapped((paragraph("other"),), KEY[::-1])
    person = {"type": "panel", "attrs": {"panelType": "note"}, "content": [written("read this")]}

    after = adf.replaced(adf.document([other, person]), (paragraph("new"),), KEY)

    assert after["content"][:2] == [other, person]


def test_odd_descriptions_are_no_reason_to_fail() -> None:
    for body in (None, "text", {"type": "doc"}, {"type": "doc", "content": [None, "x", {"content": 1}]}):
        assert adf.replaced(body, (paragraph("new"),), KEY)["content"][-1]["type"] == "panel"


def test_text_is_literal_and_shows_what_is_hidden_in_it() -> None:
    (line,) = adf.render((paragraph("*a* [b](https://x) \x1b[31m ", Code(text="c\u202e")),))

    assert [node["text"] for node in line["content"]] == ["*a* [b](https://x) \\x1b[31m ", "c\\u202e"]
    assert line["content"][0].get("marks") is None


def test_a_comment_is_known_again_by_its_mark_and_by_nothing_else() -> None:
    body = adf.comment((paragraph("Fixed", "key.1.fixed"),), "key.1.fixed")

    assert adf.is_comment(body, "key.1.fixed")
    assert not adf.is_comment(body, "key.1.accepted")
    assert not adf.is_comment(adf.document([written("see key.1.fixed")]), "key.1.fixed")
    assert not adf.is_comment(None, "key.1.fixed")
