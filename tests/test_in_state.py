"""An example after its apply: the state has the verdict of the source, or does not know. Which is right where it shows
less is said in tests/mutations/exceptions.toml.

One example of each rule is judged; with CLOUDAUDIT_EVERY_MUTATION=1 each is.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from cloudaudit import app
from cloudaudit.schema.live import LIVE_ONLY
from tests.mutations import states
from tests.mutations.judging import Example, Outcome

RULES = app.rule_set(app.Request(targets=()))
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "mutations" / "exceptions.toml").read_text(encoding="utf-8"))
EVERY = "CLOUDAUDIT_EVERY_MUTATION" in os.environ
FEWEST = 500
DECLARED = "terraform_"  # variables, providers, settings: a state has none
JUDGED = [
    id_
    for id_, rule in RULES.rules.items()
    if rule.scope != "change" and not any(kind.startswith(DECLARED) or kind in LIVE_ONLY for kind in rule.types)
]


def in_state(rule: str, folder: Path) -> Iterator[tuple[Example, Outcome]]:
    """The examples that pass or fail and can be applied, and what the rule says of their states."""
    examples = [Example(RULES, rule, name, folder / "root") for name in RULES.rules[rule].examples]
    known = [example for example in examples if example.expected in ("pass", "fail")]
    first = crc32(rule.encode()) % len(known) if known else 0
    for example in [*known[first:], *known[:first]]:
        if outcome := applied(example, folder / "state.json"):
            yield example, outcome
            if not EVERY:
                return


def applied(example: Example, path: Path) -> Outcome | None:
    """What the rule says of the state; None where something in it is not known."""
    [body] = example.bodies
    writing = states.applied(body)
    state = states.state(example.graph(writing.texts()), body) if writing else None
    if state is None:
        return None
    path.unlink(missing_ok=True)
    path.write_text(state, encoding="utf-8")
    return example.of_graph(example.load(path))


@pytest.mark.parametrize("rule", JUDGED)
def test_a_state_has_the_verdict_of_its_source(rule: str, tmp_path: Path) -> None:
    doubtful = [each for each in EXCEPTIONS["state"] if re.fullmatch(each["rules"], rule)]
    for example, state in in_state(rule, tmp_path):
        for address in sorted(example.outcome.addresses & state.addresses):
            source, shown = example.outcome.of(address), state.of(address)
            allowed = source in ("unknown", shown) or (shown == "unknown" and bool(doubtful))
            assert allowed, f"{example.name}: {address} is {source}, but {shown} in its state"


def test_most_rules_have_an_example_that_can_be_applied(tmp_path: Path) -> None:
    made = 0
    for rule in JUDGED:
        made += any(True for _ in in_state(rule, tmp_path))
        if made == FEWEST:
            break

    assert made == FEWEST


@pytest.mark.parametrize("each", EXCEPTIONS["state"], ids=lambda each: each["rules"])
def test_an_exception_is_about_rules(each: dict[str, str]) -> None:
    assert each["reason"]
    assert any(re.fullmatch(each["rules"], rule) for rule in JUDGED)
