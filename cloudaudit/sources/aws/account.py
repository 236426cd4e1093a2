"""One account as one graph: all its regions together, since trails, policies and keys reach across them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from cloudaudit.errors import SourceError
from cloudaudit.graph import Declared, Listing, Name, ResourceGraph
from cloudaudit.model import Gap, Origin, Record, Resource
from cloudaudit.schema import expand_all
from cloudaudit.sources.aws.aggregator import Aggregator
from cloudaudit.sources.aws.answers import Journal
from cloudaudit.sources.aws.collect import Collected, Collection
from cloudaudit.sources.aws.collectors import chosen
from cloudaudit.sources.aws.crew import Crew
from cloudaudit.sources.aws.declare import Collect
from cloudaudit.sources.aws.limits import Limiter
from cloudaudit.sources.aws.reader import Reader, Refusal
from cloudaudit.sources.aws.session import Session

_THREADS = 16
_ASIDE = 'allow it where the aggregator is ("cloudaudit permissions --aggregator"), or leave the aggregator out'
_REMEDIES = {
    "denied": 'allow it to the role of the audit; "cloudaudit permissions" prints the whole policy',
    "closed": "leave the region out with --region, or enable what is off",
    "throttled": "ask more slowly with --rate, or when others ask less",
    "silent": "try again; AWS did not answer",
    "missing": "nothing to do where the service does not exist; else report it",
    "failed": "see what AWS says",
}


class Plan(Record, frozen=True):
    """What is read of an account: regions (all enabled ones, if none is named), resource types (all that there are
    collectors for, if None), threads, and the share of the usual request rates. What is
    `declared` goes by the name that it has there."""

    regions: tuple[str, ...] = ()
    types: frozenset[str] | None = None
    threads: int = _THREADS
    rate: float = 1.0
    declared: Declared | None = None


def read(
    session: Session,
    plan: Plan,
    *,
    journal: Journal | None = None,
    told: Callable[[str, str], None] | None = None,
    environment: Mapping[str, Any] | None = None,
) -> ResourceGraph:
    """The graph of the account. What could not be read is unknown in it, and told as a gap."""
    reader = Reader(session, journal, Limiter(plan.rate), told)
    return graph(reader, plan, environment)


def graph(reader: Reader, plan: Plan, environment: Mapping[str, Any] | None = None) -> ResourceGraph:
    """As `read`, by a reader that may have answers already."""
    session = reader.session
    enabled = _enabled(session, plan.regions)
    regions = tuple(region for region in plan.regions or enabled if region in enabled)
    asked = chosen(plan.types)
    found = _collected(reader, asked, regions, plan.threads)
    names = plan.declared.names(found.resources.values()) if plan.declared else {}
    resources = [*(_called(each, names) for each in found.resources.values()), *_regions(session, regions)]
    untold = {kind: {_key(key, names): why for key, why in each.items()} for kind, each in found.untold.items()}
    return ResourceGraph(
        expand_all(resources),
        target=f"aws:{session.account}",
        root=session.account,
        origin=Origin.LIVE,
        complete=True,
        gaps=[
            *_closed(plan.regions, enabled, session.account),
            *gaps(found.refusals, session.account),
            *_aside(reader.aggregator),
        ],
        environment={"account": session.account, "accounts": [session.account], **(environment or {})},
        listing=Listing(
            {"aws_region", *(kind for one in asked for kind in (one.type, *one.also))}, found.refused, untold
        ),
    )


def _called(resource: Resource, names: Mapping[str, Name]) -> Resource:
    name = names.get(resource.key)
    return msgspec.structs.replace(resource, key=name.key, address=name.address) if name else resource


def _key(key: str, names: Mapping[str, Name]) -> str:
    return names[key].key if key in names else key


def _enabled(session: Session, named: tuple[str, ...]) -> tuple[str, ...]:
    """The enabled regions; those that were named, where AWS does not tell."""
    try:
        return session.regions()
    except SourceError as error:
        if not named:
            raise SourceError(f"{error}; allow ec2:DescribeRegions, or name regions with --region") from None
        return named


def _collected(reader: Reader, asked: Sequence[Collect], regions: Iterable[str], threads: int) -> Collected:
    found, crew = Collected(), Crew(threads)
    Collection(reader, asked, crew, found).start(regions)
    crew.run()
    return found


def _regions(session: Session, regions: Iterable[str]) -> Iterator[Resource]:
    """The enabled regions as resources, for rules about what each must have."""
    for region in regions:
        key = f"{session.account}/{region}"
        yield Resource(
            key=key,
            type="aws_region",
            name=region,
            address=key,
            attributes={"name": region, "region": region},
            origin=Origin.LIVE,
            account=session.account,
            region=region,
        )


def _closed(asked: Iterable[str], enabled: Sequence[str], account: str) -> Iterator[Gap]:
    for region in asked:
        if region not in enabled:
            yield Gap(
                what=f"region {region} of account {account}",
                why="it is not enabled for the account, or there is no such region",
                remedy=f"enabled are {', '.join(enabled)}",
            )


def _aside(aggregator: Aggregator | None) -> Iterator[Gap]:
    """What an aggregator refused to tell. The account was asked for it, so nothing is unknown for that."""
    remedy = f"{_ASIDE}; all was asked of the account itself"
    for gap in gaps(aggregator.refusals, aggregator.account) if aggregator else ():
        yield msgspec.structs.replace(gap, remedy=remedy)


def gaps(refusals: Iterable[Refusal], account: str) -> list[Gap]:
    """One gap for each call, region and reason, however many things it was made for."""
    counted = Counter((one.action, one.kind, one.region, one.code) for one in refusals)
    messages = {(one.action, one.kind, one.region, one.code): one.message for one in refusals}
    return [
        Gap(
            what=f"{action} in {account} {region}" + (f" ({count} times)" if count > 1 else ""),
            why=": ".join(part for part in (kind, code, messages[action, kind, region, code]) if part),
            remedy=_REMEDIES[kind],
        )
        for (action, kind, region, code), count in sorted(counted.items())
    ]
