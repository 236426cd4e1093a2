"""What people accepted in the ways of other scanners becomes waivers, as far as a waiver can say it."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cloudaudit.app.book import foreign_book, rule_set
from cloudaudit.app.request import Request
from cloudaudit.app.targets import read as read_graphs
from cloudaudit.decisions import dates, elsewhere
from cloudaudit.decisions.elsewhere import EVERYTHING, Accepted
from cloudaudit.decisions.waiverfile import THEIRS
from cloudaudit.decisions.waiverwriting import Draft
from cloudaudit.errors import SettingsError
from cloudaudit.model import Record, Resource, Waiver
from cloudaudit.sources.notes import notes

if TYPE_CHECKING:
    from cloudaudit.engine.foreign import ForeignBook

MOST = 100_000
"""More than that is no list that people wrote; aliases in a YAML file could make it endless."""

_DATA = re.compile(r"(^|\.)(?:data|provider)\.")
"""What checkov leaves out of addresses."""
_TYPE = re.compile(r"(?:^|\.)([a-z][a-z0-9]*_\w+)\.[\w-]+(?:\[[^]]*\])?$")


class Left(Record, frozen=True):
    """What no waiver says: where it stands, the check, and why."""

    place: str
    check: str
    why: str


class Terms(Record, frozen=True):
    """What is put on every waiver whose source does not say it; empty where people shall."""

    owner: str = ""
    approved_by: str = ""
    expires: str = ""
    reason: str = ""


class Brought(Record, frozen=True):
    """What became of all that was accepted: `found` of it, as waivers, and what none of them says."""

    drafts: tuple[Draft, ...]
    left: tuple[Left, ...]
    found: int


def bring(request: Request, terms: Terms) -> Brought:
    """Waivers for what the files and folders of the request accept. SettingsError for a file that is broken or none
    that is known, and where nothing is accepted at all."""
    book = foreign_book(request)
    rules = rule_set(Request(rule_paths=request.rule_paths)).rules
    types = {rule.id: frozenset(rule.types) for rule in rules.values()}
    said = _Said(terms, request.today or date.min)
    found = 0
    for target in request.targets:
        place = _Place(target, request)
        for each in place.accepted():
            found += 1
            if found > MOST:
                raise SettingsError(f"{each.file}: more than {MOST:,} entries")
            said.add(each, *_covered(each, book, types, place))
    if not found:
        raise SettingsError(f"{', '.join(request.targets)}: nothing is accepted here in the way of another scanner")
    return Brought(drafts=tuple(said.drafts()), left=tuple(said.left), found=found)


class _Place:
    """A file, or a folder with all such files and comments in it, and the resources that Terraform declares there."""

    def __init__(self, target: str, request: Request) -> None:
        self.target = Path(target)
        self._request = request

    def accepted(self) -> Iterator[Accepted]:
        """All that is accepted here; of a folder's source that cannot be read, that it cannot."""
        for note in notes(self.target, elsewhere.NAMES):
            if note.refused and not note.is_source:
                raise SettingsError(f"{note.name}: {note.refused}")
            if note.refused:
                why = f"the file was not read: {note.refused}"
                yield Accepted(tool="", form="comments", file=note.name, line=0, check="-", lost=why)
                continue
            read = elsewhere.remarks if note.is_source else elsewhere.read
            for each in read(note.name, note.text):
                yield _within(note.folder, each)

    def spoken_of(self, accepted: Accepted) -> list[Resource]:
        """The resources that a comment or a path speaks of, where one names addresses, those."""
        if not accepted.paths:
            at = (accepted.line, accepted.target)
            found = self._by_file.get(accepted.file, ())
            return [resource for first, last, resource in found if any(first <= line <= last for line in at)]
        files = (name for name in self._by_file if any(_fits(path, name) for path in accepted.paths))
        every = (resource for name in files for _, _, resource in self._by_file[name])
        return [
            each for each in every if not accepted.resources or _DATA.sub(r"\1", each.address) in accepted.resources
        ]

    @cached_property
    def _by_file(self) -> dict[str, list[tuple[int, int, Resource]]]:
        """All resources by the files that declare them or call their module, with first and last line."""
        found: dict[str, list[tuple[int, int, Resource]]] = {}
        if self.target.is_file() or not any(note.is_source for note in notes(self.target, ())):
            return found
        for graph in read_graphs(str(self.target), self._request):
            for resource in graph:
                for at in (resource.location, *resource.calls):
                    if at is not None:
                        found.setdefault(at.file, []).append((at.line, at.end_line, resource))
        return found


