"""The store as others see it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Engine

from cloudaudit.history import (
    Audit,
    Comparison,
    History,
    Hole,
    Linked,
    Missed,
    RunPage,
    RunRow,
    Standing,
    Trend,
)
from cloudaudit.model import Report
from cloudaudit.store import audits, comparing, past, runs, schema, showing, tickets, trends
from cloudaudit.store.database import engine, reading, remember_sizes, writing
from cloudaudit.store.place import default_url, expect_file, make_file, parse, shown
from cloudaudit.store.recording import Recording, record

_MANY = 1_000


def open_store(url: str = "", *, create: bool = False) -> "Store":
    """The store at a URL or path, the user's own where none is given. One of an older version is upgraded; with
    `create` it is made where there is none. StoreError when it cannot be used, in one line."""
    place = parse(url or default_url())
    if place.get_backend_name() == "sqlite" and not place.query:
        make_file(place) if create else expect_file(place)
    made = engine(place)
    schema.require(made, create=create)
    return Store(made)


class Store:
    """Runs and what they saw. Safe to use from several processes and threads at once; it holds no connection."""

    def __init__(self, made: Engine) -> None:
        self.engine = made

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return shown(self.engine.url)

    def record(  # noqa: PLR0913 - see Recording
        self,
        report: Report,
        *,
        at: str,
        audit: str = "",
        names: Mapping[str, str] | None = None,
        selection: str = "",
        missed: Sequence[Missed] | None = None,
        regions: Iterable[str] | None = None,
        covers: Callable[[str, str], bool] | None = None,
        complete: bool = False,
    ) -> tuple[RunRow, ...]:
        """Write down what a report says, all of it or nothing; one run for each of its targets.

        `at` is the time where the report carries none, and `audit` groups what several calls record. `missed` says what
        the run could not list, so that what is absent there is not taken for gone; where it is None, nothing counts as
        gone that a new gap may hide. `regions` are those that were looked at, None for all; `covers` says of a target
        and a root that is not in the report whether it was looked for; `complete` says that the report speaks of all
        that its targets ever had, by any rule and in any root.
        """
        runs.moment(at)
        what = Recording(
            at=at,
            audit=audit or _occasion(report, at),
            names=names or {},
            selection=selection,
            missed=None if missed is None else tuple(missed),
            regions=None if regions is None else frozenset(regions),
            covers=covers,
            complete=complete,
        )
        with writing(self.engine) as connection:
            numbers = record(connection, report, what)
            recorded = runs.listed(connection, numbers=numbers)
        if len(report.findings) >= _MANY:
            remember_sizes(self.engine, ("finding", "observation"))
        return recorded

    def begin(self, audit: str, *, at: str, targets: Iterable[str]) -> None:
        """Note that an audit begins that records one target after the other. It shows as unfinished until `finish`;
        one that was begun before goes on."""
        runs.moment(at)
        with writing(self.engine) as connection:
            audits.begin(connection, audit, at, targets)

    def finish(self, audit: str, *, at: str) -> None:
        """Note that an audit came to its end."""
        runs.moment(at)
        with writing(self.engine) as connection:
            audits.finish(connection, audit, at)

    def unfinished(self) -> tuple[Audit, ...]:
        """The audits that were begun and have not come to their end, oldest first."""
        with reading(self.engine) as connection:
            return audits.unfinished(connection)

    def runs(self, *, target: str = "", audit: str = "", last: int = 0) -> tuple[RunRow, ...]:
        """The runs, oldest first."""
        with reading(self.engine) as connection:
            runs.require(connection, target)
            return runs.listed(connection, target=target, audit=audit, last=last)

    def holes(self, *, target: str = "", every: timedelta | None = None, now: str = "") -> tuple[Hole, ...]:
        """Where runs were due and none was recorded: every so often, or as often as a target usually has one."""
        with reading(self.engine) as connection:
            runs.require(connection, target)
            return runs.holes(connection, [target] if target else [], every, now)

    def named(self, name: str) -> tuple[RunRow, ...]:
        """The runs that are meant by a number, an audit, a day, `latest` or `previous`."""
        with reading(self.engine) as connection:
            return runs.named(connection, name)

    def show(self, name: str, *, findings: bool = True) -> tuple[RunPage, ...]:
        """Runs in full; without `findings`, only what became of some."""
        with reading(self.engine) as connection:
            return tuple(showing.page(connection, run, findings=findings) for run in runs.named(connection, name))

    def diff(self, before: str, after: str) -> Comparison:
        """What changed between two runs, audits or days."""
        with reading(self.engine) as connection:
            return comparing.compare(connection, runs.named(connection, before), runs.named(connection, after))

    def history(self, name: str, *, every: timedelta | None = None, now: str = "") -> History:
        """Everything about a rule, a resource or a fingerprint, and where runs were missed until `now` (see holes)."""
        with reading(self.engine) as connection:
            kind, condition = past.about(connection, name)
            all_runs = runs.listed(connection)
            lives = past.lives(connection, condition, all_runs)
            targets = {life.subject.target for life in lives}
            return History(
                about=name,
                kind=kind,
                lives=lives,
                counts=past.rule_counts(connection, name, targets) if kind == "rule" else (),
                events=past.events_of(connection, lives) if kind == "fingerprint" else (),
                holes=runs.holes(connection, targets, every, now),
            )

    def trend(  # noqa: PLR0913 - see trends.trend
        self,
        *,
        per: str = "day",
        by: str = "severity",
        since: str = "",
        target: str = "",
        every: timedelta | None = None,
        now: str = "",
    ) -> Trend:
        """Counts by severity, criterion or rule, per day or month."""
        with reading(self.engine) as connection:
            runs.require(connection, target)
            return trends.trend(connection, per=per, by=by, since=since, target=target, every=every, now=now)

    def standing(self, target: str) -> tuple[Standing, ...]:
        """The findings of a target that failed once, or are unknown now, as they stand after its last run."""
        with reading(self.engine) as connection:
            return tickets.standing(connection, target)

    def links(self, tracker: str) -> tuple[Linked, ...]:
        """The tickets that findings have in a tracker."""
        with reading(self.engine) as connection:
            return tickets.links(connection, tracker)

    def remember(self, tracker: str, found: Sequence[Linked], *, at: str) -> None:
        """Note which tickets findings have in a tracker, and what was said of them."""
        runs.moment(at)
        with writing(self.engine) as connection:
            tickets.remember(connection, tracker, found, at)

    def verify(self, *, whole: bool = False) -> str:
        """What is not as it was written, as a sentence; empty when all is. With `whole`, what each run saw is compared
        with what its event says, otherwise only that of the last run of each target."""
        with reading(self.engine) as connection:
            return showing.wrong(connection, whole=whole)


def _occasion(report: Report, at: str) -> str:
    """A name for what is recorded alone."""
    digest = hashlib.sha256(f"{report.run.id}\0{report.run.target}\0{at}".encode("utf-8", "replace")).hexdigest()
    return f"{at[:16]}-{digest[:8]}"
