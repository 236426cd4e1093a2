"""Programs that stand in for another scanner, and wheels that install one."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cloudaudit.tools import Tool

TOP = Path(__file__).parents[2]
# Where `make test` puts the real one.
_KEPT = TOP / ".venv" / "share" / "cloudaudit" / "tools"


def program(folder: Path, body: str, name: str = "checkov") -> Path:
    """A program in Python, made in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport json, os, pathlib, subprocess, sys, time\n{body}\n")
    path.chmod(0o755)
    return path


def tool(lock: Path = Path("none")) -> Tool:
    """A tool whose program prints JSON."""
    return Tool(
        name="checkov",
        version="3.3.30",
        lock=lock,
        environment={"OF_THE_TOOL": "yes"},
        arguments=lambda folder, var_files: [folder, *var_files],
        lost=lambda _said: [],
    )


def wheel(folder: Path) -> str:
    """A distribution named checkov in the folder, whose program tells its version; the digest of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    info = "checkov-3.3.30.dist-info"
    files = {
        "checkov_standin.py": "def main():\n    print('3.3.30')\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: checkov\nVersion: 3.3.30\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ncheckov = checkov_standin:main\n",
    }
    rows = [f"{name},sha256={_digest(text)},{len(text)}" for name, text in files.items()]
    path = folder / "checkov-3.3.30-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,"]) + "\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def real_checkov() -> Path:
    """The real checkov; the test is skipped where there is none."""
    places = [*(str(folder / "bin") for folder in sorted(_KEPT.glob("checkov-*"))), os.environ.get("PATH", "")]
    found = shutil.which("checkov", path=os.pathsep.join(places))
    if found is None:
        pytest.skip("there is no checkov here: `make test` installs it, or put one on the PATH")
    return Path(found)


def version(program: Path) -> str:
    """The version that a program tells."""
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def told(*checks: tuple[str, str, str], path: str = "/0/main.tf", **more: Any) -> str:
    """What checkov says: each check by its id, PASSED, FAILED or SKIPPED, and the address of the resource."""
    rows: dict[str, list[Any]] = {"PASSED": [], "FAILED": [], "SKIPPED": []}
    for check, result, address in checks:
        outcome = {"result": result, "suppress_comment": "known"} if result == "SKIPPED" else {"result": result}
        rows[result].append(
            {
                "check_id": check,
                "check_name": f"Title of {check}",
                "check_result": outcome,
                "file_path": path,
                "file_line_range": [1, 1],
                "resource": address,
                **more,
            }
        )
    results = {f"{result.lower()}_checks": found for result, found in rows.items()}
    answer = {
        "check_type": "terraform",
        "results": {**results, "parsing_errors": []},
        "summary": {"checkov_version": "3.3.30"},
    }
    return json.dumps(answer)


def saying(folder: Path, answer: str) -> Path:
    """A checkov in the folder that gives this answer, whatever it is asked."""
    return program(folder, f"sys.stdout.write({answer!r})")
