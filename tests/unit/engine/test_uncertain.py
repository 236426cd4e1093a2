"""What may not exist decides nothing."""

from pathlib import Path

import pytest

from cloudaudit import check, load
from cloudaudit.model import Finding, Verdict

BUCKET = 'resource "aws_s3_bucket" "main" {}\n'
BLOCK = """
variable "on" {}
resource "aws_s3_account_public_access_block" "main" {
  %s
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"""
PLAIN = BUCKET + 'resource "aws_ebs_volume" "main" { %s }\nvariable "on" {}\n'


def judged(folder: Path, text: str, rule: str) -> dict[str, Finding]:
    (folder / "main.tf").write_text(text, encoding="utf-8")
    [graph] = load(folder)
    return {finding.address: finding for finding in check(graph, [rule])}


@pytest.mark.parametrize(("count", "verdict"), [("", Verdict.PASS), ("count = var.on ? 1 : 0", Verdict.UNKNOWN)])
def test_a_setting_of_the_account_that_may_not_exist_leaves_the_verdict_open(
    count: str, verdict: Verdict, tmp_path: Path
) -> None:
    finding = judged(tmp_path, BUCKET + BLOCK % count, "s3-bucket-public-access-block")["aws_s3_bucket.main"]

    assert finding.verdict is verdict
    why = "aws_s3_account_public_access_block.main[?] may not exist: its count or for_each is not known"
    assert finding.unknown_because == (() if verdict is Verdict.PASS else (why,))


def test_what_may_not_exist_is_judged_itself(tmp_path: Path) -> None:
    found = judged(tmp_path, PLAIN % "count = var.on ? 1 : 0", "ebs-volume-encrypted")

    assert {address: finding.verdict for address, finding in found.items()} == {"aws_ebs_volume.main[?]": Verdict.FAIL}
