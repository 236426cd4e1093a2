"""What the store knows of findings now, and what a run saw: intervals replayed."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, true

from cloudaudit.history import Seen, State, Subject
from cloudaudit.model import Finding, Severity, Status, Verdict
from cloudaudit.store.lifecycle import Course
from cloudaudit.store.tables import FINDING, OBSERVATION, RULEBOOK, RUN, SCOPE, UNSEEN

_JOINED = and_(OBSERVATION.c.target == FINDING.c.target, OBSERVATION.c.fingerprint == FINDING.c.fingerprint)
_STATE = (OBSERVATION.c.verdict, OBSERVATION.c.severity, OBSERVATION.c.status)
_SUBJECT = tuple(
    FINDING.c[name]
    for name in ("fingerprint", "rule", "resource", "type", "address", "root", "message", "file", "line")
)


class Past(NamedTuple):
    """A finding as it was recorded last. As in the table, without what the course holds."""

    fingerprint: str
    rule: str
    resource: str
    type: str
    address: str
    root: str
    region: str
    environment: str
    owner: str
    message: str
    file: str
    line: int
    decision: str


class Known(NamedTuple):
    """A finding of a target before a run: its row, its course, and whether the last runs could not see it."""

    row: Past
    course: Course
    hidden: bool


class Coverage(NamedTuple):
    """What one run asked: the target, the roots it looked at, and the rules it applied."""

    run: int
    target: int
    roots: frozenset[str]
    rules: frozenset[str]

    def holds(self, rule: str, root: str) -> bool:
        """Whether the run asked this rule of this root."""
        return rule in self.rules and root in self.roots


def known(connection: Connection, target: int) -> dict[str, Known]:
    """All findings that the target ever had, by fingerprint."""
    course = (FINDING.c.opened_run, FINDING.c.fixed_run, FINDING.c.reopened)
    query = select(*(FINDING.c[name] for name in Past._fields), *course).where(FINDING.c.target == target)
    open_ = select(OBSERVATION.c.fingerprint, *_STATE).where(
        OBSERVATION.c.target == target, OBSERVATION.c.to_run.is_(None)
    )
    # Joined here: right after many rows were written, PostgreSQL plans a join as if there were none.
    said = {name: the_state(*parts) for name, *parts in connection.execute(open_)}
    hidden = select(UNSEEN.c.fingerprint).where(UNSEEN.c.target == target, UNSEEN.c.to_run.is_(None))
    out_of_sight = set(connection.execute(hidden).scalars())
    found = {}
    width = len(Past._fields)
    for row in connection.execute(query).all():
        opened, fixed, reopened = row[width:]
        past = Past(*row[:width])
        course_ = Course(opened=opened, fixed=fixed, reopened=reopened, state=said.get(past.fingerprint))
        found[past.fingerprint] = Known(past, course_, past.fingerprint in out_of_sight)
    return found


def the_state(verdict: str, severity: str, status: str) -> State:
    """The three parts of a state as a value; the same object for equal ones, of which there are few."""
    key = (verdict, severity, status)
    found = _STATES.get(key)
    if found is None:
        found = _STATES[key] = State(verdict=Verdict(verdict), severity=Severity(severity), status=Status(status))
    return found


def state(row: Mapping[Any, Any]) -> State:
    """The three columns of a verdict as a value."""
    return the_state(row["verdict"], row["severity"], row["status"])


def state_of(finding: Finding) -> State:
    """What a run says of a finding."""
    return the_state(finding.verdict, finding.severity, finding.status)


_STATES: dict[tuple[str, str, str], State] = {}


def subject(row: Mapping[Any, Any], target: str) -> Subject:
    """A row of the finding as a value."""
    return Subject(target=target, **{column.name: row[column.name] for column in _SUBJECT})


def coverage(connection: Connection, runs: Collection[int]) -> dict[int, Coverage]:
    """What each of the runs asked."""
    roots: dict[int, set[str]] = {run: set() for run in runs}
    books: dict[str, frozenset[str]] = {}
    for row in connection.execute(select(SCOPE.c.run, SCOPE.c.root).where(SCOPE.c.run.in_(runs))):
        roots[row.run].add(row.root)
    rows = connection.execute(select(RUN.c.number, RUN.c.target, RUN.c.rulebook).where(RUN.c.number.in_(runs))).all()
    wanted = {row.rulebook for row in rows}
    for book in connection.execute(select(RULEBOOK.c.digest, RULEBOOK.c.rules).where(RULEBOOK.c.digest.in_(wanted))):
        books[book.digest] = frozenset(msgspec.json.decode(book.rules))
    shared = {names: frozenset(names) for names in map(frozenset, roots.values())}
    return {
        row.number: Coverage(row.number, row.target, shared[frozenset(roots[row.number])], books[row.rulebook])
        for row in rows
    }


def covering(run: int) -> ColumnElement[bool]:
    """The intervals that were open when the run was recorded, and after it."""
    return and_(OBSERVATION.c.from_run <= run, or_(OBSERVATION.c.to_run.is_(None), OBSERVATION.c.to_run > run))


def hidden_at(connection: Connection, target: int, run: int) -> set[str]:
    """The fingerprints that the run could not see."""
    at = and_(UNSEEN.c.from_run <= run, or_(UNSEEN.c.to_run.is_(None), UNSEEN.c.to_run > run))
    return set(connection.execute(select(UNSEEN.c.fingerprint).where(UNSEEN.c.target == target, at)).scalars())


def seen_by(
    connection: Connection, asked: Coverage, name: str, *, only: Collection[str] | None = None, failing: bool = False
) -> dict[str, Seen]:
    """The findings that the run saw, by fingerprint; `only` those, or only failures, where asked for."""
    hidden = hidden_at(connection, asked.target, asked.run)
    chosen = true() if only is None else FINDING.c.fingerprint.in_(only) if only else false()
    query = (
        select(*_SUBJECT, *_STATE)
        .select_from(FINDING.join(OBSERVATION, _JOINED))
        .where(FINDING.c.target == asked.target, covering(asked.run), chosen)
    )
    if failing:
        query = query.where(OBSERVATION.c.verdict == Verdict.FAIL.value)
    return {
        row["fingerprint"]: Seen(subject=subject(row, name), state=state(row))
        for row in connection.execute(query).mappings()
        if asked.holds(row["rule"], row["root"]) and row["fingerprint"] not in hidden
    }


def states_at(connection: Connection, asked: Coverage) -> dict[str, State]:
    """What the run said of each fingerprint."""
    hidden = hidden_at(connection, asked.target, asked.run)
    query = (
        select(FINDING.c.fingerprint, FINDING.c.rule, FINDING.c.root, *_STATE)
        .select_from(FINDING.join(OBSERVATION, _JOINED))
        .where(FINDING.c.target == asked.target, covering(asked.run))
    )
    return {
        row["fingerprint"]: state(row)
        for row in connection.execute(query).mappings()
        if asked.holds(row["rule"], row["root"]) and row["fingerprint"] not in hidden
    }


def fingerprint_of(seen: Mapping[str, State]) -> str:
    """A digest of everything that a run saw: SHA-256 over lines of "FINGERPRINT VERDICT SEVERITY STATUS", sorted."""
    ends = {one: f" {one.verdict} {one.severity} {one.status}\n" for one in set(seen.values())}
    lines = (name + ends[one] for name, one in sorted(seen.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
