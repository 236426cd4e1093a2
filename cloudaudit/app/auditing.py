"""One audit: live accounts are read, judged, decided about and summed up as a report."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cloudaudit.app.scanning import Court, Judged
from cloudaudit.facts.environment.places import placed

if TYPE_CHECKING:
    from cloudaudit.sources.aws.account import Plan
    from cloudaudit.sources.aws.reader import Reader


def judge_account(court: Court, reader: "Reader", plan: "Plan", about: Mapping[str, Any] | None = None) -> Judged:
    """Read an account and judge it. Where rules were picked, only what they look at is read: what a fact looks for
    shows when it is asked, so the account is judged again with that; no call is made twice."""
    from cloudaudit.sources.aws.account import graph, known_types  # noqa: PLC0415 - 0.3 s that nothing else need pay

    settings = court.request.settings
    environment = {
        **placed(settings.environments),
        "environment_names": settings.environment_names,
        **(about or {}),
    }
    picked = bool(court.request.only or court.request.themes)
    types = needed(court) & known_types() if picked else None
    while True:
        found = graph(reader, msgspec.structs.replace(plan, types=types), environment)
        judged = court.look(found)
        more = (found.sought & known_types()) - (types or known_types())
        if types is None or not more:
            return judged
        types |= more


def needed(court: Court) -> frozenset[str]:
    """The types that the rules judge, and those that they relate to."""
    rules = [one.rule for one in court.applied.compiled.values()]
    judged = {kind for rule in rules for kind in rule.types}
    return frozenset(judged | {kind for rule in rules for each in rule.related.values() for kind in each.types})
