"""The one comment of a change: written once, then kept up to date."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from cloudaudit.errors import ForgeError
from cloudaudit.transport import UnsettledError

_TRIES = 3


class Note(NamedTuple):
    """A comment that is there."""

    number: int
    author: str
    text: str
    address: str


class Posted(NamedTuple):
    """What became of the comment: created, updated or unchanged, and where it is."""

    done: str
    address: str


class Forge(Protocol):
    """What a place must offer: its comments on one change, in the order in which they were written."""

    limit: int

    def me(self) -> str:
        """The account that the token belongs to."""

    def notes(self) -> Iterator[Note]:
        """All comments."""

    def create(self, text: str) -> Note:
        """Write a comment. UnsettledError if nobody knows whether it was written."""

    def update(self, number: int, text: str) -> Note:
        """Replace the text of a comment."""


def publish(forge: Forge, text: str) -> Posted:
    """Create the comment, or update the one that begins with the same line and was written by the same account.
    ForgeError if the text is too long, or the place refuses."""
    if len(text) > forge.limit:
        hint = 'a report that "cloudaudit scan -f markdown" writes is shorter'
        raise ForgeError(f"the comment has {len(text):,} characters, and {forge.limit:,} is the most; {hint}")
    author = forge.me()
    mark = text.partition("\n")[0]
    for attempt in range(1, _TRIES + 1):
        found = next((note for note in forge.notes() if _is_ours(note, author, mark)), None)
        if found and _plain(found.text) == _plain(text):
            return Posted("unchanged", found.address)
        if found:
            return Posted("updated", forge.update(found.number, text).address)
        try:
            return Posted("created", forge.create(text).address)
        except UnsettledError:
            if attempt == _TRIES:
                raise
    raise AssertionError


def _is_ours(note: Note, author: str, mark: str) -> bool:
    first = _plain(note.text).partition("\n")[0]
    return note.author.casefold() == author.casefold() and first.strip() == mark


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip()
