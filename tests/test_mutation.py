"""A verdict follows what is meant, and not how it is written: every rule on its examples, written in other ways.

A rule sees some of its examples in each of the ways of tests/mutations/book.py, other ones in each; with
CLOUDAUDIT_EVERY_MUTATION=1 it sees all.
"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

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
    excepted = {(each["mutation"], each["example"]) for each in EXCEPTIONS["equivalent"] if each["rule"] == rule}
    for number, (name, mutation) in enumerate(EQUIVALENT.items()):
        first = number % len(examples)
        for example, writing in some([*examples[first:], *examples[:first]], mutation):
            if (name, example.name) not in excepted:
                wrong = "; ".join(example.differences(writing))
                assert not wrong, f"{example.name} with {name}: {wrong}\n{shown(writing)}"


def some(examples: list[Example], mutation: Mutation) -> Iterator[tuple[Example, Writing]]:
    """The first example that a mutation applies to, or all such."""
    for example in examples:
        if writing := mutation(example.body):
            yield example, writing
            if not EVERY:
                return


def shown(writing: Writing) -> str:
    return "\n".join(f"--- {name}\n{text}" for name, text in writing.texts().items())


def test_every_exception_is_needed(tmp_path: Path) -> None:
    for each in EXCEPTIONS["equivalent"]:
        example = Example(RULES, each["rule"], each["example"], tmp_path / "root")
        writing = EQUIVALENT[each["mutation"]](example.body)
        assert each["reason"], each
        assert writing, each
        assert list(example.differences(writing)), each
