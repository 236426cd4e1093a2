"""What all tests share: golden files, which `make golden` rewrites, and how chance is used."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Read when moto is imported: else each region begins with some 1,300 images and snapshots of others.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

# The same examples in every run, so that a change is never blamed for what chance found.
# HYPOTHESIS_PROFILE=explore draws others, and keeps what fails.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

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
