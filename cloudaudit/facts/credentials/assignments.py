"""Secrets that are assigned in text: `export DB_PASSWORD=hunter2`, `"token": "abc"`, `--password hunter2`."""

import re
from collections.abc import Iterator

from cloudaudit.facts.credentials.names import speaks_of_secret
from cloudaudit.facts.credentials.values import is_secret

_LONGEST = 2_000_000  # of text that is looked at; user data ends at 16 KB, a template body at 1 MB

# A name with "=" or ":" after it, or an option of a command with a blank; then a value, quoted or not.
_ASSIGNED = re.compile(
    r"(?<![\w$.{-])(?:--?([A-Za-z][\w-]{1,80})[ \t=]{1,8}|([A-Za-z_][\w.-]{1,80})[\"']?[ \t]{0,8}(?::=|=|:)[ \t]{0,8})"
    r"(?:\"([^\"\n]{1,400})\"|'([^'\n]{1,400})'|([^\s\"',;&|(){}<>]{1,400}))"
)
_EXPANDED = ("$", "`", "{{", "%(")  # by the shell or a template, when it is used
_NAMES, _VALUES = (1, 2), (3, 4, 5)
_HINT = re.compile(r"pass|pwd|secret|token|key|cred|psk|pw")


def may_speak(text: str) -> bool:
    """Whether some name in the text may speak of a secret."""
    return _HINT.search(text.casefold()) is not None  # seven times as fast as a pattern that ignores case


def assignments(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Each assignment of a secret: its kind, the name, and where the value starts and ends."""
    if len(text) > _LONGEST or not may_speak(text):
        return
    for match in _ASSIGNED.finditer(text):
        name = next(match.group(number) for number in _NAMES if match.group(number))
        group = next(number for number in _VALUES if match.group(number) is not None)
        value = match.group(group)
        if (kind := speaks_of_secret(name)) and not value.startswith(_EXPANDED) and is_secret(value, kind):
            yield kind, name, match.start(group), match.end(group)


def is_too_long(text: str) -> bool:
    """Whether the text was not looked at for its length."""
    return len(text) > _LONGEST
