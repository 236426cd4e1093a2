"""One audit: live accounts are read, judged, decided about and summed up as a report."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court, Judged, collector_at_rest, sum_up
from cloudaudit.app.targets import read
from cloudaudit.clock import now
from cloudaudit.errors import SourceError
from cloudaudit.facts.environment.places import placed
from cloudaudit.graph import ANYTHING, Declared
from cloudaudit.model import Gap, Origin, Record, Report, Scanned
from cloudaudit.settings import Settings

if TYPE_CHECKING:
    from cloudaudit.sources.aws.account import Plan
    from cloudaudit.sources.aws.accounts import Access, Target
    from cloudaudit.sources.aws.aggregator import Aggregator
    from cloudaudit.sources.aws.answers import Journal
    from cloudaudit.sources.aws.reader import Reader
    from cloudaudit.sources.aws.session import Session

Told = Callable[[str, str, str], None]
"""Called for each request that is made, with account, region and service."""


class Audit(Record, frozen=True):
    """What is asked for: the rules and decisions of `request`, and which accounts, regions and how.

    `ids` name accounts that a role leads to; `organization` asks for all accounts, or those of the `units`; `accounts`
    names a file; `session_policy` is JSON. `folder` is where answers are kept, so that an audit that was stopped can be
    taken up again; empty keeps none. `cluster` spreads the accounts over processes: an address, or `local:N`. What
    `states` declare goes by its name there, so that a finding has one fingerprint in source, plan, state and account.
    `aggregator` is one of AWS Config, which spares the accounts requests: NAME, NAME@REGION or NAME@REGION/ACCOUNT.
    """

    request: Request = Request()
    profiles: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    organization: bool = False
    units: tuple[str, ...] = ()
    accounts: str = ""
    role: str = ""
    external_id: str = ""
    session_policy: str = ""
    rate: float = 1.0
    threads: int = 16
    folder: str = ""
    cluster: str = ""
    states: tuple[str, ...] = ()
    aggregator: str = ""

    @property
    def access(self) -> "Access":
        """How the roles of accounts are assumed."""
        from cloudaudit.sources.aws.accounts import ROLE, Access  # noqa: PLC0415 - 0.1 s that nothing else need pay

        return Access(self.role or ROLE, self.external_id, self.session_policy)

    @property
    def many(self) -> bool:
        """Whether it goes on when one account cannot be entered."""
        return self.organization or bool(self.units or self.accounts) or len(self.profiles or self.ids) > 1


class Looked(NamedTuple):
    """What became of one account: its verdicts, how many requests were made, whether it could be entered, and which
    regions were looked at, where not all were."""

    id: str
    name: str
    judged: Judged
    requests: int = 0
    reached: bool = True
    regions: tuple[str, ...] = ()

    @property
    def target(self) -> str:
        """As reports name it."""
        return f"aws:{self.id}"


class Brief(NamedTuple):
    """What it takes to look at any account of an audit."""

    audit: Audit
    court: Court
    declared: Declared


class Auditing:
    """An audit under way: its accounts, and the rules that judge them. SourceError when no account can be named, or
    there is no such aggregator."""

    def __init__(self, audit: Audit) -> None:
        request = audit.request
        self._clock = request.clock  # a time that holds for all of the run, if one was given
        request = msgspec.structs.replace(request, clock=self._clock or now())
        declared = Declared(graph for state in audit.states for graph in read(state, request))
        self.targets, self._left_out = _targets(audit)
        self._brief = Brief(msgspec.structs.replace(audit, request=request), Court(request), declared)
        _aggregator(audit, audit.profiles[0] if audit.profiles else "")

    def each(self, told: Told | None = None) -> Iterator[Looked]:
        """One account after the other, as each is done. SourceError at the end if none could be entered."""
        yield from self._left_out
        looked = None
        reached = False
        for looked in self._spread() if self._brief.audit.cluster else self._in_turn(told):
            reached = reached or looked.reached
            yield looked
        if looked and not reached:
            gap = looked.judged.gaps[0]
            raise SourceError(f"no account could be entered; {gap.what}: {gap.why}")

    def _in_turn(self, told: Told | None) -> Iterator[Looked]:
        for target in self.targets:
            yield look(self._brief, target, told)

    def _spread(self) -> Iterator[Looked]:
        from cloudaudit.app.spreading import spread  # noqa: PLC0415 - it needs an extra

        return spread(self._brief, self.targets)

    @property
    def ids(self) -> list[str]:
        """The targets as reports name them."""
        return [f"aws:{one.id}" for one in self.targets] + [one.target for one in self._left_out]

    @property
    def finished(self) -> str:
        """The time now, or the one that was given for all of the run."""
        return self._clock or now()

    @property
    def request(self) -> Request:
        """The rules and decisions, with the time of the run."""
        return self._brief.audit.request

    def report(self, looked: Sequence[Looked], *, part: bool = False) -> Report:
        """The report on these accounts; of a part of all, it says nothing of waivers that nothing here needs."""
        found = sum_up(self._brief.court, [one.target for one in looked], [one.judged for one in looked], part=part)
        return msgspec.structs.replace(found, run=msgspec.structs.replace(found.run, finished=self.finished))


def look(brief: Brief, target: "Target", told: Told | None = None) -> Looked:
    """One account, from its credentials to its verdicts. One of many that cannot be entered is a gap; SourceError for
    one that was asked for alone."""
    from cloudaudit.sources.aws.accounts import enter  # noqa: PLC0415 - 0.3 s that nothing else need pay

    try:
        return _look(brief, target, enter(target, brief.audit.session_policy), told)
    except SourceError as error:
        if not brief.audit.many:
            raise
        remedy = f"make the role {target.role}, and let the credentials of the audit assume it" if target.role else ""
        return nothing(target.id, target.name, Gap(what=target.label, why=str(error), remedy=remedy))


def _look(brief: Brief, target: "Target", session: "Session", told: Told | None) -> Looked:
    from cloudaudit.sources.aws.account import Plan  # noqa: PLC0415 - as above
    from cloudaudit.sources.aws.limits import Limiter  # noqa: PLC0415
    from cloudaudit.sources.aws.reader import Reader  # noqa: PLC0415

    requests = 0

    def heard(service: str, region: str) -> None:
        nonlocal requests
        requests += 1
        if told:
            told(session.account, region, service)

    audit = brief.audit
    with _journal(audit.folder, session.account, session.caller) as journal:
        aggregator = _aggregator(audit, target.profile, session.account, journal, heard)
        reader = Reader(session, journal, Limiter(audit.rate), heard, aggregator)
        regions = target.regions or audit.regions
        plan = Plan(regions=regions, threads=audit.threads, declared=brief.declared)
        judged = judge_account(brief.court, reader, plan, _about(session.account, target))
    return Looked(session.account, target.name, judged, requests, regions=regions)


def _aggregator(
    audit: Audit,
    profile: str,
    account: str = "",
    journal: "Journal | None" = None,
    heard: Callable[[str, str], None] | None = None,
) -> "Aggregator | None":
    """What an aggregator holds of the account, if the options or the settings name one. The credentials that enter
    accounts are those that ask it; many audits may at once, so each goes slowly."""
    from cloudaudit.sources.aws import accounts, aggregator  # noqa: PLC0415 - as above
    from cloudaudit.sources.aws.limits import Limiter  # noqa: PLC0415
    from cloudaudit.sources.aws.reader import Reader  # noqa: PLC0415

    stated = audit.aggregator or audit.request.settings.aggregator
    if not stated:
        return None
    place = aggregator.place(stated)
    session = accounts.keeper(place.account, profile, audit.access)
    reader = Reader(session, journal, Limiter(audit.rate / 3), heard)
    return aggregator.Aggregator(reader, place.name, place.region or session.region, account)


@contextmanager
def _journal(folder: str, account: str, caller: str) -> Iterator["Journal"]:
    """The answers of the account as this caller gets them; kept in the folder, if there is one."""
    from cloudaudit.sources.aws.answers import Journal  # noqa: PLC0415 - 0.3 s that nothing else need pay

    who = hashlib.sha256(caller.encode()).hexdigest()[:8]
    journal = Journal(Path(folder) / f"{account}-{who}.answers" if folder else None)
    try:
        yield journal
    finally:
        journal.close()


def _about(account: str, target: "Target") -> dict[str, Any]:
    """What the list of accounts says of this one."""
    about: dict[str, Any] = {"account_name": target.name} if target.name else {}
    return about | ({"account_map": {account: target.environment}} if target.environment else {})


def nothing(id_: str, name: str, gap: Gap) -> Looked:
    """An account that could not be looked at."""
    scanned = Scanned(target=f"aws:{id_}", root=id_, origin=Origin.LIVE, resources=0)
    return Looked(id_, name, Judged(scanned, [], (gap,), [], ()), reached=False)


def _targets(audit: Audit) -> tuple[list["Target"], list[Looked]]:
    """The accounts to look at, and those that cannot be."""
    from cloudaudit.sources.aws import accounts  # noqa: PLC0415 - 0.1 s that nothing else need pay

    access = audit.access
    profile = audit.profiles[0] if audit.profiles else ""
    if audit.ids:
        return accounts.of_ids(audit.ids, access, profile), []
    if audit.accounts:
        return accounts.of_file(Path(audit.accounts), access, profile), []
    if audit.organization or audit.units:
        found = accounts.of_organization(access, audit.units, profile)
    else:
        found = accounts.of_profiles(audit.profiles)
    return list(found.targets), [nothing(id_, "", gap) for id_, gap in found.left_out]


def judge_account(court: Court, reader: "Reader", plan: "Plan", about: Mapping[str, Any] | None = None) -> Judged:
    """Read of an account what the rules look at, and judge it. What a fact looks for shows only when it is asked, so
    the account is judged again with that; no call is made twice."""
    from cloudaudit.sources.aws.account import graph  # noqa: PLC0415 - 0.3 s that nothing else need pay
    from cloudaudit.sources.aws.collectors import known_types  # noqa: PLC0415 - as above

    known = dict(about or {})
    environment = environment_of(court.request.settings)
    environment["account_map"] = {**known.pop("account_map", {}), **environment["account_map"]}
    types = needed(court) & known_types()
    while True:
        found = graph(reader, msgspec.structs.replace(plan, types=types), {**environment, **known})
        with collector_at_rest():  # not while reading: clients that were given up are garbage in circles
            judged = court.look(found)
        more = (known_types() if ANYTHING in found.sought else found.sought & known_types()) - types
        if not more:
            return judged
        types |= more


def environment_of(settings: Settings) -> dict[str, Any]:
    """What the settings say of where environments are."""
    return {**placed(settings.environments), "environment_names": settings.environment_names}


def needed(court: Court) -> frozenset[str]:
    """The types that the rules judge, and those that they relate to."""
    rules = [one.rule for one in court.applied.compiled.values()]
    judged = {kind for rule in rules for kind in rule.types}
    return frozenset(judged | {kind for rule in rules for each in rule.related.values() for kind in each.types})
