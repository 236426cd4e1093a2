"""An argument, block or resource taken away, null, written out as the provider's default, or hidden behind a variable.

What is null is left out, and so is what is written as the provider would take it. What is hidden may be what it was or
may be left out, so only a verdict that holds for both is one. Every argument that a rule may read is changed in one of
the examples that have it; with CLOUDAUDIT_EVERY_MUTATION=1 every argument in all.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.engine.examples import NONE
from cloudaudit.model import Rule, Theme
from tests.mutations import changes
from tests.mutations.changes import Place
from tests.mutations.judging import Example

RULES = app.rule_set(app.Request(targets=()))
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "mutations" / "exceptions.toml").read_text(encoding="utf-8"))
EVERY = "CLOUDAUDIT_EVERY_MUTATION" in os.environ
FEWEST = {"null": 1_000, "default": 100, "hidden": 1_000}

# What may be said of something hidden, by what was said of it and what is said of it left out.
CERTAIN = {
    "pass": ({"pass", NONE}, {"pass", NONE, "unknown"}),
    "fail": ({"fail"}, {"fail", "unknown"}),
    NONE: ({NONE}, {NONE, "unknown"}),
}


def examples_of(rule: str, folder: Path) -> list[Example]:
    return [Example(RULES, rule, name, folder) for name in RULES.rules[rule].examples]


def words_of(rule: Rule) -> set[str]:
    """The words of the conditions and relations; facts may read anything."""
    return set(re.findall(r"\w+", f"{rule.when} {rule.require} {rule.related}"))


def places(examples: list[Example]) -> Iterator[tuple[Example, Place]]:
    """The arguments and blocks that the rule may read, each in one example; of changes, with their two sides, none."""
    seen: set[tuple[str, str]] = set()
    words = words_of(examples[0].rule)
    for example in examples if examples[0].rule.scope != "change" else []:
        for place in changes.places(example.bodies[0]):
            is_read = "facts" in words or not place.is_nested or words & {*place.path.split(".")}
            if EVERY or (is_read and (place.type, place.path) not in seen):
                seen.add((place.type, place.path))
                yield example, place


@pytest.mark.parametrize("rule", RULES.rules)
def test_what_is_left_out_is_judged_alike_however_that_is_written(rule: str, tmp_path: Path) -> None:
    excepted = {each["path"] for each in EXCEPTIONS["left_out"] if each["rule"] == rule}
    for example, place in places(examples_of(rule, tmp_path / "root")):
        if not excepted & {place.path, "*"}:
            wrong = list(differences(example, place))
            assert not wrong, f"{example.name}, {place.path}: {wrong}"


def differences(example: Example, place: Place) -> Iterator[str]:
    """What is judged in another way than it should be, in words."""
    body = example.bodies[0]
    was, without = example.outcome, example.of([changes.removed(body, place)])
    addresses = sorted(was.addresses if place.is_nested else without.addresses & was.addresses)
    for name, change in (("null", changes.null), ("the default", changes.default)):
        if writing := change(body, place):
            now = example.of([writing])
            for address in addresses:
                if now.of(address) != without.of(address):
                    yield f"{address} is {without.of(address)} without it, and {now.of(address)} with {name}"
    now = example.of([changes.hidden(body, place)])
    for address in addresses:
        before, missing, hidden = was.of(address), without.of(address), now.of(address)
        if not is_allowed(example, address, before, missing, hidden):
            yield f"{address} is {before}, {missing} without it, and {hidden} when it is hidden"


def is_allowed(example: Example, address: str, before: str, missing: str, hidden: str) -> bool:
    if hidden not in CERTAIN or (example.rule.theme is Theme.SECRETS and hidden == "pass"):
        return True  # for rules on secrets, what is not known is no literal
    if address.partition(".")[0] not in example.rule.types and hidden == "fail":
        return True  # a policy is judged by itself where nobody knows whose it is
    if_known, if_missing = CERTAIN[hidden]
    return before in if_known and missing in if_missing


@pytest.mark.parametrize("change", FEWEST)
def test_a_change_applies_to_many_examples(change: str, tmp_path: Path) -> None:
    made = 0
    for rule in RULES.rules:
        for example, place in places(examples_of(rule, tmp_path)):
            made += getattr(changes, change)(example.bodies[0], place) is not None
        if made >= FEWEST[change]:
            return

    assert made >= FEWEST[change]


@pytest.mark.parametrize("each", EXCEPTIONS["left_out"], ids=lambda each: f"{each['rule']} {each['path']}")
def test_an_exception_is_needed(each: dict[str, str], tmp_path: Path) -> None:
    found = places(examples_of(each["rule"], tmp_path / "root"))

    assert each["reason"]
    assert any(list(differences(example, place)) for example, place in found if each["path"] in (place.path, "*"))
