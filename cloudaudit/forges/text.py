"""What is written into a comment: a report that somebody else may have made, and that nobody obeys.

The job that comments may write, and the one that made the report ran what a stranger proposed. So a report is text:
commands in it (`/merge` of GitLab, `/approve` of bots) and mentions lose their effect, the rest is shown as it is.
"""

import re
from typing import BinaryIO

from cloudaudit.errors import ForgeError

MARKER = "<!-- cloudaudit -->"
MOST_BYTES = 4_000_000
_KEY = re.compile(r"(?!.*--)[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_COMMAND = re.compile(r"^([ \t>]*)/(?=[A-Za-z])", re.MULTILINE)
_MENTION = re.compile(r"(@|&#0*64;?|&#[xX]0*40;?|&commat;)(?=\S)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOTHING = "\u200b"
"""Has no width; a name after it is no mention."""


def read(file: BinaryIO, name: str) -> str:
    """The report. ForgeError if it is empty, no text, or too large to be one."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ForgeError(f"{name}: larger than {MOST_BYTES:,} bytes; this is no report for a comment")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ForgeError(f"{name}: this is not UTF-8 text") from error
    if not text.strip():
        raise ForgeError(f'{name}: there is nothing in it; "cloudaudit scan -f markdown -o FILE" writes one')
    return text


def marker(key: str) -> str:
    """The hidden first line of a comment. ForgeError if the key would not stay hidden in it."""
    if not key:
        return MARKER
    if not _KEY.fullmatch(key):
        raise ForgeError(f"the key {key!r} is not made of up to 50 letters, digits, dots, dashes and underscores")
    return f"<!-- cloudaudit {key} -->"


def body(text: str, key: str = "") -> str:
    """The report as a comment: our marker first, whatever the report begins with."""
    lines = re.sub(r"\r\n?", "\n", text).strip().removeprefix(MARKER).strip()
    harmless = _COMMAND.sub(r"\1\\/", _CONTROL.sub(" ", lines))
    uncalled = _MENTION.sub(rf"\1{_NOTHING}", harmless)
    return f"{marker(key)}\n{uncalled}\n"
