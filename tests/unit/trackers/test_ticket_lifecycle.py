"""The life of a ticket, on every tracker: it opens, is kept up to date, closes, reopens; what people do stays."""

import pytest

from cloudaudit.model import Decision, Severity
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import State
from tests.standins.exports import Exporter, observed
from tests.standins.trackers import TrackerStandIn


def test_a_failure_gets_one_ticket_and_a_second_run_writes_nothing(export: Exporter, server: TrackerStandIn) -> None:
    first = export(observed())
    writes = server.writes
    second = export(observed())

    (ticket,) = server.seen()
    assert first == ["create"]
    assert ticket.open
    assert ticket.title == "Versions of aws_s3_bucket.a are not kept"
    assert "s3-bucket-versioned" in ticket.body
    assert "A1.2" in ticket.body
    assert second == []
    assert server.writes == writes


def test_what_passes_and_what_is_unknown_get_no_ticket(export: Exporter, server: TrackerStandIn) -> None:
    assert export(observed("a", State.FIXED), observed("b", State.UNKNOWN), observed("c", State.ACCEPTED)) == []
    assert server.writes == 0


@pytest.mark.parametrize(
    ("state", "said"), [(State.FIXED, "Fixed"), (State.REMOVED, "Removed"), (State.ACCEPTED, "Accepted")]
)
def test_what_is_settled_is_closed_with_the_evidence(
    export: Exporter, server: TrackerStandIn, state: State, said: str
) -> None:
    export(observed())

    done = export(observed(state=state))
    again = export(observed(state=state))

    (ticket,) = server.seen()
    assert done == ["close"]
    assert again == []
    assert not ticket.open
    (comment,) = ticket.comments
    assert said in comment
    assert "12" in comment
    assert "2026-11-22T02:00:00Z" in comment


def test_an_accepted_failure_names_the_waiver_and_its_end(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())
    decision = Decision(kind="waiver", id="W-7", until="2027-01-31", owner="ann", approved_by="bea", reason="A cache.")

    export(observed(state=State.ACCEPTED, decision=decision))

    (comment,) = server.seen()[0].comments
    for word in ("W-7", "2027-01-31", "ann", "bea", "A cache."):
        assert word in comment


@pytest.mark.parametrize("state", [State.FIXED, State.REMOVED, State.ACCEPTED])
def test_what_comes_back_is_reopened(export: Exporter, server: TrackerStandIn, state: State) -> None:
    export(observed())
    export(observed(state=state))

    done = export(observed())
    again = export(observed())

    (ticket,) = server.seen()
    assert done == ["reopen"]
    assert again == []
    assert ticket.open
    assert len(ticket.comments) == 2
    assert "fails again" in ticket.comments[1]


def test_what_was_not_looked_at_is_left_alone(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())
    writes = server.writes

    assert export(observed(state=State.UNKNOWN, because=("s3:GetBucketVersioning was denied",))) == []
    assert export() == []
    assert server.writes == writes
    assert server.seen()[0].open


def test_another_severity_changes_text_and_label(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())

    done = export(observed(severity=Severity.CRITICAL))
    again = export(observed(severity=Severity.CRITICAL))

    (ticket,) = server.seen()
    assert done == ["update"]
    assert again == []
    assert "critical" in ticket.body
    assert not any("high" in label for label in ticket.labels)


def test_what_people_write_around_our_part_stays(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())
    server.write_around(0, "Ask Ann first.", "Seen in the log, too.")
    server.rename(0, "Buckets without versions")

    done = export(observed(severity=Severity.CRITICAL, message="Another message."))

    (ticket,) = server.seen()
    assert done == ["update"]
    assert ticket.title == "Buckets without versions"
    assert "Ask Ann first." in ticket.body
    assert "Seen in the log, too." in ticket.body
    assert "Another message." in ticket.body
    assert "Versions of" not in ticket.body


def test_a_ticket_that_a_person_closed_is_told_once_and_left(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())
    server.close_by_hand(0)

    done = [export(observed()) for _ in range(3)]

    (ticket,) = server.seen()
    assert done == [["comment"], [], []]
    assert not ticket.open
    (comment,) = ticket.comments
    assert "waiver" in comment


def test_a_ticket_that_a_person_closed_is_confirmed_once_it_passes_and_reopens_when_it_fails_later(
    export: Exporter, server: TrackerStandIn
) -> None:
    export(observed())
    server.close_by_hand(0)

    assert export(observed(state=State.FIXED)) == ["comment"]
    assert export(observed(state=State.FIXED)) == []
    assert export(observed()) == ["reopen"]
    assert server.seen()[0].open


def test_a_ticket_that_a_person_reopened_is_told_once_and_left(export: Exporter, server: TrackerStandIn) -> None:
    export(observed())
    export(observed(state=State.FIXED))
    server.reopen_by_hand(0)

    done = [export(observed(state=State.FIXED)) for _ in range(3)]

    (ticket,) = server.seen()
    assert done == [["comment"], [], []]
    assert ticket.open
    assert "reopened" in ticket.comments[1]


def test_a_ticket_is_found_by_the_store_when_its_label_is_gone(export: Exporter, server: TrackerStandIn) -> None:
    export.keeps_links = True
    export(observed())
    server.unlabel(0)

    assert export(observed()) == []
    assert export(observed(state=State.FIXED)) == ["close"]
    assert len(server.seen()) == 1


def test_findings_of_two_targets_have_two_tickets(export: Exporter, server: TrackerStandIn) -> None:
    export(observed(), observed(target="acme/other"))

    assert len(server.seen()) == 2


def test_many_findings_of_a_rule_share_a_ticket_that_closes_with_the_last(
    export: Exporter, server: TrackerStandIn
) -> None:
    export.settings = Export(group_by="rule", group_above=2)
    names = ("a", "b", "c")

    made = export(*map(observed, names))
    fewer = export(observed("a"), observed("b", State.FIXED), observed("c", State.FIXED))
    none = export(*(observed(name, State.FIXED) for name in names))

    (ticket,) = server.seen()
    assert (made, fewer, none) == (["create"], ["update"], ["close"])
    assert not ticket.open


def test_the_ticket_of_very_many_roots_fits(export: Exporter, server: TrackerStandIn) -> None:
    export.settings = Export(group_by="rule", group_above=2)
    found = [observed(f"n{number}", root=f"envs/{'x' * 200}/{number}") for number in range(400)]

    made, again = export(*found), export(*found)

    assert (made, again) == (["create"], [])
    assert len(server.seen()[0].body) < 32_000


def test_only_so_many_new_tickets_are_made_the_worst_first(export: Exporter, server: TrackerStandIn) -> None:
    export.settings = Export(max_new=2)
    found = [observed(f"n{number}") for number in range(4)] + [observed("worst", severity=Severity.CRITICAL)]

    done = export.done(*found)

    titles = [ticket.title for ticket in server.seen()]
    assert len(titles) == 2
    assert "worst" in titles[0]
    assert sum("--max-new" in one.action.reason for one in done) == 3


def test_hostile_names_are_text(export: Exporter, server: TrackerStandIn) -> None:
    name = 'x["<img src=x> @everyone [a](https://evil.example) <!-- cloudaudit:end --> \x1b[31m"]'

    export(observed(message=f"{name} is bad.", address=name, resource=name))
    export(observed(message=f"{name} is worse.", address=name, resource=name))

    (ticket,) = server.seen()
    prose = server.prose(ticket.body)
    assert "\x1b" not in ticket.body + ticket.title
    assert "evil.example" in prose
    assert "://evil.example" not in prose
    assert "@everyone" not in prose
    assert "is bad" not in ticket.body
