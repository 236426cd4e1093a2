"""One report becomes rows, in one transaction: what changed, what is gone, what could not be seen, and the counts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cloudaudit.history import Missed
from cloudaudit.model import Finding, Gap, Record, Report, Run
from cloudaudit.store import counting
from cloudaudit.store.chain import Draft, append
from cloudaudit.store.changes import Changes
from cloudaudit.store.lifecycle import Kind
from cloudaudit.store.seeing import Sight, resources
from cloudaudit.store.states import Known, fingerprint_of, known, state_of
from cloudaudit.store.tables import (
    FINDING,
    GAP,
    OBSERVATION,
    POPULATION,
    RULEBOOK,
    RUN,
    SCOPE,
    TARGET,
    UNSEEN,
)
from cloudaudit.store.texts import digest, encoded, plain


class Recording(Record, frozen=True):
    """What is to be recorded besides the report. `at` is the time where the report carries none; `audit` groups the
    runs of one occasion; `names` gives targets the names that they have in the store; `selection` says how rules or
    roots were narrowed. For `missed`, `regions` and `covers` see `cloudaudit.store.store.Store.record`."""

    at: str
    audit: str
    names: Mapping[str, str] = {}
    selection: str = ""
    missed: tuple[Missed, ...] | None = None
    regions: frozenset[str] | None = None
    covers: Callable[[str, str], bool] | None = None
    complete: bool = False


class _Part(Record, frozen=True):
    """What a report says of one target; `alone` is whether it has no other."""

    name: str
    alone: bool
    findings: dict[str, Finding]
    roots: dict[str, int]
    origins: dict[str, str]


def record(connection: Connection, report: Report, what: Recording) -> list[int]:
    """Write the report down; the numbers of its runs, one for each target. A target that the audit has a run of already
    keeps that run, so a task that is done twice does no harm."""
    parts = _parts(report, what.names, looked=what.missed is not None)
    ids = _targets(connection, [part.name for part in parts])
    book = _rulebook(connection, report)
    numbers: list[int] = []
    drafts: list[Draft] = []
    for part in parts:
        target = ids[part.name]
        found = connection.execute(select(RUN.c.number).where(RUN.c.audit == what.audit, RUN.c.target == target))
        number = found.scalar()
        if number is None:
            number, made = _record(connection, part, report, what, {"target": target, "rulebook": book})
            drafts += made
        numbers.append(number)
    append(connection, drafts)
    return numbers


def _parts(report: Report, names: Mapping[str, str], *, looked: bool) -> list[_Part]:
    """One part for each target that was read or has findings; one for the run's own when there is none. `looked` says
    that what is empty was looked at, whatever the gaps."""
    findings: dict[str, list[Finding]] = {}
    roots: dict[str, dict[str, int]] = {}
    origins: dict[str, dict[str, str]] = {}
    for one in report.scanned:
        name = plain(names.get(one.target, one.target))
        held = roots.setdefault(name, {})
        held[plain(one.root)] = held.get(plain(one.root), 0) + one.resources
        origins.setdefault(name, {})[plain(one.root)] = one.origin.value
    for (target, root), group in groupby(report.findings, key=lambda one: (one.target, one.root)):
        given = target or report.run.target
        name = plain(names.get(given, given))
        findings.setdefault(name, []).extend(group)
        roots.setdefault(name, {}).setdefault(plain(root), 0)
    for name, held in roots.items():
        if not looked and report.run.gaps and not any(held.values()) and name not in findings:
            held.clear()  # it could not be looked at: one account of many that refuses
    whole = [*roots] or [plain(names.get(report.run.target, report.run.target))]
    return [
        _Part(
            name=name,
            alone=len(whole) == 1,
            findings=counting.kept(findings.get(name, ())),
            roots=roots.get(name, {}),
            origins=origins.get(name, {}),
        )
        for name in sorted(whole)
    ]


def _targets(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """The ids of the targets, made where they are new. Nobody else records these targets until we are done."""
    insert_missing(connection, TARGET, [{"name": name} for name in names])
    wanted = select(TARGET.c.name, TARGET.c.id).where(TARGET.c.name.in_(names)).order_by(TARGET.c.name)
    return {row.name: row.id for row in connection.execute(wanted.with_for_update())}


def insert_missing(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert the rows that are not there yet, whoever else does so at the same time."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(make(table).on_conflict_do_nothing(), rows)


def _rulebook(connection: Connection, report: Report) -> str:
    """The digest of the rules that were applied, which are kept once however many runs apply them."""
    seen = {finding.rule for finding in report.findings} - report.rules.keys()
    rules = {
        **{
            name: {
                "title": rule.title,
                "severity": rule.severity.value,
                "theme": rule.theme.value,
                "criteria": list(rule.criteria),
            }
            for name, rule in report.rules.items()
        },
        **{name: {} for name in seen},
    }
    book = digest(rules)
    insert_missing(connection, RULEBOOK, [{"digest": book, "rules": encoded(rules)}])
    return book


def _record(
    connection: Connection, part: _Part, report: Report, what: Recording, links: Mapping[str, Any]
) -> tuple[int, list[Draft]]:
    """The run, what it counted, and what it changed; its number and the events to append."""
    gaps, target = report.run.gaps, links["target"]
    news = _news(connection, target, gaps)
    past = known(connection, target)
    roots = {**_vanished(part, past, what), **part.roots}
    tallies = counting.tallies(part.findings.values(), report, alone=part.alone)
    run = {**_run_row(part, report.run, what), **links, **_totals(tallies)}
    number = connection.execute(insert(RUN).returning(RUN.c.number), run).scalar_one()
    _describe(connection, number, _scope(part, roots), gaps, tallies)
    sight = Sight(
        target=part.name,
        roots=roots,
        rules=_asked(report, part, past if what.complete else {}),
        resources=resources(part.findings.values()),
        missed=what.missed,
        regions=what.regions,
        news=news,
        blind=bool(gaps),
    )
    changes = Changes(run=number, at=run["started"], target=target, name=part.name)
    for fingerprint, finding in part.findings.items():
        changes.seen(fingerprint, finding, past.pop(fingerprint, None))
    for one in past.values():
        changes.absent(one, sight)
    _write(connection, changes)
    return number, [_recorded(changes, run, part), *changes.events]


def _asked(report: Report, part: _Part, past: Mapping[str, Known]) -> set[str]:
    """The rules that the run asked: with those of the past that it speaks of, too."""
    told = {finding.rule for finding in part.findings.values()} | {one.row.rule for one in past.values()}
    return told | report.rules.keys()


def _vanished(part: _Part, past: Mapping[str, Known], what: Recording) -> dict[str, int]:
    """The roots of earlier findings that were looked for and are no more."""
    before = {one.row.root for one in past.values()} - part.roots.keys()
    if what.complete:
        return dict.fromkeys(sorted(before), 0)
    if what.covers is None or not part.roots:
        return {}
    return {root: 0 for root in sorted(before) if what.covers(part.name, root)}


def _scope(part: _Part, roots: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"root": root, "origin": part.origins.get(root, ""), "resources": resources}
        for root, resources in roots.items()
    ]


def _news(connection: Connection, target: int, gaps: Collection[Gap]) -> tuple[Gap, ...]:
    """The gaps that the last run of the target did not have."""
    if not gaps:
        return ()
    last = select(RUN.c.number).where(RUN.c.target == target).order_by(RUN.c.number.desc()).limit(1).scalar_subquery()
    rows = connection.execute(select(GAP.c.what, GAP.c.why).where(GAP.c.run == last))
    standing = {(row.what, row.why) for row in rows}
    return tuple(gap for gap in gaps if (plain(gap.what), plain(gap.why)) not in standing)


def _run_row(part: _Part, run: Run, what: Recording) -> dict[str, Any]:
    return {
        "id": run.id,
        "audit": what.audit,
        "started": run.started or what.at,
        "finished": run.finished or run.started or what.at,
        "version": run.version,
        "rules_digest": run.rules_digest,
        "profile": run.profile,
        "selection": plain(what.selection),
        "population": sum(part.roots.values()),
        "roots": len(part.roots),
        "status": "incomplete" if run.gaps or not part.roots else "complete",
    }


def _totals(tallies: Mapping[str, Mapping[str, list[int]]]) -> dict[str, int]:
    passing, failing, waived, unknown = (
        sum(column) for column in zip([0] * 4, *tallies["severity"].values(), strict=True)
    )
    return {"passing": passing, "failing": failing, "waived": waived, "unknown": unknown}


def _describe(
    connection: Connection,
    number: int,
    scope: Iterable[dict[str, Any]],
    gaps: Iterable[Gap],
    tallies: Mapping[str, Mapping[str, list[int]]],
) -> None:
    written = [
        {
            "run": number,
            "position": position,
            **{name: plain(getattr(gap, name)) for name in ("what", "why", "remedy")},
            "file": plain(gap.location.file) if gap.location else "",
            "line": gap.location.line if gap.location else 0,
        }
        for position, gap in enumerate(gaps, 1)
    ]
    for table, rows in (
        (SCOPE, [{"run": number, **row} for row in scope]),
        (GAP, written),
        (POPULATION, list(counting.rows(number, tallies))),
    ):
        if rows:
            connection.execute(insert(table), rows)


def _recorded(changes: Changes, run: Mapping[str, Any], part: _Part) -> Draft:
    """The event that commits the chain to everything that the run saw."""
    seen = {fingerprint: state_of(one) for fingerprint, one in part.findings.items()}
    detail = {name: str(run[name]) for name in ("id", "audit", "version", "rules_digest", "rulebook", "status")}
    detail["seen"] = fingerprint_of(seen)
    return Draft(run=changes.run, at=changes.at, kind=Kind.RECORDED, target=part.name, detail=detail)


def _write(connection: Connection, changes: Changes) -> None:
    """All changes, each kind in one statement."""
    same = (FINDING.c.target == bindparam("of_target"), FINDING.c.fingerprint == bindparam("of_fingerprint"))
    held = (
        OBSERVATION.c.target == bindparam("of_target"),
        OBSERVATION.c.fingerprint == bindparam("of_fingerprint"),
        OBSERVATION.c.to_run.is_(None),
    )
    hidden = (
        UNSEEN.c.target == bindparam("of_target"),
        UNSEEN.c.fingerprint == bindparam("of_fingerprint"),
        UNSEEN.c.to_run.is_(None),
    )
    for statement, rows in (
        (insert(FINDING), changes.found),
        (update(FINDING).where(*same), changes.courses),
        (update(FINDING).where(*same), changes.described),
        (update(OBSERVATION).where(*held), changes.closed),
        (insert(OBSERVATION), changes.opened),
        (insert(UNSEEN), changes.hidden),
        (update(UNSEEN).where(*hidden), changes.shown),
    ):
        if rows:
            # Sorted as the tables are: in another order, the first run of a large target takes half as long again.
            connection.execute(statement, sorted(rows, key=_fingerprint))


def _fingerprint(row: Mapping[str, Any]) -> str:
    return str(row.get("fingerprint") or row["of_fingerprint"])
