"""What other scanners were told to accept becomes waivers, or is listed with the reason why not."""

from datetime import date
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.app import waiving
from cloudaudit.decisions import waiverfile
from cloudaudit.decisions.waiverwriting import written
from cloudaudit.errors import SettingsError
from cloudaudit.model import Status

TODAY = date(2026, 11, 22)
TERMS = waiving.Terms(owner="data", approved_by="security", expires="2027-12-31", reason="known")
VOLUME = 'resource "aws_ebs_volume" "a" {\n  size = 1\n}\n'
RULES = app.rule_set(app.Request(targets=())).rules


def bring(*targets: Path, terms: waiving.Terms = TERMS) -> waiving.Brought:
    return waiving.bring(app.Request(targets=tuple(map(str, targets)), today=TODAY), terms)


def said(brought: waiving.Brought) -> dict[str, tuple[str, ...]]:
    return {f"{each.waiver.id} {each.waiver.rule}": each.waiver.resources for each in brought.drafts}


def test_waivers_that_lack_nothing_are_honoured_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME)
    (tmp_path / ".trivyignore").write_text('# scratch "data": \\ all of it\nAVD-AWS-0026\n')
    waivers = tmp_path / "waivers.yaml"

    waivers.write_text(written(bring(tmp_path).drafts))

    (loaded,) = waiverfile.load(waivers, RULES)
    assert loaded.reason == 'scratch "data": \\ all of it'
    request = app.Request(targets=(str(tmp_path),), only=(loaded.rule,), waivers=str(waivers), today=TODAY)
    (finding,) = app.scan(request).findings
    assert finding.status is Status.WAIVED


def test_what_people_must_say_is_left_empty_and_the_file_refused(tmp_path: Path) -> None:
    (tmp_path / ".trivyignore").write_text("AVD-AWS-0026\n")
    (draft,) = bring(tmp_path, terms=waiving.Terms()).drafts
    (tmp_path / "waivers.yaml").write_text(written([draft]))

    with pytest.raises(SettingsError) as error:
        waiverfile.load(tmp_path / "waivers.yaml", RULES)

    assert draft.missing == ["reason", "owner", "approved_by", "expires"]
    assert all(f"{key}: text expected" in str(error.value) for key in draft.missing)


def test_a_comment_covers_the_resource_it_stands_in_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    inside = VOLUME.replace("size = 1", "size = 1 # checkov:skip=CKV_AWS_3:scratch")
    (tmp_path / "m" / "main.tf").write_text(inside + VOLUME.replace('"a"', '"b"'))
    (tmp_path / "main.tf").write_text('module "m" {\n  count  = 2\n  source = "./m"\n}\n')

    brought = bring(tmp_path)

    assert said(brought) == {
        "CKV_AWS_3-1 ebs-volume-encrypted": ("module.m[0].aws_ebs_volume.a", "module.m[1].aws_ebs_volume.a")
    }
    assert brought.drafts[0].waiver.reason == "scratch"


def test_a_comment_on_a_call_covers_what_the_module_holds(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(VOLUME)
    (tmp_path / "main.tf").write_text('#trivy:ignore:AVD-AWS-0026\nmodule "m" {\n  source = "./m"\n}\n')

    assert said(bring(tmp_path)) == {"AVD-AWS-0026-1 ebs-volume-encrypted": ("module.m.aws_ebs_volume.a",)}


def test_a_file_in_a_folder_speaks_of_that_folder(tmp_path: Path) -> None:
    for name in ("dev", "prod"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(VOLUME)
    (tmp_path / "dev" / ".trivyignore").write_text("AVD-AWS-0026\n")
    baseline = (
        '{"failed_checks":[{"file":"/main.tf","findings":[{"resource":"aws_ebs_volume.a","check_ids":["CKV_AWS_3"]}]}]}'
    )
    (tmp_path / "prod" / ".checkov.baseline").write_text(baseline)

    assert said(bring(tmp_path)) == {
        "AVD-AWS-0026-1 ebs-volume-encrypted": ("dev:*", "dev/*"),
        "CKV_AWS_3-1 ebs-volume-encrypted": ("prod:aws_ebs_volume.a",),
    }


def test_a_path_of_trivys_covers_what_its_files_declare(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "disk.tf").write_text(VOLUME)
    (tmp_path / "db" / "other.tf").write_text(VOLUME.replace('"a"', '"b"'))
    text = "misconfigurations:\n  - id: AVD-AWS-0026\n    paths: ['**/disk.*']\n"
    (tmp_path / ".trivyignore.yaml").write_text(text)

    assert said(bring(tmp_path)) == {"AVD-AWS-0026-1 ebs-volume-encrypted": ("db:aws_ebs_volume.a",)}


def test_of_several_rules_those_that_judge_the_resource_are_waived_and_the_check_itself(tmp_path: Path) -> None:
    finding = '{"resource":"aws_rds_cluster_instance.a","check_ids":["CKV_AWS_226"]}'
    file = tmp_path / ".checkov.baseline"
    file.write_text(f'{{"failed_checks":[{{"file":"/main.tf","findings":[{finding}]}}]}}')

    assert said(bring(file)) == {
        "CKV_AWS_226-1 rds-cluster-instance-minor-upgrades": ("aws_rds_cluster_instance.a",),
        "CKV_AWS_226-2 checkov:CKV_AWS_226": ("aws_rds_cluster_instance.a",),
    }


@pytest.mark.parametrize(
    ("check", "rule"),
    [
        ("AVD-AWS-0132", "trivy:AWS-0132"),
        ("CVE-2026-1", "trivy:CVE-2026-1"),
        ("USR-0001", "trivy:USR-0001"),
    ],
)
def test_a_check_without_a_rule_of_ours_is_waived_by_its_own_name(tmp_path: Path, check: str, rule: str) -> None:
    (tmp_path / ".trivyignore").write_text(f"{check}\n")
    (tmp_path / "waivers.yaml").write_text(written(bring(tmp_path).drafts))

    (loaded,) = waiverfile.load(tmp_path / "waivers.yaml", RULES)

    assert (loaded.rule, loaded.resources) == (rule, ("*",))


def test_comments_of_checkov_under_its_other_names_waive_what_checkov_reports(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME.replace("size = 1", "size = 1 # bridgecrew:skip=CKV2_OURS_1:custom"))

    assert said(bring(tmp_path)) == {"CKV2_OURS_1-1 checkov:CKV2_OURS_1": ("aws_ebs_volume.a",)}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("AVD-AWS-0026 exp:2026-11-21", "it ended on 2026-11-21"),
        ("AVD-AWS-0190", "outside of our themes: a matter of cost or speed, no control"),
        ("AVD-AZU-0001", "outside of our themes: about another cloud than AWS"),
        ("who:knows\\", "no check can have this name"),
    ],
)
def test_nothing_is_dropped_without_a_reason(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / ".trivyignore").write_text(f"{line}\n")

    brought = bring(tmp_path)

    assert (brought.found, brought.drafts) == (1, ())
    assert [each.why for each in brought.left] == [why]


