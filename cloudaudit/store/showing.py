"""Runs in full, and whether everything is still as it was written."""

from typing import Any

from sqlalchemy import Connection, func, select

from cloudaudit.history import Count, RunPage, RunRow
from cloudaudit.model import Gap, Location
from cloudaudit.store import chain, runs, states
from cloudaudit.store.counting import count
from cloudaudit.store.lifecycle import Kind
from cloudaudit.store.tables import EVENT, GAP, POPULATION, RUN, SCOPE


def page(connection: Connection, run: RunRow, *, findings: bool) -> RunPage:
    """Everything about one run; its findings only where they are asked for, since there may be many."""
    asked = states.coverage(connection, [run.number])[run.number]
    seen = states.seen_by(connection, asked, run.target).values() if findings else ()
    scope = connection.execute(select(SCOPE).where(SCOPE.c.run == run.number).order_by(SCOPE.c.root))
    gaps = connection.execute(select(GAP).where(GAP.c.run == run.number).order_by(GAP.c.position))
    events = connection.execute(select(EVENT).where(EVENT.c.run == run.number).order_by(EVENT.c.number))
    counts = _counts(connection, run.number)
    return RunPage(
        run=run,
        roots={row.root: row.resources for row in scope},
        gaps=tuple(_gap(row) for row in gaps),
        severities=counts.get("severity", {}),
        criteria=counts.get("criterion", {}),
        rules=counts.get("rule", {}),
        findings=tuple(sorted(seen, key=lambda one: (one.subject.rule, one.subject.resource))),
        events=tuple(chain.events(events.all())),
    )


def _counts(connection: Connection, run: int) -> dict[str, dict[str, Count]]:
    found: dict[str, dict[str, Count]] = {}
    for row in connection.execute(select(POPULATION).where(POPULATION.c.run == run).order_by(POPULATION.c.name)):
        found.setdefault(row.by, {})[row.name] = count(row)
    return found


def _gap(row: Any) -> Gap:
    place = Location(file=row.file, line=row.line, end_line=row.line) if row.file else None
    return Gap(what=row.what, why=row.why, remedy=row.remedy, location=place)


def wrong(connection: Connection, *, whole: bool) -> str:
    """What is not as it was written, as a sentence; empty when all is. Without `whole`, of what runs saw only that of
    the last run of each target is compared with its event."""
    if number := chain.broken(connection):
        return f"event {number} is not as it was written, or the one before it is missing"
    found = runs.listed(connection)
    rows = connection.execute(select(EVENT).where(EVENT.c.kind == Kind.RECORDED.value)).all()
    written = {event.run: event.detail["seen"] for event in chain.events(rows)}
    for run in found if whole else tuple({run.target: run for run in found}.values()):
        asked = states.coverage(connection, [run.number])[run.number]
        if written.get(run.number) != states.fingerprint_of(states.states_at(connection, asked)):
            return f"what run {run.number} saw is not what its event says"
    if len(written) != connection.execute(select(func.count()).select_from(RUN)).scalar():
        return "there are runs without an event, or events without a run"
    return ""
