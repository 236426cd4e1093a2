"""Where a comment goes: by the environment of the job, or by what is said; and nowhere without HTTPS or a token."""

import json
from pathlib import Path
from typing import Any

import pytest

from cloudaudit import forges
from cloudaudit.errors import RemoteError
from tests.standins.forges import TOKEN, StandIn

HUB = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/7/merge"}
LAB = {"GITLAB_TOKEN": TOKEN, "CI_PROJECT_ID": "12", "CI_MERGE_REQUEST_IID": "7"}


def event(tmp_path: Path, **content: Any) -> dict[str, str]:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(content))
    return {"GITHUB_EVENT_PATH": str(file), "GITHUB_REF": "refs/heads/main"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set.*pull-requests: write"),
        ({"GITHUB_TOKEN": "two words"}, "odd characters"),
        ({"GITHUB_TOKEN": "naïve-token"}, "odd characters"),
        ({"GITHUB_REPOSITORY": ""}, "which repository"),
        ({"GITHUB_REPOSITORY": "acme/.."}, "which repository"),
        ({"GITHUB_REPOSITORY": "acme/shop/../../user"}, "which repository"),
        ({"GITHUB_REF": "refs/heads/main"}, "which pull request is it"),
        ({"GITHUB_API_URL": "http://api.github.com"}, "must be https"),
        ({"GITHUB_API_URL": "https://user:pass@api.github.com"}, "must be https"),
        ({"GITHUB_API_URL": "file:///etc/passwd"}, "must be https"),
        ({"GITHUB_API_URL": "https://["}, "must be https"),
        ({"GITHUB_GRAPHQL_URL": "https://elsewhere.example/graphql"}, "two hosts"),
        ({"GITHUB_EVENT_PATH": "nowhere.json"}, "cannot be read"),
    ],
)
def test_what_is_missing_for_github_is_said(changed: dict[str, str], said: str) -> None:
    with pytest.raises(RemoteError, match=said) as caught:
        forges.GitHub(HUB | changed)
    assert (changed.get("GITHUB_TOKEN") or TOKEN) not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"GITLAB_TOKEN": ""}, "GITLAB_TOKEN is not set: .*Reporter"),
        ({"GITLAB_TOKEN": "", "CI_JOB_TOKEN": "glcbt-1"}, "CI_JOB_TOKEN may not write comments"),
        ({"CI_PROJECT_ID": ""}, "which project"),
        ({"CI_MERGE_REQUEST_IID": ""}, "which merge request"),
        ({"CI_API_V4_URL": "http://gitlab.example.com/api/v4"}, "must be https"),
    ],
)
def test_what_is_missing_for_gitlab_is_said(changed: dict[str, str], said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        forges.GitLab(LAB | changed)


@pytest.mark.parametrize(
    "content",
    [{"pull_request": {"number": 9}}, {"issue": {"number": 9, "pull_request": {"url": "x"}}}],
)
def test_the_event_names_the_pull_request(tmp_path: Path, content: dict[str, Any]) -> None:
    assert forges.GitHub(HUB | event(tmp_path, **content)).number == 9


def test_an_issue_is_no_pull_request(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="which pull request"):
        forges.GitHub(HUB | event(tmp_path, issue={"number": 9}))


def test_what_is_said_comes_before_the_environment() -> None:
    place = forges.GitHub(HUB, "other/place", 3)

    assert (place.repository, place.number) == ("other/place", 3)


def test_a_server_of_your_own_has_graphql_beside_its_api(github: StandIn) -> None:
    place = forges.GitHub(HUB | {"GITHUB_API_URL": f"{github.url}/api/v3"})
    github.faults = [("POST /api/graphql", 200, {}, {"data": {"viewer": {"login": "me"}}})]
    github.description = None

    assert place.me() == "me"


RUN = {
    "workflow_run": {
        "head_sha": "a" * 40,
        "head_branch": "change",
        "head_repository": {"full_name": "stranger/shop", "owner": {"login": "stranger"}},
    }
}


def pull(number: int, sha: str, home: str) -> dict[str, Any]:
    return {"number": number, "head": {"sha": sha, "repo": {"full_name": home}}}


def test_a_finished_workflow_leads_to_the_pull_request_it_ran_for(github: StandIn, tmp_path: Path) -> None:
    github.lists["/repos/acme/shop/pulls"] = [
        pull(1, "b" * 40, "stranger/shop"),
        pull(2, "a" * 40, "mallory/shop"),
        {"number": 3, "head": {"sha": "a" * 40, "repo": None}},
        pull(4, "a" * 40, "stranger/shop"),
    ]

    place = forges.GitHub(HUB | event(tmp_path, **RUN) | {"GITHUB_API_URL": github.url})

    assert place.number == 4


def test_a_workflow_of_an_older_commit_leads_nowhere(github: StandIn, tmp_path: Path) -> None:
    github.lists["/repos/acme/shop/pulls"] = [pull(1, "b" * 40, "stranger/shop")]

    with pytest.raises(RemoteError, match="no open pull request is at aaaaaaaaaaaa"):
        forges.GitHub(HUB | event(tmp_path, **RUN) | {"GITHUB_API_URL": github.url})


def test_a_merge_request_from_a_fork_is_in_the_project_it_goes_to(gitlab: StandIn) -> None:
    place = forges.GitLab(LAB | {"CI_MERGE_REQUEST_PROJECT_ID": "acme/shop", "CI_API_V4_URL": gitlab.url})

    assert forges.publish(place, forges.body("text")).done == "created"
