"""Plans of the real Terraform, each of one change of a small estate that was there, bad resources and all."""

from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.model import Change, Report, Verdict

PLANS = Path(__file__).parents[2] / "fixtures" / "plans"


def scan(name: str) -> Report:
    return app.scan(app.Request(targets=(str(PLANS / f"{name}.json"),)))


def introduced(report: Report) -> set[str]:
    return {
        f"{one.rule} {one.resource}"
        for one in report.findings
        if one.verdict is Verdict.FAIL and one.change is Change.INTRODUCED
    }


@pytest.mark.parametrize(
    ("name", "found", "fixed"),
    [
        ("nothing", set(), set()),
        ("moved", set(), set()),
        ("renamed-module", {"change-store-not-destroyed module.jobs.aws_sqs_queue.this"}, set()),
        ("renamed-key", {'change-store-not-destroyed aws_s3_bucket.data["invoices"]'}, set()),
        ("replaced", {"change-store-not-replaced aws_ebs_volume.scratch"}, {"ebs-volume-encrypted"}),
        (
            "opened",
            {"sg-no-open-ssh aws_security_group.web", "change-group-opens-nothing-more aws_security_group.web"},
            set(),
        ),
    ],
)
def test_a_plan_is_told_what_it_causes_and_nothing_else(name: str, found: set[str], fixed: set[str]) -> None:
    report = scan(name)

    assert introduced(report) == found
    assert {one.rule for one in report.fixed} == fixed


@pytest.mark.parametrize("name", ["nothing", "moved", "renamed-module", "renamed-key"])
def test_what_is_not_known_came_along_too(name: str) -> None:
    unknown = {one.change for one in scan(name).findings if one.verdict is Verdict.UNKNOWN}

    assert unknown == {Change.EXISTING}


def test_bad_resources_that_were_there_stop_nothing_unless_everything_is_asked_for() -> None:
    report = scan("nothing")

    assert app.exit_code(report, app.gate(app.Settings()), strict=True) == 0
    assert app.exit_code(report, app.gate(app.Settings(), everything=True), strict=False) == 1


def test_failures_that_go_with_their_bucket_are_fixed() -> None:
    report = scan("destroyed")

    assert introduced(report) == {'change-store-not-destroyed aws_s3_bucket.data["invoices"]'}
    assert {one.resource for one in report.fixed} == {'aws_s3_bucket.data["invoices"]'}
