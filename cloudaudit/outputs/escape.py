"""Text out of a scanned repository may be hostile: here it becomes harmless, and visible, before anybody prints it."""

import re

# Control characters (also the one that starts an ANSI sequence), direction overrides, invisible characters, and bytes
# of a file name that are not UTF-8.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
# GitHub Actions obeys a line of a log that starts with "::" or "##[".
_COMMAND = re.compile(r"(?<!\S)(?::(?=:)|#(?=#\[))")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


def visible(text: str) -> str:
    """`text` on one line, with every hidden character written as an escape."""
    if text.isascii() and text.isprintable() and "::" not in text and "##[" not in text:
        return text  # nearly always
    return _COMMAND.sub(_escaped, _HIDDEN.sub(_escaped, text))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def markdown(text: str) -> str:
    """`text` as literal Markdown: no markup, link, HTML or image in it works."""
    return _MARKDOWN.sub(r"\\\1", visible(text))


def encodable(value: object) -> object:
    """A copy of `value` whose strings can be written as UTF-8: lone surrogates, from odd file names, become "?"."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if _HIDDEN.search(value) else value
    if isinstance(value, dict):
        return {encodable(key): encodable(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [encodable(member) for member in value]
    return value
