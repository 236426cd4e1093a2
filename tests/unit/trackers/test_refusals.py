"""What GitHub and GitLab refuse: one line that says what to do; what can be tried again is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from cloudaudit.errors import RemoteError
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import State
from tests.standins.exports import STAND_INS, Clock, Exporter, observed
from tests.standins.forges import TOKEN, running
from tests.standins.gitlab_issues import GitLabIssues
from tests.standins.trackers import GitHubIssues, TrackerStandIn

REPOSITORY, PROJECT = "GET /repos/acme/shop$", "GET /api/v4/projects/acme%2Fshop$"
LIST = {"github": "GET /repos/acme/shop/issues$", "gitlab": "GET /api/v4/projects/acme%2Fshop/issues$"}
MAKE = {"github": "POST /repos/acme/shop/issues$", "gitlab": "POST /api/v4/projects/acme%2Fshop/issues$"}


class Refusal(NamedTuple):
    kind: str
    request: str
    status: int
    body: Any
    message: str


@contextmanager
def _there(kind: str) -> Iterator[tuple[Exporter, TrackerStandIn]]:
    for server in running(STAND_INS[kind]):
        assert isinstance(server, TrackerStandIn)
        yield Exporter(server, Clock()), server


_STOP = {
    "a wrong token": Refusal(
        "github",
        REPOSITORY,
        401,
        {"message": "Bad credentials"},
        "GitHub refuses (401, Bad credentials): GITHUB_TOKEN is not valid, or not any more",
    ),
    "no repository": Refusal(
        "github", REPOSITORY, 404, {"message": "Not Found"}, "there is no such repository, or the token cannot see it"
    ),
    "a repository that has another name": Refusal(
        "github", REPOSITORY, 301, {"message": "Moved Permanently"}, "say the new name of the repository or project"
    ),
    "no right to write": Refusal(
        "github",
        "POST /repos/acme/shop/labels$",
        403,
        {"message": "Resource not accessible by integration"},
        "the token needs the right to write issues (`issues: write`",
    ),
    "another wrong token": Refusal(
        "gitlab",
        PROJECT,
        401,
        {"message": "401 Unauthorized"},
        "GitLab refuses (401, 401 Unauthorized): GITLAB_TOKEN is not valid, or not any more",
    ),
    "no project": Refusal(
        "gitlab", PROJECT, 404, {"message": "404 Project Not Found"}, "there is no such project, or the token cannot"
    ),
    "a token that may only read": Refusal(
        "gitlab",
        "POST /api/v4/projects/acme%2Fshop/labels$",
        403,
        {"error": "insufficient_scope", "error_description": "The request requires higher privileges", "scope": "api"},
        "GitLab refuses (403, insufficient_scope): the token needs the scope `api`, and at least the role Reporter",
    ),
    "a page of a proxy": Refusal("github", REPOSITORY, 200, b"<html>Sign in</html>", "is no JSON; is it the API?"),
    "another page of a proxy": Refusal("gitlab", LIST["gitlab"], 200, b"<html>", "is no JSON; is it the API?"),
    "something else": Refusal("github", REPOSITORY, 200, {"hello": 1}, "what GitHub answers is no repository"),
    "something else, too": Refusal("gitlab", PROJECT, 200, [], "what GitLab answers is no project"),
    "a list that is none": Refusal("github", LIST["github"], 200, {}, "should hold a list"),
    "an issue that is none": Refusal("gitlab", LIST["gitlab"], 200, [{"iid": "x"}], "GitLab: this is no issue"),
    "an answer that tells the token": Refusal("github", REPOSITORY, 400, {"message": f"bad {TOKEN}"}, "bad ***"),
}


@pytest.mark.parametrize("name", _STOP)
def test_what_stops_an_export_is_one_line_that_says_what_to_do(name: str) -> None:
    refusal = _STOP[name]
    with _there(refusal.kind) as (export, server):
        server.faults.append((refusal.request, refusal.status, {}, refusal.body))

        with pytest.raises(RemoteError) as raised:
            export(observed())

        assert refusal.message in str(raised.value)
        assert "\n" not in str(raised.value)
        assert TOKEN not in str(raised.value)
        assert server.seen() == []


_CLOSED_PLACES = {
    "an archived repository": ("github", {"archived": True}, "acme/shop is archived"),
    "a repository without issues": ("github", {"has_issues": False}, "issues are switched off"),
    "an archived project": ("gitlab", {"archived": True}, "acme/shop is archived"),
    "a project without issues": ("gitlab", {"issues_enabled": False}, "issues are switched off"),
    "a project whose issues are disabled": ("gitlab", {"issues_access_level": "disabled"}, "issues are switched off"),
}


@pytest.mark.parametrize("name", _CLOSED_PLACES)
def test_a_place_that_takes_no_issues_is_seen_by_a_dry_run(name: str) -> None:
    kind, more, message = _CLOSED_PLACES[name]
    with _there(kind) as (export, server):
        assert isinstance(server, GitHubIssues | GitLabIssues)
        (server.repository if isinstance(server, GitHubIssues) else server.project).update(more)

        with pytest.raises(RemoteError, match=message):
            export.plan(observed())


_FIELDS = {
    "an unknown person": (
        "github",
        {"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "assignees", "code": "invalid"}]},
        "an unknown assignee, milestone or type?",
    ),
    "a day that is none": ("gitlab", {"message": {"due_date": ["is invalid"]}}, "due_date: is invalid"),
}


@pytest.mark.parametrize("name", _FIELDS)
def test_a_ticket_that_is_refused_stops_no_other(name: str) -> None:
    kind, body, message = _FIELDS[name]
    with _there(kind) as (export, server):
        server.faults.append((MAKE[kind], 422 if kind == "github" else 400, {}, body))

        refused, made = export.done(observed("a"), observed("b"))

        assert message in refused.refused
        assert made.refused == ""
        assert len(server.seen()) == 1
        assert export(observed("a"), observed("b")) == ["create"]


@pytest.mark.parametrize("kind", ["github", "gitlab"])
@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7.0),
        (403, {"Retry-After": "7"}, 7.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000031"}, 31.0),
        (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "1000031"}, 31.0),
        (503, {"Retry-After": "2"}, 2.0),
        (502, {}, 1.0),
    ],
)
def test_a_plea_to_wait_is_heard_and_what_was_not_done_is_sent_again(
    kind: str, status: int, headers: dict[str, str], seconds: float
) -> None:
    with _there(kind) as (export, server):
        server.faults.append((MAKE[kind] if status != 502 else LIST[kind], status, headers, {"message": "slow down"}))

        assert export(observed()) == ["create"]
        assert seconds in export.clock.naps
        assert len(server.seen()) == 1


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_plea_to_wait_for_hours_ends_the_run_and_the_next_goes_on(kind: str) -> None:
    with _there(kind) as (export, server):
        server.faults.append((MAKE[kind], 429, {"Retry-After": "3000"}, {}))

        with pytest.raises(RemoteError, match="asks to wait 3,000 seconds"):
            export(observed())
        assert export(observed()) == ["create"]


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_tracker_that_is_down_is_named_after_five_attempts(kind: str) -> None:
    with _there(kind) as (export, server):
        server.faults += [(LIST[kind], 503, {}, b"<html>")] * 5

        with pytest.raises(RemoteError, match="answers 503, 5 times; run the job again later"):
            export(observed())


def test_github_has_no_confidential_issues(github: Exporter) -> None:
    github.settings = Export(confidential=True)

    with pytest.raises(RemoteError, match=r"acme/shop is public, .* confidential"):
        github.plan(observed())

    assert isinstance(github.server, GitHubIssues)
    github.server.repository["private"] = True
    assert github(observed()) == ["create"]


def test_a_repository_in_which_the_token_may_not_label_gets_one_issue_and_not_one_each_night(github: Exporter) -> None:
    assert isinstance(github.server, GitHubIssues)
    github.server.drops_labels = True

    with pytest.raises(RemoteError, match="without its labels"):
        github(observed("a"), observed("b"))
    assert len(github.server.issues) == 1


def test_an_issue_that_was_moved_to_another_repository_stops_nothing(github: Exporter) -> None:
    github.keeps_links = True
    github(observed("a"))
    github.server.unlabel(0)
    github.server.faults.append(("GET /repos/acme/shop/issues/1$", 301, {"Location": "/elsewhere"}, {}))

    assert github(observed("a", State.FIXED), observed("b")) == ["create"]


@pytest.fixture
def github() -> Iterator[Exporter]:
    with _there("github") as (export, _):
        yield export
