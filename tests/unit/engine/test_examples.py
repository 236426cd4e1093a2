"""What counts as an example doing what it says. The examples here are read by hand: one resource a line."""

import pytest
from engine_building import make, make_graph, rule_text

from cloudaudit.engine import examples
from cloudaudit.engine.rulereader import compile_files
from cloudaudit.errors import SourceError
from cloudaudit.graph import ResourceGraph


def read(text: str, complete: bool) -> ResourceGraph:
    if "broken" in text:
        raise SourceError("main.tf:1: broken")
    words = (line.split() for line in text.splitlines() if not line.startswith("#"))
    resources = [make(type_, name, storage_encrypted=value == "yes") for type_, name, value in words]
    return make_graph(*resources, complete=complete)


def outcome(name: str, text: str, **rule: str) -> examples.Outcome:
    escaped = text.replace("\n", "\\n").replace('"', '\\"')
    file = rule_text(**rule).replace('pass: ""', f'pass: "", {name}: "{escaped}"')
    return examples.run_one(compile_files({"a.yaml": file.encode()}), "thing-is-so", name, read)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("pass-a", "aws_db_instance a yes", ""),
        ("pass-a", "aws_db_instance a no", "aws_db_instance.a is fail, not pass"),
        ("fail-a", "aws_db_instance a no\naws_db_instance b yes", "aws_db_instance.b is pass, not fail"),
        ("fail-a", "# expect: aws_db_instance.b=pass\naws_db_instance a no\naws_db_instance b yes", ""),
        ("fail-a", "# expect: aws_db_instance.b=pass   a remark\naws_db_instance a no\naws_db_instance b yes", ""),
        ("fail-a", "aws_s3_bucket a no", "the rule judges nothing here"),
        ("none-a", "aws_s3_bucket a no", ""),
        ("none-a", "aws_db_instance a no", "aws_db_instance.a is fail, not none"),
        ("fail-a", "# expect: aws_db_instance.z=pass\naws_db_instance a no", "expects a verdict on aws_db_instance.z"),
        ("fail-a", "# parameters: require_cmk\naws_db_instance a no", "NAME=VALUE expected"),
        ("fail-a", "# parameters: require_cmq=true\naws_db_instance a no", "parameter require_cmq: unknown"),
        ("fail-a", "broken", "main.tf:1: broken"),
    ],
)
def test_an_example_is_what_its_name_and_its_comments_say(name: str, text: str, why: str) -> None:
    found = outcome(name, text)

    assert why in found.why
    assert found.ok == (not why)


def test_an_example_may_set_parameters() -> None:
    text = "# parameters: require_cmk=true\naws_db_instance a yes"

    assert outcome("pass-a", text, require="parameters.require_cmk == true").ok


def test_an_example_may_be_a_whole_account() -> None:
    account = {
        "resource": "aws_account",
        "require": "related.all.exists(d, true)",
        "related": "{all: {type: aws_cloudtrail}}",
    }

    assert outcome("unknown-a", "aws_db_instance a yes", **account).ok
    assert outcome("fail-a", "# scope: complete\naws_db_instance a yes", **account).ok


def test_a_defective_rule_is_told_by_its_example() -> None:
    found = outcome("pass-a", "aws_db_instance a yes", require="resource.iops >= 1")

    assert "the rule is defective" in found.why
