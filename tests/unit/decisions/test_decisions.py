"""Comments, waivers and the baseline: what people decided shows, ends on its day, and never changes a verdict."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.decisions import baseline, comments, waiverfile
from cloudaudit.decisions.globs import matches
from cloudaudit.errors import SettingsError
from cloudaudit.model import Finding, Report, Severity, Status, Verdict
from cloudaudit.outputs import Gate
from cloudaudit.settings import Settings, load

TODAY = date(2026, 11, 22)
RULE = "ebs-volume-encrypted"
PLAIN = 'resource "aws_ebs_volume" "a" {\n  size = 1\n}\n'
WAIVER = """waivers:
  - id: W-1
    rule: ebs-volume-encrypted
    resources: [aws_ebs_volume.a]
    reason: scratch data
    owner: data
    approved_by: security
    created: 2026-01-01
    expires: 2026-12-31
"""


def scan(folder: Path, text: str = PLAIN, **changes: object) -> Report:
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return app.scan(app.Request(targets=(str(folder),), only=(RULE,), today=TODAY, **changes))  # type: ignore[arg-type]


def statuses(found: Iterable[Finding]) -> dict[str, str]:
    return {one.address: one.status.value for one in found if one.verdict is Verdict.FAIL}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"# cloudaudit:ignore {RULE} scratch data\n{PLAIN}", Status.SUPPRESSED),
        (
            f"// cloudaudit:ignore {RULE},rds-instance-multi-az until=2026-11-22 scratch data\n\n{PLAIN}",
            Status.SUPPRESSED,
        ),
        (PLAIN.replace("size = 1", f"encrypted = false # cloudaudit:ignore {RULE} scratch"), Status.SUPPRESSED),
        (PLAIN.replace("size = 1", "#checkov:skip=CKV_AWS_3:scratch\n  size = 1"), Status.SUPPRESSED),
        (f"#trivy:ignore:AVD-AWS-0026\n{PLAIN}", Status.SUPPRESSED),
        (f"#trivy:ignore:AVD-AWS-0001 trivy:ignore:AVD-AWS-0026\n{PLAIN}", Status.SUPPRESSED),
        (f"#tfsec:ignore:aws-ec2-enable-volume-encryption\n{PLAIN}", Status.SUPPRESSED),
        (f"#tfsec:ignore:aws-who-knows\n{PLAIN}", Status.OPEN),
        (f"#trivy:ignore:AVD-AWS-0026:exp:2026-11-22 scratch\n{PLAIN}", Status.SUPPRESSED),
        (f"#trivy:ignore:AVD-AWS-0026:exp:2026-11-21 scratch\n{PLAIN}", Status.OPEN),
        (f"#trivy:ignore:AVD-AWS-0026:exp:tomorrow\n{PLAIN}", Status.OPEN),
        (f"#trivy:ignore:AVD-AWS-0026[size=2]\n{PLAIN}", Status.OPEN),
        (f"#tfsec:ignore:AVD-AWS-0026:ws:dev\n{PLAIN}", Status.OPEN),
        (PLAIN.replace("size = 1", "#bridgecrew:skip=CKV_AWS_3:scratch\n  size = 1"), Status.SUPPRESSED),
        (f"# cloudaudit:ignore {RULE} until=2026-11-21 scratch data\n{PLAIN}", Status.OPEN),
        (f"# cloudaudit:ignore {RULE}\n{PLAIN}", Status.OPEN),
        (f"# cloudaudit:ignore {RULE} until=tomorrow scratch data\n{PLAIN}", Status.OPEN),
        (f"# cloudaudit:ignore rds-instance-multi-az other rule\n{PLAIN}", Status.OPEN),
        (f"# cloudaudit:ignore {RULE} only=aws_ebs_volume.b other resource\n{PLAIN}", Status.OPEN),
        (f"#checkov:skip=CKV_AWS_16:other check\n{PLAIN}", Status.OPEN),
        (f'{PLAIN}\n# cloudaudit:ignore {RULE} another\nresource "aws_sns_topic" "b" {{}}\n', Status.OPEN),
    ],
)
def test_a_comment_silences_what_it_speaks_of(tmp_path: Path, text: str, status: Status) -> None:
    assert statuses(scan(tmp_path, text).findings) == {"aws_ebs_volume.a": status.value}


def test_a_comment_on_a_call_speaks_of_all_that_the_module_holds_or_of_one_instance(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(PLAIN)
    call = 'module "m" {\n  source   = "./m"\n  for_each = toset(["x", "y"])\n}\n'

    whole = scan(tmp_path, f"# cloudaudit:ignore {RULE} scratch\n{call}")
    one = scan(tmp_path, f'# cloudaudit:ignore {RULE} only=module.m["x"].* scratch\n{call}')

    assert set(statuses(whole.findings).values()) == {"suppressed"}
    assert statuses(one.findings) == {
        'module.m["x"].aws_ebs_volume.a': "suppressed",
        'module.m["y"].aws_ebs_volume.a': "open",
    }


def test_comments_count_for_nothing_where_no_one_is_trusted(tmp_path: Path) -> None:
    text = f"# cloudaudit:ignore {RULE} scratch data\n{PLAIN}"

    assert statuses(scan(tmp_path, text, inline=False).findings) == {"aws_ebs_volume.a": "open"}
    assert statuses(scan(tmp_path, text, settings=Settings(inline=False)).findings) == {"aws_ebs_volume.a": "open"}


def test_what_a_comment_lacks_is_told(tmp_path: Path) -> None:
    (notice,) = scan(tmp_path, f"# cloudaudit:ignore {RULE}\n{PLAIN}").notices

    assert "no reason" in notice.why
    assert notice.location is not None
    assert notice.location.line == 1


def test_a_comment_of_trivys_that_is_narrowed_is_told(tmp_path: Path) -> None:
    (notice,) = scan(tmp_path, f"# trivy:ignore:AVD-AWS-0026[size=1]\n{PLAIN}").notices

    assert notice.what == "comment trivy:ignore"
    assert "narrowed" in notice.why


def test_a_comment_may_name_a_rule_that_does_not_run(tmp_path: Path) -> None:
    assert scan(tmp_path, f"# cloudaudit:ignore rds-instance-multi-az small\n{PLAIN}").notices == ()


def test_comments_are_read_without_parsing() -> None:
    (found,) = comments.read("a = 1\n# cloudaudit:ignore x-y,z-w until=2027-01-01 only=a.b why not\n\n# other\nb = 2\n")

    assert (found.line, found.target, found.ids) == (2, 5, ("x-y", "z-w"))
    assert (found.until, found.only, found.reason) == ("2027-01-01", "a.b", "why not")


def waived(folder: Path, text: str = WAIVER) -> Report:
    (folder / "waivers.yaml").write_text(text, encoding="utf-8")
    return scan(folder, waivers=str(folder / "waivers.yaml"))


def test_waivers_that_nest_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nested deeper than 50 levels"):
        waived(tmp_path, "[" * 100_000)


def test_a_waiver_covers_until_its_day(tmp_path: Path) -> None:
    report = waived(tmp_path)
    over = waived(tmp_path, WAIVER.replace("2026-12-31", "2026-11-21"))

    (finding,) = report.findings
    assert (finding.status, finding.verdict) == (Status.WAIVED, Verdict.FAIL)
    assert finding.decision is not None
    assert (finding.decision.owner, finding.decision.approved_by) == ("data", "security")
    (open_again,) = over.findings
    assert open_again.status is Status.OPEN
    assert "W-1 expired on 2026-11-21" in open_again.message


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"2026-12-31": "2026-12-22"}, "expires on 2026-12-22"),
        ({"2026-12-31": "2026-11-21"}, "expired on 2026-11-21"),
        ({"aws_ebs_volume.a]": "aws_ebs_volume.zzz]"}, "covers no failure"),
    ],
)
def test_owners_hear_of_their_waivers(tmp_path: Path, change: dict[str, str], why: str) -> None:
    text = WAIVER
    for old, new in change.items():
        text = text.replace(old, new)

    notices = [notice.why for notice in waived(tmp_path, text).notices]

    assert [why in notice for notice in notices] == ([True] if why else [])


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "rule: ebs-volume-encrypted",
            "rule: ebs-volume-encrypte",
            "2: W-1: there is no rule ebs-volume-encrypte",
        ),
        ("approved_by: security", "approved_by: Data", "2: W-1: data cannot approve"),
        ("2026-12-31", "31.12.2026", "no date; write YYYY-MM-DD"),
        ("2026-12-31", "2025-12-31", "expires before it was created"),
        ("    reason: scratch data\n", "", "2: missing: reason"),
        ("reason: scratch", "reasons: scratch", "5: unknown key reasons"),
        ("reason: scratch data", "reason:", "5: reason: text expected"),
        ("waivers:", "waiver:", "1: the file holds `waivers:`"),
        ("waivers:", "waivers: [", "not YAML"),
    ],
)
def test_a_mistake_in_a_waiver_is_told_with_its_line(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in WAIVER
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVER.replace(old, new), encoding="utf-8")

    with pytest.raises(SettingsError, match=r"waivers\.yaml:") as caught:
        waiverfile.load(file, {RULE})
    assert fault in str(caught.value)


def test_a_waiver_may_be_of_a_check_of_another_scanner(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVER.replace("rule: ebs-volume-encrypted", "rule: checkov:CKV_AWS_387"), encoding="utf-8")

    assert [waiver.rule for waiver in waiverfile.load(file, {RULE})] == ["checkov:CKV_AWS_387"]


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("aws_s3_bucket.*", "aws_s3_bucket.logs", True),
        ("aws_s3_bucket.*", "module.x.aws_s3_bucket.logs", False),
        ('module.a["x"].*', 'module.a["x"].aws_s3_bucket.b', True),
        ('module.a["?"].*', 'module.a["xy"].aws_s3_bucket.b', False),
        ("*" * 50 + "b", "a" * 5000, False),
    ],
)
def test_patterns_take_brackets_as_they_are(pattern: str, name: str, fits: bool) -> None:
    assert matches(pattern, name) is fits


def test_a_baseline_accepts_what_was_there_and_nothing_newer(tmp_path: Path) -> None:
    file = tmp_path / "cloudaudit-baseline.json"
    request = app.Request(targets=(str(tmp_path),), only=(RULE,), today=TODAY)
    scan(tmp_path)

    app.write_baseline(request, "there when we began", str(file))
    newer = scan(tmp_path, PLAIN + PLAIN.replace('"a"', '"b"'), baseline=str(file))

    assert statuses(newer.findings) == {"aws_ebs_volume.a": "baseline", "aws_ebs_volume.b": "open"}
    (kept,) = baseline.load(file).findings
    assert (kept.since, kept.reason) == ("2026-11-22", "there when we began")


def test_a_baseline_keeps_its_days_and_loses_what_is_mended(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    request = app.Request(targets=(str(tmp_path),), only=(RULE,), today=date(2026, 1, 1))
    scan(tmp_path, PLAIN + PLAIN.replace('"a"', '"b"'))
    app.write_baseline(request, "first", str(file))

    (tmp_path / "main.tf").write_text(PLAIN + PLAIN.replace('"a"', '"c"'))
    app.write_baseline(app.Request(targets=request.targets, only=(RULE,), today=TODAY), "second", str(file))
    (tmp_path / "main.tf").write_text(PLAIN)
    _, left, gone = app.prune_baseline(request, str(file))

    assert (left, gone) == (1, 1)
    (kept,) = baseline.load(file).findings
    assert (kept.resource, kept.since, kept.reason) == ("aws_ebs_volume.a", "2026-01-01", "first")


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2, "findings": []}', '{"findings": [{}]}', "\0"])
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "b.json").write_text(content)

    with pytest.raises(SettingsError, match="baseline"):
        baseline.load(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("gate", "stops"),
    [
        (Gate(), True),
        (Gate(threshold=Severity.CRITICAL), False),
        (Gate(threshold=None), False),
        (Gate(themes=frozenset({"encryption-at-rest"})), True),
        (Gate(themes=frozenset({"logging"})), False),
        (Gate(criteria=frozenset({"C1.1"})), True),
        (Gate(criteria=frozenset({"A1.2"})), False),
        (Gate(overrides=((("*.tf",), None),)), False),
        (Gate(overrides=((("envs/*",), None),)), True),
        (Gate(threshold=None, overrides=(((".",), Severity.LOW),)), True),
    ],
)
def test_the_gate_stops_what_it_is_told_to(tmp_path: Path, gate: Gate, stops: bool) -> None:
    assert bool(gate.stopping(scan(tmp_path))) is stops


def test_settings_say_what_fails_a_build_and_where_decisions_are(tmp_path: Path) -> None:
    (tmp_path / "cloudaudit.toml").write_text(
        'fail_on = "critical"\nwaivers = "w.yaml"\n[[overrides]]\npaths = ["dev/*"]\nfail_on = "never"\n'
    )

    settings = load(tmp_path / "cloudaudit.toml")

    assert settings.waivers == str(tmp_path / "w.yaml")
    assert app.gate(settings) == Gate(threshold=Severity.CRITICAL, overrides=((("dev/*",), None),))
    assert app.gate(settings, "low") == Gate(threshold=Severity.LOW)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('complete = true\nfail_on = "hi"', ":2: fail_on: 'hi' is none of"),
        ('blocking_themes = ["log"]', "'log' is none of"),
        ('profile = "lax"', "'lax' is none of soc2, strict, all"),
        ('[[overrides]]\npaths = ["x"]\nfail_on = "x"', "'x' is none of"),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "cloudaudit.toml").write_text(text)

    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "cloudaudit.toml")
    assert fault in str(caught.value)
