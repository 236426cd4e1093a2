"""Texts for Redmine: what its pages make of them, however hostile names are."""

import html
import re

import httpx
import pytest

from cloudaudit.outputs.escape import visible
from cloudaudit.trackers import redmine_text
from cloudaudit.trackers.document import Block, Code, Document, Heading, Link, Listing, Strong, bullets, paragraph
from tests.standins import redmine_server

HOSTILE = [
    "*a* _b_ -c- +d+ ^e^ ~f~ %{color:red}g% ??h?? **i** __j__ @k@",
    '"x":https://evil.example "y":/admin "z":mailto:a@evil.example',
    "https://evil.example www.evil.example a@evil.example",
    "!https://evil.example/a.png! !a.png!",
    "[[Wiki]] {{include(Wiki)}} {{macro_list}} {{toc}} #1 #1-2 ##1 r12 commit:abc source:a/b user:ann document:1",
    "shop:r1 !#1 ![[Wiki]] !:x !@ann",
    "@ann @admin ann @ann, (@ann)",
    "<b>x</b> <script>alert(1)</script> <!-- y --> <pre>z</pre> <code>w</code> <notextile>v</notextile>",
    "</code></pre> </code> </pre><pre> </notextile> <redpre#0> <kbd>",
    "h1. x",
    "bq. x",
    "p(class#id){color:red}. x",
    "* x",
    "# x",
    "> x",
    "| a | b |",
    "--- - - -",
    "== x ==",
    "==x==",
    "ABC(text) AWS(x) (c) fn1. word[1]",
    "&amp; &lt; &#60; & x%x% 100%",
    " :redsh#1: x",
    "(note) first",
    "{a} [b] (c) d",
    "-x -y -- z-- a-b --c--",
    "_x _y_ z_ __w",
    "a\\*b `c` ```d``` ~~~e~~~",
    "[1]: https://evil.example",
    "notextile. x",
    "table{a}. x",
    "{{macro(1)}} ${{ secrets.X }} }}",
    "x(y)",
    "1. x",
    "/close",
    "x\\\\",
    " padded ",
    ")",
    "trailing -",
    "- leading",
    "*",
    "-",
    '"',
    "'quoted'",
    "a -> b => c <-> d",
    "é 漢字 \u202e \u200b \x00",
]
_TAGS = {"p", "h4", "strong", "code", "pre", "span", "ul", "li", "a", "em", "br"}


def shown(redmine: redmine_server.Server, markup: str, text: str) -> tuple[str, str]:
    """The page of a text, and whom it calls."""
    answer = httpx.post(f"{redmine.url}/shown", params={"markup": markup}, content=text.encode(), timeout=60.0)
    assert answer.status_code == 200, answer.text
    return answer.text, answer.headers.get("x-called", "")


def words(page: str) -> str:
    """What people read of a page."""
    text = html.unescape(re.sub(r"<[^>]*>", "", page))
    return "".join(text.replace("\u200b", "").replace("¶", "").split())


def document(name: str) -> Document:
    blocks: tuple[Block, ...] = (
        Heading(text=f"About {name}"),
        paragraph(name),
        paragraph(Strong(text=name), ": ", name, " in ", Code(text=name), "."),
        bullets([(Strong(text="Rule"), ": ", Code(text=name), f" {name}"), ("Place: ", Link(text=name, address=URL))]),
        Listing(text=f"- rule: {name}\n\n  resources: {name}", language="yaml"),
        paragraph("The end."),
    )
    return blocks


URL = "https://shop.example/a/blob/c0ffee/main.tf#L3"


def expected(name: str) -> str:
    said = visible(name)
    strong = said.strip()
    lines = [f"About {said}", said, f"{strong}: {said} in {said}.", f"Rule: {said} {said}", f"Place: {said}"]
    return "".join("".join([*lines, f"- rule: {said}", f"resources: {said}", "The end."]).split())


def check(redmine: redmine_server.Server, markup: str, name: str) -> None:
    page, called = shown(redmine, markup, redmine_text.MARKUPS[markup](document(name)))

    assert words(page) == expected(name), page
    assert called == ""
    assert set(re.findall(r"<(\w+)", page)) <= _TAGS, page
    assert set(re.findall(r'href="([^"]*)"', page)) <= {URL} | set(re.findall(r'href="(#[^"]*)"', page)), page


@pytest.mark.redmine
@pytest.mark.parametrize("markup", ["textile", "markdown", "common_mark"])
def test_names_are_read_as_they_are_on_a_page_of_redmine(redmine: redmine_server.Server, markup: str) -> None:
    for name in HOSTILE:
        check(redmine, markup, name)