def _within(folder: str, each: Accepted) -> Accepted:
    """What stands in a file in this folder speaks of what lies in the folder."""
    paths = tuple(posixpath.join(folder, path.lstrip("/")) for path in each.paths)
    everywhere = folder and each.resources == EVERYTHING
    resources = (f"{folder}:*", f"{folder}/*") if everywhere else each.resources
    return msgspec.structs.replace(each, paths=paths, resources=resources)


def _covered(
    each: Accepted, book: "ForeignBook", types: dict[str, frozenset[str]], place: _Place
) -> tuple[dict[str, list[str]], str]:
    """What an acceptance covers: patterns of resources by rule; or why a waiver cannot say it. A check that no one
    rule of ours asks for is waived by its own name, as imported findings have it."""
    if each.lost:
        return {}, each.lost
    meaning = book.meaning(each.tool, [each.check])
    if meaning.out:
        return {}, _out(meaning.out)
    own = f"{book.tool(each.tool)}:{meaning.id}"
    if not THEIRS.fullmatch(own):
        return {}, "no check can have this name"
    # where several rules of ours ask what one check asks, what it says is of none of them alone
    rules = meaning.rules if len(meaning.rules) == 1 else (*meaning.rules, own)
    there = place.spoken_of(each) if each.paths or not each.resources else []
    if not there and not each.resources:
        return {}, "nothing is declared there"
    at: dict[str, str | None] = {one.key: one.type for one in sorted(there, key=lambda one: one.key)}
    at = at or {one: _kind(one) for one in each.resources}
    by_rule = {rule: [key for key in at if at[key] in (None, *types.get(rule, at.values()))] for rule in rules}
    fitting = {rule: patterns for rule, patterns in by_rule.items() if patterns}
    # what a rule of ours does not judge may still be said of the resource by the other scanner, under our rule
    return fitting or {rule: list(at) for rule in rules}, ""


class _Said:
    """Waivers in the making: one for each check, rule, reason and last day."""

    def __init__(self, terms: Terms, today: date) -> None:
        self.left: list[Left] = []
        self._terms = terms
        self._today = today
        self._made: dict[tuple[str, str, str, str], tuple[dict[str, None], dict[str, None]]] = {}

    def add(self, each: Accepted, by_rule: dict[str, list[str]], why: str) -> None:
        """Takes one acceptance in, or notes why not."""
        place = f"{each.file}:{each.line}" if each.line else each.file
        if each.until and dates.is_past(each.until, self._today):
            why = f"it ended on {each.until}"
        if why:
            self.left.append(Left(place=place, check=each.check, why=why))
            return
        until = min(filter(None, (each.until, self._terms.expires)), default="")
        for rule, patterns in by_rule.items():
            key = (each.check, rule, each.reason or self._terms.reason, until)
            kept, places = self._made.setdefault(key, ({}, {}))
            kept.update(dict.fromkeys(patterns))
            places[f"{each.form} in {place}"] = None

    def drafts(self) -> Iterator[Draft]:
        """The waivers, with ids that count up for each check."""
        counts: dict[str, int] = {}
        for (check, rule, reason, until), (patterns, places) in self._made.items():
            counts[check] = counts.get(check, 0) + 1
            waiver = Waiver(
                id=f"{check}-{counts[check]}",
                rule=rule,
                resources=tuple(patterns),
                reason=reason,
                owner=self._terms.owner,
                approved_by=self._terms.approved_by,
                created=self._today.isoformat(),
                expires=until,
            )
            yield Draft(waiver=waiver, origin=_few(list(places)))


def _out(word: str) -> str:
    """Why a check is none of our business."""
    from cloudaudit.engine.foreign import OUT  # noqa: PLC0415 - `--help` needs no rules

    return f"outside of our themes: {OUT[word]}"


def _kind(pattern: str) -> str | None:
    """The type of resource that an address names, or None where it does not tell."""
    found = _TYPE.search(pattern)
    return found[1] if found else None


def _few(places: Sequence[str]) -> str:
    return f"{places[0]} and {len(places) - 1:,} more" if len(places) > 1 else places[0]


def _fits(pattern: str, file: str) -> bool:
    """Whether a path fits: `**` is any number of folders, `*` any part of one name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    signs = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.fullmatch("".join(signs.get(part, re.escape(part)) for part in parts), file) is not None


def alike(left: Iterable[Left]) -> list[tuple[str, str, int, str]]:
    """What is left over, alike together: check, why, how often, and the first place."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in left:
        found.setdefault((each.check, each.why), []).append(each.place)
    return [(check, why, len(places), places[0]) for (check, why), places in found.items()]
