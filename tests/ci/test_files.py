"""The files that other tools look for at the top of a repository: the GitLab component, hooks, the Dockerfile."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.conftest import WORSE, Shell
from tests.ci.pages import TOP, check, commands, examples
from tests.standins.forges import TOKEN, StandIn

HOOKS = {hook["id"]: hook for hook in yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text())}
DOCKERFILE = (TOP / "Dockerfile").read_text()


def component(**given: str) -> dict[str, Any]:
    """The jobs, with inputs filled in as GitLab does it."""
    spec, jobs = (TOP / "templates" / "cloudaudit.yml").read_text().split("\n---\n")
    inputs = yaml.safe_load(spec)["spec"]["inputs"]
    for name, one in inputs.items():
        jobs = jobs.replace(f"$[[ inputs.{name} ]]", given.get(name, one.get("default", "")))
    assert "$[[" not in jobs
    found: dict[str, Any] = yaml.safe_load(jobs)
    return found


def test_the_commands_of_the_component_exist() -> None:
    jobs = component(image="i")

    found = [each for job in jobs.values() for line in job["script"] for each in commands(line)]
    assert [arguments[0] for arguments in found] == ["scan", "comment"]
    for arguments in found:
        check(arguments)


@pytest.mark.parametrize("targets", [".", "envs/prod=plan.json"])
def test_the_scan_of_the_component(repository: Path, shell: Shell, targets: str) -> None:
    (repository / "new.tf").write_text(WORSE)
    job = component(image="i", targets=targets)["cloudaudit"]
    base = shell("git rev-parse origin/main").stdout.strip()
    where = {"CI_PROJECT_DIR": str(repository), "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}

    done = shell("\n".join([*job["before_script"], *job["script"]]), program="sh", **job["variables"], **where)

    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    reports = [*job["artifacts"]["reports"].values()]
    assert reports == ["gl-sast-report.json", "gl-code-quality-report.json"]
    for name in reports:
        assert json.loads((repository / name).read_text())
    assert (repository / "cloudaudit-report" / "comment.md").exists()


def test_a_scan_of_the_component_that_cannot_end_says_so(repository: Path, shell: Shell) -> None:
    job = component(image="i")["cloudaudit"]

    done = shell("\n".join(job["script"]), program="sh", **job["variables"], CI_MERGE_REQUEST_DIFF_BASE_SHA="nowhere")

    assert done.returncode == 2
    assert "the scan did not end" in (repository / "cloudaudit-report" / "comment.md").read_text()


def test_the_comment_of_the_component(repository: Path, shell: Shell, gitlab: StandIn) -> None:
    (repository / "cloudaudit-report").mkdir()
    (repository / "cloudaudit-report" / "comment.md").write_text("hello\n/merge\n")
    job = component(image="i", key="prod")["cloudaudit-comment"]
    where = {"CI_API_V4_URL": gitlab.url, "CI_PROJECT_ID": "acme/shop", "CI_MERGE_REQUEST_IID": "7"}

    done = shell(
        "\n".join(job["script"]), GITLAB_TOKEN=TOKEN, CLOUDAUDIT_KEY=job["variables"]["CLOUDAUDIT_KEY"], **where
    )

    assert done.stdout.startswith("created"), done.stderr
    assert gitlab.comments[0]["body"] == "<!-- cloudaudit prod -->\nhello\n\\/merge\n"
    assert job["variables"]["GIT_STRATEGY"] == "none"


def test_the_hooks_are_whole() -> None:
    assert set(HOOKS) == {"cloudaudit", "cloudaudit-all"}
    for hook in HOOKS.values():
        (arguments,) = commands(hook["entry"])
        check(arguments)
        assert hook["language"] == "python"
        assert re.search(hook["files"], "envs/prod/main.tf")
        assert not re.search(hook["files"], "README.md")


@pytest.mark.parametrize("text", ["page", "hook"])
def test_a_commit_is_stopped_for_what_it_makes_worse_and_for_nothing_else(
    repository: Path, shell: Shell, text: str
) -> None:
    written = next(each.text for each in examples(TOP / "docs" / "ci" / "pre-commit.md") if each.note == "hook")
    script = written if text == "page" else f"#!/bin/sh\nexec {HOOKS['cloudaudit']['entry']}\n"
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(script)
    hook.chmod(0o755)
    for path in ("disks/main.tf", "main.tf", "module.tf"):
        (repository / path).unlink()

    harmless = shell("echo '# note' >> old.tf && git add old.tf && git commit -qm harmless")
    (repository / "new.tf").write_text(WORSE.replace("aws_ebs_volume", "aws_db_instance"))
    worse = shell("git add new.tf && git commit -qm worse")

    assert harmless.returncode == 0, harmless.stdout
    assert worse.returncode == 1
    assert "aws_db_instance.new" in worse.stderr
    assert shell("git log --format=%s").stdout.split() == ["harmless", "before"]


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)

    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim@sha256:[0-9a-f]{64}", base) for base in bases)
    assert users == ["10001"]
    assert 'ENTRYPOINT ["cloudaudit"]' in DOCKERFILE


def test_what_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)

    sources = [source for line in copied for source in line.split()[:-1]]
    assert {"pyproject.toml", "cloudaudit", "rules"} <= set(sources)
    assert [source for source in sources if not (TOP / source).exists()] == []
