"""What the checks of other scanners mean in our words: our rules for them, their theme, severity and criteria.

`same_as` and `near` of the rules say it for most checks. For those without a counterpart there is a table for each
scanner, `foreign/TOOL.yaml` in a folder of rules:

    tool: trivy
    version: "0.1"             # of the list of checks that the table was written against
    names: [tfsec]             # other scanners that write the same ids
    also:                      # other writings of an id
      AWS-0080: [aws-rds-encrypt-instance-storage-data]
    checks:
      - theme: logging
        severity: medium
        criteria: [CC7.2]
        near: [vpc-flow-logs]
        ids:
          AWS-0099: what the check asks for, in our words
    near:                      # where the pages of our rules shall not name the check
      3199c26c-7871-4cb3-99c2-10a59244ce7f: [rds-cluster-storage-encrypted]
    out:                       # outside of our themes, by reason
      cost: [AWS-0190]
      other-cloud: [GCP-*]

An id of a table may end with `*`, which stands for any rest; one that is written out goes before it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit.engine import fields, rulefile
from cloudaudit.engine.strictyaml import Document
from cloudaudit.errors import RuleError
from cloudaudit.model import Record, Rule, Severity, Theme

OUT = {
    "cost": "a matter of cost or speed, no control",
    "style": "a matter of how a configuration is written, no control",
    "withdrawn": "the service or the setting has ended",
    "always-so": "AWS or the provider allows nothing else",
    "other-cloud": "about another cloud than AWS",
    "other-file": "about other files than Terraform",
    "inventory": "tells what there is and asks for nothing",
    "workload": "about what an application does, not about its infrastructure",
}
"""Why a check is outside of our themes, by the word that tables give."""


class Meaning(Record, frozen=True):
    """What a check of another scanner means here.

    `id` is the check's in its first writing; `rules` are ours that say the same, `near` ours that say something like
    it. `out` is a word of OUT where the check is outside of our themes. A check that nobody mapped has no theme, no
    severity and no criteria: its scanner's own word is all there is. So it is where only the severity is missing.
    """

    id: str
    rules: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    theme: Theme | None = None
    severity: Severity | None = None
    criteria: tuple[str, ...] = ()
    out: str = ""

    @property
    def mapped(self) -> bool:
        """Whether the check has a theme and criteria here."""
        return self.theme is not None


class Group(Record, frozen=True):
    """Checks that have a theme, a severity and criteria in common; `ids` gives each with what it asks for. Without a
    severity the scanner's own word for each finding counts."""

    theme: Theme
    criteria: tuple[str, ...]
    ids: dict[str, str]
    severity: Severity | None = None
    near: tuple[str, ...] = ()


class Table(Record, frozen=True):
    """One file: what rules say nothing of, of the checks of one scanner."""

    tool: str
    version: str
    names: tuple[str, ...] = ()
    also: dict[str, tuple[str, ...]] = {}
    checks: tuple[Group, ...] = ()
    near: dict[str, tuple[str, ...]] = {}
    out: dict[str, tuple[str, ...]] = {}

    @property
    def ids(self) -> list[str]:
        """All checks that the table speaks of."""
        return [
            *(id_ for group in self.checks for id_ in group.ids),
            *(id_ for ids in self.out.values() for id_ in ids),
        ]


class ForeignBook:
    """All that rules and tables say of the checks of other scanners."""

    def __init__(self, rules: Iterable[Rule], tables: Iterable[Table] = ()) -> None:
        self._names: dict[str, str] = {}
        self._also: dict[tuple[str, str], str] = {}
        self._means: dict[tuple[str, str], Meaning] = {}
        self._starts: dict[str, dict[str, Meaning]] = {}
        rules = sorted(rules, key=lambda rule: (-rule.severity.weight, rule.id))
        for tool, id_, found in _by_check(rules, "same_as"):
            self._add(tool, _of_rules(id_, found, rules=tuple(sorted(rule.id for rule in found))))
        by_id = {rule.id: rule for rule in rules}
        for table in tables:
            self._take(table)
            for id_, names in table.near.items():
                self._nearby(table.tool, id_, [by_id[name] for name in names])
        for tool, id_, found in _by_check(rules, "near"):
            self._nearby(tool, id_, found)

    def tool(self, name: str) -> str:
        """The scanner whose ids a tool of this name writes: checkov for bridgecrew."""
        return self._names.get(name.casefold(), name.casefold())

    def meaning(self, tool: str, ids: Iterable[str]) -> Meaning:
        """What the check means that `tool` ("checkov") names by these ids, of which any may be known. An unknown check
        is answered with its first id and nothing else."""
        tool = self.tool(tool)
        ids = [id_.strip() for id_ in ids]
        for id_ in ids:
            key = _key(id_)
            if found := self._means.get((tool, self._also.get((tool, key), key))):
                return found
        for id_ in ids:
            for start, found in self._starts.get(tool, {}).items():
                if _key(id_).startswith(start):
                    return msgspec.structs.replace(found, id=id_)
        return Meaning(id=ids[0] if ids else "")

    def _take(self, table: Table) -> None:
        self._names |= dict.fromkeys((name.casefold() for name in table.names), table.tool)
        self._also |= {(table.tool, _key(other)): _key(id_) for id_, others in table.also.items() for other in others}
        for group in table.checks:
            shared = Meaning(
                id="", near=group.near, theme=group.theme, severity=group.severity, criteria=group.criteria
            )
            for id_ in group.ids:
                self._add(table.tool, msgspec.structs.replace(shared, id=id_))
        for reason, ids in table.out.items():
            for id_ in ids:
                self._add(table.tool, Meaning(id=id_, out=reason))

    def _add(self, tool: str, meaning: Meaning) -> None:
        key = _key(meaning.id)
        if key.endswith("*"):
            self._starts.setdefault(tool, {})[key[:-1]] = meaning
        else:
            self._means.setdefault((tool, key), meaning)

    def _nearby(self, tool: str, id_: str, found: list[Rule]) -> None:
        """A rule that is near says what a check means that nothing else speaks of."""
        near = tuple(sorted(rule.id for rule in found))
        known = self._means.get((tool, _key(id_)))
        if known is None:
            self._add(tool, _of_rules(id_, found, near=near))
        elif not known.out:
            self._means[tool, _key(id_)] = msgspec.structs.replace(known, near=tuple(sorted({*known.near, *near})))


