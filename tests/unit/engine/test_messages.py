"""Messages name what a fact lists: one sentence for each thing that the rule fails on."""

from pathlib import Path

import pytest
from engine_building import make, make_graph, rule_text

from cloudaudit import app
from cloudaudit.engine.check import check
from cloudaudit.engine.rulereader import compile_files
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.errors import RuleError
from cloudaudit.model import Finding, Resource, Unknown, Verdict
from cloudaudit.outputs import sarif, text
from cloudaudit.outputs.output import Options

REQUIRE = '!facts.environment.crossings.exists(c, c.type == "aws_kms_key" && c.crosses)'
MESSAGE = "{name} ({ours} by {ours_by}) uses {to} ({theirs} by {theirs_by})."
PROD, DEV = {"Environment": "prod"}, {"Environment": "dev"}


def rules(message: str, **values: str) -> RuleSet:
    return compile_files({"test.yaml": rule_text(**values).replace("{name} of {type} is not so.", message).encode()})


def key(name: str, tags: dict[str, str]) -> Resource:
    return make("aws_kms_key", name, tags=tags)


def arn(name: str) -> Unknown:
    return Unknown(because=f"aws_kms_key.{name}.arn is known after apply", refs=(f"aws_kms_key.{name}.arn",))


def database(**references: str) -> Resource:
    attributes = {name: arn(to) for name, to in references.items()}
    return make("aws_db_instance", "main", tags=DEV, **attributes)


def judged(*resources: Resource, message: str = MESSAGE) -> Finding:
    found = check(rules(message, require=REQUIRE), make_graph(*resources))
    return next(finding for finding in found if finding.type == "aws_db_instance")


def test_a_message_names_both_sides_and_how_each_was_told() -> None:
    finding = judged(database(kms_key_id="theirs"), key("theirs", PROD))

    assert finding.verdict is Verdict.FAIL
    assert finding.message == (
        "aws_db_instance.main (dev by tag Environment) uses aws_kms_key.theirs (prod by tag Environment)."
    )


def test_there_is_a_sentence_for_each_and_none_for_what_is_in_order() -> None:
    finding = judged(
        database(kms_key_id="a", performance_insights_kms_key_id="b", character_set_name="own"),
        *(key("a", PROD), key("b", PROD), key("own", DEV)),
        message="{name} uses {to}.",
    )

    assert finding.message == "aws_db_instance.main uses aws_kms_key.a. aws_db_instance.main uses aws_kms_key.b."


def test_a_message_stays_short() -> None:
    names = ("kms_key_id", "performance_insights_kms_key_id", "master_user_secret_kms_key_id", "ca", "db")
    keys = [key(name, PROD) for name in names]

    finding = judged(database(**dict(zip(names, names, strict=True))), *keys, message="{to} is used.")

    assert finding.message.endswith(" And 2 more.")
    assert finding.message.count(" is used.") == 3


def test_the_fingerprint_does_not_depend_on_what_is_named() -> None:
    one = judged(database(kms_key_id="a"), key("a", PROD))
    other = judged(database(kms_key_id="b"), key("b", PROD))

    assert one.message != other.message
    assert one.fingerprint == other.fingerprint


def test_the_way_is_in_the_evidence() -> None:
    finding = judged(database(kms_key_id="theirs"), key("theirs", PROD))

    assert finding.evidence
    [read] = [read for read in finding.evidence.reads if read.path == "facts.environment.crossings"]
    assert read.value[0]["path"] == ["aws_db_instance.main.kms_key_id", "aws_kms_key.theirs"]


def test_what_the_fact_does_not_list_may_not_be_named() -> None:
    with pytest.raises(RuleError, match=r"message may hold \{name\}, \{type\}, \{to\}, .* not \{them\}"):
        rules("{name} uses {them}.", require=REQUIRE)
    with pytest.raises(RuleError, match=r"message may hold \{name\} and \{type\}, not \{to\}"):
        rules("{name} uses {to}.")


def test_reports_show_it_and_point_to_the_reference(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
resource "aws_kms_key" "theirs" {
  tags = { Environment = "prod" }
}
resource "aws_db_instance" "main" {
  tags       = { Environment = "dev" }
  kms_key_id = aws_kms_key.theirs.arn
}
"""
    )
    report = app.scan(app.Request(targets=(str(tmp_path),), only=("environment-kms-key-not-shared",)))

    [finding] = [each for each in report.findings if each.verdict is Verdict.FAIL]
    assert finding.location
    assert finding.location.line == 7
    for output in (sarif, text):
        shown = " ".join(output.render(report, Options(width=200)).split())
        assert "aws_kms_key.theirs (prod by tag Environment)" in shown