def test_a_resource_that_our_rule_does_not_judge_is_waived_for_what_the_other_scanner_says_of_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_sns_topic" "a" {\n  # checkov:skip=CKV_AWS_3\n}\n')

    assert said(bring(tmp_path)) == {"CKV_AWS_3-1 ebs-volume-encrypted": ("aws_sns_topic.a",)}


def test_addresses_of_checkov_find_data_sources_and_providers(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('data "aws_iam_policy_document" "a" {\n  statement {}\n}\n')
    finding = '{"resource":"aws_iam_policy_document.a","check_ids":["CKV_AWS_111"]}'
    baseline = f'{{"failed_checks":[{{"file":"/main.tf","findings":[{finding}]}}]}}'
    (tmp_path / ".checkov.baseline").write_text(baseline)

    assert said(bring(tmp_path)) == {"CKV_AWS_111-1 checkov:CKV_AWS_111": ("data.aws_iam_policy_document.a",)}


def test_a_comment_where_nothing_stands_is_left_over(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"{VOLUME}\n# checkov:skip=CKV_AWS_3\n")

    assert [each.why for each in bring(tmp_path).left] == ["nothing is declared there"]


def test_the_earlier_of_two_last_days_holds(tmp_path: Path) -> None:
    (tmp_path / ".trivyignore").write_text("AVD-AWS-0026 exp:2027-01-31\nAVD-AWS-0080 exp:2029-01-31\n")

    ends = {each.waiver.id: each.waiver.expires for each in bring(tmp_path).drafts}

    assert ends == {"AVD-AWS-0026-1": "2027-01-31", "AVD-AWS-0080-1": "2027-12-31"}


def test_a_source_file_that_is_not_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"# checkov:skip=CKV_AWS_3 \xff\n")

    assert [each.why for each in bring(tmp_path).left] == ["the file was not read: not UTF-8"]


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("AVD-AWS-0026\n")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / ".trivyignore").symlink_to(tmp_path / "outside")

    with pytest.raises(SettingsError, match="leaves the repository"):
        bring(tmp_path / "tree")


def test_aliases_cannot_make_a_list_endless(tmp_path: Path) -> None:
    checks = "".join(f"      c{n}: {{Regions: ['*'], Resources: [a]}}\n" for n in range(400))
    accounts = "".join(f"    a{n}: *x\n" for n in range(400))
    text = f"Mutelist:\n  Accounts:\n    first: &x\n     Checks:\n{checks}{accounts}"
    (tmp_path / "mutelist.yaml").write_text(text)

    with pytest.raises(SettingsError, match="more than 100,000 entries"):
        bring(tmp_path)


def test_a_place_where_nothing_is_accepted_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing is accepted here"):
        bring(tmp_path)


def test_no_text_of_a_file_leaves_its_line(tmp_path: Path) -> None:
    (tmp_path / ".trivyignore").write_text("# a\x1b[31m\u2028b # c\nAVD-AWS-0026\n", encoding="utf-8")

    text = written(bring(tmp_path).drafts)

    assert "\x1b" not in text
    assert "\u2028" not in text
