"""What people accepted in the ways of other scanners, as it stands there."""

from collections.abc import Iterator

import pytest

from cloudaudit.decisions.elsewhere import EVERYTHING, Accepted, read, remarks
from cloudaudit.decisions.globs import matches
from cloudaudit.errors import SettingsError

MUTELIST = """Mutelist:
  Accounts:
    "{account}":
      Checks:
        {check}:
          Regions: [{region}]
          Resources: ["{resource}"]
          Description: known
{more}"""


def mutelist(
    account: str = "*", check: str = "x_y", region: str = "'*'", resource: str = "a", more: str = ""
) -> Accepted:
    text = MUTELIST.format(account=account, check=check, region=region, resource=resource, more=more)
    (found,) = read("mutelist.yaml", text)
    return found


def test_an_id_of_trivyignore_is_accepted_everywhere_for_the_reason_above_it_or_behind_it() -> None:
    text = "# public on purpose,\n# OPS-1\nAVD-AWS-0053\nAWS-0054 exp:2027-01-31\n\nCVE-1 # no fix yet\n"

    found = list(read(".trivyignore", text))

    assert [(each.check, each.line, each.until) for each in found] == [
        ("AVD-AWS-0053", 3, ""),
        ("AWS-0054", 4, "2027-01-31"),
        ("CVE-1", 6, ""),
    ]
    assert [each.reason for each in found] == ["public on purpose, OPS-1", "public on purpose, OPS-1", "no fix yet"]
    assert {each.resources for each in found} == {EVERYTHING}


def test_trivyignore_in_yaml_names_paths_and_a_last_day() -> None:
    text = """misconfigurations:
  - id: AVD-AWS-0080
    paths: ["db/*.tf"]
    statement: old
    expired_at: 2027-01-31
  - id: AWS-0099
secrets:
  - paths: [x]
"""
    first, second, third = read("sub/.trivyignore.yaml", text)

    assert (first.check, first.paths, first.reason, first.until) == ("AVD-AWS-0080", ("db/*.tf",), "old", "2027-01-31")
    assert (first.resources, second.resources, second.line) == ((), EVERYTHING, 6)
    assert third.lost == "the entry has no id"


@pytest.mark.parametrize("text", ["AWS-0001 exp:soon\n", "misconfigurations:\n  - id: x\n    expired_at: soon\n"])
def test_a_last_day_that_is_none_is_said(text: str) -> None:
    (found,) = read(".trivyignore.yaml" if ":\n" in text else ".trivyignore", text)

    assert "is no date" in found.lost


def test_a_baseline_of_checkov_names_resource_and_file() -> None:
    text = '{"failed_checks":[{"file":"/a.tf","findings":[{"resource":"aws_s3_bucket.a","check_ids":["C1","C2"]}]}]}'

    found = list(read(".checkov.baseline", text))

    assert [each.check for each in found] == ["C1", "C2"]
    assert {(each.resources, each.paths) for each in found} == {(("aws_s3_bucket.a",), ("/a.tf",))}


