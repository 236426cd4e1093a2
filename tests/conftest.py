"""What all tests share: golden files, which `make golden` rewrites, and how chance is used."""

import ast
import functools
import gc
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Read when moto is imported: else each region begins with some 1,300 images and snapshots of others.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

# The same examples in every run, so that a change is never blamed for what chance found.
# HYPOTHESIS_PROFILE=explore draws others, and keeps what fails.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# CPython 3.11 counts how deep a tree of syntax is in one place for all threads, and stops when two make one at a time
# (gh-106905); moto does, with the routes of each service that is asked first.
_one_at_a_time = threading.RLock()
_parse = ast.parse


@functools.wraps(_parse)
def _parsed(*arguments: Any, **options: Any) -> Any:
    with _one_at_a_time:
        return _parse(*arguments, **options)


ast.parse = _parsed


def pytest_runtest_teardown() -> None:
    """Commands switch the collection of garbage off until their process ends, which here is not so soon."""
    gc.enable()


GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with tests/golden/NAME, or writes it there."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert text == path.read_bytes().decode(), f"{name} differs; `make golden` rewrites it"

    return compare
