"""Textile, as Redmine reads it, with its own links and macros."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from cloudaudit.outputs.escape import visible
from cloudaudit.trackers.document import Block, Bullets, Code, Document, Heading, Link, Listing, Paragraph, Span, Spans

_ALWAYS = r"[&<>@|{\[!#*%\"]"
_OPENING = r"(?<!\w)[-_+^~](?!\s)|[=?](?=[=?])|(?<=[=?])[=?]"
_LINKS = (
    r"(?<=[Ww][Ww][Ww])\."
    r"|:(?=/)|(?:(?<=\battachment)|(?<=\bdocument)|(?<=\bversion)|(?<=\bforum)|(?<=\bnews)|(?<=\bmessage)"
    r"|(?<=\bproject)|(?<=\bcommit)|(?<=\bsource)|(?<=\bexport)|(?<=\buser)):"
)
_OTHERS = r"\br(?=\d)|(?<=[A-Z0-9])\("
_SPECIAL = re.compile(f"{_ALWAYS}|{_OPENING}|{_LINKS}|{_OTHERS}")
"""What may begin markup, a link to an address or to a thing of Redmine, a call of a person, or an abbreviation."""

_BLOCK = re.compile(r"^([a-z]+[0-9]*[^\s.]*)\.")
_OFF = re.compile(r"<(?=/?(?:code|pre|kbd|notextile)\b)|\{(?=\{\w)|x(?=%)|:(?=redsh#)", re.IGNORECASE)
"""What would end words of a program, is a macro, or is what Redmine itself writes while it is at work."""

_GAP = "\u200b"


def render(document: Document) -> str:
    """The document, one empty line between blocks, none at the end."""
    return "\n\n".join("\n".join(_block(block)) for block in document)


def literal(text: str) -> str:
    """Text in which no markup works, that calls nobody and links nowhere: what could begin any of it is written as
    an entity, which Redmine leaves alone."""
    return _SPECIAL.sub(_entity, visible(text))


def code(text: str) -> str:
    """Words of a program. Redmine looks for names of people there, too: a space without width keeps it from calling
    them. Between at signs, the other way to write it, words of a program would be such a name."""
    return f"<code>{_harmless(visible(text)).replace('@', f'@{_GAP}')}</code>"


def _harmless(text: str) -> str:
    """Words of a program as Redmine leaves them alone; it knows no other way."""
    return _OFF.sub(lambda match: match[0] + _GAP, text)


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"h4. {literal(block.text)}"
        case Paragraph():
            yield _line(block.spans)
        case Bullets():
            yield from (f"* {_line(item)}" for item in block.items)
        case Listing():
            lines = [_harmless(visible(line.replace("\t", "  "))) for line in block.text.strip("\n").splitlines()]
            yield from (f'<pre><code class="{block.language}">', *lines, "</code></pre>")


def _line(spans: Spans) -> str:
    """One line. At its start, a space would make it a program, and a word with a dot another block ("bq.", "h1.")."""
    text = "".join(map(_span, spans)).strip()
    return _BLOCK.sub(r"\1&#46;", text) if isinstance(spans[0], str) else text


def _span(span: Span) -> str:
    match span:
        case str():
            return literal(span)
        case Code():
            return code(span.text)
        case Link():
            return f'"{_enclosed(span.text)}":{quote(visible(span.address), safe=":/?=&#%,;+-._~")}'
        case _:
            return f"*{_enclosed(span.text)}*"


def _enclosed(text: str) -> str:
    """Words between marks: there, what is in parentheses would be a class at their start, a title at their end, and a
    single character that is no letter would be no words."""
    said = text.strip()
    return f"&#{ord(said)};" if len(said) == 1 else literal(said).replace("(", "&#40;")
