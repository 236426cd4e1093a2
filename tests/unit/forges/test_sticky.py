"""The one comment of a change, on both forges: made once, then kept up to date, and nobody else's is touched."""

from collections.abc import Callable, Mapping

import httpx
import pytest

from cloudaudit import forges
from cloudaudit.errors import ForgeError, RemoteError
from tests.standins.exports import Clock
from tests.standins.forges import GITHUB, MISSING, SPECS, TOKEN, StandIn

Write = Callable[..., forges.Posted]
REPORT = "<!-- cloudaudit -->\n### cloudaudit: 1 failure to mend before this is merged\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["github", "gitlab"])
def forge(request: pytest.FixtureRequest) -> StandIn:
    found: StandIn = request.getfixturevalue(request.param)
    return found


def environment(forge: StandIn) -> Mapping[str, str]:
    return {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_REF": "refs/pull/7/merge",
        "GITLAB_TOKEN": TOKEN,
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "acme/shop",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_PROJECT_URL": "https://gitlab.example.com/acme/shop",
    }


@pytest.fixture
def write(forge: StandIn, clock: Clock) -> Write:
    def call(text: str = REPORT, key: str = "", most: float = 120) -> forges.Posted:
        kind = forges.GitHub if forge.spec == GITHUB else forges.GitLab
        place = kind(environment(forge), waiting=clock.waiting(most))
        return forges.publish(place, forges.body(text, key))

    return call


def changes(forge: StandIn) -> list[str]:
    return [method for method, path, _ in forge.calls if method != "GET" and path != "/graphql"]


def test_requests_are_checked_by_the_published_descriptions(forge: StandIn, write: Write) -> None:
    if not SPECS.exists():
        pytest.skip(MISSING)

    write()
    write(REPORT + "more")

    assert len(forge.calls) >= 6
    assert forge.wrong == []


def test_the_check_of_requests_refuses_what_is_not_described(forge: StandIn) -> None:
    if not SPECS.exists():
        pytest.skip(MISSING)
    path = "/repos/acme/shop/issues/7/comments" if forge.spec == GITHUB else "/projects/1/merge_requests/7/notes"
    headers = {"PRIVATE-TOKEN": TOKEN}

    answers = [
        httpx.post(forge.url + path, json={"text": "x"}, headers=headers),
        httpx.get(forge.url + path, params={"page": "many"}, headers=headers),
        httpx.get(forge.url + "/nowhere", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert len(forge.wrong) == 3
    forge.wrong.clear()


def test_the_first_report_makes_a_comment(forge: StandIn, write: Write) -> None:
    posted = write()

    assert posted.done == "created"
    assert posted.address.endswith(str(forge.comments[0]["id"]))
    assert [each["body"] for each in forge.comments] == [REPORT]


def test_the_second_report_replaces_it(forge: StandIn, write: Write) -> None:
    write()
    posted = write("### cloudaudit: nothing stands in the way")

    assert posted.done == "updated"
    (comment,) = forge.comments
    assert comment["body"] == "<!-- cloudaudit -->\n### cloudaudit: nothing stands in the way\n"


def test_the_same_report_changes_nothing(forge: StandIn, write: Write) -> None:
    write()
    forge.comments[0]["body"] = forge.comments[0]["body"].rstrip().replace("\n", "\r\n")

    assert write().done == "unchanged"
    assert changes(forge) == ["POST"]


def test_a_comment_of_somebody_else_with_the_hidden_line_is_not_touched(forge: StandIn, write: Write) -> None:
    forge.add(REPORT, author="mallory")

    assert write("mine").done == "created"
    assert forge.comments[0]["body"] == REPORT


def test_a_comment_that_only_quotes_the_hidden_line_is_not_touched(forge: StandIn, write: Write) -> None:
    forge.add(f"> {REPORT}")
    forge.add(f"Look:\n{REPORT}")

    assert write("mine").done == "created"
    assert len(forge.comments) == 3


def test_each_key_has_a_comment_of_its_own(forge: StandIn, write: Write) -> None:
    write("of prod", key="prod")
    write("of dev", key="dev")
    write("of both")
    write("of prod again", key="prod")

    assert [each["body"].splitlines() for each in forge.comments] == [
        ["<!-- cloudaudit prod -->", "of prod again"],
        ["<!-- cloudaudit dev -->", "of dev"],
        ["<!-- cloudaudit -->", "of both"],
    ]


@pytest.mark.parametrize("others", [99, 100, 101, 250])
def test_the_comment_is_found_on_whatever_page_it_is(forge: StandIn, write: Write, others: int) -> None:
    for number in range(others):
        forge.add(f"comment {number}", author="somebody")
    forge.add(REPORT)

    assert write("later").done == "updated"
    assert len(forge.comments) == others + 1


def test_what_the_forge_itself_notes_is_no_comment(gitlab: StandIn, clock: Clock) -> None:
    gitlab.add(REPORT, system=True)

    place = forges.GitLab(environment(gitlab), waiting=clock.waiting())

    assert forges.publish(place, forges.body(REPORT)).done == "created"


@pytest.mark.parametrize(
    ("headers", "nap"),
    [({"Retry-After": "7"}, 7), ({}, 60), ({"Retry-After": "Mon, 12 Jan 1970 13:46:49 GMT"}, 9)],
)
def test_a_plea_to_wait_is_heard(forge: StandIn, write: Write, clock: Clock, headers: dict[str, str], nap: int) -> None:
    forge.faults = [("POST .*/(comments|notes)", 429, headers, {"message": "slow down"})]

    assert write().done == "created"
    assert clock.naps == [nap]
    assert len(forge.comments) == 1


def test_a_spent_budget_of_requests_is_waited_for(forge: StandIn, write: Write, clock: Clock) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(clock.time) + 42)}
    forge.faults = [("GET", 403, headers, {"message": "API rate limit exceeded"})]

    assert write().done == "created"
    assert clock.naps == [42]


