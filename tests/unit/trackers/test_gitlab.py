"""What GitLab has and other trackers have not, or in another way."""

from collections.abc import Iterator

import pytest

from cloudaudit.errors import TrackerError
from cloudaudit.model import Decision
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import State
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import TOKEN, running
from tests.standins.gitlab_issues import GitLabIssues


@pytest.fixture
def server() -> Iterator[GitLabIssues]:
    for made in running(GitLabIssues):
        assert isinstance(made, GitLabIssues)
        yield made


@pytest.fixture
def export(server: GitLabIssues, clock: Clock) -> Exporter:
    return Exporter(server, clock)


def test_settings_say_who_and_when_and_how_secret(export: Exporter, server: GitLabIssues) -> None:
    export.settings = Export(
        confidential=True,
        milestone="SOC 2",
        type="incident",
        due_days={"high": 30},
        assignees={"aws_s3_bucket.*": "ann"},
        labels=("team::storage",),
        fields={"weight": 3},
    )

    export(observed())

    (issue,) = server.issues
    assert issue["confidential"] is True
    assert issue["milestone_id"] == 31
    assert issue["issue_type"] == "incident"
    assert issue["due_date"] == "2026-12-22"
    assert issue["assignee_ids"] == [41]
    assert issue["weight"] == 3
    assert issue["labels"] == ["cloudaudit", "severity: high", "team::storage"]


def test_labels_follow_the_state_where_settings_have_labels_for_it(export: Exporter, server: GitLabIssues) -> None:
    states = {"open": "workflow::triage", "fixed": "workflow::done", "accepted": "workflow::accepted"}
    export.settings = Export(states=states)

    seen = []
    for state in (State.OPEN, State.FIXED, State.OPEN, State.ACCEPTED):
        export(observed(state=state))
        seen.append([name for name in server.issues[0]["labels"] if name.startswith("workflow")])

    assert seen == [["workflow::triage"], ["workflow::done"], ["workflow::triage"], ["workflow::accepted"]]


def test_the_label_that_a_person_gave_an_open_issue_stays(export: Exporter, server: GitLabIssues) -> None:
    export.settings = Export(states={"open": "workflow::triage"})
    export(observed())
    server.issues[0]["labels"] = ["cloudaudit", "severity: high", "workflow::doing"]

    assert export(observed(message="Another message.")) == ["update"]
    assert server.issues[0]["labels"] == ["cloudaudit", "severity: high", "workflow::doing"]


def test_no_line_of_ours_is_a_quick_action(export: Exporter, server: GitLabIssues) -> None:
    name = "/close"
    decision = Decision(kind="waiver", id="/confidential", reason="/unlabel", owner="/due", approved_by="", until="")

    export(observed(message=name, address=name, resource=name, owner=name, region=name))
    export(observed(message=name, address=name, resource=name, state=State.ACCEPTED, decision=decision))
    export(observed(message="\n/close\r/close", address=name, resource=name))

    assert len(server.notes[1]) == 2
    assert server.obeyed == []


def test_an_unknown_person_is_one_refused_ticket(export: Exporter, server: GitLabIssues) -> None:
    export.settings = Export(assignees={"aws_s3_bucket.a": "nobody", "aws_s3_bucket.b": "ann"})
    server.users = {}

    done = export.done(observed("a"), observed("c"))

    assert [one.refused for one in done] == ["GitLab knows nobody called 'nobody'; change [export] assignees", ""]


def test_an_unknown_milestone_stops_the_export(export: Exporter, server: GitLabIssues) -> None:
    export.settings = Export(milestone="Later")

    with pytest.raises(TrackerError, match=r"acme/shop has no active milestone 'Later'"):
        export(observed())
    assert server.issues == []


def test_a_role_whose_labels_are_dropped_makes_one_issue_and_not_one_each_night(
    export: Exporter, server: GitLabIssues
) -> None:
    server.drops_labels = True

    with pytest.raises(TrackerError, match=r"without its labels: the token needs .* Reporter"):
        export(observed("a"), observed("b"))
    assert len(server.issues) == 1


@pytest.mark.parametrize("path", ["", "/", "/api/v4"])
def test_the_address_may_be_that_of_the_server(export: Exporter, server: GitLabIssues, path: str) -> None:
    tracker = export.connect(options={"project": "/acme/shop/", "api": server.url + path})

    tracker.prepare(write=False)

    assert server.calls[0][1] == "/api/v4/projects/acme%2Fshop"
    assert server.headers[0]["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"options": {"project": "", "api": ""}}, "which project is it"),
        ({"options": {"project": "shop", "api": ""}}, "which project is it"),
        ({"environment": {"CI_JOB_TOKEN": "x"}}, "GITLAB_TOKEN is not set .CI_JOB_TOKEN may not"),
    ],
)
def test_what_is_not_said_is_asked_for(export: Exporter, changed: dict[str, object], message: str) -> None:
    with pytest.raises(TrackerError, match=message):
        export.connect(**changed)
