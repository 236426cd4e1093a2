"""Which format a file has, and the results in it. A format is one module of this package with the constant `FORMAT`."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from cloudaudit import plugins
from cloudaudit.errors import SourceError
from cloudaudit.model import Gap, Record
from cloudaudit.sources.imported.result import Foreign, Tool
from cloudaudit.sources.imported.stream import outline

T = TypeVar("T")
Told = Foreign | Gap | Tool
_PACKAGE = "cloudaudit.sources.imported"
_ADDRESS = re.compile(
    r"(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*(?:data\.)?[a-z][a-z0-9]*_[a-z0-9_]+\.[\w-]+(?:\[[^\]]*\])?"
)
_WORD = re.compile(r"[^a-z0-9]+")
# Names of editions and former names; what is not here keeps its own.
_TOOLS = {
    "bridgecrew": "checkov",
    "prisma-cloud": "checkov",
    "semgrep-oss": "semgrep",
    "semgrep-pro": "semgrep",
    "security-hub": "securityhub",
    "aws-security-hub": "securityhub",
}


class Format(Record, frozen=True):
    """One format. `fits` says whether a file with this outline (see `stream.outline`) has it; `read` yields its
    results, a `Gap` for each piece that it cannot read, and a `Tool` where the format names one apart from results.
    SourceError for a file that is cut off, malformed or of a version that is not known."""

    name: str
    fits: Callable[[frozenset[str]], bool]
    read: Callable[[Path], Iterator[Told]]


def read(path: Path) -> Iterator[Told]:
    """The results in a file of any format, told apart by content, and the gaps. SourceError when it has none."""
    if path.is_dir():
        raise SourceError(f"{path}: this is a folder; name the files in it")
    seen = outline(path)
    for one in plugins.find(_PACKAGE, "FORMAT"):
        if one.fits(seen):
            yield from one.read(path)
            return
    if not path.stat().st_size:
        raise SourceError(f"{path}: the file is empty")
    names = ", ".join(one.name for one in plugins.find(_PACKAGE, "FORMAT"))
    raise SourceError(f"{path}: the format is not known; these are read: {names}")


def shaped(value: Any, shape: type[T], path: Path) -> "T | Gap":
    """The value as the format has it, or what is wrong with it."""
    try:
        return msgspec.convert(value, shape)
    except (msgspec.ValidationError, RecursionError, UnicodeEncodeError) as error:
        return Gap(what=f"results in {path}", why=f"they are not as the format has them: {error}")


def tool_name(name: str) -> str:
    """The tool's name as we write it: lower case, of one edition and another the same."""
    plain = _WORD.sub("-", name.lower()).strip("-")[:40]
    return _TOOLS.get(plain, plain) or "unknown"


def address_in(*texts: str | None) -> str:
    """The first of the texts that is a Terraform address, empty if none is."""
    return next((text for text in texts if text and _ADDRESS.fullmatch(text)), "")
