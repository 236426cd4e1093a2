"""Our part of a text that people write around: hidden lines begin and end it, and hold what we remember where the
tracker has no better place for it."""

import re

import msgspec

from cloudaudit.trackers.tracker import Memory

_BLOCK = re.compile(
    r"<!-- cloudaudit:begin(?: (?P<memory>\{[^\n]*\}))? -->\n?(?P<text>.*?)\n?<!-- cloudaudit:end -->", re.DOTALL
)


def wrapped(text: str, memory: Memory | None = None) -> str:
    """Our part with its marks, which nothing in the memory or the text can take for its own."""
    said = f" {_encoded(memory)}" if memory else ""
    harmless = text.replace("<!-- cloudaudit:", "<!-- cloudaudit :")
    return f"<!-- cloudaudit:begin{said} -->\n{harmless}\n<!-- cloudaudit:end -->"


def _encoded(memory: Memory) -> str:
    said = msgspec.json.encode(memory, order="deterministic").decode()
    return said.replace("<", "\\u003c").replace(">", "\\u003e")


def memory_in(body: str) -> Memory | None:
    """What the first part of ours in a text remembers, None if there is none that can be read."""
    found = _BLOCK.search(body.replace("\r\n", "\n"))
    if found is None or not found["memory"]:
        return None
    try:
        return msgspec.json.decode(found["memory"], type=Memory)
    except (msgspec.DecodeError, UnicodeError):
        return None


def replaced(body: str, text: str, memory: Memory | None = None) -> str:
    """The body with our part changed and all else as it is; without `text` only what it remembers changes. Where our
    part is gone it comes last."""
    plain = body.replace("\r\n", "\n")
    found = _BLOCK.search(plain)
    if found is None:
        return f"{plain.rstrip()}\n\n{wrapped(text, memory)}".lstrip() if text else plain
    return plain[: found.start()] + wrapped(text or found["text"], memory) + plain[found.end() :]


def comment(text: str, mark: str) -> str:
    """A comment that is known again by its mark."""
    return f"<!-- cloudaudit:comment {mark} -->\n{text}"


def is_comment(text: str, mark: str) -> bool:
    """Whether a comment carries the mark."""
    return text.replace("\r\n", "\n").startswith(f"<!-- cloudaudit:comment {mark} -->\n")
