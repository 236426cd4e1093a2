"""What Redmine has and other trackers have not, or in another way."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.model import Severity
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import State
from tests.standins import redmine_server
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import running
from tests.standins.redmine import KEY, RealRedmine, RedmineIssues


@pytest.fixture
def server() -> Iterator[RedmineIssues]:
    for made in running(RedmineIssues):
        assert isinstance(made, RedmineIssues)
        yield made


@pytest.fixture
def export(server: RedmineIssues, clock: Clock) -> Exporter:
    return Exporter(server, clock)


@pytest.fixture
def real(redmine: redmine_server.Server) -> Iterator[RealRedmine]:
    for made in running(lambda: RealRedmine(redmine)):
        assert isinstance(made, RealRedmine)
        yield made


# What is made and changed


def test_settings_fill_the_fields_of_a_new_issue(export: Exporter, server: RedmineIssues) -> None:
    export.settings = Export(
        confidential=True,
        milestone="SOC 2",
        type="Task",
        due_days={"high": 30},
        priorities={"high": "High"},
        assignees={"aws_s3_bucket.*": "Ann Tester"},
        fields={"Team": "storage"},
    )

    export(observed())

    (issue,) = server.issues
    assert issue["is_private"] is True
    assert issue["fixed_version_id"] == 31
    assert issue["tracker"] == {"id": 2}
    assert (issue["start_date"], issue["due_date"]) == ("2026-11-22", "2026-12-22")
    assert issue["priority"]["name"] == "High"
    assert issue["assigned_to_id"] == 41
    assert {"id": 8, "value": "storage"} in issue["custom_fields"]


def test_the_priority_follows_the_severity_until_a_person_changes_it(export: Exporter, server: RedmineIssues) -> None:
    export.settings = Export(priorities={"high": "High", "critical": "Urgent"})
    export(observed("a"), observed("b"))
    server.issues[1]["priority"] = {"id": 2, "name": "Normal"}

    export(*(observed(name, severity=Severity.CRITICAL) for name in ("a", "b")))

    assert [one["priority"]["name"] for one in server.issues] == ["Urgent", "Normal"]


def test_what_settings_call_settled_is_settled_though_redmine_counts_it_as_open(
    export: Exporter, server: RedmineIssues
) -> None:
    export.settings = Export(states={"fixed": "Resolved", "accepted": "Rejected", "open": "In Progress"})

    seen = []
    for state in (State.OPEN, State.FIXED, State.FIXED, State.OPEN, State.ACCEPTED):
        export(observed(state=state))
        seen.append(server.issues[0]["status"]["name"])

    assert seen == ["New", "Resolved", "Resolved", "In Progress", "Rejected"]


def test_comment_state_and_memory_are_one_write(export: Exporter, server: RedmineIssues) -> None:
    export(observed())
    before = server.writes

    export(observed(state=State.FIXED))

    assert server.writes == before + 1
    assert server.methods[-2] == "PUT"


@pytest.mark.parametrize("markup", ["markdown", "common_mark"])
def test_texts_are_markdown_where_redmine_is_told_to_read_that(
    export: Exporter, server: RedmineIssues, markup: str
) -> None:
    tracker = export.connect(options=server.options | {"markup": markup})
    tracker.prepare(write=True)
    (action,) = export.plan(observed(), tracker=tracker).actions
    assert action.draft is not None

    tracker.create(action.draft)

    assert "- **Rule**: `s3-bucket-versioned`" in server.issues[0]["description"]


# What is refused


def _closed(server: RedmineIssues) -> None:
    server.project["status"] = 5


def _no_issues(server: RedmineIssues) -> None:
    server.project["enabled_modules"] = []


def _no_field(server: RedmineIssues) -> None:
    server.project["issue_custom_fields"] = []


def _may_only_read(server: RedmineIssues) -> None:
    server.permissions = ["view_issues"]


def _faulty(status: int, body: Any) -> Callable[[RedmineIssues], None]:
    def spoil(server: RedmineIssues) -> None:
        server.faults.append(("GET /projects/shop.json", status, {}, body))

    return spoil


_STOP: dict[str, tuple[Callable[[RedmineIssues], None], str]] = {
    "a closed project": (_closed, "shop is closed: it takes no issues; reopen it"),
    "a project without issues": (_no_issues, "shop has no issues; its Settings, Project turns the module"),
    "no field": (_no_field, r"no custom field 'cloudaudit', .*Administration, Custom fields, New, Issues"),
    "no rights": (_may_only_read, "the role of the account lacks Add issues, Edit issues"),
    "a wrong key": (_faulty(401, b""), r"Redmine refuses \(401\): REDMINE_API_KEY is not valid"),
    "an archived project": (_faulty(403, b""), r"\(403\): the account must not do this .* archived"),
    "no project": (_faulty(404, b""), r"\(404\): there is no such project"),
    "a page of a proxy": (_faulty(200, b"<html>"), "is no JSON"),
    "something else": (_faulty(200, {"hello": 1}), "what Redmine answers is no project"),
    "an answer that tells the key": (_faulty(400, {"errors": [f"bad {KEY}"]}), r"bad \*\*\*"),
}


@pytest.mark.parametrize("name", _STOP)
def test_what_stops_an_export_is_seen_by_a_dry_run_and_says_what_to_do(
    export: Exporter, server: RedmineIssues, name: str
) -> None:
    spoil, message = _STOP[name]
    spoil(server)

    with pytest.raises(RemoteError, match=message) as raised:
        export.plan(observed())
    assert KEY not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert server.writes == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Export(type="Epic"), "type.* = 'Epic': shop has no such thing; it has Bug, Task"),
        (Export(milestone="2027"), "milestone = '2027': .* it has SOC 2"),
        (Export(priorities={"high": "P1"}), "priorities. high = 'P1': .* it has Normal, High, Urgent"),
        (Export(states={"fixed": "Done"}), "states. fixed = 'Done': .* it has New, In Progress"),
        (Export(fields={"Squad": "x"}), "'Squad': shop has no such custom field; it has Team, cloudaudit"),
    ],
)
def test_names_in_the_settings_that_redmine_does_not_know_are_told_with_those_it_knows(
    export: Exporter, server: RedmineIssues, settings: Export, message: str
) -> None:
    export.settings = settings

    with pytest.raises(TrackerError, match=message):
        export(observed())
    assert server.writes == 0


def test_a_required_field_is_named_and_set_by_the_settings(export: Exporter, server: RedmineIssues) -> None:
    server.required = "Team"
    (done,) = export.done(observed())
    export.settings = Export(fields={"Team": "storage"})

    assert "Team cannot be blank): a field is not as this project wants it; [export.fields]" in done.refused
    assert export(observed()) == ["create"]


def test_a_person_whom_nobody_knows_concerns_one_ticket_only(export: Exporter, server: RedmineIssues) -> None:
    export.settings = Export(assignees={"aws_s3_bucket.a": "bob"})

    first, other = export.done(observed("a"), observed("b"))

    assert "shop has no member 'bob' (Ann Tester); change [export.assignees]" in first.refused
    assert other.refused == ""
    assert len(server.issues) == 1


def test_a_state_that_the_workflow_forbids_is_refused_before_anything_is_said(
    export: Exporter, server: RedmineIssues
) -> None:
    export(observed())
    server.workflow = [1, 2]
    before = server.writes

    (done,) = export.done(observed(state=State.FIXED))

    assert (
        "does not let this account give the ticket a status that closes it (allowed: New, In Progress)" in done.refused
    )
    assert server.writes == before
    server.workflow = [1, 5]
    assert export(observed(state=State.FIXED)) == ["close"]


@pytest.mark.parametrize(
    ("forbidden", "message"),
    [("custom_fields", "the field cloudaudit did not keep"), ("is_private", "it is not private")],
)
@pytest.mark.parametrize("deletes", [True, False])
def test_an_issue_that_does_not_come_out_as_asked_is_taken_back(
    export: Exporter, server: RedmineIssues, forbidden: str, message: str, *, deletes: bool
) -> None:
    export.settings = Export(confidential=True)
    server.forbidden = [forbidden]
    if not deletes:
        server.permissions.remove("delete_issues")

    with pytest.raises(TrackerError, match=message) as raised:
        export(observed("a"), observed("b"))

    assert ("deleted again" in str(raised.value)) is deletes
    assert ("/issues/1 was made, but" in str(raised.value)) is not deletes
    assert len(server.issues) == 1


def test_a_memory_that_a_person_spoiled_is_found_by_the_store(export: Exporter, server: RedmineIssues) -> None:
    export.keeps_links = True
    export(observed())
    server.issues[0]["custom_fields"][0]["value"] = "a note"

    assert export(observed(state=State.FIXED)) == ["close"]


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        ({"url": ""}, {}, "Say --url"),
        ({"project": ""}, {}, "Say --project"),
        ({"project": "../admin"}, {}, "Say --project"),
        ({"markup": "html"}, {}, "--markup is one of textile, markdown, common_mark"),
        ({}, {"REDMINE_API_KEY": " "}, "REDMINE_API_KEY is not set"),
        ({"url": "http://redmine.example"}, {}, "must be https"),
    ],
)
def test_what_is_not_said_is_asked_for(
    export: Exporter, server: RedmineIssues, options: dict[str, str], environment: dict[str, str], message: str
) -> None:
    given = {"project": "shop", "markup": "", **server.options, **options}

    with pytest.raises(RemoteError, match=message):
        export.connect(options=given, environment={**server.environment, **environment})


# What the real one does


@pytest.mark.redmine
def test_a_real_project_that_is_closed_or_has_no_issues_or_no_field_says_so(real: RealRedmine, clock: Clock) -> None:
    export = Exporter(real, clock)
    project = f"/projects/{real.name}.json"
    changes: dict[str, Any] = {
        "has no custom field": {"issue_custom_field_ids": []},
        "has no issues": {"enabled_module_names": ["wiki"]},
    }
    for message, change in changes.items():
        real.ask("root", "PUT", project, {"project": change})
        with pytest.raises(TrackerError, match=message):
            export.plan(observed())

    with pytest.raises(RemoteError, match=r"\(401\): REDMINE_API_KEY"):
        export.plan(observed(), tracker=export.connect(environment={"REDMINE_API_KEY": "0" * 40}))
    with pytest.raises(RemoteError, match=r"\(404\): there is no such project"):
        export.plan(observed(), tracker=export.connect(options=real.options | {"project": "none", "markup": ""}))


@pytest.mark.redmine
def test_what_we_remember_is_seen_by_nobody_else(real: RealRedmine, clock: Clock) -> None:
    export = Exporter(real, clock)
    export(observed())
    export(observed(state=State.FIXED))

    (issue,) = real.issues()

    assert "fingerprint" not in msgspec.json.encode(issue).decode()
    assert re.findall("status_id|attr|cf", " ".join(one["property"] for one in issue["journals"][0]["details"])) == [
        "attr"
    ]


@pytest.mark.redmine
def test_settings_fill_the_fields_of_a_real_issue(real: RealRedmine, clock: Clock) -> None:
    export = Exporter(real, clock)
    export.settings = Export(
        confidential=True,
        type="Support",
        due_days={"high": 0},
        priorities={"high": "Urgent", "critical": "Immediate"},
        assignees={"aws_s3_bucket.*": "Ann Tester"},
        states={"fixed": "Rejected"},
    )
    export(observed())
    export(observed(severity=Severity.CRITICAL))
    export(observed(state=State.FIXED, severity=Severity.CRITICAL))

    (issue,) = real.issues()

    assert issue["is_private"] is True
    assert issue["tracker"]["name"] == "Support"
    assert issue["priority"]["name"] == "Immediate"
    assert issue["status"]["name"] == "Rejected"
    assert issue["assigned_to"]["name"] == "Ann Tester"
    assert issue["due_date"] == issue["start_date"] == "2026-11-22"


@pytest.mark.redmine
@pytest.mark.parametrize("fate", ["lost", "unanswered"])
@pytest.mark.parametrize("state", [State.OPEN, State.FIXED])
def test_a_real_export_that_was_killed_at_a_write_is_ended_by_the_next(
    real: RealRedmine, clock: Clock, fate: str, state: State
) -> None:
    export = Exporter(real, clock)
    if state is State.FIXED:
        export(observed())
    real.break_at(1, fate, dead=True)
    with pytest.raises(RemoteError):
        export(observed(state=state))
    real.break_at(0, "", dead=False)

    export(observed(state=state))
    before = real.writes

    assert export(observed(state=state)) == []
    assert real.writes == before
    (ticket,) = real.seen()
    assert ticket.open is (state is State.OPEN)
    assert len(ticket.comments) == (state is State.FIXED)
