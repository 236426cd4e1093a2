"""A GitHub and a GitLab of our own for each test."""

from collections.abc import Iterator

import pytest

from tests.standins.forges import GitHubStandIn, GitLabStandIn, StandIn, running


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def github() -> Iterator[StandIn]:
    yield from running(GitHubStandIn)


@pytest.fixture
def gitlab() -> Iterator[StandIn]:
    yield from running(GitLabStandIn)
