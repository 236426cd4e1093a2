"""House rules for rule files that the loader, which also reads the files of strangers, does not insist on."""

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from cloudaudit import app
from cloudaudit.engine import rulereader
from cloudaudit.model import Rule

RULES = app.rule_set(app.Request(targets=())).rules
FILES = sorted(app.own_rules().glob("*.yaml"))
TEXT = "\n".join(file.read_text() for file in FILES)
KEYS = [
    "id", "title", "theme", "severity", "profile", "criteria", "scope", "resource", "related", "when", "require", "at",
    "message", "eased", "why", "fix", "same_as", "near", "formerly", "stage", "examples",
]  # fmt: skip
SAID_ANYWAY = re.compile(
    r"""^    (when: ["']?true["']?|stage: stable|profile: soc2|(related|same_as|near): \{\}|formerly: \[\])$""",
    re.MULTILINE,
)
LONGEST_CONDITION = 3 * 140  # three lines, of generous width

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


@every_file
def test_a_file_is_named_after_its_service(file: Path) -> None:
    service = yaml.safe_load(file.read_text())["service"]

    assert file.stem == service or file.stem.startswith(f"{service}-")


@every_file
def test_the_keys_of_a_rule_stand_in_one_order(file: Path) -> None:
    for entry in yaml.safe_load(file.read_text())["rules"]:
        assert list(entry) == sorted(entry, key=KEYS.index), entry["id"]


@every_rule
def test_a_title_states_a_requirement_in_one_line(rule: Rule) -> None:
    assert "\n" not in rule.title
    assert not rule.title.endswith(".")
    assert len(rule.title) <= 100


@every_rule
def test_a_message_names_the_resource_in_a_sentence(rule: Rule) -> None:
    one_of_its_kind = all(kind == "aws_account" or kind.startswith("terraform_") for kind in rule.types)
    assert "{name}" in rule.message or one_of_its_kind
    assert rule.message.strip().endswith(".")
    assert "\n" not in rule.message.strip()


@every_rule
def test_a_rule_maps_to_few_criteria(rule: Rule) -> None:
    assert 1 <= len(rule.criteria) <= 4


@every_rule
def test_a_condition_is_short_enough_to_review(rule: Rule) -> None:
    for condition in (rule.when, rule.require):
        assert len(re.sub(r"\s+", " ", condition)) <= LONGEST_CONDITION, "an expression longer than this wants a fact"


@every_rule
def test_a_default_that_says_so_is_left_out(rule: Rule) -> None:
    entry = TEXT.partition(f"- id: {rule.id}\n")[2].partition("\n  - id: ")[0]

    assert not SAID_ANYWAY.search(entry)


def test_the_published_schema_describes_our_files() -> None:
    validator = jsonschema.Draft202012Validator(rulereader.schema())

    for file in FILES:
        validator.validate(yaml.safe_load(file.read_text()))
    assert list(validator.iter_errors({"service": "x", "rules": [{"id": "a-b"}]}))
