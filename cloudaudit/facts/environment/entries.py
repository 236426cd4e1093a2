"""What rules see of one way from one environment into another: both ends, both environments and what tells them."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.facts.environment import words
from cloudaudit.facts.environment.inference import Inference
from cloudaudit.facts.truth import Truth, unknown
from cloudaudit.model import Record, Unknown

Entry = dict[str, Any]

MEMBERS = ("to", "type", "attribute", "path", "ours", "ours_by", "theirs", "theirs_by", "crosses", "production")
"""The keys of an entry: what is referred to, and by which attribute; the environments, and what tells each."""
PAIR = ("one", "one_type", "other", "other_type", *MEMBERS[2:])
"""The keys of an entry about two things that a third one connects."""


class Target(Record, frozen=True):
    """Something that a resource refers to, by address or by literal id or ARN, and its environment."""

    to: str
    kind: str
    attribute: str
    environment: Inference


def crosses(one: Inference, other: Inference) -> Truth:
    """Whether the two belong to different environments that must be kept apart.

    Resources of one root of which neither says anything itself are where the root is: together.
    """
    if one.name and other.name:
        return words.differ(one.name, other.name)
    if one.silent and other.silent:
        return False
    return unknown([side.because for side in (one, other) if not side.name])


def entry(source: str, target: Target, ours: Inference) -> Entry:
    """One reference as a rule sees it; `source` is the address of who refers."""
    theirs = target.environment
    return {
        "to": target.to,
        "type": target.kind,
        "attribute": target.attribute,
        "path": [f"{source}.{target.attribute}" if target.attribute else source, target.to],
        **sides(ours, theirs),
    }


def sides(ours: Inference, theirs: Inference) -> Entry:
    """Two environments, what tells each, and whether they must be kept apart; production is one of them or not."""
    both = (ours.name, theirs.name)
    return {
        "ours": ours.name or Unknown(because=ours.because or "not known"),
        "ours_by": ours.basis,
        "theirs": theirs.name or Unknown(because=theirs.because or "not known"),
        "theirs_by": theirs.basis,
        "crosses": crosses(ours, theirs),
        "production": "prod" in both if "prod" in both or all(both) else unknown([ours.because, theirs.because]),
    }


def pair(one: Target, other: Target, through: str = "") -> Entry:
    """Two things that `through` connects, as a rule sees them."""
    return {
        "one": one.to,
        "one_type": one.kind,
        "other": other.to,
        "other_type": other.kind,
        "attribute": other.attribute,
        "path": [step for step in (one.to, through, other.to) if step],
        **sides(one.environment, other.environment),
    }


_MOST = 5


def pairs(found: Iterable[Target], through: str = "") -> list[Entry]:
    """The pairs that cross, or may. One of each environment stands for all of it, so the list stays short."""
    first: dict[tuple[str, str], Target] = {}
    for each in found:
        inference = each.environment
        first.setdefault((inference.name, "" if inference.name or inference.silent else each.to), each)
    ordered = list(first.values())
    return across(
        pair(one, other, through)
        for index, other in enumerate(ordered)
        for one in ordered[:index][:_MOST]
        if one.to != other.to
    )


def across(entries: Iterable[Entry]) -> list[Entry]:
    """Those that cross, or may."""
    return [each for each in entries if each["crosses"] is not False]


def doubt(because: str) -> Entry:
    """An entry of which nothing is known but that there may be one."""
    nothing = Unknown(because=because)
    return dict.fromkeys((*MEMBERS, *PAIR), nothing)
