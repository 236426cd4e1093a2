"""A repository with a branch `origin/main`, a change on top of it, and a `cloudaudit` on the PATH."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ci.pages import TOP, file
from tests.standins.forges import GitHubStandIn, GitLabStandIn, StandIn, running

Shell = Callable[..., Any]
DISKS = """\
resource "aws_ebs_volume" "data" {
  for_each          = toset(["cache1", "store"])
  availability_zone = "eu-central-1a"
  size              = 20
}
"""
BEFORE = 'resource "aws_ebs_volume" "old" {\n  availability_zone = "eu-central-1a"\n  size = 1\n}\n'
WORSE = 'resource "aws_ebs_volume" "new" {\n  availability_zone = "eu-central-1a"\n  size = 2\n}\n'


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("cache")
    return folder


@pytest.fixture
def shell(tmp_path: Path, cache: Path) -> Shell:
    """Runs a script in the repository, as a job does."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "cloudaudit").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cloudaudit "$@"\n')
    (programs / "cloudaudit").chmod(0o755)
    (tmp_path / "home").mkdir()

    def call(script: str, *, program: str = "bash", **environment: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(tmp_path / "home"),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(TOP),
            "CLOUDAUDIT_CACHE_DIR": str(cache),
            "RUNNER_TEMP": str(tmp_path),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            **environment,
        }
        command = [program, "-e", "-c", script]
        folder = tmp_path / "repository"
        folder.mkdir(exist_ok=True)
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)

    return call


@pytest.fixture
def repository(tmp_path: Path, shell: Shell) -> Path:
    """What the pages speak of: one old failure on main, and their own examples."""
    folder = tmp_path / "repository"
    for path in ("disks", "security-policy"):
        (folder / path).mkdir(parents=True)
    (folder / "old.tf").write_text(BEFORE)
    done = shell(
        "git init -q -b main . && git add . && git commit -qm before && git update-ref refs/remotes/origin/main HEAD"
    )
    assert done.returncode == 0, done.stderr
    (folder / "disks" / "main.tf").write_text(DISKS)
    for path in ("main.tf", "module.tf", "waivers.yaml", "security-policy/cloudaudit.toml"):
        (folder / path).write_text(file("waivers.md", path))
    shutil.copy(folder / "waivers.yaml", folder / "security-policy")
    shutil.copy(TOP / "fixtures" / "terraform" / "twin" / "plan.json", folder / "plan.json")
    return folder


@pytest.fixture
def github() -> Iterator[StandIn]:
    yield from running(GitHubStandIn)


@pytest.fixture
def gitlab() -> Iterator[StandIn]:
    yield from running(GitLabStandIn)
