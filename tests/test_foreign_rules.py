"""Every check of the other scanners has a meaning here, or stands outside of our themes for a reason.

The lists in tests/foreign hold ids and nothing else: those of the versions that the tables name.
"""

from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.engine import foreign

RULES = app.rule_set(app.Request(targets=())).rules
BOOK = app.foreign_book(app.Request(targets=()))
TABLES = foreign.tables([app.own_rules()], RULES, criteria={each for rule in RULES.values() for each in rule.criteria})
LISTS = {
    file.stem: [line for line in file.read_text().splitlines() if not line.startswith("#")]
    for file in sorted((Path(__file__).parent / "foreign").glob("*.txt"))
}

every_list = pytest.mark.parametrize("tool", LISTS)
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.tool)


def named(tool: str) -> set[str]:
    """The ids that rules give the scanner's checks."""
    return {id_ for rule in RULES.values() for field in (rule.same_as, rule.near) for id_ in field.get(tool, ())}


@every_list
def test_every_check_is_mapped_or_left_out_for_a_reason(tool: str) -> None:
    meanings = {id_: BOOK.meaning(tool, [id_]) for id_ in LISTS[tool]}
    same, near, table, out = (
        sum(bool(test(each)) for each in meanings.values())
        for test in (
            lambda each: each.rules,
            lambda each: not each.rules and each.near,
            lambda each: each.mapped and not each.rules and not each.near,
            lambda each: each.out,
        )
    )
    share = 100 * (same + near + table + out) / len(meanings)
    counts = f"{same} same, {near} near, {table} by table, {out} left out"
    print(f"{tool}: {len(meanings)} checks: {counts}: {share:.1f} %")  # noqa: T201 - for a reader; pytest -rP shows it

    assert [id_ for id_, each in meanings.items() if not each.mapped and not each.out] == []


@every_list
def test_rules_and_tables_name_checks_that_there_are(tool: str) -> None:
    in_table = {id_ for table in TABLES if table.tool == tool for id_ in table.ids if not id_.endswith("*")}

    assert sorted((named(tool) | in_table) - set(LISTS[tool])) == []


@every_table
def test_a_table_says_nothing_that_rules_say(table: foreign.Table) -> None:
    assert sorted(named(table.tool) & {*table.ids}) == []


@every_table
def test_a_table_says_in_one_line_what_a_check_asks_for(table: foreign.Table) -> None:
    for group in table.checks:
        for id_, text in group.ids.items():
            assert 10 <= len(text) <= 100, id_
            assert text == text.strip().rstrip("."), id_


@every_table
def test_what_has_a_second_name_is_a_check(table: foreign.Table) -> None:
    for id_ in table.also:
        assert BOOK.meaning(table.tool, [id_]) != foreign.Meaning(id=id_)


@pytest.mark.parametrize(
    ("tool", "id_", "rule"),
    [
        ("checkov", "CKV_AWS_16", "rds-instance-storage-encrypted"),
        ("trivy", "AVD-AWS-0080", "rds-instance-storage-encrypted"),
        ("tfsec", "aws-rds-encrypt-instance-storage-data", "rds-instance-storage-encrypted"),
        ("prowler", "rds_instance_storage_encrypted", "rds-instance-storage-encrypted"),
    ],
)
def test_scanners_that_ask_the_same_mean_the_same_rule(tool: str, id_: str, rule: str) -> None:
    assert BOOK.meaning(tool, [id_]).rules == (rule,)


@pytest.mark.parametrize(("tool", "id_"), [("checkov", "CKV_AWS_99999"), ("prowler", "x"), ("semgrep", "aws.s3")])
def test_a_check_that_nobody_knows_is_not_guessed_at(tool: str, id_: str) -> None:
    assert BOOK.meaning(tool, [id_]) == foreign.Meaning(id=id_)