@pytest.mark.parametrize(
    ("given", "fits", "fits_not"),
    [
        ({"resource": "logs"}, "arn:aws:s3:::logs", "arn:aws:s3:::logs-2"),
        ({"resource": "^ci-.*$"}, "arn:aws:s3:::ci-7", "arn:aws:s3:::my-ci-7"),
        ({"resource": "*"}, "anything", ""),
        ({"resource": "arn:aws:s3:::logs"}, "arn:aws:s3:::logs", "arn:aws:s3:::other"),
        ({"account": "1", "resource": "u"}, "arn:aws:iam::1:user/u", "arn:aws:iam::2:user/u"),
        ({"account": "1", "resource": "db"}, "arn:aws:rds:eu-west-1:1:db:db", "arn:aws:rds:eu-west-1:1:db:db2"),
        ({"region": "eu-west-1", "resource": "q"}, "arn:aws:sqs:eu-west-1:1:q", "arn:aws:sqs:eu-west-2:1:q"),
        ({"account": "1", "resource": "*"}, "1:aws_account", "2:aws_account"),
        ({"account": "1", "resource": "<root_account>"}, "1:aws_account", "arn:aws:iam::1:user/root"),
        ({"resource": "123456789012"}, "123456789012:aws_account", "2:aws_account"),
        ({"resource": "123456789012"}, "arn:aws:cloudtrail:eu-west-1:123456789012:trail", "arn:aws:x:y:1:trail/a"),
        ({"resource": "<root_account>"}, "arn:aws:iam::1:root", "arn:aws:iam::1:user/root"),
        ({"check": "s3_x", "account": "1", "resource": "logs"}, "arn:aws:s3:::logs", "arn:aws:s3:::logs-2"),
    ],
)
def test_a_mutelist_becomes_patterns_of_arns(given: dict[str, str], fits: str, fits_not: str) -> None:
    found = mutelist(**given)

    assert found.lost == ""
    assert found.reason == "known"
    assert any(matches(pattern, fits) for pattern in found.resources)
    assert not any(matches(pattern, fits_not) for pattern in found.resources if fits_not)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"check": '"*"'}, "many checks"),
        ({"check": "s3_.*"}, "many checks"),
        ({"resource": "a|b"}, "regular expression"),
        ({"check": "iam_x", "region": "us-east-1"}, "one region"),
        ({"check": "s3_x", "account": "1", "resource": "*"}, "one account"),
        ({"check": "iam_inline_x", "resource": "user/one"}, "one policy"),
        ({"more": '          Tags: ["env=dev"]\n'}, "narrowed by tags"),
        ({"more": "          Exceptions: {Accounts: ['1']}\n"}, "narrowed by exceptions"),
        ({"region": ""}, "mutes nothing"),
    ],
)
def test_what_no_pattern_of_arns_says_is_lost_for_a_reason(given: dict[str, str], why: str) -> None:
    found = mutelist(**given)

    assert why in found.lost
    assert found.resources == ()


def test_prowlers_old_name_of_functions_is_read_as_prowler_reads_it() -> None:
    assert mutelist(check="lambda_x").check == "awslambda_x"


def test_comments_in_source_are_read_with_what_they_speak_of() -> None:
    text = """resource "a" "b" {
  #checkov:skip=CKV_AWS_1:why not
  c = 1 # tfsec:ignore:aws-x-y tfsec:ignore:aws-z:exp:2027-01-31 later
}
"""
    first, second, third = remarks("m/main.tf", text)

    assert (first.tool, first.check, first.line, first.target, first.reason) == (
        "checkov",
        "CKV_AWS_1",
        2,
        3,
        "why not",
    )
    assert (second.tool, second.check, second.target) == ("tfsec", "aws-x-y", 3)
    assert (third.check, third.until, third.reason) == ("aws-z", "2027-01-31", "later")


def test_a_comment_of_kics_disables_checks_in_its_file() -> None:
    first, second = remarks("m/main.tf", "# kics-scan disable=uuid-1, uuid-2\n")

    assert (first.check, second.check) == ("uuid-1", "uuid-2")
    assert first.paths == ("main.tf",)


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("# kics-scan ignore-line", "all checks at once"),
        ("# kics-scan enable=uuid", "but those it names"),
        ("# trivy:ignore:*", "many checks"),
        ("# trivy:ignore:AWS-0001[a=b]", "parameter"),
        ("# checkov:skip=", "no check"),
    ],
)
def test_a_comment_that_names_no_single_check_is_lost_for_a_reason(comment: str, why: str) -> None:
    (found,) = remarks("main.tf", f"{comment}\na = 1\n")

    assert why in found.lost


def test_our_own_comments_stay_where_they_are() -> None:
    assert list(remarks("main.tf", "# cloudaudit:ignore a-b fine\na = 1\n")) == []


def broken() -> Iterator[tuple[str, str]]:
    yield ".checkov.baseline", '{"failed_checks": [{}]}'
    yield ".checkov.baseline", "{"
    yield ".checkov.baseline", "{" * 100_000
    yield "mutelist.yaml", "Mutelist: ["
    yield "mutelist.yaml", "[" * 100_000
    yield "other.yaml", "a: 1"
    yield "notes.txt", "text"


@pytest.mark.parametrize(("file", "text"), list(broken()))
def test_what_is_broken_or_unknown_is_one_clear_line(file: str, text: str) -> None:
    with pytest.raises(SettingsError) as error:
        list(read(file, text))

    assert str(error.value).startswith(file)
    assert "\n" not in str(error.value)
