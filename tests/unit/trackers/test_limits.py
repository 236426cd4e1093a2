"""Names may be as long as somebody likes: tickets about them stay within what each tracker takes."""

from cloudaudit.model import Decision, Location
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import Case, State
from cloudaudit.trackers.markdown import render
from cloudaudit.trackers.text import Links, body
from cloudaudit.trackers.tracker import Memory
from tests.standins.exports import Exporter, observed
from tests.standins.trackers import TrackerStandIn

LONG = '["' + "@_<*" * 20_000 + '"]'
PLACE = Location(file="/".join(["<@é>" * 50] * 100), line=1, end_line=1)


def test_a_ticket_about_endless_names_is_made_and_closed(export: Exporter, server: TrackerStandIn) -> None:
    names = {"message": LONG, "address": LONG, "resource": LONG, "root": LONG[:4_000], "owner": LONG, "region": LONG}
    decision = Decision(kind="waiver", id=LONG, reason=LONG, owner=LONG, approved_by=LONG, until=LONG)

    made = export.done(observed(location=PLACE, **names))
    closed = export.done(observed(location=PLACE, state=State.ACCEPTED, decision=decision, **names))

    assert [one.refused for one in (*made, *closed)] == ["", ""]
    assert not server.seen()[0].open


def test_a_group_of_endless_names_is_one_ticket(export: Exporter, server: TrackerStandIn) -> None:
    export.settings = Export(group_by="rule", group_above=1)

    made = export.done(
        *(observed(f"n{number}", address=f"{number}{LONG}", location=PLACE, message=LONG) for number in range(60))
    )

    assert [one.refused for one in made] == [""]
    assert len(server.seen()) == 1


def test_links_and_markup_of_hostile_names_leave_a_group_short_enough_for_github() -> None:
    place = Location(file="@" * 150, line=1, end_line=1)
    members = tuple(observed(f"n{number}", rule="@" * 200, address=LONG, location=place) for number in range(60))
    case = Case(key="k", group=f"root {LONG}", members=members)
    links = Links(source="https://x.example/{file}#L{line}")

    written = render(body(case, Memory(key="k", target="t"), due="", links=links))

    assert written.count("](<https://x.example/") == 0  # an address that is too long is left out
    assert len(written) < 60_000


def test_addresses_of_files_of_a_usual_length_are_linked() -> None:
    place = Location(file="modules/data/databases.tf", line=115, end_line=115)
    case = Case(key="k", group="root envs/prod", members=(observed(location=place), observed("b", location=place)))
    links = Links(source=f"https://github.com/acme/infra/blob/{'0' * 40}/{{file}}#L{{line}}")

    written = render(body(case, Memory(key="k", target="t"), due="", links=links))

    assert written.count("[modules/data/databases.tf:115](<https://github.com/") == 2
