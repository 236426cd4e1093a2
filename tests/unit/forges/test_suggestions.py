"""Fixes to accept with a click: at lines that the pull request shows, out of our own rules, and once."""

import json
from typing import Any

import pytest

from cloudaudit import forges
from cloudaudit.cli.comment import mendings
from cloudaudit.errors import ForgeError
from cloudaudit.forges.differences import lines
from tests.standins.forges import TOKEN, StandIn

PATCH = """\
@@ -1,4 +1,9 @@ terraform {
 # volumes
-resource "aws_ebs_volume" "gone" {
+resource "aws_db_instance" "main" {
+  identifier = "main"
+  multi_az   = false # later
 }
+resource "aws_db_instance" "second" {
@@ -40,2 +45,3 @@
   size = 1
+  multi_az = var.multi_az
+  backup_retention_period = 1 # ``` here
\\ No newline at end of file
"""
AZ = {"multi-az": forges.Mending(("aws_db_instance",), "multi_az", "true", "It stands in two zones", "One may fail.")}
DAYS = forges.Mending(("aws_db_instance",), "backup_retention_period", "14", "Backups are kept", "To go back.")
MENDINGS = AZ | {"backups": DAYS}


def finding(rule: str, line: int, number: int = 1, file: str = "main.tf", **changed: Any) -> dict[str, Any]:
    made = {"fingerprint": f"{number:032x}", "rule": rule, "verdict": "fail", "status": "open", "change": "introduced"}
    return made | {"location": {"file": file, "line": line, "column": 1}, "address": "x"} | changed


@pytest.fixture
def place(github: StandIn) -> forges.GitHub:
    files = [
        {"filename": "main.tf", "patch": PATCH},
        {"filename": "logo.png"},
    ]
    github.lists["/repos/acme/shop/pulls/7/files"] = files
    return forges.GitHub({"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url}, "acme/shop", 7)


def suggest(place: forges.GitHub, *findings: dict[str, Any]) -> int:
    return forges.suggest(place, json.dumps({"schema": "1", "findings": findings}).encode(), MENDINGS)


def suggested(github: StandIn) -> dict[int, list[str]]:
    return {each["line"]: each["body"].split("suggestion\n")[1].splitlines() for each in github.remarks}


def test_only_lines_after_the_change_are_lines() -> None:
    assert lines(PATCH) == {
        1: "# volumes",
        2: 'resource "aws_db_instance" "main" {',
        3: '  identifier = "main"',
        4: "  multi_az   = false # later",
        5: "}",
        6: 'resource "aws_db_instance" "second" {',
        45: "  size = 1",
        46: "  multi_az = var.multi_az",
        47: "  backup_retention_period = 1 # ``` here",
    }


def test_a_value_is_replaced_and_the_rest_of_the_line_stays(place: forges.GitHub, github: StandIn) -> None:
    assert suggest(place, finding("multi-az", 4)) == 1

    assert suggested(github) == {4: ["  multi_az   = true # later", "```"]}
    (remark,) = github.remarks
    assert (remark["path"], remark["side"]) == ("main.tf", "RIGHT")
    assert remark["body"].startswith(f"<!-- cloudaudit suggestion {1:032x} -->\n**multi-az**: It stands in two zones.")
    (review,) = [body for method, path, body in github.calls if path.endswith("/reviews")]
    assert (review["event"], review["commit_id"]) == ("COMMENT", "c" * 40)


def test_what_is_missing_comes_after_the_first_line_of_the_resource(place: forges.GitHub, github: StandIn) -> None:
    assert suggest(place, finding("multi-az", 2, 1), finding("backups", 2, 2), finding("multi-az", 2, 3)) == 1

    added = ["  backup_retention_period = 14", "  multi_az = true", "```"]
    assert suggested(github) == {2: ['resource "aws_db_instance" "main" {', *added]}


def test_backticks_stay_inside_the_suggestion(place: forges.GitHub, github: StandIn) -> None:
    assert suggest(place, finding("backups", 47)) == 1

    assert suggested(github) == {47: ["  backup_retention_period = 14 # ``` here", "````"]}


def test_a_second_run_suggests_nothing_again(place: forges.GitHub, github: StandIn) -> None:
    both = finding("multi-az", 2, 1), finding("backups", 2, 2)

    assert [suggest(place, *both), suggest(place, *both)] == [1, 0]
    assert suggest(place, *both, finding("multi-az", 4, 3)) == 1
    assert len(github.remarks) == 2


def test_what_was_done_before_the_fault_is_not_done_again(place: forges.GitHub, github: StandIn) -> None:
    github.faults = [("POST .*/reviews", 502, {}, b"")]
    github.done_anyway = True

    assert suggest(place, finding("multi-az", 4)) == 0
    assert len(github.remarks) == 1


def test_a_remark_of_somebody_else_does_not_count(place: forges.GitHub, github: StandIn) -> None:
    forged = f"<!-- cloudaudit suggestion {1:032x} -->"
    github.remarks.append({"id": 1, "user": {"login": "mallory"}, "body": forged})

    assert suggest(place, finding("multi-az", 4)) == 1


@pytest.mark.parametrize(
    "one",
    [
        finding("multi-az", 46),
        finding("multi-az", 3),
        finding("multi-az", 5),
        finding("multi-az", 99),
        finding("multi-az", 4, file="other.tf"),
        finding("multi-az", 4, file="logo.png"),
        finding("no-such-rule", 4),
        finding("multi-az", 4, change="existing"),
        finding("multi-az", 4, status="waived"),
        finding("multi-az", 4, verdict="unknown"),
        finding("multi-az", 4, fingerprint="--> @everyone"),
        finding("multi-az", 4, location=None),
    ],
    ids=[
        "reference",
        "another",
        "brace",
        "line",
        "file",
        "patch",
        "rule",
        "old",
        "waived",
        "unknown",
        "fingerprint",
        "place",
    ],
)
def test_what_is_not_plain_is_not_suggested(place: forges.GitHub, github: StandIn, one: dict[str, Any]) -> None:
    assert suggest(place, one) == 0
    assert github.remarks == []


def test_a_review_has_so_many_suggestions_and_no_more(place: forges.GitHub, github: StandIn) -> None:
    patch = "@@ -0,0 +1,50 @@\n" + "+  multi_az = false\n" * 50
    github.lists["/repos/acme/shop/pulls/7/files"] = [{"filename": "main.tf", "patch": patch}]
    many = [finding("multi-az", number, number) for number in range(1, 51)]

    assert [suggest(place, *many) for _ in range(3)] == [30, 20, 0]
    assert len({each["line"] for each in github.remarks}) == 50


@pytest.mark.parametrize("report", [b"", b"[]", b'{"findings": [{}]}', b"\xff"])
def test_what_is_no_report_is_refused(place: forges.GitHub, report: bytes) -> None:
    with pytest.raises(ForgeError, match="no report"):
        forges.suggest(place, report, MENDINGS)


def test_our_rules_have_fixes_of_one_argument() -> None:
    found = mendings()

    assert len(found) > 100
    assert found["rds-instance-multi-az"] == found["rds-instance-multi-az"]._replace(argument="multi_az", value="true")
    assert [name for name, one in found.items() if "NAME" in one.value or "\n" in one.value + one.why] == []
