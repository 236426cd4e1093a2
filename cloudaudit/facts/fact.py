"""What a fact is, and how the one that a rule reads is found."""

import functools
import importlib
import importlib.util
from collections.abc import Callable, Iterable
from typing import Any

from cloudaudit.errors import RuleError
from cloudaudit.model import Record, Resource


class Fact(Record, frozen=True):
    """A derived value that rules read as `facts.NAME`.

    `name` is dotted and starts with the name of the module that exports it: "network.public_ports" stands in
    `cloudaudit/facts/network.py`. `compute(resource, graph)` returns plain data or `Unknown`; an `Unknown` at any
    depth makes the verdict unknown where a rule reads it. `types` are the resource types it is defined for, None for
    all. `members` are the keys that a message may name where the fact is a list of objects, one sentence for each that
    the rule fails on. `doc` is one line for authors of rules.
    """

    name: str
    compute: Callable[[Resource, Any], Any]
    types: tuple[str, ...] | None = None
    members: tuple[str, ...] = ()
    doc: str = ""


def find(path: str) -> Fact | None:
    """The fact that the dotted `path` reads: of that name, or of its start ("iam.allows.anyone" reads "iam.allows")."""
    facts = _family(path.partition(".")[0])
    while path:
        if fact := facts.get(path):
            return fact
        path = path.rpartition(".")[0]
    return None


@functools.cache
def _family(module: str) -> dict[str, Fact]:
    """The facts of one module of this package or, where there is none, of an external package's entry point."""
    if module.isidentifier() and importlib.util.find_spec(f"cloudaudit.facts.{module}"):
        facts: Iterable[Fact] = getattr(importlib.import_module(f"cloudaudit.facts.{module}"), "FACTS", ())
    else:
        from importlib.metadata import entry_points  # noqa: PLC0415 - 10 ms for what is rare

        facts = [fact for point in entry_points(group="cloudaudit.facts", name=module) for fact in point.load()]
    for fact in facts:
        if fact.name.partition(".")[0] != module:
            message = f"fact {fact.name}: its name must start with the module's: {module}.{fact.name}"
            raise RuleError(message)
    return {fact.name: fact for fact in facts}
