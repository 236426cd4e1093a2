"""The use cases: what fails a build, what is asked for and not there."""

from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.errors import SettingsError, SourceError
from cloudaudit.model import Finding, Gap, Origin, Report, Rule, Run, Scanned, Severity, Status, Verdict
from cloudaudit.outputs import Gate
from cloudaudit.sources import Options

FILES = Path(__file__).parents[1] / "cli" / "files"
(RULE,) = app.rules(app.Request(), ["ebs-volume-encrypted"])


def report(*findings: Finding, stage: str = "stable", gaps: int = 0) -> Report:
    values = {name: getattr(RULE, name) for name in RULE.__struct_fields__}
    rule = Rule(**{**values, "stage": stage})
    gap = Gap(what="module.x", why="it is not on disk")
    run = Run(id="1", target="x", rules_digest="", version="0", population=1, gaps=(gap,) * gaps)
    scanned = (Scanned(target="x", root=".", origin=Origin.SOURCE, resources=1),)
    return Report(run=run, scanned=scanned, findings=findings, rules={rule.id: rule})


def finding(verdict: Verdict, severity: Severity = Severity.HIGH, status: Status = Status.OPEN) -> Finding:
    return Finding(
        rule=RULE.id, resource="a", type="t", address="a", verdict=verdict, severity=severity, message="", status=status
    )


@pytest.mark.parametrize(
    ("found", "threshold", "strict", "code"),
    [
        ([], Severity.LOW, True, 0),
        ([finding(Verdict.FAIL)], Severity.HIGH, False, 1),
        ([finding(Verdict.FAIL)], Severity.CRITICAL, False, 0),
        ([finding(Verdict.FAIL)], None, False, 0),
        ([finding(Verdict.UNKNOWN)], Severity.LOW, False, 0),
        ([finding(Verdict.UNKNOWN)], Severity.LOW, True, 3),
        ([finding(Verdict.UNKNOWN), finding(Verdict.FAIL)], Severity.LOW, True, 1),
        ([finding(Verdict.FAIL, status=Status.WAIVED)], Severity.LOW, False, 0),
    ],
)
def test_exit_codes(found: list[Finding], threshold: Severity | None, strict: bool, code: int) -> None:
    assert app.exit_code(report(*found), Gate(threshold=threshold), strict=strict) == code


def test_a_gap_makes_a_strict_scan_incomplete() -> None:
    assert app.exit_code(report(gaps=1), Gate(threshold=Severity.LOW), strict=True) == 3


def test_a_rule_in_preview_never_fails_a_build() -> None:
    failing = report(finding(Verdict.FAIL), stage="preview")

    assert app.exit_code(failing, Gate(threshold=Severity.LOW), strict=False) == 0


def test_a_target_that_is_not_there_is_told() -> None:
    with pytest.raises(SourceError, match="no such file or folder"):
        list(app.load("nowhere"))


def test_a_root_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text('resource "aws_ebs_volume" "v" {}\n')
    request = app.Request(targets=(str(tmp_path),), options=Options(roots=("three",)))

    with pytest.raises(SettingsError, match=r"no root is named three; there are:\none\ntwo"):
        app.scan(request)


def test_rules_are_found_by_the_ids_of_peers() -> None:
    assert [rule.id for rule in app.rules(app.Request(), ["CKV_AWS_16"])] == ["rds-instance-storage-encrypted"]


def test_the_nearest_rule_is_offered_for_a_wrong_id() -> None:
    with pytest.raises(SettingsError, match="did you mean ebs-volume-encrypted"):
        app.rules(app.Request(), ["ebs-volume-encryptd"])


def test_the_same_scan_has_the_same_id() -> None:
    request = app.Request(targets=(str(FILES / "clean"),), only=(RULE.id,))

    assert app.scan(request) == app.scan(request)


def test_what_a_report_counts_are_resources_only(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'variable "x" {}\nprovider "aws" {}\ndata "aws_ami" "x" {}\n'
        'resource "aws_s3_bucket" "b" {\n  versioning {\n    enabled = true\n  }\n}\noutput "y" { value = 1 }\n'
    )

    (scanned,) = app.scan(app.Request(targets=(str(tmp_path),), only=(RULE.id,))).scanned

    assert scanned.resources == 1
