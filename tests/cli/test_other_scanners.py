"""The commands about other scanners, as a user runs them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.standins import scanners

Run = Callable[..., Any]
NOWHERE = {"PATH": "/usr/bin:/bin", "XDG_DATA_HOME": "/nonexistent"}
ENCRYPTED = "--rule=ebs-volume-encrypted"


def beside(place: Path, *checks: tuple[str, str, str]) -> dict[str, str]:
    """An environment with a checkov on the PATH that says so."""
    scanners.saying(place / "bin", scanners.told(*checks))
    return {**NOWHERE, "PATH": f"{place / 'bin'}:/usr/bin:/bin"}


def test_without_the_scanner_a_strict_scan_is_incomplete(run: Run) -> None:
    done = run("scan", "clean", ENCRYPTED, "--with", "checkov", "--strict", **NOWHERE)

    assert done.returncode == 3
    assert b'-> Say "cloudaudit tools install checkov", or put one on the PATH.' in done.stdout


def test_a_scanner_that_nobody_knows_is_wrong_use(run: Run) -> None:
    done = run("scan", "clean", "--with", "tfsec", **NOWHERE)

    assert (done.returncode, done.stderr) == (
        2,
        b"cloudaudit: tfsec: no tool of that name can be run; there is checkov\n",
    )


def test_a_scan_shows_both_voices(run: Run, place: Path) -> None:
    environment = beside(place, ("CKV_AWS_3", "PASSED", "aws_ebs_volume.data"))
    (place / "one").mkdir()
    (place / "one" / "main.tf").write_text('resource "aws_ebs_volume" "data" {\n  availability_zone = "a"\n}\n')

    done = run("scan", "one", ENCRYPTED, "--with", "checkov", "--with-timeout", "1m", **environment)

    assert done.returncode == 1
    assert b"[checkov passes it" in done.stdout


def test_an_agreement_and_its_recording(run: Run, place: Path) -> None:
    environment = beside(place, ("CKV_NEW_1", "FAILED", "aws_ebs_volume.data"))
    (place / "one").mkdir()
    (place / "one" / "main.tf").write_text('resource "aws_ebs_volume" "data" {\n  availability_zone = "a"\n}\n')

    done = run("scan", "one", "--with", "checkov", "--record", "--store", "s.db", "--fail-on", "never", **environment)
    runs = run("runs", "--store", "s.db", "--format", "json")

    assert done.returncode == 0, done.stderr
    assert sorted(one["target"] for one in json.loads(runs.stdout)["runs"]) == [
        "checkov:repository:one",
        "repository:one",
    ]


def test_a_comparison_needs_one_scanner(run: Run) -> None:
    done = run("compare", "clean", **NOWHERE)

    assert done.returncode == 2
    assert b"name one scanner: --with checkov" in done.stderr


def test_a_comparison_without_the_scanner_says_how_to_get_it(run: Run) -> None:
    done = run("compare", "clean", "--with", "checkov", **NOWHERE)

    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "cloudaudit: checkov: it is not installed",
        '  Say "cloudaudit tools install checkov", or put one on the PATH.',
    ]


def test_tools_are_listed(run: Run, place: Path) -> None:
    missing = run("tools", "list", **NOWHERE)
    scanners.program(place / "bin", "print('3.2.1')")
    there = run("tools", "list", **{**NOWHERE, "PATH": f"{place / 'bin'}:/usr/bin:/bin"})

    assert missing.stdout == b'checkov: not here; "cloudaudit tools install checkov" gets 3.3.30\n'
    assert there.stdout.decode() == f"checkov 3.2.1, on the PATH: {place / 'bin' / 'checkov'}\n"


def test_a_tool_that_cannot_be_installed_is_one_message(run: Run, place: Path) -> None:
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": "/dev/null", "XDG_DATA_HOME": str(place / "data")}

    done = run("tools", "install", "checkov", **offline)

    assert done.returncode == 2
    assert done.stderr.startswith(b"cloudaudit: checkov 3.3.30 could not be installed:\n  ERROR: ")
    assert b"Traceback" not in done.stderr
