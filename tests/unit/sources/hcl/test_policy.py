"""data.aws_iam_policy_document: the text that the provider would give, or what is known of it."""

import json
from pathlib import Path
from typing import Any

from source_building import attributes, because, graph, whys

from cloudaudit.model import Unknown
from cloudaudit.sources import Options
from cloudaudit.sources.terraform import SOURCE

POLICIES = Path(__file__).parents[4] / "fixtures" / "terraform" / "policies"


def document(folder: Path, body: str) -> Any:
    """The attribute json of a policy document with this body."""
    address = "data.aws_iam_policy_document.d"
    return attributes(folder, f'data "aws_iam_policy_document" "d" {{\n{body}\n}}\n', address)["json"]


def test_documents_are_rendered_as_the_provider_renders_them() -> None:
    # rendered.json holds what provider 3.39.0 answered.
    rendered = json.loads((POLICIES / "rendered.json").read_text())

    (found,) = SOURCE.load(POLICIES, Options())

    assert {each.name: each.attributes["json"] for each in found.of_type("data.aws_iam_policy_document")} == rendered


def test_an_unknown_part_leaves_the_rest_of_the_document_known(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        """
        statement {
          actions   = ["s3:*"]
          resources = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
          principals {
            type        = "AWS"
            identifiers = ["*"]
          }
        }
        """,
    )

    assert isinstance(found, Unknown)
    (statement,) = found.partial["Statement"]
    assert statement["Action"] == "s3:*"
    assert statement["Principal"] == {"AWS": "*"}
    assert all(isinstance(each, Unknown) for each in statement["Resource"])
    assert found.refs == ("aws_s3_bucket.b.arn", "data.aws_iam_policy_document.d.json")


def test_a_statement_that_may_be_there_is_an_unknown_member(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        """
        statement {
          actions   = ["s3:*"]
          resources = ["*"]
        }
        dynamic "statement" {
          for_each = var.more
          content {
            actions   = ["iam:*"]
            resources = ["*"]
          }
        }
        """,
    )

    known, unknown = found.partial["Statement"]

    assert known["Action"] == "s3:*"
    assert because(unknown) == "var.more is not declared"


def test_a_document_that_is_not_known_may_add_any_statement(tmp_path: Path) -> None:
    found = document(
        tmp_path,
        """
        source_policy_documents = [var.other]
        statement {
          actions   = ["s3:*"]
          resources = ["*"]
        }
        """,
    )

    unknown, known = found.partial["Statement"]

    assert because(unknown) == "var.other is not declared"
    assert known["Action"] == "s3:*"


def test_a_partly_known_document_goes_into_another_one(tmp_path: Path) -> None:
    source = """
    data "aws_iam_policy_document" "a" {
      statement {
        sid       = "A"
        actions   = ["s3:*"]
        resources = [aws_s3_bucket.b.arn]
      }
    }
    data "aws_iam_policy_document" "b" {
      source_policy_documents = [data.aws_iam_policy_document.a.json]
      statement {
        sid       = "B"
        actions   = ["sqs:*"]
        resources = ["*"]
      }
    }
    resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.b.json }
    """

    policy = attributes(tmp_path, source, "aws_iam_policy.p")["policy"]

    assert [each["Sid"] for each in policy.partial["Statement"]] == ["A", "B"]
    assert policy.partial["Statement"][0]["Action"] == "s3:*"


def test_what_the_provider_refuses_is_a_gap(tmp_path: Path) -> None:
    source = """
    data "aws_iam_policy_document" "d" {
      statement { sid = "same" }
      statement { sid = "same" }
    }
    data "aws_iam_policy_document" "e" { source_json = "no json" }
    """

    assert whys(graph(tmp_path, source)) == [
        "two statements have the sid same",
        "source_policy_documents holds a text that is no JSON",
    ]


def test_a_minified_document_has_no_spaces(tmp_path: Path) -> None:
    source = """
    data "aws_iam_policy_document" "d" {
      statement {
        actions   = ["a:b"]
        resources = ["*"]
      }
    }
    resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.d.minified_json }
    """

    policy = attributes(tmp_path, source, "aws_iam_policy.p")["policy"]

    assert policy == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":"a:b","Resource":"*"}]}'
    )
