"""What Jira has and other trackers have not, or in another way."""

import base64
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from cloudaudit.errors import RemoteError, TrackerError
from cloudaudit.settings import Export
from cloudaudit.trackers import jira
from cloudaudit.trackers.cases import State
from cloudaudit.trackers.tracker import Given
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import TOKEN, running
from tests.standins.jira import EMAIL, JiraSite, field, named


@pytest.fixture
def server() -> Iterator[JiraSite]:
    for made in running(JiraSite):
        assert isinstance(made, JiraSite)
        yield made


@pytest.fixture
def export(server: JiraSite, clock: Clock) -> Exporter:
    return Exporter(server, clock)


def refused(export: Exporter, *found: Any) -> str:
    """Why the first of the actions was refused."""
    return next(one.refused for one in export.done(*found) if one.refused)


def status(server: JiraSite) -> str:
    return str(server.issues[0]["fields"]["status"])


# What is made


def test_settings_fill_the_fields_of_a_new_issue(export: Exporter, server: JiraSite) -> None:
    export.settings = Export(
        security_level="staff",
        milestone="2026.12",
        due_days={"high": 30},
        priorities={"high": "High"},
        assignees={"aws_s3_bucket.*": "5b10"},
        labels=("team storage",),
    )

    export(observed())

    fields = server.issues[0]["fields"]
    assert fields["issuetype"] == {"id": "2"}
    assert fields["security"] == {"id": "10000"}
    assert fields["fixVersions"] == [{"id": "10000"}]
    assert fields["duedate"] == "2026-12-22"
    assert fields["priority"] == {"id": "10001"}
    assert fields["assignee"] == {"accountId": "5b10"}
    assert fields["labels"] == ["cloudaudit", "severity:high", "team-storage"]


def test_a_person_is_found_by_an_address_once_for_all_tickets(export: Exporter, server: JiraSite) -> None:
    export.settings = Export(assignees={"aws_s3_bucket.*": "ann@example.com"})

    export(observed("a"), observed("b"))

    assert [one["fields"]["assignee"] for one in server.issues] == [{"accountId": "5b10a2844c20165700ede21g"}] * 2
    assert sum("assignable" in path for _, path, _ in server.calls) == 1


def test_a_person_whom_nobody_knows_concerns_one_ticket_only(export: Exporter, server: JiraSite) -> None:
    export.settings = Export(assignees={"aws_s3_bucket.a": "ann@example.com"})
    server.people = []

    done = export.done(observed("a"), observed("b"))

    assert "account id" in done[0].refused
    assert [one["fields"]["summary"] for one in server.issues] == ["Versions of aws_s3_bucket.b are not kept"]


def test_required_fields_are_named_with_their_values_before_anything_is_written(
    export: Exporter, server: JiraSite
) -> None:
    teams = [{"id": "1", "value": "red"}, {"id": "2", "value": "blue"}]
    server.fields.append(field("customfield_7", "option", name="Team", required=True, allowedValues=teams))

    with pytest.raises(TrackerError, match=r"Task\) requires Team \(customfield_7: red, blue\); .*\[export.fields\]"):
        export(observed())
    assert server.writes == 0


def test_a_required_field_with_a_default_needs_nothing(export: Exporter, server: JiraSite) -> None:
    server.fields.append(field("customfield_7", "option", required=True, hasDefaultValue=True))

    assert export(observed()) == ["create"]


@pytest.mark.parametrize(
    ("schema", "said", "sent"),
    [
        ({"type": "option"}, "red", {"value": "red"}),
        ({"type": "array", "items": "option"}, ["red", "blue"], [{"value": "red"}, {"value": "blue"}]),
        ({"type": "array", "items": "component"}, "vpc", [{"name": "vpc"}]),
        ({"type": "array", "items": "string"}, ["x"], ["x"]),
        ({"type": "string", "custom": "com.example:textfield"}, "x", "x"),
        ({"type": "user"}, "5b10", {"accountId": "5b10"}),
        ({"type": "number"}, 3, 3),
        ({"type": "option"}, {"id": "7"}, {"id": "7"}),
    ],
)
def test_fields_of_the_settings_take_the_form_of_their_type(
    export: Exporter, server: JiraSite, schema: dict[str, str], said: Any, sent: Any
) -> None:
    server.fields.append({**field("customfield_7", required=True), "schema": schema})
    export.settings = Export(fields={"customfield_7": said})

    export(observed())

    assert server.issues[0]["fields"]["customfield_7"] == sent