def load(folders: Iterable[Path], rules: Mapping[str, Rule], *, criteria: Collection[str]) -> ForeignBook:
    """What the rules say, and the tables beside them in these folders. RuleError as `tables` has it."""
    return ForeignBook(rules.values(), tables(folders, rules, criteria=criteria))


def tables(folders: Iterable[Path], rules: Mapping[str, Rule], *, criteria: Collection[str]) -> list[Table]:
    """The tables in `foreign` of these folders. RuleError lists all that is wrong, by file and line: ids that stand
    there twice, and rules and criteria that there are not."""
    files = rulefile.read(place for folder in folders if (place := folder / rulefile.TABLES).is_dir())
    found: list[Table] = []
    faults: list[tuple[str, int, str]] = []
    for file, data in files.items():
        document = Document(data, rulefile.MAX_BYTES)
        wrong = [(fault.line, fault.text) for fault in document.faults] or _read(document, found)
        wrong = wrong or list(_wrong(found[-1], document, rules, criteria))
        faults += [(file, line, text) for line, text in wrong]
    if faults:
        raise RuleError("\n".join(f"{file}:{line}: {text}" for file, line, text in sorted(set(faults))))
    return found


def _read(document: Document, found: list[Table]) -> list[tuple[int, str]]:
    """Adds the table in the document to those found; answers what is wrong with its shape."""
    if not isinstance(document.content, dict):
        return [(1, "a table holds `tool: NAME`, `version:`, `checks:` and `out:`")]
    head = {**document.content}
    entries = head.pop("checks", [])
    values, faults = fields.read(Table, head, document, (), leaving=("checks",))
    if not isinstance(entries, list):
        faults.append((document.line(("checks",)), "checks: a list of groups expected"))
        entries = []
    groups: list[Group] = []
    for number, entry in enumerate(entries):
        path = ("checks", number)
        if not isinstance(entry, dict):
            faults.append((document.line(path), "a group is a mapping that starts with `- theme:`"))
            continue
        said, wrong = fields.read(Group, entry, document, path)
        faults += wrong
        groups += [] if wrong else [Group(**said)]
    if not faults:
        found.append(Table(**values, checks=tuple(groups)))
    return faults


def _wrong(
    table: Table, document: Document, rules: Mapping[str, Rule], criteria: Collection[str]
) -> Iterator[tuple[int, str]]:
    """What a table of sound shape says that cannot be."""
    lines: dict[str, int] = {}
    for id_, path in _places(table):
        line = document.line(path)
        if _key(id_) in lines:
            yield line, f"{id_}: stands in line {lines[_key(id_)]} already"
        lines.setdefault(_key(id_), line)
    for number, group in enumerate(table.checks):
        line = document.line(("checks", number))
        yield from ((line, f"there is no criterion {id_}") for id_ in group.criteria if id_ not in criteria)
        yield from ((line, f"there is no rule {id_}") for id_ in group.near if id_ not in rules)
        if not group.criteria:
            yield line, "a group maps to one criterion at least"
    for check, names in table.near.items():
        line = document.line(("near", check))
        yield from ((line, f"there is no rule {id_}") for id_ in names if id_ not in rules)
    for reason in table.out.keys() - OUT.keys():
        yield document.line(("out", reason)), f"{reason}: a reason is one of {', '.join(OUT)}"


def _places(table: Table) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """All ids and other writings, each with its path."""
    for number, group in enumerate(table.checks):
        yield from ((id_, ("checks", number, "ids", id_)) for id_ in group.ids)
    yield from ((id_, ("near", id_)) for id_ in table.near)
    for reason, ids in table.out.items():
        yield from ((id_, ("out", reason, number)) for number, id_ in enumerate(ids))
    for id_, others in table.also.items():
        yield from ((other, ("also", id_, number)) for number, other in enumerate(others))


def _by_check(rules: Iterable[Rule], field: str) -> Iterator[tuple[str, str, list[Rule]]]:
    """The checks that rules name, each with its rules in the order given."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        for tool, ids in getattr(rule, field).items():
            for id_ in ids:
                found.setdefault((tool, id_), []).append(rule)
    for (tool, id_), named in found.items():
        yield tool, id_, named


def _of_rules(id_: str, found: list[Rule], **ids: Any) -> Meaning:
    """As the rules have it, the most severe first."""
    criteria = tuple(dict.fromkeys(each for rule in found for each in rule.criteria))
    return Meaning(id=id_, theme=found[0].theme, severity=found[0].severity, criteria=criteria, **ids)


def _key(id_: str) -> str:
    """Ids are told apart without case, and without the prefix that trivy once gave all of its own."""
    return id_.casefold().removeprefix("avd-")
