"""Results of other tools become findings: whose they are, what they are called, and what becomes of them later."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudaudit import app, plugins
from cloudaudit.app.importing import Import, import_results
from cloudaudit.app.translating import Translator
from cloudaudit.app.voices import Voices
from cloudaudit.errors import SettingsError
from cloudaudit.model import Finding, Origin, Report, Severity, Status, Theme, Verdict
from cloudaudit.outputs import Gate, Options
from cloudaudit.outputs import sarif as sarif_output
from cloudaudit.settings import Settings
from cloudaudit.sources.imported.result import Foreign
from cloudaudit.store import open_store

TREE = """
resource "aws_db_instance" "main" {
  engine = "postgres"
}

resource "aws_db_instance" "second" {
  engine = "postgres"
}
"""
OURS = "rds-instance-storage-encrypted"


def check(id_: str = "CKV_AWS_16", result: str = "FAILED", **said: Any) -> dict[str, Any]:
    return {
        "check_id": id_,
        "check_name": f"{id_} holds",
        "check_result": {"result": result, **said.pop("outcome", {})},
        "file_path": "/main.tf",
        "file_line_range": [2, 4],
        "resource": "aws_db_instance.main",
        **said,
    }


def checkov(folder: Path, *checks: dict[str, Any], name: str = "checkov.json", **more: Any) -> str:
    lists = {"passed_checks": [], "failed_checks": [], "skipped_checks": []}
    for one in checks:
        lists[f"{one['check_result']['result'].lower()}_checks"].append(one)
    path = folder / name
    path.write_text(json.dumps({"check_type": "terraform", "results": {**lists, **more}}))
    return str(path)


def sarif(folder: Path, *results: dict[str, Any], tool: str = "semgrep") -> str:
    path = folder / "results.sarif"
    runs = [{"tool": {"driver": {"name": tool}}, "results": list(results)}]
    path.write_text(json.dumps({"version": "2.1.0", "runs": runs}))
    return str(path)


def located(rule: str = "own", uri: str = "main.tf", line: int = 3, text: str = "No.", **more: Any) -> dict[str, Any]:
    physical = {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}
    return {"ruleId": rule, "message": {"text": text}, "locations": [{"physicalLocation": physical}], **more}


@pytest.fixture
def tree(tmp_path: Path) -> str:
    folder = tmp_path / "infra"
    folder.mkdir()
    (folder / "main.tf").write_text(TREE)
    return str(folder)


def bring_in(*files: str, tree: str = "", **asked: Any) -> Report:
    request = app.Request(today=date(2026, 1, 1), **asked)
    return import_results(Import(request=request, files=files, tree=tree))


def only(report: Report) -> Finding:
    (one,) = report.findings
    return one


def test_a_check_that_is_the_same_as_a_rule_of_ours_has_its_finding(tmp_path: Path, tree: str) -> None:
    finding = only(bring_in(checkov(tmp_path, check()), tree=tree))

    scanned = app.scan(app.Request(targets=(tree,), only=(OURS,)))
    assert (finding.rule, finding.verdict) == (OURS, Verdict.FAIL)
    assert finding.fingerprint in {one.fingerprint for one in scanned.findings}


def test_a_finding_says_which_tool_said_so(tmp_path: Path, tree: str) -> None:
    report = bring_in(checkov(tmp_path, check(), summary={}), tree=tree)

    finding = only(report)
    assert finding.message == "checkov CKV_AWS_16 fails: CKV_AWS_16 holds"
    assert finding.evidence is not None
    assert finding.evidence.origin is Origin.IMPORTED
    assert [read.value for read in finding.evidence.reads] == ["checkov says fail by CKV_AWS_16"]
    assert [one.origin for one in report.scanned] == [Origin.IMPORTED]


def test_fingerprints_do_not_depend_on_lines_messages_or_order(tmp_path: Path) -> None:
    first = checkov(tmp_path, check(), check("CKV_AWS_129"), name="a.json")
    moved = checkov(
        tmp_path,
        check("CKV_AWS_129", file_line_range=[90, 95], check_name="other words"),
        check(file_line_range=[90, 95]),
        name="b.json",
    )

    before, after = ({one.fingerprint for one in bring_in(file).findings} for file in (first, moved))

    assert before == after
    assert len(before) == 2


def test_without_a_tree_the_folder_of_the_file_stands_for_the_root(tmp_path: Path) -> None:
    finding = only(bring_in(checkov(tmp_path, check(file_path="/envs/prod/main.tf"))))

    assert (finding.root, finding.resource) == ("envs/prod", "envs/prod:aws_db_instance.main")


def test_a_check_without_a_counterpart_is_a_rule_with_theme_and_criteria() -> None:
    translator = Translator(app.Request())
    unlike = Foreign(tool="checkov", rule="CKV_AWS_387", title="No wildcards", verdict=Verdict.FAIL)

    (rule,) = translator.of(unlike).rules

    assert (rule.id, rule.title) == ("checkov:CKV_AWS_387", "No wildcards")
    assert rule.theme is not Theme.UNMAPPED
    assert rule.criteria


def test_a_check_has_one_id_in_all_its_writings() -> None:
    translator = Translator(app.Request())
    written = [Foreign(tool="trivy", rule=id_, title="x", verdict=Verdict.FAIL) for id_ in ("AVD-AWS-0132", "AWS-0132")]

    assert {rule.id for each in written for rule in translator.of(each).rules} == {"trivy:AWS-0132"}


def test_a_check_that_nobody_mapped_is_reported_and_listed(tmp_path: Path) -> None:
    report = bring_in(sarif(tmp_path, located("own.rule", level="error")))

    finding = only(report)
    assert (finding.rule, finding.severity) == ("semgrep:own.rule", Severity.HIGH)
    assert report.rules[finding.rule].theme is Theme.UNMAPPED
    assert "semgrep: 1 result of own.rule" in [notice.what for notice in report.notices]


def test_a_check_outside_of_our_themes_is_listed(tmp_path: Path) -> None:
    report = bring_in(checkov(tmp_path, check("CKV_DOCKER_2")))

    assert report.findings == ()
    assert [(one.what, one.why) for one in report.notices] == [
        ("checkov: 1 result of CKV_DOCKER_2", "outside of our themes: about other files than Terraform")
    ]


def test_a_check_like_a_rule_outside_of_the_profile_is_listed_until_it_is_asked_for(tmp_path: Path) -> None:
    rules = app.rules(app.Request())
    strict = next(rule for rule in rules if rule.profile == "strict" and rule.same_as.get("checkov"))
    file = checkov(tmp_path, check(strict.same_as["checkov"][0]))

    assert [one.why for one in bring_in(file).notices] == ["not asked for by the profile soc2"]
    assert [one.rule for one in bring_in(file, profile="all").findings] == [strict.id]


def test_only_rules_that_are_asked_for_are_reported(tmp_path: Path, tree: str) -> None:
    file = checkov(tmp_path, check(), check("CKV_AWS_129"))

    assert [one.rule for one in bring_in(file, tree=tree, only=(OURS,)).findings] == [OURS]
    assert {one.rule for one in bring_in(file, tree=tree, themes=("logging",)).findings} == {
        one.rule for one in bring_in(file, tree=tree).findings
    } - {OURS}


def test_of_two_verdicts_the_one_that_an_auditor_must_hear_of_counts(tmp_path: Path, tree: str) -> None:
    report = bring_in(checkov(tmp_path, check(), check(result="PASSED")), tree=tree)

    assert only(report).verdict is Verdict.FAIL


def test_results_of_one_file_without_resources_are_one_finding_and_said_to_be(tmp_path: Path) -> None:
    report = bring_in(sarif(tmp_path, located(line=3), located(line=7)))

    assert only(report).resource == "main.tf"
    assert ("semgrep: 2 results", "they name files and no resources: one finding stands for all of a file") in [
        (one.what, one.why) for one in report.notices
    ]


def test_lines_find_the_resource_in_a_tree(tmp_path: Path, tree: str) -> None:
    report = bring_in(sarif(tmp_path, located(line=3), located(line=7)), tree=tree)

    assert [one.resource for one in report.findings] == ["aws_db_instance.main", "aws_db_instance.second"]


@pytest.mark.parametrize("uri", ["../secret.tf", "/etc/passwd", "file:///etc/passwd", "..%2f..%2fx.tf"])
def test_a_result_outside_of_the_tree_is_refused_and_told(tmp_path: Path, tree: str, uri: str) -> None:
    report = bring_in(sarif(tmp_path, located(uri=uri)), tree=tree)

    assert report.findings == ()
    (gap,) = report.run.gaps
    assert gap.what == "results of semgrep"
    assert "tree" in gap.why


def test_a_suppression_of_theirs_is_honoured_and_shown(tmp_path: Path, tree: str) -> None:
    file = checkov(tmp_path, check(result="SKIPPED", outcome={"suppress_comment": "a test"}))

    finding = only(bring_in(file, tree=tree))
    assert finding.status is Status.SUPPRESSED
    assert finding.decision is not None
    assert finding.decision.reason == "a test"


def test_a_suppression_of_theirs_counts_for_nothing_where_comments_do_not(tmp_path: Path, tree: str) -> None:
    file = checkov(tmp_path, check(result="SKIPPED"))

    assert only(bring_in(file, tree=tree, inline=False)).status is Status.OPEN
    assert only(bring_in(file, tree=tree, settings=Settings(inline=False))).status is Status.OPEN


def test_a_comment_in_the_tree_silences_an_imported_failure(tmp_path: Path, tree: str) -> None:
    text = TREE.replace('"main" {', f'"main" {{ # cloudaudit:ignore {OURS} a test')
    (Path(tree) / "main.tf").write_text(text)

    assert only(bring_in(checkov(tmp_path, check()), tree=tree)).status is Status.SUPPRESSED


def test_waivers_and_the_baseline_hold_for_imported_failures(tmp_path: Path) -> None:
    file = sarif(tmp_path, located("own.rule", uri="a.tf"), located("own.rule", uri="b.tf"))
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n- id: W1\n  rule: semgrep:own.rule\n  resources: [a.tf]\n  reason: a test\n  owner: ann\n"
        "  approved_by: bob\n  created: 2025-12-01\n  expires: 2026-02-01\n"
    )
    baseline = tmp_path / "baseline.json"
    second = bring_in(file).findings[1]
    entry = {"fingerprint": second.fingerprint, "rule": second.rule, "resource": "b.tf", "since": "", "reason": ""}
    baseline.write_text(json.dumps({"version": 1, "findings": [entry]}))

    report = bring_in(file, waivers=str(waivers), baseline=str(baseline))

    assert [one.status for one in report.findings] == [Status.WAIVED, Status.BASELINE]


def test_a_baseline_is_written_of_results_with_those_of_a_scan(tmp_path: Path, tree: str) -> None:
    file = sarif(tmp_path, located("own.rule"))
    baseline = str(tmp_path / "baseline.json")
    request = app.Request(targets=(tree,), today=date(2026, 1, 1))
    _, ours = app.write_baseline(request, "there before", baseline)

    _, both = app.write_baseline(request, "there before", baseline, [file])

    assert both == ours + 1
    assert only(bring_in(file, tree=tree, baseline=baseline)).status is Status.BASELINE
    assert app.prune_baseline(request, baseline)[1:] == (ours, 1)


def test_results_are_about_one_target(tmp_path: Path, tree: str) -> None:
    with pytest.raises(SettingsError, match="about one target"):
        app.write_baseline(app.Request(targets=(tree, tree)), "x", str(tmp_path / "b"), [sarif(tmp_path)])


def test_an_imported_failure_fails_a_build(tmp_path: Path) -> None:
    report = bring_in(sarif(tmp_path, located(level="error")))

    assert app.exit_code(report, Gate(), strict=False) == app.FAILED


def test_a_piece_that_cannot_be_read_is_a_gap_and_the_rest_is_reported(tmp_path: Path) -> None:
    broken = check(file_line_range="all")
    report = bring_in(checkov(tmp_path, broken, broken, check()))

    assert len(report.findings) == 1
    (gap,) = report.run.gaps
    assert gap.what.endswith("checkov.json: 2")


def test_a_result_that_names_no_check_is_a_gap(tmp_path: Path) -> None:
    report = bring_in(sarif(tmp_path, located("")))

    assert [gap.why for gap in report.run.gaps] == ["they do not say what was checked"]


def test_an_upload_of_imported_results_does_not_replace_that_of_a_scan(tmp_path: Path, tree: str) -> None:
    report = bring_in(checkov(tmp_path, check()), sarif(tmp_path, located()), tree=tree)

    log = json.loads(sarif_output.render(report, Options()))

    assert [run["automationDetails"]["id"] for run in log["runs"]] == ["cloudaudit/checkov/", "cloudaudit/semgrep/"]


HOSTILE = "<script>alert(1)</script> \x1b[31m ::error::x [a](javascript:x) \u202e \ud800 ${{ secrets.X }}"


@pytest.mark.parametrize("output", list(plugins.find("cloudaudit.outputs", "OUTPUT")), ids=lambda one: str(one.name))
def test_hostile_texts_are_harmless_in_every_format(tmp_path: Path, output: Any) -> None:
    file = sarif(
        tmp_path,
        located(HOSTILE, uri=f"{HOSTILE}/main.tf".replace("\ud800", ""), text=HOSTILE, level="error"),
        tool=HOSTILE,
    )

    text = output.render(bring_in(file), Options(everything=True))

    assert "\x1b" not in text
    assert "\u202e" not in text or output.name in ("json", "jsonl")  # data, for programs
    text.encode()
    assert not any(line.startswith("::error::x") for line in text.splitlines())


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ("2026-01-02T03:04:05.672092", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T01:04:05Z"),
        ("yesterday", ""),
        ("0001-01-01T00:00:00+12:00", ""),
        ("0001-01-01T00:00:00Z", ""),
    ],
)
def test_when_a_tool_looked_is_told_in_utc(seen: str, told: str) -> None:
    voices = Voices(Translator(app.Request()))

    voices.add(Foreign(tool="semgrep", rule="own", verdict=Verdict.FAIL, path="main.tf", seen=seen))

    (finding,) = voices.report().findings
    assert finding.evidence is not None
    assert finding.evidence.observed_at == told


def test_two_odd_ids_never_become_one(tmp_path: Path) -> None:
    report = bring_in(sarif(tmp_path, located("a b"), located("a\tb")))

    assert len({one.rule for one in report.findings}) == 2


def test_a_secret_in_a_message_is_not_shown(tmp_path: Path) -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    report = bring_in(sarif(tmp_path, located(text=f"found access key {key} here")))

    assert key not in str(msgspec.to_builtins(report, enc_hook=str))


def test_each_tool_and_account_is_a_target_of_its_own(tmp_path: Path) -> None:
    event = {
        "class_uid": 2004,
        "metadata": {"version": "1.5.0", "event_code": "x", "product": {"name": "Prowler"}},
        "status_code": "FAIL",
        "cloud": {"account": {"uid": "123456789012"}},
        "resources": [{"uid": "arn:aws:rds:eu-west-1:123456789012:db:db"}],
    }
    (tmp_path / "p.json").write_text(json.dumps([event]))

    report = bring_in(str(tmp_path / "p.json"), sarif(tmp_path, located()))

    assert [one.target for one in report.scanned] == ["prowler:aws:123456789012", "semgrep:."]


class Recorded:
    """A store into which imports are recorded one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder / "history.db")
        self.day = 0

    def add(self, *checks: dict[str, Any], complete: bool = False) -> list[str]:
        """What the run said of findings that it saw or missed, as events."""
        self.day += 1
        clock = f"2026-01-{self.day:02}T02:00:00Z"
        report = bring_in(checkov(self.folder, *checks), clock=clock)
        app.Recorder(self.place).add_import(report, app.Request(), name="checkov", complete=complete)
        (page,) = open_store(self.place).show("latest")
        return sorted(event.kind for event in page.events if event.kind != "run-recorded")


@pytest.fixture
def store(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def test_a_pass_after_a_failure_is_fixed(store: Recorded) -> None:
    store.add(check())

    assert store.add(check(result="PASSED")) == ["fixed"]


def test_what_an_import_does_not_name_was_not_looked_at(store: Recorded) -> None:
    store.add(check(), check("CKV_AWS_129", resource="aws_db_instance.second"))

    assert store.add(check()) == []
    assert store.add() == []


def test_what_a_complete_import_does_not_name_is_gone(store: Recorded) -> None:
    store.add(check(), check("CKV_AWS_129", resource="aws_db_instance.second", file_path="/other/main.tf"))

    assert store.add(check(), complete=True) == ["gone"]
    assert store.add(complete=True) == ["gone"]


def test_a_tool_that_finds_nothing_has_a_run(store: Recorded) -> None:
    store.add()

    assert [run.target for run in open_store(store.place).runs()] == ["checkov"]