def test_nobody_waits_for_an_hour(forge: StandIn, write: Write, clock: Clock) -> None:
    forge.faults = [("GET", 429, {"Retry-After": "3600"}, {})]

    with pytest.raises(RemoteError, match="asks to wait 3,600 seconds"):
        write()
    assert clock.naps == []


def test_a_fault_of_the_server_is_tried_again(forge: StandIn, write: Write, clock: Clock) -> None:
    forge.faults = [("GET", 502, {}, b"<html>Bad gateway"), ("GET", 503, {}, b"")]

    assert write().done == "created"
    assert clock.naps == [1, 2]


def test_a_server_that_stays_faulty_is_given_up(forge: StandIn, write: Write, clock: Clock) -> None:
    forge.faults = [("GET", 500, {}, b"")] * 9

    with pytest.raises(RemoteError, match="answers 500, 5 times"):
        write()
    assert clock.naps == [1, 2, 4, 8]


def test_a_server_that_is_not_there_is_told(github: StandIn, clock: Clock) -> None:
    place = forges.GitHub(environment(github), waiting=clock.waiting())
    github.close()

    with pytest.raises(RemoteError, match="GitHub cannot be reached: ConnectError"):
        forges.publish(place, forges.body(REPORT))
    assert clock.naps == [1, 2, 4, 8]


def test_a_comment_that_was_written_before_the_fault_is_not_written_again(forge: StandIn, write: Write) -> None:
    forge.faults = [("POST .*/(comments|notes)", 502, {}, b"")]
    forge.done_anyway = True

    assert write().done == "unchanged"
    assert len(forge.comments) == 1


@pytest.mark.parametrize(
    ("status", "said"), [(401, "not valid any more"), (403, "the token|GITLAB_TOKEN"), (404, "cannot see it")]
)
def test_a_refusal_says_what_is_needed(forge: StandIn, write: Write, clock: Clock, status: int, said: str) -> None:
    forge.faults = [("GET", status, {}, {"message": f"Bad credentials {TOKEN}"})]

    with pytest.raises(RemoteError, match=said) as caught:
        write()
    assert TOKEN not in str(caught.value)
    assert str(status) in str(caught.value)
    assert clock.naps == []


def test_a_moved_repository_is_not_followed(forge: StandIn, write: Write) -> None:
    forge.faults = [("GET", 301, {"Location": "https://elsewhere.example/"}, {})]

    with pytest.raises(RemoteError, match="has moved"):
        write()


def test_what_is_no_api_is_told(forge: StandIn, write: Write) -> None:
    forge.faults = [("GET", 200, {}, b"<html>Sign in")]

    with pytest.raises(RemoteError, match="no JSON"):
        write()


def test_a_text_that_is_too_long_is_refused(forge: StandIn, write: Write) -> None:
    with pytest.raises(ForgeError, match="is the most"):
        write("x" * 1_000_001)
    assert forge.calls == []


def test_the_longest_text_is_taken(github: StandIn, clock: Clock) -> None:
    text = forges.body("x")
    longest = text + "y" * (65_536 - len(text))
    place = forges.GitHub(environment(github), waiting=clock.waiting())

    assert forges.publish(place, longest).done == "created"
    with pytest.raises(ForgeError, match="65,537 characters, and 65,536 is the most"):
        forges.publish(place, longest + "z")


def test_the_token_is_in_one_header_only(forge: StandIn, write: Write) -> None:
    write()

    holding = {name for headers in forge.headers for name, value in headers.items() if TOKEN in value}
    assert holding == ({"authorization"} if forge.spec == GITHUB else {"private-token"})
    assert TOKEN not in str(forge.calls)
