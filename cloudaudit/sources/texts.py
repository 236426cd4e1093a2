"""The text of scanned files, for what is written beside the configuration in them: comments."""

from collections.abc import Callable
from pathlib import Path


def text_of(target: Path) -> Callable[[str], str | None]:
    """A function from a file, named as locations name it, to its text; None for what cannot be read as such."""
    from cloudaudit.sources.hcl.files import Refused, Repository  # noqa: PLC0415 - plans and states have no such files

    opened: list[Repository] = []

    def text(file: str) -> str | None:
        if not opened:
            opened.append(Repository(target))
        try:
            return opened[0].read(opened[0].root / file).decode("utf-8", "replace")
        except Refused:
            return None

    return text
