"""GitHub Enterprise Server: the same API below /api/v3."""

from collections.abc import Iterator
from typing import Any

import pytest

from cloudaudit.errors import RemoteError
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import TOKEN, Answer, running
from tests.standins.trackers import GitHubIssues


class Enterprise(GitHubIssues):
    def __init__(self) -> None:
        super().__init__()
        self.description = None  # it knows api.github.com only

    def answer(self, method: str, path: str, body: Any) -> Answer:
        inside = path.removeprefix("/api/v3")
        return super().answer(method, inside, body) if inside != path else (404, {"message": "Not Found"})


@pytest.fixture
def export(clock: Clock) -> Iterator[Exporter]:
    for server in running(Enterprise):
        assert isinstance(server, Enterprise)
        yield Exporter(server, clock)


def test_a_server_of_your_own_is_named_by_option_or_by_the_environment_of_its_jobs(export: Exporter) -> None:
    address = f"{export.server.url}/api/v3/"
    by_option = export.connect(options={"repo": "acme/shop", "api": address})
    job = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": address, "GITHUB_REPOSITORY": "acme/shop"}
    by_job = export.connect(options={"repo": "", "api": ""}, environment=job)

    (action,) = export.plan(observed(), tracker=by_option).actions
    assert action.draft is not None
    by_option.create(action.draft)

    assert by_job.place == by_option.place == f"github:{export.server.url.removeprefix('http://')}/acme/shop"
    assert [ticket.name for ticket in by_job.tickets()] == ["#1"]
    assert {path[:7] for _, path, _ in export.server.calls} == {"/api/v3"}


@pytest.mark.parametrize(
    "address",
    ["http://github.example.com/api/v3", "github.example.com", "https://user@github.example.com", "file:///etc/passwd"],
)
def test_a_token_goes_to_no_server_without_https(export: Exporter, address: str) -> None:
    with pytest.raises(RemoteError, match="a token is sent nowhere else"):
        export.connect(options={"repo": "acme/shop", "api": address})


@pytest.mark.parametrize("name", ["shop", "a/b/c", "../..", "acme/..", "acme/shop?x", "acme/ shop"])
def test_what_is_no_repository_is_not_asked_for(export: Exporter, name: str) -> None:
    with pytest.raises(RemoteError, match="which repository is it"):
        export.connect(options={"repo": name, "api": export.server.url})
    assert export.server.calls == []
