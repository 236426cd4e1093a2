"""Comments that silence a rule where they stand, with a reason: ours, and those of checkov and trivy.

    # cloudaudit:ignore RULE[,RULE] [until=YYYY-MM-DD] [only=ADDRESS] reason

A comment speaks of the line it stands on or, alone on its line, of the next line of code: a resource, a block in it, an
argument, or a module call with all that it holds. `only` narrows it to some instances. A comment of checkov's or
trivy's anywhere in a resource speaks of the whole resource, as it does there; its ids are looked up in `same_as`.
trivy's may end (`exp:YYYY-MM-DD`); one that it narrows to a parameter or a workspace silences nothing here.
"""

import functools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from cloudaudit.decisions import dates
from cloudaudit.decisions.globs import matches
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Decision, Finding, Gap, Location, Record, Resource, Rule, Status, Verdict

OURS = "cloudaudit:ignore"
_THEIRS = r"(?:checkov|bridgecrew|cortex):skip|(?:trivy|tfsec):ignore"
_COMMENT = re.compile(rf"(?:#|//|/\*)+\s*({OURS}|{_THEIRS})\b[ \t]*[:=]?(.*)")
_FURTHER = re.compile(rf"(?:\s|#|//)*\b({_THEIRS})\b[ \t]*[:=]?")
_OPTION = re.compile(r"(until|only)=(\S+)\s*")
_IDS = re.compile(r"\s*([\w*-]+(?:\s*,\s*[\w*-]+)*)")
_SECTIONS = re.compile(r"(\[[^\]]*\]|\[\S*)?((?::\w+:[^\s:]+)*)")
_MARKS = (":ignore", ":skip")
_AVD = re.compile(r"^AVD-")


class Comment(Record, frozen=True):
    """One comment: its form, where it stands, the line it speaks of, and what it says. `narrowed` is one of
    trivy's that holds for a parameter or a workspace only."""

    form: str
    line: int
    target: int
    ids: tuple[str, ...]
    reason: str = ""
    until: str = ""
    only: str = ""
    narrowed: bool = False


def read(text: str) -> list[Comment]:
    """The comments in a file that silence rules."""
    if not any(mark in text for mark in _MARKS):
        return []
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, start=1):
        if match := _COMMENT.search(line):
            alone = not line[: match.start()].strip()
            target = _next_code(lines, number) if alone else number
            text = match[2].replace("*/", "")
            # one line of another scanner may silence several checks
            parts = _FURTHER.split(text) if match[1] != OURS else [text]
            for form, rest in zip([match[1], *parts[1::2]], parts[::2], strict=True):
                found.append(_comment(form, rest, number, target))
    return found


def _next_code(lines: Sequence[str], after: int) -> int:
    for number in range(after, len(lines)):
        text = lines[number].strip()
        if text and not text.startswith(("#", "//", "/*")):
            return number + 1
    return after


def _comment(form: str, rest: str, line: int, target: int) -> Comment:
    ids = _IDS.match(rest)
    names = tuple(name.strip() for name in ids[1].split(",")) if ids else ()
    rest = rest[ids.end() :] if ids else rest
    options: dict[str, str] = {}
    narrowed = False
    if form.endswith(":ignore") and form != OURS and (sections := _SECTIONS.match(rest)):
        said = dict(re.findall(r":(\w+):([^\s:]+)", sections[2]))
        narrowed = bool(sections[1]) or bool(said.keys() - {"exp"})
        options = {"until": said["exp"]} if "exp" in said else {}
        rest = rest[sections.end() :]
    rest = rest.lstrip(": \t")
    while form == OURS and (option := _OPTION.match(rest)):
        options[option[1]] = option[2]
        rest = rest[option.end() :]
    return Comment(form=form, line=line, target=target, ids=names, reason=rest.strip(), narrowed=narrowed, **options)


class Names(NamedTuple):
    """What ids mean. `known` gives those of all rules that there are, `same` the rules that ask the same as a check of
    another scanner, by its tool and id; both are asked when something needs it, and not before."""

    known: Callable[[], Collection[str]]
    same: Callable[[str, str], Collection[str]]


