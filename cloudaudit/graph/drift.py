"""Declared against live: what is in no state, what a state declares and is not there, and what differs."""

import enum
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from cloudaudit import schema
from cloudaudit.graph.graph import ResourceGraph
from cloudaudit.graph.identity import at
from cloudaudit.graph.joining import is_declared
from cloudaudit.model import Gap, Record, Resource, Unknown
from cloudaudit.schema.live import LIVE_ONLY

# Made by AWS itself, in every account that uses the service.
_OF_AWS = ("/aws-service-role/", ":key/aws/", ":alias/aws/", "/aws-reserved/", ":event-bus/default", "iam::aws:")
_DEFAULT = ("default", "default.", "alternat_default", "primary", "AwsDataCatalog")
_NOTHING = (None, "", "[]", "{}", "false", "0")


class Kind(enum.StrEnum):
    """How declared and live disagree."""

    UNMANAGED = "unmanaged"
    MISSING = "missing"
    CHANGED = "changed"


class Drifted(Record, frozen=True):
    """One disagreement. For what changed, `attribute` is the dotted path, with both values. `rules` are those whose
    verdict may rest on it, `criteria` theirs."""

    kind: Kind
    resource: str
    type: str
    address: str
    arn: str = ""
    attribute: str = ""
    declared: Any = None
    live: Any = None
    rules: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, kind: Kind, resource: Resource, attribute: str = "", declared: Any = None, live: Any = None
    ) -> "Drifted":
        """A disagreement about a resource."""
        about = {name: getattr(resource, name) for name in ("type", "address", "arn")}
        return cls(kind=kind, resource=resource.key, attribute=attribute, declared=declared, live=live, **about)


class Drift(Record, frozen=True):
    """What was found, how many resources are declared, how many of those were found live, and what could not be looked
    at."""

    target: str
    declared: int
    joined: int
    drifted: tuple[Drifted, ...]
    gaps: tuple[Gap, ...]


def drift(
    declared: Mapping[str, Resource], live: ResourceGraph, made: frozenset[str], watched: Mapping[str, Iterable[str]]
) -> Iterator[Drifted]:
    """The disagreements, by kind and key. In `live`, what is declared goes by its declared key.

    `made` are the types whose resources a look at the account finds under their own name; `watched` are the attributes
    that rules read, by type. What could not be listed is not missing, and what is unknown on a side does not differ.
    """
    for key, resource in live.resources.items():
        if key not in declared and _is_a_users(resource):
            yield Drifted.of(Kind.UNMANAGED, resource)
    for key, resource in declared.items():
        if is_declared(resource) and key not in live.resources and _should_show(resource, live, made):
            yield Drifted.of(Kind.MISSING, resource)
    for key, resource in declared.items():
        if (now := live.resources.get(key)) is not None:
            yield from _changes(resource, now, watched.get(resource.type, ()))


def _is_a_users(resource: Resource) -> bool:
    """Whether somebody made it: not what AWS makes, not what we add, not a part of something that is listed too."""
    if not resource.arn or resource.type in LIVE_ONLY or resource.type.startswith("aws_default_"):
        return False
    if resource.key.partition(f"/{resource.type}")[0] != resource.key:
        return False
    if resource.attributes.get("is_default") is True or resource.attributes.get("default_vpc") is True:
        return False
    name = resource.name
    return (
        not any(mark in resource.arn for mark in _OF_AWS) and name not in _DEFAULT and not name.startswith("default.")
    )


def _should_show(resource: Resource, live: ResourceGraph, made: frozenset[str]) -> bool:
    """Whether the look at the account would have found it."""
    account = live.environment.get("account")
    regions = {each.name for each in live if each.type == "aws_region"}
    if resource.account not in ("", account) or (resource.region and regions and resource.region not in regions):
        return resource.account in ("", account) and not resource.region
    return resource.type in made and live.listing is not None and not live.listing.lacks(resource.type)


def _changes(declared: Resource, live: Resource, paths: Iterable[str]) -> Iterator[Drifted]:
    for path in sorted(set(paths)):
        keys = tuple(path.split("."))
        then, now = list(at(declared.attributes, keys)), list(at(live.attributes, keys))
        if any(_is_open(value) for value in (*then, *now)) or path in declared.sensitive:
            continue
        if not any(_plain([value]) for value in then) and _is_left_to_aws(declared.type, keys[0]):
            continue
        before, after = _plain(then), _plain(now)
        if before != after:
            yield Drifted.of(Kind.CHANGED, live, path, _one(then), _one(now))


@cache
def _is_left_to_aws(kind: str, name: str) -> bool:
    """Whether AWS chooses where the author does not."""
    known = schema.resource_schema(kind)
    found = known.find(name) if known else None
    return bool(found is None or getattr(found, "computed", False))


def _is_open(value: Any) -> bool:
    """Whether part of the value is not known."""
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    if isinstance(value, list):
        return any(map(_is_open, value))
    return isinstance(value, Unknown)


def _plain(values: Iterable[Any]) -> Any:
    """What two ways to write the same have in common: no order, nothing unset, JSON by content."""
    found = [plain for value in values if (plain := _member(value)) not in _NOTHING]
    return sorted(found)


def _member(value: Any) -> str | None:
    if isinstance(value, str):
        return _document(value)
    if isinstance(value, list):
        return json.dumps(_plain(value))
    if isinstance(value, dict):
        plain = {key: _member(member) for key, member in sorted(value.items())}
        return json.dumps({key: member for key, member in plain.items() if member not in _NOTHING})
    if value is None:
        return None
    return str(value).lower()


def _document(text: str) -> str | None:
    """JSON by its content, other texts as they are."""
    if text[:1] not in ("{", "["):
        return text
    try:
        return _member(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values or None
