"""Fixes to accept with a click: a comment at the line for each failure that one argument mends.

Which failure, and where, comes from a report that somebody else may have made; what is suggested comes from our own
rules and from the line that GitHub shows. A forged report can at most point at another line where a fix fits.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from cloudaudit.errors import ForgeError
from cloudaudit.forges.differences import lines
from cloudaudit.forges.github import GitHub
from cloudaudit.forges.sticky import Note
from cloudaudit.transport import UnsettledError

MOST = 30
MOST_BYTES = 100_000_000
_MARK = "<!-- cloudaudit suggestion"
_TRIES = 3
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_HEADER = re.compile(r'(\s*)resource\s+"(\w+)"\s+"[\w-]+"\s*\{\s*')
_PLAIN = r'(?:true|false|null|-?[\d.]+|"[^"$%\\]*")'


class Mending(NamedTuple):
    """How a rule's failure is mended by one argument of its resource, and what to say beside it."""

    types: tuple[str, ...]
    argument: str
    value: str
    title: str
    why: str


class _Place(msgspec.Struct):
    file: str
    line: int


class _Finding(msgspec.Struct):
    fingerprint: str
    rule: str
    verdict: str
    status: str
    change: str | None = None
    location: _Place | None = None


class _Report(msgspec.Struct):
    findings: list[_Finding]


class Suggestion(NamedTuple):
    """One line of a file, what it should be, and the failures that this mends."""

    file: str
    line: int
    better: str
    findings: tuple[_Finding, ...]


def suggest(place: GitHub, report: bytes, mendings: Mapping[str, Mending]) -> int:
    """Suggest what mends the failures of a JSON report, in one review; how many suggestions are new. ForgeError if the
    report is none, or GitHub refuses."""
    findings = [one for one in _read(report) if one.rule in mendings and _is_asked(one)]
    if not findings:
        return 0
    author = place.me()
    shown = {name: lines(patch) for name, patch in place.patches()}
    for attempt in range(1, _TRIES + 1):
        there = _suggested(place.remarks(), author)
        fresh = [one for one in findings if one.fingerprint not in there]
        made = list(islice(_suggestions(fresh, mendings, shown), MOST))
        if not made:
            return 0
        try:
            _review(place, made, mendings)
        except UnsettledError:
            if attempt == _TRIES:
                raise
        else:
            return len(made)
    raise AssertionError


def _suggested(remarks: Iterator[Note], author: str) -> set[str]:
    """The fingerprints of failures that this account has a suggestion for."""
    mine = (note.text.partition("\n")[0] for note in remarks if note.author.casefold() == author.casefold())
    return {name for first in mine if first.startswith(_MARK) for name in _FINGERPRINT.findall(first)}


def _read(report: bytes) -> list[_Finding]:
    if len(report) > MOST_BYTES:
        raise ForgeError(f"a report of more than {MOST_BYTES:,} bytes is none to suggest fixes from")
    try:
        return msgspec.json.decode(report, type=_Report).findings
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ForgeError(f'this is no report of "cloudaudit scan -f json": {error}') from error


def _is_asked(finding: _Finding) -> bool:
    return (
        finding.verdict == "fail"
        and finding.status == "open"
        and finding.change in (None, "introduced", "worsened")
        and finding.location is not None
        and bool(_FINGERPRINT.fullmatch(finding.fingerprint))
    )


def _suggestions(
    findings: Sequence[_Finding], mendings: Mapping[str, Mending], shown: Mapping[str, Mapping[int, str]]
) -> Iterator[Suggestion]:
    """One for each line that the pull request shows and whose failures are plainly mended there."""
    by_line: dict[tuple[str, int], list[_Finding]] = {}
    for one in findings:
        if one.location:
            by_line.setdefault((one.location.file, one.location.line), []).append(one)
    for (file, number), some in by_line.items():
        line = shown.get(file, {}).get(number)
        if line is not None and (better := _better(line, [mendings[one.rule] for one in some])):
            yield Suggestion(file, number, better, tuple(some))


def _better(line: str, mendings: Sequence[Mending]) -> str:
    """What the line should be: the argument that stands there with another value, or a resource's first line followed
    by the arguments it lacks. Empty when that is not plain."""
    for mending in mendings:
        written = re.fullmatch(rf"(\s*{re.escape(mending.argument)}\s*=\s*){_PLAIN}(\s*(?:(?:#|//).*)?)", line)
        if written:
            return f"{written[1]}{mending.value}{written[2]}".rstrip()
    header = _HEADER.fullmatch(line)
    lacking = {each.argument: each.value for each in reversed(mendings) if header and header[2] in each.types}
    if header is None or not lacking:
        return ""
    added = (f"{header[1]}  {name} = {lacking[name]}" for name in sorted(lacking))
    return "\n".join((line.rstrip(), *added))


def _review(place: GitHub, made: Sequence[Suggestion], mendings: Mapping[str, Mending]) -> None:
    comments: list[dict[str, Any]] = [
        {"path": each.file, "line": each.line, "side": "RIGHT", "body": _text(each, mendings)} for each in made
    ]
    said = "cloudaudit suggests a fix." if len(made) == 1 else f"cloudaudit suggests {len(made)} fixes."
    place.review(said, comments)


def _text(suggestion: Suggestion, mendings: Mapping[str, Mending]) -> str:
    """The comment; its hidden first line says for which failures it is, so that none is suggested twice."""
    better = suggestion.better
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", better)), default=0))
    names = sorted({one.fingerprint for one in suggestion.findings})
    rules = dict.fromkeys(one.rule for one in suggestion.findings)
    said = "\n\n".join(f"**{name}**: {mendings[name].title}. {mendings[name].why}" for name in rules)
    return f"{_MARK} {' '.join(names)} -->\n{said}\n\n{fence}suggestion\n{better}\n{fence}\n"