class Comments:
    """The comments around the failures of a graph. `rules` are those applied; `text_of` gives the text of a file of the
    repository, or None."""

    def __init__(
        self,
        rules: Mapping[str, Rule],
        names: Names,
        text_of: Callable[[str], str | None],
        today: date,
    ) -> None:
        self._known, self._same = names
        self._text_of = text_of
        self._today = today
        self._rules = rules
        self._files: dict[str, list[Comment]] = {}
        self.notices: dict[Gap, None] = {}

    def apply(self, findings: Iterable[Finding], graph: ResourceGraph) -> Iterator[Finding]:
        """The findings; of the failures, those that a comment silences with its status, or why it no longer does."""
        for one in findings:
            resource = graph.get(one.resource) if one.verdict is Verdict.FAIL and one.location else None
            yield self._silenced(one, resource) if resource is not None else one

    def _silenced(self, finding: Finding, resource: Resource) -> Finding:
        for file, comment in self._around(finding, resource):
            if not self._names(comment, finding.rule) or not _means(comment, finding):
                continue
            place = Location(file=file, line=comment.line)
            if comment.until and dates.is_past(comment.until, self._today):
                message = f"{finding.message.rstrip()} The comment that silenced it expired on {comment.until}."
                return msgspec.structs.replace(finding, message=message)
            decision = Decision(
                kind="comment", id=comment.form, reason=comment.reason, until=comment.until, location=place
            )
            return msgspec.structs.replace(finding, status=Status.SUPPRESSED, decision=decision)
        return finding

    def _around(self, finding: Finding, resource: Resource) -> Iterator[tuple[str, Comment]]:
        """The comments that speak of the place of the finding, of what it lies in, or of a call that leads to it."""
        at, block = finding.location, resource.location
        if at is None:
            return
        if comments := self._in(at.file):
            lines = {at.line, *(each.line for each in resource.places.values() if _holds(each, at))}
            lines |= {block.line} if block else set()
            for comment in comments:
                inside = block is not None and block.file == at.file and block.line <= comment.line <= block.end_line
                if comment.target in lines or (inside and comment.form != OURS):
                    yield at.file, comment
        for call in resource.calls:
            for comment in self._in(call.file):
                inside = comment.form != OURS and call.line <= comment.line <= call.end_line
                if comment.target == call.line or inside:
                    yield call.file, comment

    def _in(self, file: str) -> list[Comment]:
        if (found := self._files.get(file)) is None:
            text = self._text_of(file) or ""
            found = self._files[file] = [each for each in read(text) if self._is_sound(each, file)]
        return found

    def _is_sound(self, comment: Comment, file: str) -> bool:
        """Whether a comment is honoured; people hear what is wrong with it."""
        missing = [name for name in comment.ids if name not in self._rules] if comment.form == OURS else []
        unknown = [name for name in missing if name not in self._known()] if missing else []
        fault = self._fault(comment, unknown)
        if fault or unknown:
            why = fault or f"there is no rule {', '.join(unknown)}"
            form = "Write: # cloudaudit:ignore RULE until=YYYY-MM-DD reason"
            place = Location(file=file, line=comment.line)
            self.notices[Gap(what=f"comment {comment.form}", why=why, remedy=form, location=place)] = None
        return not fault

    def _fault(self, comment: Comment, unknown: Sequence[str]) -> str:
        """Why a comment silences nothing; empty when it does."""
        if comment.form == OURS and (fault := self._incomplete(comment, unknown)):
            return fault
        if comment.narrowed:
            return "it silences nothing: it is narrowed to a parameter or a workspace"
        if comment.until and dates.parse(comment.until) is None:
            return f"it silences nothing: until={comment.until} is no date"
        return ""

    @staticmethod
    def _incomplete(comment: Comment, unknown: Sequence[str]) -> str:
        """What a comment of ours lacks."""
        if len(unknown) == len(comment.ids):
            return f"it silences nothing: no rule {', '.join(unknown)}" if unknown else "it silences nothing: no rule"
        return "" if comment.reason else "it silences nothing: no reason"

    @functools.cached_property
    def _peers(self) -> dict[str, set[str]]:
        """Our rules by the ids that other scanners give the same check."""
        found: dict[str, set[str]] = {}
        for rule in self._rules.values():
            for ids in rule.same_as.values():
                for id_ in ids:
                    found.setdefault(id_, set()).add(rule.id)
        return found

    def _names(self, comment: Comment, rule: str) -> bool:
        if comment.form == OURS:
            return rule in comment.ids
        tool = comment.form.partition(":")[0]
        return any(rule in self._meant(tool, name) for name in comment.ids)

    def _meant(self, tool: str, name: str) -> Collection[str]:
        """Our rules for a check of another scanner; the book of all writings is opened for what rules do not name."""
        found = self._peers.get(_AVD.sub("", name))
        return self._same(tool, name) if found is None and not name.startswith("CKV") else found or ()


def _means(comment: Comment, finding: Finding) -> bool:
    return not comment.only or matches(comment.only, finding.address, finding.resource)


def _holds(outer: Location, inner: Location) -> bool:
    return outer.file == inner.file and outer.line <= inner.line <= outer.end_line
