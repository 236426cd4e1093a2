"""What happens around a command: a reader that leaves, a user who stops it, an environment that is odd."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def pipe_to(reader: str, place: Path, arguments: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} -m cloudaudit {arguments} | {reader}; echo ${{PIPESTATUS[0]}}"
    return subprocess.run(["bash", "-c", command], cwd=place, capture_output=True, text=True, timeout=60, check=False)


def test_a_reader_that_leaves_early_changes_nothing(place: Path) -> None:
    done = pipe_to("head -c 1 > /dev/null", place, "scan shop --format json --all --fail-on never")

    assert done.stdout.split() == ["0"]
    assert done.stderr == ""


def test_help_survives_a_reader_that_is_gone(place: Path) -> None:
    done = pipe_to("true", place, "scan --help")

    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_interrupt_ends_quietly(place: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cloudaudit", "scan", "--targets-from", "/dev/stdin"],
        cwd=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"shop\n" * 5000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)

    _, complaint = process.communicate(timeout=60)

    # An interrupt before Python is up ends the process by the signal itself.
    assert process.returncode in (130, -signal.SIGINT)
    assert process.returncode < 0 or b"Traceback" not in complaint


def test_the_same_input_gives_the_same_bytes(run: Run) -> None:
    first = run("scan", "shop", "--format", "json", "--all")

    again = run("scan", "shop", "--format", "json", "--all", PYTHONHASHSEED="7", TZ="Asia/Tokyo", LC_ALL="C")

    assert first.stdout == again.stdout


def test_a_time_stands_in_the_report_only_when_the_environment_gives_one(run: Run) -> None:
    without = json.loads(run("scan", "clean", "--format", "json").stdout)
    timed = json.loads(run("scan", "clean", "--format", "json", SOURCE_DATE_EPOCH="1700000000").stdout)

    assert without["run"]["started"] == ""
    assert timed["run"]["started"] == "2023-11-14T22:13:20Z"


def test_nothing_is_coloured_where_no_terminal_is(run: Run) -> None:
    assert b"\x1b[" not in run("scan", "shop", FORCE_COLOR="1").stdout


def test_a_file_name_that_is_not_utf8_is_no_obstacle(run: Run, place: Path) -> None:
    folder = place / os.fsdecode(b"odd\xfe")
    folder.mkdir()
    (folder / os.fsdecode(b"m\xff.tf")).write_text('resource "aws_ebs_volume" "v" {\n  encrypted = false\n}\n')

    for form in ("text", "json", "jsonl", "sarif"):
        done = run("scan", str(folder), "--format", form)

        assert done.returncode == 1, done.stderr
        assert done.stdout
    for form in ("json", "graphml", "dot", "mermaid"):
        assert run("graph", str(folder), "--format", form).returncode == 0


def test_the_nearest_settings_hold(run: Run, place: Path) -> None:
    (place / "cloudaudit.toml").write_text('exclude = ["shop/*"]\n')

    done = run("scan", "shop")

    assert done.returncode == 2
    assert b"every root is excluded" in done.stderr


def test_variables_of_the_environment_count(run: Run) -> None:
    rule = ("--rule", "rds-instance-storage-encrypted", "--root", "shop/envs/staging", "--fail-on", "medium")

    unset = run("scan", "shop", *rule)
    given = run("scan", "shop", *rule, TF_VAR_encrypt_database="false")

    assert (unset.returncode, given.returncode) == (0, 1)


@pytest.mark.parametrize("arguments", ["--help", "scan --help"])
def test_help_imports_nothing_heavy(run: Run, arguments: str) -> None:
    done = run(*arguments.split(), PYTHONPROFILEIMPORTTIME="1")

    imported = {line.rpartition(b"|")[2].strip().split(b".")[0] for line in done.stderr.splitlines()}
    assert imported & {b"networkx", b"rich", b"cel_expr_python", b"yaml", b"tree_sitter", b"boto3", b"hcl2"} == set()


def test_a_small_scan_imports_neither_networkx_nor_rich_nor_the_second_reader(run: Run) -> None:
    run("scan", "clean")

    done = run("scan", "clean", PYTHONPROFILEIMPORTTIME="1")

    modules = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    imported = {name.split(b".")[0] for name in modules}
    assert imported & {b"networkx", b"rich", b"hcl2", b"lark", b"boto3"} == set()
    assert {b"cloudaudit.sources.plan", b"cloudaudit.sources.state"} & modules == set()
