"""What the repository under test may decide, and what it may not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cloudaudit.cli.program import program

COMMENT = "# cloudaudit:ignore ebs-volume-encrypted scratch data\n"
VOLUME = 'resource "aws_ebs_volume" "a" {\n  size = 1\n}\n'


def scan(folder: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, object]]:
    monkeypatch.chdir(folder)
    found = CliRunner().invoke(program, ["scan", "--rule", "ebs-volume-encrypted", "-f", "json", *arguments])
    return found.exit_code, json.loads(found.stdout)


def test_under_a_policy_the_repository_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "main.tf").write_text(COMMENT + VOLUME)
    (repository / "cloudaudit.toml").write_text('fail_on = "never"\nexclude = ["*"]\n')
    policy = tmp_path / "policy.toml"
    policy.write_text('fail_on = "low"\n')

    code, report = scan(repository, "--policy", str(policy), monkeypatch=monkeypatch)

    assert code == 1
    assert [finding["status"] for finding in report["findings"]] == ["open"]  # type: ignore[index,attr-defined]


def test_a_policy_may_allow_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "main.tf").write_text(COMMENT + VOLUME)
    (tmp_path / "p.toml").write_text("inline = true\n")

    assert scan(tmp_path, "--policy", "p.toml", monkeypatch=monkeypatch)[0] == 0


def test_a_policy_and_settings_exclude_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.toml").write_text("")

    found = CliRunner().invoke(program, ["scan", "--policy", "p.toml", "--config", "p.toml"])

    assert found.exit_code == 2
    assert "give one of them" in found.output


def test_two_plans_with_the_same_addresses_keep_their_findings_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"address": "aws_ebs_volume.a", "mode": "managed", "type": "aws_ebs_volume", "name": "a", "values": {}}
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [values]}}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))

    _, report = scan(tmp_path, "prod=plan.json", "dev=plan.json", monkeypatch=monkeypatch)

    found = report["findings"]
    assert [one["resource"] for one in found] == ["prod:aws_ebs_volume.a", "dev:aws_ebs_volume.a"]  # type: ignore[attr-defined]
    assert len({one["fingerprint"] for one in found}) == 2  # type: ignore[attr-defined]
