"""All collectors that there are: those of this package and of external ones."""

from collections.abc import Mapping
from functools import cache

from cloudaudit import plugins
from cloudaudit.sources.aws.declare import Collect, every


@cache
def collectors() -> tuple[Collect, ...]:
    """All collectors of this package and of external ones."""
    return every(one for some in plugins.find("cloudaudit.sources.aws.services", "COLLECTORS") for one in some)


@cache
def known_types() -> frozenset[str]:
    """The types that a collector finds, under their own name or another."""
    return frozenset(kind for one in collectors() for kind in (one.type, *one.also))


def chosen(types: frozenset[str] | None) -> tuple[Collect, ...]:
    """The collectors of these types, with those whose items they go over."""
    return (
        collectors()
        if types is None
        else every(one for one in collectors() if not types.isdisjoint((one.type, *one.also)))
    )


@cache
def operations() -> Mapping[str, frozenset[str]]:
    """The operations that collectors call, by service, as boto3 names both."""
    found: dict[str, set[str]] = {}
    for one in collectors():
        for call in one.calls:
            for asked in (call, call.first) if call.first else (call,):
                found.setdefault(asked.service, set()).add(asked.operation)
    return {service: frozenset(names) for service, names in found.items()}
