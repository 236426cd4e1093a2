"""A scan with another scanner beside it: one list, and both voices where both judged the same."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudaudit import app
from cloudaudit.app import Request
from cloudaudit.app.comparing import compare_with
from cloudaudit.errors import ToolError
from cloudaudit.model import Change, Finding, Origin, Report, Status, Verdict
from cloudaudit.outputs import Options, markdown, records, text
from cloudaudit.outputs.pages import comparison, explanation
from tests.standins import scanners

TREE = """\
resource "aws_ebs_volume" "plain" {
  availability_zone = "eu-central-1a"
  size              = 8
}
resource "aws_ebs_volume" "sealed" {
  availability_zone = "eu-central-1a"
  size              = 8
  encrypted         = true
}
variable "seal" { type = bool }
resource "aws_ebs_volume" "unsure" {
  availability_zone = "eu-central-1a"
  size              = 8
  encrypted         = var.seal
}
resource "aws_ebs_volume" "none" {
  count             = 0
  availability_zone = "eu-central-1a"
  size              = 8
}
resource "aws_ebs_volume" "many" {
  for_each          = { a = true, b = false }
  availability_zone = "eu-central-1a"
  size              = 8
  encrypted         = each.value
}
data "aws_ami" "found" { owners = ["self"] }
"""
SAME = "CKV_AWS_3"  # ebs-volume-encrypted
RULE = "ebs-volume-encrypted"
SEALED = "encrypted is true (main.tf:8); it has no snapshot here; worked out: ebs.encrypted_by_default is false"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "main.tf").write_text(TREE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "tree"


def asked(tree: Path, *checks: tuple[str, str, str], **more: Any) -> Request:
    scanners.saying(tree.parent / "bin", scanners.told(*checks))
    return Request(**{"targets": (str(tree),), "beside": ("checkov",), "profile": "all", **more})


def scanned(tree: Path, *checks: tuple[str, str, str], **more: Any) -> Report:
    return app.scan(asked(tree, *checks, **more))


def of(report: Report, rule: str, address: str) -> list[Finding]:
    return [one for one in report.findings if (one.rule, one.address) == (rule, address)]


def voices(report: Report, address: str) -> list[tuple[Verdict, list[tuple[str, str, Verdict, str]]]]:
    found = of(report, RULE, address)
    return [(one.verdict, [(each.tool, each.rule, each.verdict, each.version) for each in one.voices]) for one in found]


@pytest.mark.parametrize(
    ("name", "ours"), [("plain", Verdict.FAIL), ("sealed", Verdict.PASS), ("unsure", Verdict.UNKNOWN)]
)
@pytest.mark.parametrize(("said", "theirs"), [("PASSED", Verdict.PASS), ("FAILED", Verdict.FAIL)])
def test_where_both_judged_the_same_there_is_one_finding_with_both_voices(
    tree: Path, name: str, ours: Verdict, said: str, theirs: Verdict
) -> None:
    report = scanned(tree, (SAME, said, f"aws_ebs_volume.{name}"))

    assert voices(report, f"aws_ebs_volume.{name}") == [(ours, [("checkov", SAME, theirs, "3.3.30")])]


def test_the_voice_changes_neither_fingerprint_nor_verdict(tree: Path) -> None:
    alone = app.scan(Request(targets=(str(tree),), profile="all"))

    report = scanned(tree, (SAME, "PASSED", "aws_ebs_volume.plain"))

    assert {one.fingerprint: one.verdict for one in report.findings} == {
        one.fingerprint: one.verdict for one in alone.findings
    }
    assert report.run.population == alone.run.population


def test_what_only_they_say_is_a_finding_of_its_own_with_criteria(tree: Path) -> None:
    said = [(check, "FAILED", "aws_ebs_volume.plain") for check in ("CKV_AWS_189", "CKV_NEW_1")]

    report = scanned(tree, *said, settings=app.Settings(parameters={"require_cmk": False}))

    (same,) = of(report, "ebs-volume-customer-key", "aws_ebs_volume.plain")
    (made,) = of(report, "checkov:CKV_NEW_1", "aws_ebs_volume.plain")
    for one in (same, made):
        assert one.evidence is not None
        assert (one.evidence.origin, one.resource, one.voices) == (Origin.IMPORTED, "aws_ebs_volume.plain", ())
    assert report.rules[same.rule].criteria
    assert "checkov:CKV_NEW_1" in report.rules


def test_of_two_rules_that_are_one_check_the_failing_one_is_heard(tree: Path) -> None:
    (tree / "main.tf").write_text('resource "aws_s3_bucket" "main" { acl = "public-read" }\n')

    report = scanned(tree, ("CKV_AWS_20", "FAILED", "aws_s3_bucket.main"))

    heard = {(one.rule, one.verdict) for one in report.findings if one.voices}
    assert heard == {("s3-bucket-acl-no-public-read", Verdict.FAIL)}


def test_a_block_without_instances_has_no_finding_and_is_counted(tree: Path) -> None:
    report = scanned(tree, (SAME, "FAILED", "aws_ebs_volume.none"))

    assert not [one for one in report.findings if "none" in one.resource]
    assert [(gap.what, gap.why) for gap in report.notices if "instance" in gap.why] == [
        ("checkov: 1 result", "there is no instance of the block here: its count or for_each is empty")
    ]


def test_a_block_that_they_judge_as_one_speaks_of_all_its_instances(tree: Path) -> None:
    report = scanned(tree, (SAME, "FAILED", "aws_ebs_volume.many"))

    assert {
        address: voices(report, address)[0][0] for address in ('aws_ebs_volume.many["a"]', 'aws_ebs_volume.many["b"]')
    } == {
        'aws_ebs_volume.many["a"]': Verdict.PASS,
        'aws_ebs_volume.many["b"]': Verdict.FAIL,
    }
    assert all(one.voices for one in report.findings if one.rule == RULE and "many" in one.address)


def test_a_data_source_is_found_though_they_do_not_say_that_it_is_one(tree: Path) -> None:
    report = scanned(tree, ("CKV_NEW_1", "FAILED", "aws_ami.found"))

    assert [one.address for one in report.findings if one.rule == "checkov:CKV_NEW_1"] == ["data.aws_ami.found"]


def test_what_they_were_told_to_skip_is_no_voice_and_nothing_beside_ours(tree: Path) -> None:
    report = scanned(
        tree, (SAME, "SKIPPED", "aws_ebs_volume.sealed"), ("CKV_NEW_1", "SKIPPED", "aws_ebs_volume.sealed")
    )

    assert voices(report, "aws_ebs_volume.sealed") == [(Verdict.PASS, [])]
    (theirs,) = of(report, "checkov:CKV_NEW_1", "aws_ebs_volume.sealed")
    assert theirs.status is Status.SUPPRESSED


def test_a_comparison_says_what_they_were_told_to_skip(tree: Path) -> None:
    found = compare_with(asked(tree, (SAME, "SKIPPED", "aws_ebs_volume.plain"), only=(RULE,)), "checkov")

    assert [(row.kind, row.theirs, row.reason) for row in found.rows if row.theirs] == [
        ("only theirs", Verdict.UNKNOWN, "skipped there, so that nobody knows what it would have said")
    ]


def test_a_scanner_that_is_missing_is_a_gap_and_never_a_pass(tree: Path) -> None:
    report = app.scan(Request(targets=(str(tree),), beside=("checkov",), only=("s3-bucket-versioning",)))

    assert [gap.what for gap in report.run.gaps] == ["checkov"]
    assert app.exit_code(report, app.gate(app.Settings()), strict=True) == app.INCOMPLETE


def test_of_a_plan_only_what_it_touches_is_new(tree: Path) -> None:
    names = ("touched", "left")
    values = {"availability_zone": "eu-central-1a", "size": 8, "encrypted": True}
    rows = [
        {"address": f"aws_ebs_volume.{each}", "mode": "managed", "type": "aws_ebs_volume", "name": each}
        for each in names
    ]
    actions = {"touched": ["update"], "left": ["no-op"]}
    before = {"touched": {**values, "size": 4}, "left": values}
    module = {"resources": [{**row, "values": values} for row in rows]}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": module},
        "prior_state": {
            "format_version": "1.0",
            "values": {"root_module": {"resources": [{**row, "values": before[row["name"]]} for row in rows]}},
        },
        "resource_changes": [
            {**row, "change": {"actions": actions[row["name"]], "before": before[row["name"]], "after": values}}
            for row in rows
        ],
        "configuration": {"root_module": {}},
    }
    (tree / "plan.json").write_text(json.dumps(plan))
    answer = scanners.told(*(("CKV_NEW_1", "FAILED", row["address"]) for row in rows), path="/0/plan.json")
    scanners.saying(tree.parent / "bin", answer)

    report = app.scan(Request(targets=(str(tree / "plan.json"),), beside=("checkov",)))

    assert {one.address: one.change for one in report.findings if one.rule == "checkov:CKV_NEW_1"} == {
        "aws_ebs_volume.touched": Change.INTRODUCED,
        "aws_ebs_volume.left": Change.EXISTING,
    }


BOTH = (
    (SAME, "FAILED", "aws_ebs_volume.plain"),
    (SAME, "FAILED", "aws_ebs_volume.sealed"),
    (SAME, "PASSED", "aws_ebs_volume.unsure"),
)


def test_text_says_who_agrees_and_how_often(tree: Path) -> None:
    told = text.render(scanned(tree, *BOTH, only=(RULE,)), Options())

    plain = " ".join(told.split())
    assert "[checkov agrees (CKV_AWS_3)]" in plain
    assert (
        "checkov 3.3.30: 1 verdict agree, 2 differ (1 pass here and fail there, 1 unknown here and pass there), "
        "0 are only its own, 2 only ours by a rule that it has, too." in plain
    )
    assert plain.startswith(f"cloudaudit 0.1.0 scanned {tree}: 5 resources in 1 root, 1 rule")


def test_json_and_markdown_carry_the_voices(tree: Path) -> None:
    report = scanned(tree, *BOTH, only=(RULE,))

    document = json.loads(records.render(report, Options(everything=True)))
    by_address = {one["address"]: one.get("voices") for one in document["findings"]}
    voice = {"agrees": True, "rule": SAME, "tool": "checkov", "verdict": "fail", "version": "3.3.30"}
    assert by_address["aws_ebs_volume.plain"] == [voice]
    assert by_address["aws_ebs_volume.sealed"] == [{**voice, "agrees": False}]
    assert by_address['aws_ebs_volume.many["a"]'] is None
    told = markdown.render(report, Options())
    assert r"<br>checkov agrees (CKV\_AWS\_3)" in told
    assert "checkov 3.3.30: 1 verdict agree" in told


def test_an_explanation_says_what_others_say_and_why_we_differ(tree: Path) -> None:
    request = asked(tree, *BOTH)

    found = app.explain(request, f"{RULE}@aws_ebs_volume.sealed")

    told = " ".join(explanation.as_text(found, 80, colour=False).split())
    assert f"others checkov 3.3.30 says fail (CKV_AWS_3) We rest on this: {SEALED}." in told
    assert json.loads(explanation.as_json(found))[0]["differs"] == SEALED


def rows(found: comparison.Comparison) -> set[tuple[str, str, str, str, str]]:
    return {
        (row.kind, row.resource.removeprefix("aws_ebs_volume."), row.ours or "", row.theirs or "", row.reason)
        for row in found.rows
        if row.rule == RULE
    }


def test_a_comparison_names_each_verdict_with_our_reason(tree: Path) -> None:
    found = compare_with(asked(tree, *BOTH, (SAME, "FAILED", "aws_ebs_volume.none"), only=(RULE,)), "checkov")

    assert rows(found) == {
        ("agree", "plain", "fail", "fail", ""),
        ("disagree", "sealed", "pass", "fail", SEALED),
        ("disagree", "unsure", "unknown", "pass", "not knowable here: resource.encrypted: var.seal has no value"),
        ("only theirs", "none", "", "fail", "there is no instance of the block here: its count or for_each is empty"),
        ("only ours", 'many["a"]', "pass", "", "checkov says nothing of this resource"),
        ("only ours", 'many["b"]', "fail", "", "checkov says nothing of this resource"),
    }


def test_a_comparison_says_which_defaults_companions_and_parameters_decide(tree: Path) -> None:
    (tree / "main.tf").write_text(
        'resource "aws_s3_bucket" "main" {}\n'
        'resource "aws_s3_bucket_versioning" "main" {\n'
        "  bucket = aws_s3_bucket.main.id\n"
        '  versioning_configuration { status = "Enabled" }\n}\n'
        'resource "aws_db_instance" "main" { engine = "postgres" }\n'
        'resource "aws_ebs_volume" "main" {\n  availability_zone = "eu-central-1a"\n  size = 8\n}\n'
    )
    said = (
        ("CKV_AWS_21", "FAILED", "aws_s3_bucket.main"),
        ("CKV_AWS_226", "FAILED", "aws_db_instance.main"),
        ("CKV_AWS_189", "FAILED", "aws_ebs_volume.main"),
        ("CKV_NEW_1", "FAILED", "aws_ebs_volume.main"),
    )

    found = compare_with(asked(tree, *said, profile=""), "checkov")

    why = {row.check: row.reason for row in found.rows if row.theirs}
    assert (
        why["CKV_AWS_21"]
        == 'elsewhere, in aws_s3_bucket_versioning.main: versioning_configuration.0.status is "Enabled"'
    )
    assert why["CKV_AWS_226"] == "auto_minor_version_upgrade is not set, and the default is true"
    assert why["CKV_AWS_189"] == "our rule is switched off by require_cmk; cloudaudit.toml and profiles set it"
    assert found.others == {"imported without criteria": {Verdict.FAIL: 1}}


def test_a_comparison_as_text_markdown_and_json(tree: Path) -> None:
    found = compare_with(asked(tree, *BOTH, only=(RULE,)), "checkov")

    told = comparison.as_text(found, 80, colour=False)
    assert max(map(len, told.splitlines())) <= 80
    assert "agree                      1  1 fail" in told
    assert "disagree                   2  1 pass here and fail there, 1 unknown here and" in told
    assert "| ebs-volume-encrypted | CKV\\_AWS\\_3 | we say pass, checkov says fail |" in comparison.as_markdown(found)
    document = json.loads(comparison.as_json(found))
    assert document["counts"] == {"agree": 1, "disagree": 2, "only ours": 2}
    assert len(document["rows"]) == 5


def test_a_comparison_without_the_other_is_an_error(tree: Path) -> None:
    with pytest.raises(ToolError, match=r"(?s)checkov: it is not installed.*tools install checkov"):
        compare_with(Request(targets=(str(tree),)), "checkov")


def test_a_name_that_means_harm_is_shown_escaped(tree: Path) -> None:
    request = asked(tree, ("CKV_<b>\x1b[31m", "FAILED", "aws_ebs_volume.plain"))

    report = app.scan(msgspec.structs.replace(request, only=()))

    for told in (text.render(report, Options()), markdown.render(report, Options())):
        assert "\x1b" not in told
    assert "<b>" not in markdown.render(report, Options())


@pytest.mark.parametrize("ending", ["/", "/.", ""])
def test_a_target_may_be_written_in_any_way(tree: Path, ending: str) -> None:
    report = scanned(tree, (SAME, "FAILED", "aws_ebs_volume.plain"), targets=(f"{tree}{ending}",), only=(RULE,))

    assert len(voices(report, "aws_ebs_volume.plain")[0][1]) == 1


def test_a_plan_of_a_named_root_has_both_voices(tree: Path) -> None:
    values = {"availability_zone": "eu-central-1a", "size": 8}
    row = {"address": "aws_ebs_volume.plain", "mode": "managed", "type": "aws_ebs_volume", "name": "plain"}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{**row, "values": values}]}},
        "resource_changes": [{**row, "change": {"actions": ["create"], "before": None, "after": values}}],
        "configuration": {"root_module": {}},
    }
    (tree / "plan.json").write_text(json.dumps(plan))
    scanners.saying(tree.parent / "bin", scanners.told((SAME, "FAILED", row["address"]), path="/0/plan.json"))

    report = app.scan(Request(targets=(f"prod={tree / 'plan.json'}",), beside=("checkov",), only=(RULE,)))

    assert [len(one.voices) for one in report.findings] == [1]


def test_a_value_that_is_set_but_not_known_yet_is_a_reason(tree: Path) -> None:
    (tree / "main.tf").write_text(
        'resource "aws_kms_key" "own" {}\n'
        'resource "aws_cloudwatch_log_group" "main" {\n  kms_key_id = aws_kms_key.own.arn\n}\n'
    )

    found = compare_with(asked(tree, ("CKV_AWS_158", "FAILED", "aws_cloudwatch_log_group.main")), "checkov")

    (row,) = [row for row in found.rows if row.theirs]
    assert row.reason.startswith("kms_key_id is set (aws_kms_key.own")
