"""The catalogue that the rule book was specified by: each entry is a rule, several rules, or left out with a reason.

The catalogue itself is no part of the project. Where it is at hand, in CI, no entry may be missing here.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudaudit import app
from cloudaudit.model import Theme

HERE = Path(__file__).parent / "catalogue"
CATALOGUE = Path(__file__).parents[2] / "shared" / "catalogue" / "rules.yaml"
LATER = ("live", "change", "history")


def tables() -> dict[str, dict[str, dict[str, Any]]]:
    """What is said of each entry, by theme."""
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob("*.toml"))}


def test_every_theme_is_accounted_for() -> None:
    assert sorted(tables()) == sorted(theme.value for theme in Theme if theme is not Theme.UNMAPPED)


def test_every_entry_names_rules_that_exist_or_says_why_not() -> None:
    known = {rule.id for rule in app.rules(app.Request())}

    wrong = [
        f"{theme}: {name}"
        for theme, entries in tables().items()
        for name, said in entries.items()
        if not (said.get("rules") or len(str(said.get("not_covered", ""))) > 15 or said.get("later") in LATER)
        or set(said.get("rules", ())) - known
        or said.keys() - {"rules", "missing", "not_covered", "later"}
    ]
    assert wrong == []


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not on this machine")
def test_no_entry_of_the_catalogue_is_missing() -> None:
    entries = yaml.load(CATALOGUE.read_text(encoding="utf-8"), yaml.CSafeLoader)["rules"]

    wanted = {(entry["theme"], entry["id"]) for entry in entries}
    said = {(theme, name) for theme, names in tables().items() for name in names}
    assert sorted(wanted - said) == []
    assert sorted(said - wanted) == []
