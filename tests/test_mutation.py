"""A verdict follows what is meant, and not how it is written: every rule on its examples, written in other ways.

There are many rules: each sees every third way of tests/mutations/book.py, and one of its examples in each of these.
With CLOUDAUDIT_EVERY_MUTATION=1 it sees all of its examples in all ways.
"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from cloudaudit import app
from cloudaudit.sources.hcl import readers
from tests.mutations import printer, trees
from tests.mutations.book import EQUIVALENT
from tests.mutations.judging import Example
from tests.mutations.writing import MAIN, Mutation, Writing

RULES = app.rule_set(app.Request(targets=()))
TEXTS = sorted({text for rule in RULES.rules.values() for text in rule.examples.values()})
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "mutations" / "exceptions.toml").read_text(encoding="utf-8"))
EVERY = "CLOUDAUDIT_EVERY_MUTATION" in os.environ
FEWEST = 5
"""Examples that a mutation must apply to, lest it does nothing and nobody sees it."""

every_mutation = pytest.mark.parametrize("mutation", EQUIVALENT)
every_rule = pytest.mark.parametrize("rule", RULES.rules)


def body_of(text: str, name: str = MAIN) -> object:
    read = readers.read("tree-sitter", name, text.encode())
    assert not read.problems, (read.problems, text)
    return read.body


@pytest.mark.parametrize("style", [printer.PLAIN, printer.ODD, printer.HEREDOCS], ids=["plain", "odd", "heredocs"])
def test_what_the_printer_writes_reads_the_same(style: printer.Style) -> None:
    for text in TEXTS:
        body = body_of(text)
        if style != printer.HEREDOCS or printer.text(body, style) != printer.text(body):
            assert trees.plain(body_of(printer.text(body, style))) == trees.plain(body), text


@every_mutation
def test_a_mutation_changes_examples(mutation: str) -> None:
    changed = 0
    for text in TEXTS:
        body = body_of(text)
        writing = EQUIVALENT[mutation](body)
        changed += writing is not None and writing.texts() != {MAIN: printer.text(body)}
        if changed == FEWEST:
            break

    assert changed == FEWEST


@every_rule
def test_the_verdict_stays_however_an_example_is_written(rule: str, tmp_path: Path) -> None:
    examples = [Example(RULES, rule, name, tmp_path / "root") for name in RULES.rules[rule].examples]
    excepted = {name for each in EXCEPTIONS["equivalent"] if each["rule"] == rule for name in each["mutations"]}
    chance = crc32(rule.encode())
    for number, (name, mutation) in enumerate(EQUIVALENT.items(), start=chance):
        if number % 3 and not EVERY:
            continue
        first = number // 3 % len(examples)
        for example, sides in some([*examples[first:], *examples[:first]], mutation):
            wrong = "; ".join(example.differences(sides)) if name not in excepted else ""
            assert not wrong, f"{example.name} with {name}: {wrong}\n{shown(sides)}"


def some(examples: list[Example], mutation: Mutation) -> Iterator[tuple[Example, list[Writing]]]:
    """The first example that a mutation applies to, or all such."""
    for example in examples:
        if sides := example.written(mutation):
            yield example, sides
            if not EVERY:
                return


def shown(sides: list[Writing]) -> str:
    return "\n".join(f"--- {name}\n{text}" for side in sides for name, text in side.texts().items())


@pytest.mark.parametrize("each", EXCEPTIONS["equivalent"], ids=lambda each: each["rule"])
def test_an_exception_is_needed(each: dict[str, Any], tmp_path: Path) -> None:
    rule, names = each["rule"], each["mutations"]
    examples = [Example(RULES, rule, name, tmp_path / "root") for name in RULES.rules[rule].examples]
    changed = [(example, example.written(EQUIVALENT[name])) for name in names for example in examples]

    assert each["reason"]
    assert any(list(example.differences(sides)) for example, sides in changed if sides)
