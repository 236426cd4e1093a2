"""A secret in a scanned file reaches no output, log or error."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cloudaudit import plugins

FOLDER = Path(__file__).parent / "cli" / "files" / "secret"
CANARY = re.compile("canary.?6f1d", re.IGNORECASE)

FORMATS = sorted(output.name for output in plugins.find("cloudaudit.outputs", "OUTPUT"))

COMMANDS = (
    *(f"scan {FOLDER} --format {form} --all" for form in FORMATS),
    *(f"graph {FOLDER} --format {form}" for form in ("json", "graphml", "dot", "mermaid")),
    f"scan {FOLDER} --var token=canary-6f1d-on-the-command-line --format json --all",
    f"explain rds-instance-storage-encrypted@aws_db_instance.main {FOLDER}",
)


def output(arguments: str) -> str:
    command = [sys.executable, "-m", "cloudaudit", *arguments.split()]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return (done.stdout + done.stderr).decode()


def test_the_canaries_are_there() -> None:
    assert len(CANARY.findall((FOLDER / "main.tf").read_text())) >= 9


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments.replace(str(FOLDER), "FOLDER"))
def test_no_command_prints_a_secret(arguments: str) -> None:
    printed = output(arguments)

    assert CANARY.findall(printed) == []


def test_no_explanation_of_any_finding_prints_a_secret() -> None:
    lines = output(f"scan {FOLDER} --format jsonl --all").splitlines()
    subjects = re.findall(r'"rule":"([^"]+)"', "\n".join(lines))

    printed = "".join(
        output(f"explain {rule}@{address} {FOLDER} --format json") for rule, address in _secret_findings(lines)
    )

    assert subjects
    assert CANARY.findall(printed) == []


def _secret_findings(lines: list[str]) -> list[tuple[str, str]]:
    """One finding of each rule about secrets: those whose evidence is made of secrets."""
    found: dict[str, str] = {}
    for line in lines:
        if '"theme":"secrets"' in line:
            rule = re.search(r'"rule":"([^"]+)"', line)
            address = re.search(r'"address":"([^"]+)"', line)
            if rule and address:
                found.setdefault(rule[1], address[1])
    return sorted(found.items())