def test_a_field_of_much_text_is_a_document(export: Exporter, server: JiraSite) -> None:
    schema = {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textarea"}
    server.fields.append({**field("customfield_7", required=True), "schema": schema})
    export.settings = Export(fields={"customfield_7": "x"})

    export(observed())

    assert server.issues[0]["fields"]["customfield_7"]["type"] == "doc"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Export(priorities={"high": "Urgent"}), "no Priority is called 'Urgent'; there are: Highest, High, Medium"),
        (Export(security_level="Board"), "no Security is called 'Board'; there are: Staff"),
        (Export(milestone="2027"), "no Fixversions is called '2027'; there are: 2026.12"),
        (Export(type="Incident"), "no issue type 'Incident' for this account; there are: Epic, Task"),
    ],
)
def test_names_that_the_project_does_not_know_are_told_with_those_that_it_does(
    export: Exporter, server: JiraSite, settings: Export, said: str
) -> None:
    export.settings = settings

    with pytest.raises(TrackerError, match=said):
        export(observed())
    assert server.writes == 0


def test_a_setting_for_a_field_that_the_screen_lacks_is_told(export: Exporter, server: JiraSite) -> None:
    server.fields = [one for one in server.fields if one["fieldId"] != "duedate"]
    export.settings = Export(due_days={"high": 30})

    with pytest.raises(TrackerError, match=r"no field 'duedate' on its create screen; add it, or drop .* due_days"):
        export(observed())


def test_confidential_tickets_need_a_security_level(export: Exporter, server: JiraSite) -> None:
    export.settings = Export(confidential=True)

    with pytest.raises(TrackerError, match="name the level there: security_level"):
        export(observed())
    assert server.writes == 0


def test_fields_come_in_pages(export: Exporter, server: JiraSite) -> None:
    server.page = 2

    assert export(observed()) == ["create"]


# The workflow


def test_what_is_accepted_goes_another_way_than_what_is_fixed(export: Exporter, server: JiraSite) -> None:
    export(observed())

    seen = []
    for state in (State.FIXED, State.OPEN, State.ACCEPTED, State.OPEN, State.REMOVED):
        export(observed(state=state))
        seen.append(status(server))

    assert seen == ["Done", "To Do", "Won't Do", "To Do", "Done"]


def test_statuses_of_the_settings_count(export: Exporter, server: JiraSite) -> None:
    server.statuses = {"Neu": "new", "Prüfung": "indeterminate", "Erledigt": "done", "Verworfen": "done"}
    server.ways = [(f"nach {name}", "", name, {}) for name in server.statuses]
    export.settings = Export(states={"fixed": "verworfen", "open": "nach Prüfung"})
    export(observed())

    export(observed(state=State.FIXED))
    closed = status(server)
    export(observed())

    assert (closed, status(server)) == ("Verworfen", "Prüfung")


def test_a_status_that_the_settings_name_is_an_end_though_jira_does_not_call_it_done(
    export: Exporter, server: JiraSite
) -> None:
    export.settings = Export(states={"fixed": "In Progress"})
    export(observed())

    assert export(observed(state=State.FIXED)) == ["close"]
    assert status(server) == "In Progress"
    assert export(observed(state=State.FIXED)) == []


def test_a_workflow_of_several_steps_is_walked_as_the_settings_say(export: Exporter, server: JiraSite) -> None:
    server.ways = [
        ("Start", "To Do", "In Progress", {}),
        ("Finish", "In Progress", "Done", {}),
        ("Again", "Done", "To Do", {}),
    ]
    export.settings = Export(states={"fixed": "In Progress > Done"})
    export(observed())

    assert export(observed(state=State.FIXED)) == ["close"]
    assert status(server) == "Done"
    assert export(observed()) == ["reopen"]


def test_a_workflow_without_a_way_is_told_with_the_ways_that_there_are(export: Exporter, server: JiraSite) -> None:
    server.ways = [("Start", "To Do", "In Progress", {})]
    export(observed())

    said = refused(export, observed(state=State.FIXED))

    assert "no transition leads from 'To Do' to a status that is done" in said
    assert "there are: 'Start' to 'In Progress'" in said
    assert 'fixed = "A > B"' in said


def test_the_next_run_goes_on_once_the_workflow_is_mended(export: Exporter, server: JiraSite) -> None:
    ways, server.ways = server.ways, []
    export(observed())
    export(observed(state=State.FIXED))

    server.ways = ways

    assert export(observed(state=State.FIXED)) == ["close"]
    (ticket,) = server.seen()
    assert not ticket.open
    assert len(ticket.comments) == 1


