"""The values of numbers and of literal text, as they are written in Terraform source."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from cloudaudit.sources.hcl.document import Broken

_QUOTED_ESCAPE = re.compile(r'\\(?:[nrt"\\]|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|.|\Z)|\$\$\{|%%\{', re.DOTALL)
_TEMPLATE_ESCAPE = re.compile(r"\$\$\{|%%\{")
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\", "$${": "${", "%%{": "%{"}
_LONGEST_INTEGER = 4_000  # Python converts no integers of more than 4,300 digits


def number(text: str, offset: int) -> int | Decimal:
    """An `int`, or a `Decimal` when it is written with a fraction or an exponent. Raises `Broken`."""
    try:
        return int(text) if text.isdecimal() and len(text) <= _LONGEST_INTEGER else Decimal(text)
    except InvalidOperation as error:
        raise Broken("this is no number", offset) from error


def unescape_quoted(text: str, offset: int = 0) -> str:
    """The value of what stands between quotes, without interpolations. Raises `Broken`."""
    if "\\" in text or "{" in text:
        text = _QUOTED_ESCAPE.sub(lambda found: _ESCAPES.get(found[0]) or _character(found, offset), text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def unescape_template(text: str) -> str:
    """The value of literal text in a heredoc or in a file of `templatefile`: backslashes mean nothing there."""
    if "{" in text:
        text = _TEMPLATE_ESCAPE.sub(lambda found: _ESCAPES[found[0]], text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _character(escape: re.Match[str], offset: int) -> str:
    code = int(escape[1] or escape[2] or "-1", 16)
    if not 0 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise Broken(f"{escape[0]} is no escape sequence", offset)
    return chr(code)
