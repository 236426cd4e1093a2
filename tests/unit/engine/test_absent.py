"""Companions whose parent is declared elsewhere: what they do wrong is not passed over."""

from pathlib import Path

import pytest

import cloudaudit
from cloudaudit import Verdict

PUBLIC = (
    """policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:*", Resource = "*" }] })"""
)
NARROW = PUBLIC.replace('"*", Action', '{ AWS = "arn:aws:iam::111122223333:root" }, Action')


def found(folder: Path, text: str, rule: str) -> dict[str, Verdict]:
    (folder / "main.tf").write_text(text, encoding="utf-8")
    (graph,) = cloudaudit.load(folder)
    return {finding.address: finding.verdict for finding in cloudaudit.check(graph, [rule])}


@pytest.mark.parametrize(
    "queue", ["var.queue", '"https://sqs.eu-west-1.amazonaws.com/111122223333/x"', "aws_sqs_queue.q.id"]
)
def test_a_public_policy_fails_though_its_queue_is_elsewhere(tmp_path: Path, queue: str) -> None:
    text = f'variable "queue" {{}}\nresource "aws_sqs_queue_policy" "p" {{\n queue_url = {queue}\n {PUBLIC}\n}}'

    assert found(tmp_path, text, "sqs-queue-not-public") == {"aws_sqs_queue_policy.p": Verdict.FAIL}


def test_what_is_right_or_not_known_of_a_queue_elsewhere_is_judged_where_it_is(tmp_path: Path) -> None:
    text = f'variable "queue" {{}}\nresource "aws_sqs_queue_policy" "p" {{\n queue_url = var.queue\n {NARROW}\n}}'

    assert found(tmp_path, text, "sqs-queue-not-public") == {}


def test_a_companion_whose_parent_is_here_is_judged_once(tmp_path: Path) -> None:
    text = f"""
    resource "aws_sqs_queue" "q" {{}}
    resource "aws_sqs_queue_policy" "p" {{
      queue_url = aws_sqs_queue.q.id
      {PUBLIC}
    }}"""

    assert found(tmp_path, text, "sqs-queue-not-public") == {"aws_sqs_queue.q": Verdict.FAIL}


def test_companions_of_one_absent_parent_belong_together(tmp_path: Path) -> None:
    acl = 'resource "aws_s3_bucket_acl" "a" {\n bucket = var.bucket\n acl = "public-read-write"\n}'
    block = """resource "aws_s3_bucket_public_access_block" "b" {
      bucket             = var.bucket
      block_public_acls  = true
      ignore_public_acls = true
    }"""
    rule = "s3-bucket-acl-no-public-write"

    blocked = found(tmp_path, f'variable "bucket" {{}}\n{acl}\n{block}', rule)

    assert blocked == {}
    assert Verdict.PASS not in found(tmp_path, f'variable "bucket" {{}}\n{acl}', rule).values()


def test_the_failure_names_the_companion_and_its_place(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        f'variable "queue" {{}}\nresource "aws_sqs_queue_policy" "p" {{\n queue_url = var.queue\n {PUBLIC}\n}}'
    )
    (graph,) = cloudaudit.load(tmp_path)

    (finding,) = cloudaudit.check(graph, ["sqs-queue-not-public"])

    assert (finding.resource, finding.type) == ("aws_sqs_queue_policy.p", "aws_sqs_queue_policy")
    assert "aws_sqs_queue_policy.p" in finding.message
    assert finding.location is not None
    assert finding.location.line == 2