def test_a_resolution_says_why(export: Exporter, server: JiraSite) -> None:
    values = named("Cannot Reproduce", "Won't Do", "Done")
    resolution = {"resolution": field("resolution", "resolution", required=True, allowedValues=values)}
    server.ways = [("Close", "To Do", "Done", resolution), ("Reopen", "Done", "To Do", {})]
    export(observed())

    seen = []
    for state in (State.FIXED, State.OPEN, State.ACCEPTED):
        export(observed(state=state))
        seen.append(server.issues[0]["fields"]["resolution"])

    assert seen == [{"name": "Done"}, {"name": "Done"}, {"name": "Won't Do"}]


def test_a_transition_that_wants_a_field_says_which(export: Exporter, server: JiraSite) -> None:
    wanted = {"customfield_9": field("customfield_9", name="Root cause", required=True)}
    server.ways = [("Close", "To Do", "Done", wanted)]
    export(observed())

    assert "'Close' wants Root cause (customfield_9)" in refused(export, observed(state=State.FIXED))

    export.settings = Export(fields={"customfield_9": "A module"})
    export(observed(state=State.FIXED))
    assert server.issues[0]["fields"]["customfield_9"] == "A module"


# Which issues are ours


def test_all_pages_of_a_search_are_read(export: Exporter, server: JiraSite) -> None:
    found = [observed(f"n{number}") for number in range(5)]
    export(*found)
    server.page = 2

    assert export(*found) == []


def test_an_issue_whose_answer_was_lost_is_found_though_searches_lag(export: Exporter, server: JiraSite) -> None:
    server.lag = 3
    export.plan(observed())
    server.break_at(1, "unanswered", dead=False)

    done = export(observed())

    assert done == ["create"]
    assert len(server.issues) == 1
    assert export.clock.naps[:3] == [2.0, 4.0, 8.0]


def test_an_issue_that_was_never_made_is_made_once(export: Exporter, server: JiraSite) -> None:
    server.break_at(1, "lost", dead=False)

    assert export(observed()) == ["create"]
    assert len(server.issues) == 1


@pytest.mark.parametrize("lost", ["labels", "properties"])
def test_an_issue_that_would_not_be_known_again_ends_the_export_at_the_first(
    export: Exporter, server: JiraSite, lost: str
) -> None:
    server.drops = {lost}

    with pytest.raises(TrackerError, match="SEC-1 was made without its label or its property"):
        export(observed("a"), observed("b"))
    assert len(server.issues) == 1


def test_a_copy_of_a_ticket_is_not_ours(export: Exporter, server: JiraSite) -> None:
    export(observed())
    copy = {**deepcopy(server.issues[0]), "id": "999", "key": "SEC-999", "properties": {}}
    server.issues.append(copy)

    assert export(observed(state=State.FIXED)) == ["close"]
    assert copy["fields"]["status"] == "To Do"


def test_an_issue_that_was_deleted_is_made_anew(export: Exporter, server: JiraSite) -> None:
    export.keeps_links = True
    export(observed())
    server.issues.clear()

    assert export(observed()) == ["create"]


def test_what_a_person_writes_while_we_plan_stays(export: Exporter, server: JiraSite) -> None:
    export(observed())
    tracker = export.connect()
    planned = export.plan(observed(message="Another."), tracker=tracker)
    server.write_around(0, "Ask Ann first.", "And Bea.")

    (action,) = planned.actions
    assert action.ticket is not None
    assert action.change is not None
    tracker.change(action.ticket, action.change)

    (ticket,) = server.seen()
    assert "Ask Ann first." in ticket.body
    assert "Another." in ticket.body


def test_an_old_search_closes_nothing_twice(export: Exporter, server: JiraSite) -> None:
    export(observed())
    tracker = export.connect()
    (action,) = export.plan(observed(state=State.FIXED), tracker=tracker).actions
    assert action.ticket is not None
    assert action.change is not None

    for _ in range(2):
        tracker.change(action.ticket, action.change)

    assert len(server.seen()[0].comments) == 1
    assert sum(path.endswith("/transitions") and method == "POST" for method, path, _ in server.calls) == 1


# What is refused


def test_a_wrong_token_is_told_without_it(export: Exporter, server: JiraSite) -> None:
    secret = base64.b64encode(f"{EMAIL}:wrong-canary".encode()).decode()
    server.faults = [("GET ", 401, {}, {"errorMessages": [f"not authenticated: {secret}"]})]
    tracker = export.connect(environment={"JIRA_EMAIL": EMAIL, "JIRA_API_TOKEN": "wrong-canary"})

    with pytest.raises(RemoteError, match="JIRA_EMAIL and JIRA_API_TOKEN do not go together") as caught:
        tracker.prepare(write=False)
    assert secret not in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_project_that_is_not_there_is_told(export: Exporter, server: JiraSite) -> None:
    tracker = export.connect(options={"site": server.url, "project": "NO", "api": ""})

    with pytest.raises(RemoteError, match="no such project or issue, or the account cannot see it"):
        tracker.prepare(write=False)


