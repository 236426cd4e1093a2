"""The rules of a run, ready to be applied: conditions compiled, ordered by id, grouped by the type they judge."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from cloudaudit.engine.cel import Program
from cloudaudit.engine.reads import without_question
from cloudaudit.facts import find
from cloudaudit.model import Rule


class Compiled:
    """A rule with its conditions. `when` is None for a rule that always applies, `eased` for one that never eases;
    `digest` is worked out unless it is known."""

    def __init__(
        self, rule: Rule, when: Program | None, require: Program, eased: Program | None = None, digest: str = ""
    ) -> None:
        self._digest = digest
        self.rule = rule
        self.when = when
        self.require = require
        self.eased = eased

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """All conditions that there are."""
        return tuple(program for program in (self.when, self.require, self.eased) if program is not None)

    @cached_property
    def decisive(self) -> tuple[str, ...]:
        """The paths that the verdict rests on, sorted."""
        return tuple(sorted({*self.require.reads, *(self.when.reads if self.when else ())}))

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], ...]:
        """What of the variables the verdict rests on, parameters aside: the names that lead to an attribute, relation
        or fact. Two views that have these in common are judged alike."""
        paths = (path.split(".") for path in self.decisive if not path.startswith("parameters."))
        return tuple(sorted({tuple(path[: 3 if path[0] == "facts" else 2]) for path in paths}))

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The paths that any condition reads, sorted."""
        return tuple(sorted({read for program in self.programs for read in program.reads}))

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The paths that evidence shows, each once: a fact that lists objects with all of each."""
        return tuple(dict.fromkeys(map(_whole, map(without_question, self.reads))))

    @cached_property
    def relations(self) -> frozenset[str]:
        """The names of the relations that any condition reads."""
        return frozenset(path.split(".")[1] for path in self.reads if path.startswith("related."))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that the rule says, in hex: evidence names it, so that a later edit of the rule shows."""
        return self._digest or hashlib.sha256(msgspec.json.encode(self.rule, order="sorted")).hexdigest()


def _whole(path: str) -> str:
    """The path of the fact that lists objects, for a path into them; any other path as it is."""
    start, sign, name = f".{path}".rpartition(".facts.")
    fact = find(name) if sign else None
    return f"{start}{sign}{fact.name}"[1:] if fact and fact.members else path


class RuleSet:
    """Rules by id. `for_type` gives those that judge a resource type; withdrawn rules judge none, and rules about
    changes are apart."""

    def __init__(self, compiled: Iterable[Compiled], *, scope: str = "resource") -> None:
        self.compiled: Mapping[str, Compiled] = {
            one.rule.id: one for one in sorted(compiled, key=lambda one: one.rule.id)
        }
        self.rules: Mapping[str, Rule] = {id_: one.rule for id_, one in self.compiled.items()}
        by_type: dict[str, list[Compiled]] = {}
        for one in self.compiled.values():
            for type_ in one.rule.types if one.rule.stage != "withdrawn" and one.rule.scope == scope else ():
                by_type.setdefault(type_, []).append(one)
        self._by_type = {type_: tuple(rules) for type_, rules in by_type.items()}

    def __len__(self) -> int:
        return len(self.rules)

    @property
    def types(self) -> tuple[str, ...]:
        """The resource types that some rule judges, sorted."""
        return tuple(sorted(self._by_type))

    def for_type(self, type_: str) -> tuple[Compiled, ...]:
        """The rules that judge resources of this type, by id."""
        return self._by_type.get(type_, ())

    @cached_property
    def of_changes(self) -> "RuleSet":
        """The same rules, where `for_type` gives those that judge changes of a resource."""
        return RuleSet(self.compiled.values(), scope="change")

    @cached_property
    def looking_around(self) -> "RuleSet":
        """Those that look at more than the resource that they judge."""
        return self.only(
            id_
            for id_, one in self.compiled.items()
            if any(read.startswith(("facts", "related")) for read in one.reads)
        )

    def only(self, ids: Iterable[str]) -> "RuleSet":
        """The rules with these ids; ids that are not here are left out."""
        return RuleSet(self.compiled[id_] for id_ in set(ids) & self.compiled.keys())

    @cached_property
    def former(self) -> dict[str, str]:
        """Ids that rules once had, each with the id that it has now."""
        return {old: rule.id for rule in self.rules.values() for old in rule.formerly}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digests of all rules, in hex."""
        return hashlib.sha256("".join(one.digest for one in self.compiled.values()).encode()).hexdigest()
