"""Source beside a git revision: what changed, with nothing checked out and nothing run."""

import subprocess
from pathlib import Path

import pytest

from cloudaudit import app
from cloudaudit.errors import SourceError
from cloudaudit.model import Change, Verdict
from cloudaudit.sources import Options

VOLUME = 'resource "aws_ebs_volume" "{}" {{\n  size = 1\n}}\n'
ENCRYPTED = 'resource "aws_ebs_volume" "{}" {{\n  size      = 1\n  encrypted = true\n}}\n'


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True)


def commit(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_tf", ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def changes(folder: Path, base: str = "HEAD", jobs: int = 1) -> dict[str, Change | None]:
    report = app.scan(
        app.Request(targets=(str(folder),), options=Options(base=base, jobs=jobs), only=("ebs-volume-encrypted",))
    )
    found = {one.resource: one.change for one in report.findings if one.verdict is Verdict.FAIL}
    return found | {one.resource: one.change for one in report.fixed}


def test_what_the_revision_had_is_existing_and_the_rest_is_introduced(repository: Path) -> None:
    commit(repository, main_tf=VOLUME.format("a") + ENCRYPTED.format("b") + VOLUME.format("c"))
    (repository / "main.tf").write_text(VOLUME.format("a") + VOLUME.format("b") + ENCRYPTED.format("c"))

    assert changes(repository) == {
        "aws_ebs_volume.a": Change.EXISTING,
        "aws_ebs_volume.b": Change.INTRODUCED,
        "aws_ebs_volume.c": Change.FIXED,
    }


def test_renamed_files_and_moved_folders_are_not_new(repository: Path) -> None:
    commit(repository, envs__prod__main_tf=VOLUME.format("a") + VOLUME.format("b"))
    git(repository, "mv", "envs/prod", "envs/production")
    git(repository, "mv", "envs/production/main.tf", "envs/production/volumes.tf")

    assert set(changes(repository).values()) == {Change.EXISTING}


def test_a_moved_module_is_not_new(repository: Path) -> None:
    call = 'module "{}" {{\n  source = "./{}"\n}}\n'
    commit(repository, main_tf=call.format("old", "m"), m__main_tf=VOLUME.format("a"))
    (repository / "main.tf").write_text(call.format("new", "n"))
    git(repository, "mv", "m", "n")

    assert set(changes(repository).values()) == {Change.EXISTING}


def test_a_new_root_is_introduced(repository: Path) -> None:
    commit(repository, a__main_tf=VOLUME.format("a"))
    (repository / "b").mkdir()
    (repository / "b" / "main.tf").write_text(VOLUME.format("x") + VOLUME.format("y"))

    assert changes(repository) == {
        "a:aws_ebs_volume.a": Change.EXISTING,
        "b:aws_ebs_volume.x": Change.INTRODUCED,
        "b:aws_ebs_volume.y": Change.INTRODUCED,
    }


def test_values_and_files_are_those_of_the_revision(repository: Path) -> None:
    text = 'variable "encrypted" {}\n' + ENCRYPTED.format("a").replace("true", 'var.encrypted && file("x.txt") == "x"')
    commit(repository, main_tf=text)
    (repository / "terraform.tfvars").write_text("encrypted = true\n")
    (repository / "x.txt").write_text("x")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "values")
    (repository / "x.txt").write_text("y")

    assert changes(repository) == {"aws_ebs_volume.a": Change.INTRODUCED}


def test_the_base_is_where_the_branches_parted(repository: Path) -> None:
    commit(repository, main_tf=VOLUME.format("a"))
    git(repository, "checkout", "-qb", "work")
    commit(repository, other_tf=VOLUME.format("b"))
    git(repository, "checkout", "-q", "main")
    commit(repository, main_tf=ENCRYPTED.format("a"))
    git(repository, "checkout", "-q", "work")

    assert changes(repository, "main") == {
        "aws_ebs_volume.a": Change.EXISTING,
        "aws_ebs_volume.b": Change.INTRODUCED,
    }


def test_nothing_that_the_repository_configures_runs(repository: Path, tmp_path: Path) -> None:
    commit(repository, main_tf=VOLUME.format("a"))
    (repository / ".gitattributes").write_text("*.tf filter=evil diff=evil\n")
    mark = tmp_path / "it-ran"
    for name in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "core.sshCommand"):
        git(repository, "config", name, f"touch {mark}; cat")
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        path = repository / ".git" / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {mark}\n")
        path.chmod(0o755)
    mark.unlink(missing_ok=True)

    changes(repository)

    assert not mark.exists()


@pytest.mark.parametrize("base", ["nowhere", "--output=x", "HEAD:main.tf"])
def test_a_revision_that_is_none_is_told(repository: Path, base: str) -> None:
    commit(repository, main_tf=VOLUME.format("a"))

    with pytest.raises(SourceError, match="revision"):
        changes(repository, base)


def test_a_shallow_clone_is_told_what_to_fetch(repository: Path, tmp_path: Path) -> None:
    commit(repository, main_tf=VOLUME.format("a"))
    commit(repository, main_tf=VOLUME.format("b"))
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "clone")

    with pytest.raises(SourceError, match="shallow"):
        changes(tmp_path / "clone", "HEAD~1")


def test_a_folder_without_a_repository_has_nothing_to_compare_with(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(VOLUME.format("a"))

    with pytest.raises(SourceError, match="no git repository"):
        changes(tmp_path)


def test_several_processes_read_the_revision_each_for_itself(repository: Path) -> None:
    commit(repository, **{f"r{number}__main_tf": VOLUME.format("a") for number in range(40)})

    found = changes(repository, jobs=4)

    assert len(found) == 40
    assert set(found.values()) == {Change.EXISTING}
