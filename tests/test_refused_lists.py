"""An example as a live account, and one of its lists refused: a verdict stays or is unknown, it never turns round."""

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from cloudaudit import app
from cloudaudit.graph import EVERYWHERE, Listing, ResourceGraph
from cloudaudit.model import Origin
from cloudaudit.sources.aws.collectors import collectors, known_types
from cloudaudit.sources.aws.declare import every
from tests.mutations import states
from tests.mutations.judging import Example
from tests.mutations.states import ACCOUNT, REGION
from tests.test_in_state import JUDGED

RULES = app.rule_set(app.Request(targets=()))
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "mutations" / "exceptions.toml").read_text(encoding="utf-8"))

FEWEST = 500


def calls() -> dict[str, frozenset[str]]:
    """The calls that list, each with the types of which nothing is read when it is refused: its own, and what is found
    by way of those."""
    found: dict[str, set[str]] = {}
    for one in collectors():
        for above in every([one]):
            found.setdefault(f"{above.call.service}.{above.call.operation}", set()).update((one.type, *one.also))
    return {call: frozenset(types) for call, types in sorted(found.items())}


CALLS = calls()


def live(graph: ResourceGraph, without: frozenset[str] = frozenset()) -> ResourceGraph:
    """What the graph holds, as it would be read of an account; the lists of some types were refused."""
    found = [
        msgspec.structs.replace(each, origin=Origin.LIVE, account=ACCOUNT, region=REGION)
        for each in graph
        if each.type not in without and each.type != "aws_account"
    ]
    return ResourceGraph(
        found,
        target=f"aws:{ACCOUNT}",
        root=ACCOUNT,
        origin=Origin.LIVE,
        complete=True,
        environment={"account": ACCOUNT, "accounts": [ACCOUNT]},
        listing=Listing(
            known_types() | {each.type for each in graph} | {"aws_region"},
            {kind: {EVERYWHERE: "it was refused"} for kind in without},
        ),
    )


def applied(rule: str, folder: Path) -> Iterator[tuple[Example, ResourceGraph]]:
    """The examples that pass or fail and can be applied, each with its state."""
    for name in RULES.rules[rule].examples:
        example = Example(RULES, rule, name, folder / "root")
        if example.expected not in ("pass", "fail"):
            continue
        [body] = example.bodies
        writing = states.applied(body)
        state = states.state(example.graph(writing.texts()), body) if writing else None
        if state is not None:
            path = folder / "state.json"
            path.unlink(missing_ok=True)
            path.write_text(state, encoding="utf-8")
            yield example, example.load(path)


def turned(rule: str, folder: Path) -> Iterator[str]:
    """The verdicts that a refused list turns round, and failures that it makes less grave."""
    excepted = [each["call"] for each in EXCEPTIONS["refused"] if each["rule"] == rule]
    for example, graph in applied(rule, folder):
        whole = example.of_graph(live(graph))
        present = {each.type for each in graph}
        for call, types in CALLS.items():
            if present.isdisjoint(types) or any(fnmatch(call, pattern) for pattern in excepted):
                continue
            part = example.of_graph(live(graph, types))
            for address in sorted(whole.addresses & part.addresses):
                was, now = whole.of(address), part.of(address)
                if now not in (was, "unknown"):
                    yield f"{example.name}: {address} is {was}, and {now} without {call}"
            graver = example.failures(live(graph))
            for address, severity in example.failures(live(graph, types)).items():
                if severity < graver.get(address, severity):
                    yield f"{example.name}: {address} is {graver[address]}, and {severity} without {call}"


@pytest.mark.parametrize("rule", JUDGED)
def test_a_list_that_was_refused_turns_no_verdict(rule: str, tmp_path: Path) -> None:
    assert [*turned(rule, tmp_path)] == []


def test_most_rules_are_judged_so(tmp_path: Path) -> None:
    judged = (rule for rule in JUDGED if any(True for _ in applied(rule, tmp_path)))

    assert len([*islice(judged, FEWEST)]) == FEWEST


@pytest.mark.parametrize("each", EXCEPTIONS["refused"], ids=lambda each: each["rule"])
def test_an_exception_is_needed(each: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXCEPTIONS, "refused", [])

    assert each["reason"]
    assert [*turned(each["rule"], tmp_path)]
