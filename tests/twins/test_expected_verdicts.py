"""The estate beside this repository comes with the right verdicts, decided by hand: ours are the same.

Source and real plans are judged. A plan may say unknown where the source knows, never the opposite verdict.
"""

import gzip
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloudaudit import app, check, load
from cloudaudit.graph import ResourceGraph

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared/terraform"
CONCEPTS = tomllib.loads((HERE / "concepts.toml").read_text(encoding="utf-8"))
VIEWS = [("estate", env, view) for env in ("prod", "staging") for view in ("source", "plan")]
VIEWS.append(("estate-v5", "prod", "source"))

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the estate is not beside this repository")


@pytest.mark.parametrize(("estate", "env", "view"), VIEWS)
def test_verdicts_are_those_decided_by_hand(estate: str, env: str, view: str, tmp_path: Path) -> None:
    (graph,) = load(target(estate, env, view, tmp_path))
    judged = Judged(graph)
    wrong = [
        f"{row['address']} {row['concept']}: {row['verdict']} expected, {found} found"
        for row in expected(estate, env, view)
        if (found := judged.verdict(estate, row)) not in allowed(row, view)
    ]

    assert not wrong, "\n".join(wrong)


def target(estate: str, env: str, view: str, folder: Path) -> Path:
    """What to load."""
    if view == "source":
        return SHARED / "estate/envs" / env if estate == "estate" else SHARED / estate
    plan = folder / "plan.json"
    plan.write_bytes(gzip.decompress((SHARED / f"plans/create-{env}.json.gz").read_bytes()))
    return plan


def expected(estate: str, env: str, view: str) -> Iterator[dict[str, Any]]:
    """The rows that this view can show and that a rule of ours speaks of."""
    known = {rule.id for rule in app.rules(app.Request())}
    for row in json.loads((SHARED / estate / "expected.json").read_text(encoding="utf-8"))["envs"][env]:
        rules = rules_of(estate, row["concept"])
        assert set(rules) <= known, f"{row['concept']}: no such rule"
        if rules and view in row["views"]:
            yield row


def rules_of(estate: str, concept: str) -> list[str]:
    """Our rules for a concept."""
    return CONCEPTS.get(estate, {}).get(concept) or CONCEPTS["rules"].get(concept, [concept])


def allowed(row: dict[str, Any], view: str) -> set[str]:
    """The verdicts that are right."""
    verdicts = {row["verdict"], row.get(view, row["verdict"])}
    differing = CONCEPTS["differs"].get(row["concept"])
    if differing and row["address"] in differing.get("addresses", [row["address"]]):
        verdicts.add(differing["verdict"])
    if row["concept"] in CONCEPTS["unknown"].get(view, {}):
        verdicts.add("unknown")
    return verdicts


class Judged:
    """Verdicts by address and rule, and what refers to what."""

    def __init__(self, graph: ResourceGraph) -> None:
        self.found: dict[tuple[str, str], str] = {}
        for finding in check(graph, (), {"require_cmk": True}):
            self.found[finding.address, finding.rule] = finding.verdict.value
        names = {resource.key: resource.address for resource in graph}
        self.near: dict[str, set[str]] = {}
        for link in graph.links():
            self.near.setdefault(names[link.target], set()).add(names[link.source])
            self.near.setdefault(names[link.source], set()).add(names[link.target])

    def verdict(self, estate: str, row: dict[str, Any]) -> str:
        """What the rules say together of the address or, where they judge its companion, of that. Where no rule applies
        nothing is wrong."""
        rules = rules_of(estate, row["concept"])
        places = [row["address"]]
        if row["concept"] in CONCEPTS["companions"]["concepts"]:
            places += sorted(self.near.get(row["address"], ()))
        verdicts = {self.found.get((place, rule), "pass") for place in places for rule in rules}
        return next(verdict for verdict in ("fail", "unknown", "pass") if verdict in verdicts)
