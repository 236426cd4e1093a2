"""What Linear has and other trackers have not, or in another way."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.settings import Export
from cloudaudit.trackers import linear
from cloudaudit.trackers.cases import State
from cloudaudit.trackers.linear_text import replaced
from cloudaudit.trackers.tracker import Given
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import MISSING, SPECS, TOKEN, running
from tests.standins.linear import LinearTeam

KEY = "0123456789abcdef0123456789abcdef"
MARK = "cloudaudit 01234567"


@pytest.fixture
def server() -> Iterator[LinearTeam]:
    for made in running(LinearTeam):
        assert isinstance(made, LinearTeam)
        yield made


@pytest.fixture
def export(server: LinearTeam, clock: Clock) -> Exporter:
    return Exporter(server, clock)


def state(server: LinearTeam) -> str:
    return str(server.issues[0]["stateId"])


def limited(**headers: str) -> tuple[str, int, dict[str, str], Any]:
    """What Linear answers once too much was asked."""
    error = {"message": "Rate limit exceeded", "extensions": {"code": "RATELIMITED", "type": "ratelimited"}}
    return "POST /graphql", 400, headers, {"errors": [error]}


def test_the_check_of_questions_refuses_what_the_schema_does_not_have(server: LinearTeam) -> None:
    if not SPECS.exists():
        pytest.skip(MISSING)
    questions: list[dict[str, Any]] = [
        {"query": "query A { issues { nodes { colour } } }", "variables": {}},
        {"query": "query A($id: ID!) { issues(filter: {id: {eq: $id}}) { nodes { id } } }", "variables": {}},
        {
            "query": "mutation A($input: IssueCreateInput!) { issueCreate(input: $input) { success } }",
            "variables": {"input": {"teamId": "t", "colour": "red"}},
        },
    ]

    answers = [httpx.post(f"{server.url}/graphql", json=question) for question in questions]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    server.wrong.clear()


# What is made


def test_settings_fill_the_fields_of_a_new_issue(export: Exporter, server: LinearTeam) -> None:
    export.settings = Export(
        milestone="SOC 2",
        due_days={"high": 30},
        priorities={"high": "Urgent"},
        assignees={"aws_s3_bucket.*": "ann@example.com"},
        labels=("team storage",),
        states={"open": "todo"},
        fields={"estimate": 2},
    )

    export(observed())

    (issue,) = server.issues
    assert issue["projectId"] == "project-1"
    assert issue["dueDate"] == "2026-12-22"
    assert issue["priority"] == 1
    assert issue["assigneeId"] == "user-1"
    assert issue["estimate"] == 2
    assert state(server) == "state-Todo"
    assert server.seen()[0].labels == ["cloudaudit", "severity: high", "team storage"]


def test_priority_follows_severity_where_the_settings_are_silent(export: Exporter, server: LinearTeam) -> None:
    export(observed())

    assert server.issues[0]["priority"] == 2


def test_labels_are_made_once_and_those_that_all_teams_share_are_taken(export: Exporter, server: LinearTeam) -> None:
    server.labels["cloudaudit"] = {"id": "label-shared", "name": "cloudaudit", "team": None}

    export(observed("a"))
    export(observed("a"), observed("b"))

    assert all("label-shared" in issue["labelIds"] for issue in server.issues)
    assert sorted(server.labels) == [
        "cloudaudit",
        *(f"severity: {one}" for one in ("critical", "high", "low", "medium")),
    ]


def test_a_label_of_another_team_is_not_taken(export: Exporter, server: LinearTeam) -> None:
    server.labels["other"] = {"id": "label-other", "name": "cloudaudit", "team": {"id": "team-2"}}

    export(observed())

    assert "label-other" not in server.issues[0]["labelIds"]


def test_a_person_whom_nobody_knows_concerns_one_ticket_only(export: Exporter, server: LinearTeam) -> None:
    export.settings = Export(assignees={"aws_s3_bucket.a": "nobody@example.com"})

    done = export.done(observed("a"), observed("b"))

    assert [one.refused for one in done] == [
        "Linear knows nobody with the address 'nobody@example.com'; [export.assignees] names people by e-mail or id",
        "",
    ]
    assert len(server.issues) == 1


def test_a_field_that_linear_refuses_concerns_one_ticket_only(export: Exporter, server: LinearTeam) -> None:
    user = "00000000-0000-4000-8000-000000000000"
    export.settings = Export(assignees={"aws_s3_bucket.a": user})

    done = export.done(observed("a"), observed("b"))

    assert "Entity not found: User" in done[0].refused
    assert len(server.issues) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Export(states={"fixed": "Shipped"}), r"ENG has no state 'Shipped'; there are: Triage \(triage\), Backlog"),
        (Export(priorities={"high": "Highest"}), "no priority 'Highest'; there are: none, urgent, high, medium, low"),
        (Export(milestone="SOC 3"), "no project 'SOC 3'; make it, or change .* milestone"),
    ],
)
def test_names_that_linear_does_not_know_are_told(
    export: Exporter, server: LinearTeam, settings: Export, said: str
) -> None:
    export.settings = settings

    with pytest.raises(TrackerError, match=said):
        export(observed())
    assert server.issues == []


def test_confidential_tickets_need_a_private_team(export: Exporter, server: LinearTeam) -> None:
    export.settings = Export(confidential=True)

    with pytest.raises(TrackerError, match="ENG is open to the whole workspace"):
        export(observed())
    server.visibility = "private"
    assert export(observed()) == ["create"]


# States


def test_states_are_taken_by_their_types(export: Exporter, server: LinearTeam) -> None:
    seen = []
    for one in (State.OPEN, State.FIXED, State.OPEN, State.ACCEPTED, State.OPEN, State.REMOVED):
        export(observed(state=one))
        seen.append(state(server).removeprefix("state-"))

    assert seen == ["Triage", "Done", "Todo", "Canceled", "Todo", "Done"]


def test_states_of_the_settings_come_first_and_are_ends_whatever_their_type(
    export: Exporter, server: LinearTeam
) -> None:
    export.settings = Export(states={"fixed": "in progress", "accepted": "Duplicate"})
    export(observed())

    assert export(observed(state=State.FIXED)) == ["close"]
    assert state(server) == "state-In Progress"
    assert export(observed(state=State.FIXED)) == []


def test_a_team_without_a_fitting_state_is_told(export: Exporter, server: LinearTeam) -> None:
    export(observed())
    server.states = [one for one in server.states if one["type"] not in ("completed", "canceled", "duplicate")]

    with pytest.raises(TrackerError, match=r"no state of the type completed; there are: .* see \[export.states\]"):
        export(observed(state=State.FIXED))


def test_an_archived_issue_is_restored_when_it_fails_again(export: Exporter, server: LinearTeam) -> None:
    export(observed())
    export(observed(state=State.FIXED))
    server.issues[0]["archivedAt"] = "2027-05-01T00:00:00Z"

    assert export(observed()) == ["reopen"]
    assert server.issues[0]["archivedAt"] is None
    assert server.seen()[0].open


# Which issues are ours


def test_all_pages_are_read_and_the_oldest_comes_first(export: Exporter, server: LinearTeam) -> None:
    found = [observed(f"n{number}") for number in range(5)]
    export(*found)
    server.page = 2

    assert export(*found) == []
    names = [ticket.name for ticket in export.plan(*found).tickets]
    assert names == [f"ENG-{number}" for number in range(1, 6)]


def test_two_exporters_cannot_make_a_ticket_twice(export: Exporter, server: LinearTeam) -> None:
    plans = []
    for tracker in (export.connect(), export.connect()):
        plans.append((tracker, export.plan(observed(), tracker=tracker).actions[0].draft))
        tracker.prepare(write=True)

    made = [tracker.create(draft) for tracker, draft in plans if draft]

    assert len(server.issues) == 1
    assert made[0].id == made[1].id


@pytest.mark.parametrize("trashed", [True, None])
def test_an_issue_that_a_person_deleted_is_made_anew(
    export: Exporter, server: LinearTeam, trashed: bool | None
) -> None:
    export(observed())
    server.issues[0].update(trashed=trashed, archivedAt="2026-11-23T00:00:00Z")
    if not trashed:
        server.issues.clear()

    assert export(observed()) == ["create"]
    assert export(observed()) == []
    assert [one["trashed"] for one in server.issues] == ([True, None] if trashed else [None])


def test_a_deleted_issue_that_the_store_knows_is_made_anew(export: Exporter, server: LinearTeam) -> None:
    export.keeps_links = True
    export(observed())
    server.issues[0].update(trashed=True, attached={})

    assert export(observed()) == ["create"]


def test_a_ticket_deleted_again_and_again_is_refused_alone(export: Exporter, server: LinearTeam) -> None:
    for _ in range(5):
        export(observed())
        server.issues[-1]["trashed"] = True

    done = export.done(observed(), observed("b"))

    assert "restore one of them" in done[0].refused
    assert not done[1].refused


def test_an_issue_without_its_attachment_is_completed_with_the_text_of_today(
    export: Exporter, server: LinearTeam
) -> None:
    export(observed(message="Old."))
    server.issues[0]["attached"] = {}

    assert export(observed(message="New.")) == ["create"]
    assert export(observed(message="New.")) == []
    (ticket,) = server.seen()
    assert ticket.title == "New"
    assert "Old" not in ticket.body


def test_metadata_that_is_none_of_ours_is_no_ticket(export: Exporter, server: LinearTeam) -> None:
    export(observed())
    (address,) = server.issues[0]["attached"]
    server.issues[0]["attached"][address] = {"memory": "{}"}

    assert list(export.connect().tickets()) == []


# The text


def test_our_part_is_found_however_linear_writes_it() -> None:
    first = replaced("", "- old\n- text", KEY)
    rewritten = "Above\n\n" + first.replace("- ", "* ").replace(f"`{MARK}` ", f"**`{MARK}`** _") + "_\n\nBelow"

    after = replaced(rewritten, "new", KEY)

    assert after.startswith("Above\n\n`cloudaudit")
    assert after.endswith("\n\nBelow")
    assert "old" not in after
    assert "new" in after


def test_where_our_part_is_gone_it_comes_last() -> None:
    assert replaced("Mine", "new", KEY).startswith(f"Mine\n\n`{MARK}`")


def test_a_name_that_says_our_mark_is_not_taken_for_it() -> None:
    hostile = replaced("", f"``x`{MARK} end`x``\n\nmore", KEY)

    after = replaced(f"{hostile}\n\nBelow", "new", KEY)

    assert "more" not in after
    assert after.endswith("\n\nBelow")


# What is refused


def test_a_wrong_key_is_told_without_it(export: Exporter) -> None:
    with pytest.raises(RemoteError, match=r"Authentication required.*: LINEAR_API_KEY is not valid") as caught:
        export.connect(environment={"LINEAR_API_KEY": "lin_api_canary"})
    assert "canary" not in str(caught.value)


def test_a_refusal_within_a_success_is_one(export: Exporter, server: LinearTeam) -> None:
    error = {"message": "No access", "extensions": {"type": "forbidden"}}
    server.faults = [("POST /graphql", 200, {}, {"data": None, "errors": [error]})]

    with pytest.raises(RemoteError, match=r"Linear refuses \(No access\): .* read and write issues"):
        export.connect()


def test_a_team_that_is_not_there_is_told_with_those_that_are(export: Exporter, server: LinearTeam) -> None:
    tracker = export.connect(options={"team": "ops", "api": server.url})

    with pytest.raises(TrackerError, match="Linear has no team OPS for this key; there are: ENG"):
        tracker.prepare(write=False)


def test_a_limit_is_waited_for_and_then_all_is_written_once(export: Exporter, server: LinearTeam) -> None:
    server.faults = [limited(**{"Retry-After": "7"}), limited()]

    assert export(observed()) == ["create"]
    assert export.clock.naps == [7.0, 60.0]
    assert len(server.issues) == 1


def test_a_limit_that_lasts_is_told(export: Exporter, server: LinearTeam) -> None:
    server.faults = [limited() for _ in range(5)]

    with pytest.raises(RemoteError, match="asks to wait 60 seconds, longer than a job should"):
        export(observed())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html>Sign in</html>", "is no JSON; is it the API"),
        ({}, "neither data nor an error"),
        ({"data": {"x": 1}}, "belongs to no workspace"),
    ],
)
def test_what_is_no_answer_of_linear_is_told(export: Exporter, server: LinearTeam, answer: object, said: str) -> None:
    server.faults = [("POST /graphql", 200, {}, answer)]

    with pytest.raises(RemoteError, match=said):
        export(observed())


def test_a_server_that_stays_broken_is_told(export: Exporter, server: LinearTeam) -> None:
    server.faults = [("POST /graphql", 502, {}, b"") for _ in range(5)]

    with pytest.raises(RemoteError, match="answers 502, 5 times; run the job again later"):
        export(observed())


@pytest.mark.parametrize(
    ("team", "environment", "said"),
    [("", {}, "--team KEY"), ('E"}', {}, "--team KEY"), ("ENG", {}, "LINEAR_API_KEY is not set")],
)
def test_what_is_not_said_is_asked_for(clock: Clock, team: str, environment: dict[str, str], said: str) -> None:
    with pytest.raises(TrackerError, match=said):
        linear.connect(
            Given(
                options={"team": team, "api": ""},
                environment=environment,
                settings=Export(),
                waiting=clock.waiting(),
            )
        )


def test_a_token_of_an_application_is_a_bearer(export: Exporter, server: LinearTeam) -> None:
    with pytest.raises(RemoteError):
        export.connect(token=f"lin_oauth_{TOKEN}")
    assert server.headers[0]["authorization"] == f"Bearer lin_oauth_{TOKEN}"
