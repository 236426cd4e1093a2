"""Runs the program as a user does: another process, a folder of its own, a plain environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
FILES = Path(__file__).parent / "files"

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("cache")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository with the files that the cases name."""
    folder = tmp_path / "repository"
    shutil.copytree(FILES, folder)
    shutil.copytree(TOP / "fixtures" / "terraform" / "shop", folder / "shop")
    (folder / ".git").mkdir()
    (folder / "empty").mkdir()
    (folder / "empty.json").write_bytes(b"")
    (folder / "notes.txt").write_text("No Terraform here.\n")
    (folder / "plan.bin").write_bytes(b"PK\x03\x04\x14\x00" + bytes(100))
    (folder / "truncated.json").write_text('{"format_version": "1.2", "planned_values": {"root_module": {"resour')
    (folder / "errored.json").write_text('{"format_version": "1.2", "planned_values": {}, "errored": true}')
    return folder


@pytest.fixture
def run(place: Path, cache: Path) -> Run:
    """Runs `cloudaudit ARGUMENTS` in `place`."""

    def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PYTHONPATH") if name in os.environ}
        env = {**kept, "HOME": str(place), "LC_ALL": "C.UTF-8", "CLOUDAUDIT_CACHE_DIR": str(cache), **environment}
        command = [sys.executable, "-m", "cloudaudit", *arguments]
        return subprocess.run(command, cwd=place, env=env, capture_output=True, timeout=60, check=False)

    return call
