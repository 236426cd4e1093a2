"""Nights of one estate, and what the commands about history say of them."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import TOP

RULES = "--rule ebs-volume-encrypted --rule rds-instance-backups-enabled"
MIDNIGHT = 1_767_232_800  # 2026-01-01T02:00:00Z
STORE = "history.db"

Run = Callable[..., Any]

# What changes with every edit of a rule.
_DIGEST = re.compile(r"(?<=[- ])[0-9a-f]{8,}\b")
OPEN = 'resource "aws_ebs_volume" "data" {\n  availability_zone = "eu-west-1a"\n}\n'
CLOSED = OPEN.replace("}\n", "  encrypted         = true\n}\n")
DATABASE = 'resource "aws_db_instance" "main" {\n  instance_class          = "db.t3.micro"\n%s}\n'
KEPT = DATABASE % "  backup_retention_period = 7\n"
UNKNOWN = DATABASE % "  backup_retention_period = var.days\n" + 'variable "days" {}\n'
NIGHTS = {
    1: OPEN + KEPT,
    2: OPEN + KEPT,
    3: CLOSED + KEPT,
    4: CLOSED + UNKNOWN,
    5: OPEN + UNKNOWN,
    8: KEPT + 'resource "aws_ebs_volume" {\n',
    9: KEPT,
}


@pytest.fixture
def nights(place: Path, run: Run) -> Run:
    """A store with the nights of an estate in it: the sixth and the seventh were missed."""
    (place / "estate").mkdir()
    for night, text in NIGHTS.items():
        (place / "estate" / "main.tf").write_text(text)
        done = run(
            *f"scan estate --record --store {STORE} --record-as estate --fail-on never {RULES}".split(),
            SOURCE_DATE_EPOCH=str(MIDNIGHT + 86_400 * (night - 1)),
        )
        assert done.returncode == 0, done.stderr.decode()
    return run


COMMANDS = {
    "runs": "runs --every 1d",
    "runs-one": "runs 5",
    "diff": "diff 2 3",
    "diff-all-nights": "diff 2026-01-01 latest",
    "diff-not-looked-at": "diff 5 6",
    "history-rule": "history ebs-volume-encrypted",
    "history-resource": "history estate:aws_db_instance.main",
    "trend": "trend",
    "trend-criterion": "trend --by criterion --per month",
}


def test_what_the_commands_say_of_some_nights(nights: Run, golden: Callable[[str, str], None]) -> None:
    for name, arguments in COMMANDS.items():
        done = nights(*arguments.split(), "--store", STORE, SOURCE_DATE_EPOCH=str(MIDNIGHT + 86_400 * 11))

        assert done.returncode == 0, done.stderr.decode()
        told = done.stdout.decode()
        assert max(map(len, told.splitlines())) <= 80, name
        golden(f"cli/past-{name}.txt", f"$ cloudaudit {arguments}\n{_DIGEST.sub('...', told)}")


@pytest.mark.parametrize("arguments", ["runs", "runs latest", "diff 1 2", "history ebs-volume-encrypted", "trend"])
def test_every_answer_is_there_as_json(nights: Run, arguments: str) -> None:
    done = nights(*arguments.split(), "--store", STORE, "-f", "json")

    assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("runs 99", "there is no run 99"),
        ("diff 1 2027-01-01", "there is no run 2027-01-01"),
        ("history no-such-rule", "no-such-rule: the store knows no rule, resource or fingerprint of this name"),
        ("runs --target other", "other: the store has no target of this name; it has estate"),
        ("trend --target other", "other: the store has no target of this name; it has estate"),
    ],
)
def test_what_the_store_does_not_know_is_one_line(nights: Run, arguments: str, complaint: str) -> None:
    done = nights(*arguments.split(), "--store", STORE)

    assert done.returncode == 2
    assert complaint in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1


def test_the_environment_may_name_the_store(nights: Run, place: Path) -> None:
    done = nights("runs", CLOUDAUDIT_STORE=f"sqlite:///{place / STORE}")

    assert done.stdout.decode().count("estate") >= len(NIGHTS)


def test_a_store_of_a_newer_program_is_left_alone(nights: Run, place: Path) -> None:
    with closing(sqlite3.connect(place / STORE)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = (place / STORE).read_bytes()

    for arguments in ("runs", "scan estate --record"):
        done = nights(*arguments.split(), "--store", STORE)

        assert done.returncode == 2
        (line,) = done.stderr.decode().splitlines()
        assert "a newer cloudaudit made this store" in line
    assert (place / STORE).read_bytes() == before


def test_a_disk_that_is_full_costs_the_record_and_not_the_report(nights: Run, place: Path) -> None:
    (place / "estate" / "main.tf").write_text("".join(OPEN.replace('"data"', f'"data_{n}"') for n in range(300)))
    blocks = (place / STORE).stat().st_size // 1024 + 1
    scan = f"-m cloudaudit scan estate --record --record-as estate --store {STORE} --fail-on never {RULES} --jobs 1"

    limited = ["bash", "-c", f'ulimit -f {blocks}; exec "$@"', "bash", sys.executable, *scan.split()]
    done = subprocess.run(
        limited, cwd=place, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": str(TOP)}
    )

    assert done.returncode == 2
    assert "300 failures" in done.stdout.decode()
    (line,) = done.stderr.decode().splitlines()
    assert "nothing of this run was recorded, and what was recorded before is whole" in line
    assert len(json.loads(nights("runs", "--store", STORE, "-f", "json").stdout)["runs"]) == len(NIGHTS)
