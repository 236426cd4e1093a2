"""Each case of the table: exit code, stdout and stderr."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.cases import CASES, Case

# What changes with every edit of a rule, and is no news to a user.
_DIGEST = re.compile(r'("(?:id|rule_digest|rules_digest)": ?")[0-9a-f]{32,}"')


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case(case: Case, run: Callable[..., Any], place: Path, golden: Callable[[str, str], None]) -> None:
    done = run(*case.arguments.split())

    told = done.stdout.decode().replace(str(place), "PLACE")
    complained = done.stderr.decode().replace(str(place), "PLACE")
    files = "".join(f"--- {path.name}\n{path.read_text()}" for path in sorted((place / "out").glob("*")))
    text = f"$ cloudaudit {case.arguments}\nexit {done.returncode}\n--- stdout\n{told}--- stderr\n{complained}{files}"
    assert done.returncode == case.exit, complained
    assert "Traceback" not in complained
    assert "defect of cloudaudit" not in complained
    golden(f"cli/{case.name}.txt", _DIGEST.sub(r'\1..."', text))


def test_case_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
