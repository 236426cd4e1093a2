"""What a rule says of an example, and of the same example written in another way."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from cloudaudit import app
from cloudaudit.engine import examples
from cloudaudit.engine.check import check
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.graph import Changing, ResourceGraph
from cloudaudit.model import Severity, Verdict
from cloudaudit.sources import Options
from cloudaudit.sources.hcl import readers
from cloudaudit.sources.hcl.syntax import Body
from tests.mutations.writing import MAIN, Mutation, Writing

_AFTER = re.compile(r"^# after\n?", re.MULTILINE)


class Outcome(NamedTuple):
    """Verdicts by address as they were before the mutation, several where two resources have been one; all addresses;
    and why something could not be looked at."""

    verdicts: Mapping[str, set[str]]
    addresses: set[str]
    gaps: set[str]

    def of(self, address: str) -> str:
        """The verdict as a word; "none" where the rule does not apply."""
        return " and ".join(sorted(self.verdicts.get(address, ()))) or examples.NONE

    def gravest(self, address: str) -> str:
        """The worst verdict as a word."""
        found = self.verdicts.get(address, set())
        return next((word for word in ("fail", "unknown", "pass") if word in found), examples.NONE)


class Example:
    """One example of a rule, judged by that rule only. `folder` is for its files.

    An example about a change has two sides, what was and what will be, and others have one.
    """

    def __init__(self, rules: RuleSet, rule: str, name: str, folder: Path) -> None:
        self.rule = rules.rules[rule]
        self.name = name
        self.text = self.rule.examples[name]
        self._rules = rules.only([rule])
        self._folder = folder
        self.expected = name.partition("-")[0]
        _, self._parameters, self._complete = examples.directives(self.text)

    @cached_property
    def texts(self) -> list[str]:
        """Both sides, or the whole."""
        return _AFTER.split(self.text) if self.rule.scope == "change" else [self.text]

    @cached_property
    def bodies(self) -> list[Body]:
        """Both sides, or the whole, as they are read."""
        return [readers.read("tree-sitter", MAIN, text.encode()).body for text in self.texts]

    @cached_property
    def outcome(self) -> Outcome:
        """What the rule says of it as it stands."""
        return self._judged([{MAIN: text} for text in self.texts], str)

    def written(self, mutation: Mutation) -> list[Writing] | None:
        """The sides written in another way, None when that does not apply to all that hold anything."""
        empty = Writing({MAIN: Body({}, [])})
        sides = [mutation(body) if body.blocks else empty for body in self.bodies]
        known = [side for side in sides if side is not None]
        return known if len(known) == len(sides) and known != [empty] * len(sides) else None

    def of(self, sides: list[Writing]) -> Outcome:
        """What the rule says of it as it was written now."""

        def before(address: str) -> str:
            return next((old for side in sides if (old := side.before(address)) != address), address)

        return self._judged([side.texts() for side in sides], before)

    def _judged(self, sides: list[dict[str, str]], before: Callable[[str], str]) -> Outcome:
        if len(sides) == 1:
            graph = self.graph(sides[0])
        else:
            by_text = dict(zip(self.texts, sides, strict=True))
            graph = examples.changed(self.text, self._complete, lambda text, _: self.graph(by_text[text]))
            graph.changing = _renamed(graph, before)
        return self.of_graph(graph, _without_doubt(before))

    def of_graph(self, graph: ResourceGraph, before: Callable[[str], str] = str) -> Outcome:
        """What the rule says of a graph."""
        verdicts: dict[str, set[str]] = {}
        for finding in check(self._rules, graph, self._parameters):
            verdicts.setdefault(before(finding.address), set()).add(str(finding.verdict))
        return Outcome(verdicts, {before(resource.address) for resource in graph}, {gap.why for gap in graph.gaps})

    def failures(self, graph: ResourceGraph) -> dict[str, Severity]:
        """How grave the failures in a graph are, by address."""
        found = check(self._rules, graph, self._parameters)
        return {each.address: each.severity for each in found if each.verdict is Verdict.FAIL}

    def graph(self, files: Mapping[str, str]) -> ResourceGraph:
        """The graph of the folder with these files in it."""
        others = {name: text for name, text in examples.files(self.text).items() if name != MAIN}
        self._write({**others, **files})
        return self.load(self._folder)

    def load(self, path: Path) -> ResourceGraph:
        """The graph of a folder or file of the same scope."""
        [graph] = app.load(path, Options(complete=self._complete))
        return graph

    def _write(self, files: Mapping[str, str]) -> None:
        """Leaves these files in the folder and no others; a file that is there is not written over, which is slow."""
        self._folder.mkdir(exist_ok=True)
        for path in self._folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        for name, text in files.items():
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())

    def differences(self, sides: list[Writing]) -> Iterator[str]:
        """What the mutation has changed of the outcome, in words."""
        was, now = self.outcome, self.of(sides)
        apart = frozenset[str]().union(*(side.apart for side in sides))
        for address in sorted(was.addresses):
            of = Outcome.gravest if address in apart else Outcome.of
            if (one := of(was, address)) != (other := of(now, address)):
                yield f"{address} was {one} and is {other}"
        yield from (f"{address} is gone" for address in sorted(was.addresses - now.addresses))
        yield from (f"a new gap: {why}" for why in sorted(now.gaps - was.gaps))


def _without_doubt(before: Callable[[str], str]) -> Callable[[str], str]:
    """Addresses without the sign of an inline setting of which nobody knows whether it is there."""

    def address(now: str) -> str:
        old = before(now)
        return old.removesuffix("[?]") if "/" in old else old

    return address


def _renamed(graph: ResourceGraph, before: Callable[[str], str]) -> Callable[[], Changing]:
    """The change, with what the example says of an address said of the present one."""
    found = graph.changing() if graph.changing else Changing(before=graph, actions={})
    addresses = {resource.address for resource in (*graph, *found.before)}
    said = {address: found.actions[old] for address in addresses if (old := before(address)) in found.actions}
    return lambda: Changing(before=found.before, actions={**found.actions, **said})
