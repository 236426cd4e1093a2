from collections.abc import Callable
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.engine import foreign
from cloudaudit.engine.foreign import ForeignBook, Meaning
from cloudaudit.errors import RuleError
from cloudaudit.model import Severity, Theme

RULES = app.rule_set(app.Request(targets=())).rules
TABLE = """\
tool: trivy
version: "1"
names: [tfsec]
also:
  AWS-0080: [aws-rds-encrypt-instance-storage-data]
  X-1: [x-one]
checks:
  - theme: logging
    severity: medium
    criteria: [CC7.2]
    near: [vpc-flow-logs]
    ids:
      X-1: something is logged
      SECRET-*: no secret
near:
  N-1: [vpc-flow-logs]
out:
  cost: [X-2]
  other-cloud: [GCP-*]
"""

Make = Callable[[str], ForeignBook]


@pytest.fixture
def book(tmp_path: Path) -> Make:
    def make(table: str) -> ForeignBook:
        (tmp_path / "foreign").mkdir(exist_ok=True)
        (tmp_path / "foreign" / "x.yaml").write_text(table)
        return foreign.load([tmp_path], RULES, criteria=["CC7.2"])

    return make


def faults(make: Make, table: str) -> list[str]:
    with pytest.raises(RuleError) as error:
        make(table)
    return [line.partition("x.yaml:")[2] for line in str(error.value).splitlines()]


def test_a_check_that_a_rule_says_the_same_as_means_what_the_rule_says(book: Make) -> None:
    meaning = book(TABLE).meaning("checkov", ["CKV_AWS_16"])

    rule = RULES["rds-instance-storage-encrypted"]
    assert meaning.rules == (rule.id,)
    assert (meaning.theme, meaning.severity, meaning.criteria) == (rule.theme, rule.severity, rule.criteria)
    assert meaning.mapped


def test_of_several_rules_the_most_severe_gives_theme_and_severity(book: Make) -> None:
    meaning = book(TABLE).meaning("checkov", ["CKV_AWS_20"])

    assert len(meaning.rules) > 1
    assert meaning.severity == max((RULES[id_].severity for id_ in meaning.rules), key=lambda each: each.weight)
    assert {*meaning.criteria} == {each for id_ in meaning.rules for each in RULES[id_].criteria}


@pytest.mark.parametrize(
    "written", ["AWS-0080", "AVD-AWS-0080", "avd-aws-0080", "aws-rds-encrypt-instance-storage-data"]
)
def test_all_writings_of_an_id_mean_the_same(book: Make, written: str) -> None:
    made = book(TABLE)

    assert made.meaning("trivy", [written]) == made.meaning("tfsec", ["AWS-0080"])
    assert made.meaning("Trivy", ["who knows", written]).rules


def test_a_check_that_is_near_a_rule_is_mapped_without_being_it(book: Make) -> None:
    near = next(id_ for rule in RULES.values() for id_ in rule.near.get("prowler", ()))
    meaning = book(TABLE).meaning("prowler", [near])

    assert meaning.mapped
    assert meaning.near


def test_a_table_says_what_no_rule_says(book: Make) -> None:
    meaning = book(TABLE).meaning("trivy", ["x-one"])

    assert meaning == Meaning(
        id="X-1", near=("vpc-flow-logs",), theme=Theme.LOGGING, severity=Severity.MEDIUM, criteria=("CC7.2",)
    )


def test_a_table_names_rules_that_are_near(book: Make) -> None:
    meaning = book(TABLE).meaning("trivy", ["n-1"])

    rule = RULES["vpc-flow-logs"]
    assert meaning == Meaning(
        id="N-1", near=(rule.id,), theme=rule.theme, severity=rule.severity, criteria=rule.criteria
    )


def test_a_star_stands_for_the_rest_of_an_id(book: Make) -> None:
    made = book(TABLE)

    assert made.meaning("trivy", ["SECRET-42"]).theme is Theme.LOGGING
    assert made.meaning("trivy", ["AVD-GCP-0001"]) == Meaning(id="AVD-GCP-0001", out="other-cloud")


def test_a_check_outside_of_our_themes_says_why(book: Make) -> None:
    meaning = book(TABLE).meaning("trivy", ["X-2"])

    assert (meaning.out, meaning.mapped) == ("cost", False)


@pytest.mark.parametrize(("tool", "ids"), [("trivy", ["X-9"]), ("semgrep", ["X-1"]), ("trivy", [])])
def test_a_check_that_nobody_mapped_means_nothing_and_keeps_its_id(book: Make, tool: str, ids: list[str]) -> None:
    meaning = book(TABLE).meaning(tool, ids)

    assert meaning == Meaning(id="".join(ids))
    assert not meaning.mapped


def test_all_that_is_wrong_with_a_table_is_said_by_line(book: Make) -> None:
    table = (
        TABLE.replace("[CC7.2]", "[CC9.9]")
        .replace("[vpc-flow-logs]", "[no-such-rule]")
        .replace("cost: [X-2]", "boring: [x-1]")
    )

    assert faults(book, table) == [
        "8: there is no criterion CC9.9",
        "8: there is no rule no-such-rule",
        "16: there is no rule no-such-rule",
        f"18: boring: a reason is one of {', '.join(foreign.OUT)}",
        "18: x-1: stands in line 13 already",
    ]


def test_every_group_of_a_wrong_shape_is_said_by_line(book: Make) -> None:
    table = "tool: x\nversion: 1\nwhat: 1\nchecks:\n  - theme: none\n  - text\n"

    found = faults(book, table)

    assert [fault.partition(": ")[0] for fault in found] == ["2", "3", "5", "5", "5", "6"]
    assert "3: unknown key what" in found
    assert "6: a group is a mapping that starts with `- theme:`" in found


@pytest.mark.parametrize("text", ["", "- a\n", "a: *b\n", "tool: [\n"])
def test_what_is_no_table_is_said_so(book: Make, text: str) -> None:
    assert faults(book, text)


def test_a_folder_without_tables_has_none(tmp_path: Path) -> None:
    assert foreign.load([tmp_path], RULES, criteria=[]).meaning("checkov", ["CKV_AWS_16"]).mapped


def test_tables_are_no_rule_files(tmp_path: Path) -> None:
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "x.yaml").write_text(TABLE)

    assert len(app.rule_set(app.Request(targets=(), rule_paths=(str(tmp_path),)))) == len(RULES)
