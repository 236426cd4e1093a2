"""`cloudaudit comment` as a job calls it: another process, an environment, a report."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.standins.forges import TOKEN, GitHubStandIn, GitLabStandIn, StandIn, running

Run = Callable[..., Any]


@pytest.fixture
def github() -> Iterator[StandIn]:
    yield from running(GitHubStandIn)


@pytest.fixture
def gitlab() -> Iterator[StandIn]:
    yield from running(GitLabStandIn)


def hub(server: StandIn) -> dict[str, str]:
    where = {"GITHUB_API_URL": server.url, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF": "refs/pull/7/merge"}
    return {"GITHUB_TOKEN": TOKEN} | where


def test_a_scan_and_a_comment(run: Run, github: StandIn) -> None:
    scanned = run("scan", "shop", "--rule", "sg-no-open-ssh", "-f", "markdown", "-o", "report.md")
    done = [run("comment", "github", "report.md", **hub(github)) for _ in range(2)]

    assert scanned.returncode == 1
    assert [each.stdout.decode().split()[0] for each in done] == ["created", "unchanged"]
    assert [each.returncode for each in done] == [0, 0]
    (comment,) = github.comments
    assert comment["body"].startswith("<!-- cloudaudit -->\n### cloudaudit: ")
    assert "aws\\_security\\_group" in comment["body"]


def test_gitlab_with_a_key(run: Run, place: Path, gitlab: StandIn) -> None:
    (place / "report.md").write_text("hello")
    where = {"CI_API_V4_URL": gitlab.url, "CI_PROJECT_ID": "acme/shop", "CI_MERGE_REQUEST_IID": "7"}

    done = run("comment", "gitlab", "report.md", "--key", "prod", GITLAB_TOKEN=TOKEN, **where)

    assert done.stdout == b"created merge request 7#note_1000\n"
    assert gitlab.comments[0]["body"] == "<!-- cloudaudit prod -->\nhello\n"


@pytest.mark.parametrize(
    "wrong",
    [
        ("comment github report.md", {"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ("comment github report.md", {"GITHUB_REF": ""}, "which pull request is it? Say --number N"),
        ("comment github report.md --number 8", {}, "refuses (404, Not Found): there is no such pull request"),
        ("comment github report.md --number 0", {}, "Invalid value for '--number'"),
        ("comment github nowhere.md", {}, "nowhere.md"),
        ("comment github report.md --key a--b", {}, "the key 'a--b'"),
        ("comment gitlab report.md", {}, "GITLAB_TOKEN is not set"),
    ],
)
def test_wrong_use_ends_with_two_and_a_sentence(
    run: Run, place: Path, github: StandIn, wrong: tuple[str, dict[str, str], str]
) -> None:
    arguments, changed, said = wrong
    (place / "report.md").write_text("hello")

    done = run(*arguments.split(), **(hub(github) | changed))

    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert TOKEN.encode() not in done.stderr + done.stdout
    github.wrong.clear()


def test_the_token_is_shown_nowhere_whatever_goes_wrong(run: Run, place: Path, github: StandIn) -> None:
    (place / "report.md").write_text("hello")
    github.faults = [("GET", 403, {}, {"message": f"nothing for {TOKEN}"})]

    done = run("comment", "github", "report.md", CLOUDAUDIT_DEBUG="1", **hub(github))

    assert done.returncode == 2
    assert b"pull-requests: write" in done.stderr
    assert TOKEN.encode() not in done.stderr + done.stdout
