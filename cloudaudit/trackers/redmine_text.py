"""Texts for Redmine, in the markup that its administrator chose.

Redmine looks for people to call in the source of a text, words of programs included, and takes what macros are called
in it out before it reads the markup; of the finished page it makes links to its own things. A space without width
keeps it from all of that.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from cloudaudit.outputs.escape import visible
from cloudaudit.trackers import markdown, textile
from cloudaudit.trackers.document import Document, Listing

_GAP = "\u200b"
_THINGS = "attachment|document|version|forum|news|message|project|commit|source|export|user"
_LINK = re.compile(rf"\\[\[{{](?=\\[\[{{])|\\#(?=\d|note)|\\!|\br(?=\d)|\b(?:{_THINGS}):")
_MACRO = re.compile(r"\{(?=\{\w)")
_CALL = re.compile(r"@(?=[\w@.-])")


def _literal(text: str) -> str:
    """The reader that is called markdown takes a backslash before other marks for theirs, however it is escaped."""
    said = markdown.literal(text).replace("\\\\", "&#92;")
    return _LINK.sub(lambda found: f"{found[0]}&#8203;", said)


def _code(text: str) -> str:
    return _quiet(markdown.code(text))


def _lines(text: str) -> str:
    """A line of a program. Nobody is called between fences, but Redmine takes a fence within for their end."""
    return _quiet(visible(text)) if "```" in text or "~~~" in text else _without_macros(visible(text))


def _quiet(text: str) -> str:
    return _CALL.sub(f"@{_GAP}", _without_macros(text))


def _without_macros(text: str) -> str:
    return _MACRO.sub(f"{{{_GAP}", text)


_DIALECT = markdown.Dialect(_literal, _code, _lines)


def _textile(document: Document) -> str:
    return textile.render(_coloured(document))


def _marked_down(document: Document) -> str:
    """Markdown as both of Redmine's readers of it take it."""
    return markdown.render(_coloured(document), _DIALECT)


def _coloured(document: Document) -> Document:
    """Redmine shows the sign of a setting that stands outside of a block in red: such lines get no colours."""
    return tuple(
        msgspec.structs.replace(block, language="text")
        if isinstance(block, Listing) and block.language == "terraform" and not block.text.rstrip().endswith("}")
        else block
        for block in document
    )


MARKUPS: Mapping[str, Callable[[Document], str]] = {
    "": _textile,
    "textile": _textile,
    "markdown": _marked_down,
    "common_mark": _marked_down,
}
"""How a document is written, by what Redmine calls its text formatting; without a name, Redmine's own default."""
