"""What a rule says of an example, and of the same example written in another way."""

import shutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from cloudaudit import app
from cloudaudit.engine import examples
from cloudaudit.engine.check import check
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.graph import ResourceGraph
from cloudaudit.sources import Options
from cloudaudit.sources.hcl import readers
from cloudaudit.sources.hcl.syntax import Body
from tests.mutations.writing import MAIN, Writing


class Outcome(NamedTuple):
    """Verdicts by address as they were before the mutation, several where two resources have been one; all addresses;
    and why something could not be looked at."""

    verdicts: Mapping[str, set[str]]
    addresses: set[str]
    gaps: set[str]


class Example:
    """One example of a rule, judged by that rule only. `folder` is for its files."""

    def __init__(self, rules: RuleSet, rule: str, name: str, folder: Path) -> None:
        self.rule = rule
        self.name = name
        self.text = rules.rules[rule].examples[name]
        self._rules = rules.only([rule])
        self._folder = folder
        _, self._parameters, self._complete = examples.directives(self.text)

    @cached_property
    def body(self) -> Body:
        return readers.read("tree-sitter", MAIN, self.text.encode()).body

    @cached_property
    def outcome(self) -> Outcome:
        """What the rule says of it as it stands."""
        return self.of_files({MAIN: self.text})

    def of(self, writing: Writing) -> Outcome:
        """What the rule says of it as it was written now."""
        return self.of_files(writing.texts(), writing)

    def of_files(self, files: Mapping[str, str], writing: Writing | None = None) -> Outcome:
        shutil.rmtree(self._folder, ignore_errors=True)
        for name, text in files.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_bytes(text.encode())
        [graph] = app.load(self._folder, Options(complete=self._complete))
        return self.of_graph(graph, writing)

    def of_graph(self, graph: ResourceGraph, writing: Writing | None = None) -> Outcome:
        """What the rule says of a graph; addresses are those before the mutation."""
        before = writing.before if writing else str
        verdicts: dict[str, set[str]] = {}
        for finding in check(self._rules, graph, self._parameters):
            verdicts.setdefault(before(finding.address), set()).add(str(finding.verdict))
        return Outcome(verdicts, {before(resource.address) for resource in graph}, {gap.why for gap in graph.gaps})

    def differences(self, writing: Writing) -> Iterator[str]:
        """What the mutation has changed of the outcome, in words."""
        was, now = self.outcome, self.of(writing)
        for address in sorted(was.addresses):
            one, other = was.verdicts.get(address, set()), now.verdicts.get(address, set())
            if one != other:
                yield f"{address} was {_words(one)} and is {_words(other)}"
        yield from (f"{address} is gone" for address in sorted(was.addresses - now.addresses))
        yield from (f"a new gap: {why}" for why in sorted(now.gaps - was.gaps))


def _words(verdicts: set[str]) -> Any:
    return " and ".join(sorted(verdicts)) or examples.NONE
