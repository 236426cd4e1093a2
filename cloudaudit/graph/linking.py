"""All links of a graph: every value of every resource that names another resource."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from cloudaudit import schema
from cloudaudit.graph.addresses import parse
from cloudaudit.graph.identity import Identities, arns_in, is_identifier, is_sure, nearest, tables
from cloudaudit.model import Link, Resource, Unknown

if TYPE_CHECKING:
    from cloudaudit.graph.graph import ResourceGraph

_MOST = 100  # one of more resources than that says nothing about any of them
_OWN = frozenset({"id", "arn", "tags", "tags_all"})
_NAMELESS = frozenset({type(None), bool, int, float})  # values of these types refer to nothing


def links_of(graph: "ResourceGraph", identities: Identities) -> tuple[list[Link], list[Link]]:
    """The certain links of all resources, and those that an unknown value may turn out to make: sorted, each once, none
    to the resource itself."""
    found: dict[tuple[str, str, str], bool] = {}
    for resource in graph:
        computed = _computed(resource.type)
        for attribute, value in resource.attributes.items():
            if value.__class__ not in _NAMELESS and attribute not in computed:
                for path, target, sure in _targets(identities, value, attribute, attribute, resource):
                    if target.key != resource.key:
                        row = (resource.key, target.key, path)
                        found[row] = found.get(row, False) or sure
    ordered = sorted(found.items())
    return [Link(*row) for row, sure in ordered if sure], [Link(*row) for row, sure in ordered if not sure]


@cache
def _computed(kind: str) -> frozenset[str]:
    """What no author writes: a state repeats other resources' ids there, which source and plan do not show."""
    known = schema.resource_schema(kind)
    attributes = known.attributes if known else {}
    computed = {name for name, attribute in attributes.items() if attribute.computed and not attribute.optional}
    # The `arn` that an author writes is another's: of the function that an event rule starts, of a policy's topic.
    written = {name for name in ("arn", "id") if name in attributes and not attributes[name].computed}
    return (_OWN - written) | computed


_Target = tuple[str, Resource, bool]


def _targets(identities: Identities, value: Any, path: str, name: str, of: Resource) -> Sequence[_Target]:
    """Path and target of each reference in a value, and whether it is certain. Paths have no list positions: sets have
    no order to speak of."""
    if isinstance(value, str):
        return [(path, target, True) for target in named] if (named := _by_text(identities, value, name, of)) else ()
    if isinstance(value, Unknown):
        return [(path, target, sure) for target, sure in _by_reference(identities, value)] if value.refs else ()
    if isinstance(value, list):
        return [found for member in value for found in _targets(identities, member, path, name, of)]
    if isinstance(value, dict):
        return [
            found for key, member in value.items() for found in _targets(identities, member, f"{path}.{key}", key, of)
        ]
    return ()


def _by_reference(identities: Identities, value: Unknown) -> Iterator[tuple[Resource, bool]]:
    for text in value.refs:
        address = parse(text)
        targets = identities.addresses.find(address) if address and address.is_managed else ()
        if len(targets) <= _MOST:
            sure = len(targets) == 1 and is_sure(value)
            yield from ((target, sure) for target in targets)


def _by_text(identities: Identities, value: str, name: str, of: Resource) -> Sequence[Resource]:
    if len(value) < 2:
        return ()
    if found := identities.unique(value):
        return found
    if kinds := tables().targets.get(name):
        return nearest(of, identities.resolve(value, kinds).found)
    if value.startswith("arn:"):
        return () if is_identifier(value) else list(_by_service(identities, value))
    return [target for arn in arns_in(value) for target in identities.unique(arn)]


def _by_service(identities: Identities, arn: str) -> Iterator[Resource]:
    """A literal ARN in source may mean a resource whose own ARN is not known there, only its name."""
    service = arn.split(":", 3)[2] if arn.count(":") >= 3 else ""
    for kind in (kind for kind, of in tables().services.items() if of == service):
        yield from identities.resolve(arn, (kind,)).found
