"""action.yml, as a runner reads it: its scripts run here in the repository of the pages."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.conftest import WORSE, Shell
from tests.ci.pages import TOP, check, commands
from tests.standins.forges import TOKEN, StandIn

ACTION = yaml.safe_load((TOP / "action.yml").read_text())
STEPS: dict[str, Any] = {step["name"]: step for step in ACTION["runs"]["steps"]}
INPUTS = {"TARGETS": ".", "BASE": "", "POLICY": "", "FAIL_ON": "", "ARGUMENTS": ""}


@pytest.fixture
def scan(tmp_path: Path, shell: Shell) -> Shell:
    """The scan step; its outputs are in `outputs`, its summary in `summary`."""
    for name in ("outputs", "summary"):
        (tmp_path / name).touch()
    files = {"GITHUB_OUTPUT": str(tmp_path / "outputs"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}

    def call(**inputs: str) -> Any:
        return shell(STEPS["Scan"]["run"], **(INPUTS | files | inputs))

    return call


def test_no_script_holds_a_value_of_the_caller() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


def test_what_the_scripts_read_is_given_to_them() -> None:
    assert set(STEPS["Scan"]["env"]) == set(INPUTS)
    for step in STEPS.values():
        named = re.findall(r"inputs\.([\w-]+)", str(step))
        assert set(named) <= set(ACTION["inputs"])


def test_actions_of_others_are_pinned() -> None:
    used = [step["uses"] for step in STEPS.values() if "uses" in step]

    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each) for each in used)


def test_the_commands_exist_with_their_options() -> None:
    found = [each for step in STEPS.values() for each in commands(step.get("run", ""))]

    assert [arguments[0] for arguments in found] == ["scan", "comment"]
    for arguments in found:
        check(arguments)


def test_a_change_for_the_worse_is_reported(repository: Path, scan: Shell, tmp_path: Path) -> None:
    (repository / "new.tf").write_text(WORSE)

    done = scan(BASE="origin/main", ARGUMENTS="--rule ebs-volume-encrypted", FAIL_ON="low")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "outputs").read_text() == "exit-code=1\n"
    assert re.findall(r"^::\w+ file=(\S+?),", done.stdout, re.MULTILINE) == ["new.tf", "disks/main.tf"]
    assert {path.name for path in (repository / "cloudaudit-report").iterdir()} == {
        *("report.json", "report.sarif", "comment.md"),
    }
    assert (tmp_path / "summary").read_text().startswith("<!-- cloudaudit -->\n### cloudaudit: 2 failures to mend")


def test_several_targets_and_a_policy(repository: Path, scan: Shell, tmp_path: Path) -> None:
    (repository / "two words").mkdir()
    (repository / "two words" / "x.tf").write_text(WORSE)

    done = scan(TARGETS="disks\nenvs/prod=plan.json\ntwo words\n", POLICY="security-policy/cloudaudit.toml")

    assert done.returncode == 0, done.stderr
    assert "exit-code=1" in (tmp_path / "outputs").read_text()
    assert done.stderr == ""


def test_wrong_use_is_no_green_job(repository: Path, scan: Shell, tmp_path: Path) -> None:
    done = scan(BASE="no-such-revision")

    assert repository.exists()
    assert "no-such-revision" in done.stderr
    assert (tmp_path / "outputs").read_text() == "exit-code=2\n"
    assert (
        (repository / "cloudaudit-report" / "comment.md").read_text().startswith("### cloudaudit: the scan did not end")
    )


@pytest.mark.parametrize("code", ["0", "1", "2"])
def test_the_job_ends_as_the_scan_did(shell: Shell, code: str) -> None:
    assert shell(STEPS["Verdict"]["run"], CODE=code).returncode == int(code)


def test_inputs_are_data(repository: Path, scan: Shell) -> None:
    scan(BASE="$(touch owned)", ARGUMENTS="$(touch owned) `touch owned` ; touch owned", TARGETS=".\n$(touch owned)")

    assert not (repository / "owned").exists()


def test_the_comment_is_written(repository: Path, shell: Shell, github: StandIn) -> None:
    (repository / "-report.md").write_text("hello")
    where = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/7/merge"}

    done = [
        shell(STEPS["Comment"]["run"], GITHUB_TOKEN=TOKEN, KEY=key, REPORT="-report.md", SUGGEST="", **where)
        for key in ("", "prod", "")
    ]

    assert [each.stdout.split()[0] for each in done] == ["created", "created", "unchanged"]


def test_a_fix_is_suggested_at_the_line_of_the_change(
    repository: Path, scan: Shell, shell: Shell, github: StandIn
) -> None:
    (repository / "new.tf").write_text('resource "aws_kms_key" "new" {\n  description = "data"\n}\n')
    scan(BASE="origin/main", ARGUMENTS="--rule kms-key-rotation")
    patch = shell("git add -N new.tf && git diff -- new.tf").stdout
    github.lists["/repos/acme/shop/pulls/7/files"] = [{"filename": "new.tf", "patch": patch[patch.index("@@") :]}]
    where = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/7/merge"}
    files = {"REPORT": "cloudaudit-report/comment.md", "SUGGEST": "cloudaudit-report/report.json", "KEY": ""}

    done = [shell(STEPS["Comment"]["run"], GITHUB_TOKEN=TOKEN, **files, **where) for _ in range(2)]

    assert [each.stdout.splitlines()[1:] for each in done] == [["suggested 1 more"], ["suggested 0 more"]]
    (remark,) = github.remarks
    assert (remark["path"], remark["line"]) == ("new.tf", 1)
    assert 'suggestion\nresource "aws_kms_key" "new" {\n  enable_key_rotation = true\n```' in remark["body"]
