"""The estate applied by the real Terraform to a stand-in for AWS, then audited: the verdicts are those decided by hand,
and what the state declares has the fingerprint that it has there."""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from cloudaudit import load
from cloudaudit.graph import Declared, ResourceGraph, drift
from cloudaudit.sources.aws.account import Plan, read
from cloudaudit.sources.aws.collectors import collectors
from cloudaudit.sources.aws.session import open_profile
from tests.twins.test_expected_verdicts import CONCEPTS, SHARED, Judged, allowed, expected

REGIONS = ("us-east-1", "eu-west-1")
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the estate is not beside this repository")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ResourceGraph, ResourceGraph]]:
    """The graph of its state, and that of the account; about two minutes."""
    sys.path.insert(0, str(SHARED))
    import run_estate  # noqa: PLC0415 - not beside every checkout

    if reason := run_estate.available():
        pytest.skip(reason)
    with run_estate.Estate("prod") as running:
        folder = tmp_path_factory.mktemp("estate")
        (folder / "state.json").write_text(json.dumps(running.state))
        (state,) = load(f"envs/prod={folder / 'state.json'}")
        yield state, live(running.environ(), state)


def live(environment: dict[str, str], state: ResourceGraph) -> ResourceGraph:
    """The account, read as an audit reads it."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        return read(open_profile(), Plan(regions=REGIONS, declared=Declared([state])))
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def test_the_account_has_the_verdicts_decided_by_hand(estate: tuple[ResourceGraph, ResourceGraph]) -> None:
    judged = Judged(estate[1])
    rows = list(expected("estate", "prod", "live"))
    wrong = [
        f"{row['address']} {row['concept']}: {row['verdict']} expected, {found} found"
        for row in rows
        if row["concept"] not in CONCEPTS["differs_live"]
        if (found := judged.verdict("estate", row)) not in allowed(row, "live")
    ]

    assert len(rows) > 300
    assert not wrong, "\n".join(wrong)


def test_what_the_state_declares_is_found_and_keeps_its_name(estate: tuple[ResourceGraph, ResourceGraph]) -> None:
    state, account = estate
    assert account.listing is not None
    listed: Any = account.listing
    wanted = {
        key: one
        for key, one in state.resources.items()
        if one.arn and one.type in listed.listed and not listed.lacks(one.type) and "data." not in one.address[:5]
    }

    missing = [key for key in wanted if key not in account.resources]

    assert len(wanted) > 100
    assert missing == []


def test_nothing_that_is_declared_is_missing(estate: tuple[ResourceGraph, ResourceGraph]) -> None:
    state, account = estate
    made = frozenset(one.type for one in collectors())

    assert [one.address for one in drift(state.resources, account, made, {}) if one.kind == "missing"] == []
