"""Findings become tickets."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cloudaudit.app.book import rule_set
from cloudaudit.app.recording import open_store, target_name
from cloudaudit.app.request import Request
from cloudaudit.clock import now
from cloudaudit.errors import SettingsError
from cloudaudit.history import Linked, Standing
from cloudaudit.model import Location, Record, Rule, Severity, Status, Verdict
from cloudaudit.trackers import sync
from cloudaudit.trackers.apply import Done, after, apply
from cloudaudit.trackers.cases import About, Observed, Picked, State
from cloudaudit.trackers.plan import Action, Do, Scene
from cloudaudit.trackers.reports import Reading, read
from cloudaudit.trackers.text import Links
from cloudaudit.trackers.tracker import Memory, Tracker

if TYPE_CHECKING:
    from cloudaudit.store import Store

StoreLinks = Callable[[str], Sequence[Linked]] | None
"""The tickets that a store knows of a place."""

_ACCOUNT = re.compile(r"[0-9]{12}")


class Export(Record, frozen=True):
    """What is to be exported: the file of a JSON report ("-" for stdin), else the last runs of `targets` in the store,
    which may be patterns (`aws:*`); of a report, the first is what the store calls its target. `store` is its URL, None
    for none. `links` is where lines of files are shown. Settings and rules are those of the request."""

    request: Request
    picked: Picked
    today: str
    report: str = ""
    targets: tuple[str, ...] = ()
    store: str | None = None
    links: Links = Links()


class Exporting:
    """One export: `planned` says what is to be done, `done` does it."""

    def __init__(self, what: Export, connect: Callable[[StoreLinks], Tracker], data: bytes = b"") -> None:
        self._store = _store(what)
        self._tracker = tracker = connect(self._store.links if self._store else None)
        source = _reported(what, data) if what.report else _Stored(what, self._store)
        links = self._store.links(tracker.place) if self._store else ()
        scene = Scene(settings=what.request.settings.export, picked=what.picked, today=what.today, links=what.links)
        self.planned = sync.prepare(tracker, source, links, scene)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is to be done, and what is left."""
        return self.planned.actions

    def done(self) -> Iterator[Done]:
        """Do it, step by step; what became of tickets is noted in the store, however it ends. RemoteError."""
        noted = {ticket.memory.key: sync.linked(ticket) for ticket in self.planned.tickets}
        try:
            if any(action.do is not Do.LEAVE for action in self.actions):
                self._tracker.prepare(write=True)
            for done in apply(self.actions, self._tracker):
                ticket = after(done)
                if ticket is not None and ticket.memory.said != "duplicate":
                    noted[ticket.memory.key] = sync.linked(ticket)
                yield done
        finally:
            self._note(tuple(noted.values()))

    def _note(self, found: tuple[Linked, ...]) -> None:
        if self._store and found:
            self._store.remember(self._tracker.place, found, at=now())


def _store(what: Export) -> "Store | None":
    if what.store is None and what.report:
        return None
    return open_store(what.store or "", create=bool(what.report))


def _reported(what: Export, data: bytes) -> Reading:
    naming: Callable[[str], str] = (lambda _: what.targets[0]) if what.targets else target_name
    return read(data, what.report, naming)


def links(environment: Mapping[str, str]) -> Links:
    """Where lines are shown of the commit that a job of GitHub or GitLab is about; nowhere outside of one."""
    said = environment.get
    if said("GITHUB_SERVER_URL") and said("GITHUB_REPOSITORY") and said("GITHUB_SHA"):
        page = f"{said('GITHUB_SERVER_URL')}/{said('GITHUB_REPOSITORY')}/blob/{said('GITHUB_SHA')}"
    elif said("CI_PROJECT_URL") and said("CI_COMMIT_SHA"):
        page = f"{said('CI_PROJECT_URL')}/-/blob/{said('CI_COMMIT_SHA')}"
    else:
        return Links()
    return Links(source=page.replace("{", "").replace("}", "") + "/{file}#L{line}")


class _Stored:
    """What the store knows of targets."""

    def __init__(self, what: Export, store: "Store | None") -> None:
        if store is None:
            raise AssertionError(what)
        self._store = store
        self._targets = _targets(store, what.targets)
        self._rules = rule_set(what.request).rules
        self._grouped = bool(what.request.settings.export.group_by)

    def observed(self, has: Collection[str]) -> Iterator[Observed]:
        """The findings that fail or are unknown, and settled ones that may have a ticket."""
        for target in self._targets:
            for one in self._store.standing(target):
                found = _observed(one, self._rules.get(one.subject.rule))
                if self._grouped or found.state not in _SETTLED or found.key in has:
                    yield found

    def absent(self, memory: Memory) -> Observed | None:
        """Nothing: the store knows nothing of a finding that it does not hold."""
        _ = memory
        return None

    def unseen(self, memory: Memory, *, closing: bool) -> str:
        """Nothing: the store knows what was not looked at finding by finding."""
        _ = memory, closing
        return ""


_SETTLED = (State.FIXED, State.REMOVED)


def _targets(store: "Store", patterns: Sequence[str]) -> tuple[str, ...]:
    """The targets that are meant, the only one where none is named. SettingsError where that is none or unclear."""
    names = sorted({run.target for run in store.runs()})
    if not patterns and len(names) == 1:
        return tuple(names)
    found = [name for name in names if any(name == each or fnmatchcase(name, each) for each in patterns)]
    if found:
        return tuple(found)
    hint = f"; there are {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}" if names else ""
    wrong = (
        f"no target of the store is called {patterns[0]}"
        if patterns
        else "which target of the store is it? Say --target"
    )
    raise SettingsError(f"{wrong}{hint}")


def _observed(one: Standing, rule: Rule | None) -> Observed:
    subject = one.subject
    arn = subject.resource if subject.resource.startswith("arn:") else ""
    parts = arn.split(":", 5)
    accounts = (subject.target, parts[4] if len(parts) > 4 else "")
    place = Location(file=subject.file, line=subject.line, end_line=subject.line) if subject.file else None
    severity = one.state.severity if one.state else rule.severity if rule else None
    return Observed(
        fingerprint=subject.fingerprint,
        rule=subject.rule,
        about=_about(subject.rule, rule),
        target=subject.target,
        state=_state(one),
        severity=severity or Severity.LOW,
        resource=subject.resource,
        address=subject.address,
        type=subject.type,
        message=subject.message,
        root=subject.root,
        because=("the last run did not look at it",) if one.hidden else (),
        decision=one.decision,
        location=place,
        account=next((name for name in accounts if _ACCOUNT.fullmatch(name)), ""),
        region=one.region,
        arn=arn,
        environment=one.environment,
        owner=one.owner,
        since=one.since[:10],
        run=str(one.run or ""),
        at=one.at,
    )


def _about(name: str, rule: Rule | None) -> About:
    if rule is None:
        return About(title=name)
    return About(title=rule.title, theme=rule.theme, criteria=rule.criteria, why=rule.why.strip(), fix=rule.fix)


def _state(one: Standing) -> State:
    if one.hidden:
        return State.UNKNOWN
    if one.state is None:
        return State.REMOVED
    if one.state.verdict is Verdict.FAIL:
        return State.OPEN if one.state.status is Status.OPEN else State.ACCEPTED
    return State.FIXED if one.state.verdict is Verdict.PASS else State.UNKNOWN
