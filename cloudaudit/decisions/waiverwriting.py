"""waivers.yaml as text: entries that were brought over, with room for what only people can say."""

from collections.abc import Iterable, Iterator

import msgspec

from cloudaudit.model import Record, Waiver

_ROOM = {
    "reason": "why this is accepted",
    "owner": "who answers for it",
    "approved_by": "who approved it; not the owner",
    "expires": "its last day, YYYY-MM-DD",
}


class Draft(Record, frozen=True):
    """A waiver that may lack something, empty where it does, and where it comes from."""

    waiver: Waiver
    origin: str

    @property
    def missing(self) -> list[str]:
        """The keys that people must fill in."""
        return [key for key in _ROOM if not getattr(self.waiver, key)]


def written(drafts: Iterable[Draft]) -> str:
    """The file. What a draft lacks is empty in it and says what belongs there; until then no command takes the file."""
    return "waivers:\n" + "".join(f"{line}\n" for draft in drafts for line in _lines(draft))


def _lines(draft: Draft) -> Iterator[str]:
    waiver = draft.waiver
    yield f"  # {_plain(draft.origin)}"
    yield f"  - id: {_quoted(waiver.id)}"
    yield f"    rule: {waiver.rule}"
    yield "    resources:"
    yield from (f"      - {_quoted(pattern)}" for pattern in waiver.resources)
    for key in ("reason", "owner", "approved_by", "created", "expires"):
        value = getattr(waiver, key)
        yield f"    {key}: {_quoted(value)}" if value else f'    {key}: ""  # {_ROOM[key]}'


def _quoted(text: str) -> str:
    """In quotation marks, as JSON has them and YAML takes them."""
    return msgspec.json.encode(_plain(text)).decode()


def _plain(text: str) -> str:
    """On one line, and without what no terminal shows."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))