def test_an_archived_project_is_told(export: Exporter, server: JiraSite) -> None:
    server.project["archived"] = True

    with pytest.raises(TrackerError, match="SEC is archived or deleted"):
        export(observed())


def test_permissions_that_lack_are_told_by_their_names(export: Exporter, server: JiraSite) -> None:
    server.denied = {"CREATE_ISSUES", "TRANSITION_ISSUES"}

    with pytest.raises(TrackerError, match="lacks the permissions Create issues, Transition issues"):
        export(observed())


def test_a_field_error_concerns_one_ticket_and_says_which_field(export: Exporter, server: JiraSite) -> None:
    server.faults = [("POST /rest/api/3/issue$", 400, {}, {"errorMessages": [], "errors": {"customfield_1": "No."}})]

    done = export.done(observed("a"), observed("b"))

    assert "customfield_1: No." in done[0].refused
    assert "[export.fields]" in done[0].refused
    assert len(server.issues) == 1


def test_a_text_that_is_too_long_is_refused_alone(export: Exporter, server: JiraSite) -> None:
    long = observed("a", message="x" * 900)
    about = msgspec.structs.replace(long.about, why="y " * 20_000)

    done = export.done(msgspec.structs.replace(long, about=about), observed("b"))

    assert "Jira takes 32,767" in done[0].refused
    assert len(server.issues) == 1


def test_the_page_of_a_proxy_is_told(export: Exporter, server: JiraSite) -> None:
    server.faults = [("GET ", 200, {"Content-Type": "text/html"}, b"<html>Sign in</html>")]

    with pytest.raises(RemoteError, match="is no JSON; is it the API"):
        export(observed())


@pytest.mark.parametrize(
    "request_", ["GET .*/project/", "GET .*/issuetypes$", "GET .*/issuetypes/2", "GET .*/search/jql"]
)
@pytest.mark.parametrize("answer", [[], {"issues": [1], "fields": [1], "issueTypes": [1]}])
def test_what_is_no_answer_of_jira_is_told(export: Exporter, server: JiraSite, request_: str, answer: object) -> None:
    server.faults = [(request_, 200, {}, answer)]

    with pytest.raises(TrackerError, match=r"Jira|SEC: "):
        export(observed())
    assert server.writes == 0


def test_a_rate_limit_is_waited_for_and_then_all_is_written_once(export: Exporter, server: JiraSite) -> None:
    server.faults = [("POST /rest/api/3/issue$", 429, {"Retry-After": "7"}, {})]

    assert export(observed()) == ["create"]
    assert 7.0 in export.clock.naps
    assert len(server.issues) == 1


def test_a_server_that_stays_broken_is_told(export: Exporter, server: JiraSite) -> None:
    server.faults = [("GET ", 503, {}, b"") for _ in range(10)]

    with pytest.raises(RemoteError, match="answers 503, 5 times; run the job again later"):
        export(observed())


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        ({"site": "", "project": "SEC"}, {}, "--site https://NAME.atlassian.net"),
        ({"site": "https://x.example", "project": ""}, {}, "--project KEY"),
        ({"site": "https://x.example", "project": 'S" OR 1=1'}, {}, "--project KEY"),
        ({"site": "https://x.example", "project": "SEC"}, {}, "JIRA_EMAIL and JIRA_API_TOKEN are not both set"),
        (
            {"site": "http://x.example", "project": "SEC"},
            {"JIRA_EMAIL": "a@b", "JIRA_API_TOKEN": TOKEN},
            "https://HOST",
        ),
    ],
)
def test_what_is_not_said_is_asked_for(
    clock: Clock, options: dict[str, str], environment: dict[str, str], said: str
) -> None:
    with pytest.raises(RemoteError, match=said):
        jira.connect(
            Given(
                options={"api": "", **options},
                environment=environment,
                settings=Export(),
                waiting=clock.waiting(),
            )
        )


def test_a_token_with_scopes_goes_to_the_address_of_the_api_and_links_to_the_site(
    export: Exporter, server: JiraSite
) -> None:
    options = {"site": "https://acme.example", "project": "sec", "api": server.url}
    tracker = export.connect(options=options)
    (action,) = export.plan(observed(), tracker=tracker).actions
    assert action.draft is not None

    made = tracker.create(action.draft)

    assert made.address == "https://acme.example/browse/SEC-1"
    assert tracker.place == "jira:acme.example/SEC"
