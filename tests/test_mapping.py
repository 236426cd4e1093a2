"""Which rule is evidence for which criterion, checked against a table that was reviewed on its own.

`tests/mapping.toml` repeats the criteria of all rules, so that a slip in a rule file shows. After a change that is
meant, `python tests/test_mapping.py` writes the table anew, and the diff is what a reviewer reads.
"""

import functools
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudaudit.criteria import catalogue, decidable

HERE = Path(__file__).parent
TABLE = HERE / "mapping.toml"
RULE_FILES = sorted((HERE.parent / "rules").glob("*.yaml"))
SUSPICIOUS = 4  # criteria of one rule: two are usual


def rule_entries() -> list[dict[str, Any]]:
    documents = (yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader) for file in RULE_FILES)
    return [entry for document in documents for entry in document["rules"]]


@functools.cache
def mapping_of_rules() -> dict[str, list[str]]:
    entries = {entry["id"]: list(entry["criteria"]) for entry in rule_entries() if entry.get("stage") != "withdrawn"}
    return dict(sorted(entries.items()))


def table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def test_the_table_says_what_the_rule_files_say():
    assert table()["rules"] == mapping_of_rules(), "meant? then run python tests/test_mapping.py and review the diff"


@pytest.mark.parametrize("rule", mapping_of_rules())
def test_a_rule_maps_to_criteria_that_a_configuration_can_show(rule):
    criteria = mapping_of_rules()[rule]

    assert criteria
    assert set(criteria) <= decidable()
    assert len(criteria) == len(set(criteria)) < SUSPICIOUS


def test_a_criterion_without_rules_is_so_on_purpose():
    named = {id_ for criteria in mapping_of_rules().values() for id_ in criteria}
    without = table()["without-rules"]

    assert set(without) == decidable() - named
    assert [id_ for id_, why in without.items() if len(why.split()) < 4] == []


def write() -> None:
    """Write the table from the rule files. Reasons for criteria without rules are kept; new ones wait to be written."""
    known = table()["without-rules"] if TABLE.exists() else {}
    mapping = mapping_of_rules()
    named = {id_ for criteria in mapping.values() for id_ in criteria}
    lines = ["# Written by tests/test_mapping.py. The first criterion of a rule is its primary one.", "", "[rules]"]
    lines += [f"{rule} = {json.dumps(criteria)}" for rule, criteria in mapping.items()]
    lines += ["", "# Criteria of which a configuration can show a part, but no rule does, and why.", "[without-rules]"]
    missing = [criterion.id for criterion in catalogue() if criterion.id in decidable() - named]
    lines += [f"{json.dumps(id_)} = {json.dumps(known.get(id_, 'TODO'))}" for id_ in missing]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
