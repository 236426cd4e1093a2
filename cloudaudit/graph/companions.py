"""Who belongs to whom: the resources of a relation, and why their list may be incomplete.

A companion that refers to nobody else in a way we can rule out might be ours, so it makes the list incomplete:
"aws_s3_bucket_versioning.v.bucket: var.bucket has no value". Nothing is guessed, and nothing is dropped.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cloudaudit.graph.addresses import uncertain_part
from cloudaudit.graph.identity import Identities, Reference, is_identifier, names_in_arn, own_name
from cloudaudit.model import Resource, Unknown

_REASONS = 5  # more than a person reads


class Related(msgspec.Struct, frozen=True):
    """The resources of a relation, in key order. `because` is not empty when others may be missing, and says why."""

    found: tuple[Resource, ...] = ()
    because: tuple[str, ...] = ()


_NOBODY = Related()


class Companions:
    """Resources by what they refer to, for one set of types, attributes and wanted type."""

    def __init__(
        self, identities: Identities, companions: Iterable[Resource], paths: Sequence[str], wanted: str
    ) -> None:
        self._wanted = wanted
        self._found: dict[str, list[Resource]] = {}
        self._doubts: dict[str, list[str]] = {}
        self._doubted: set[tuple[str, tuple[str, ...]]] = set()
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for companion in companions:
            for path in paths:
                for reference in identities.references(companion, path, (wanted,)):
                    self._enter(companion, path, reference)
        self._sorted_prefixes = sorted(self._prefixes)
        self._sorted_names = sorted(self._names)

    def of(self, resource: Resource) -> Related:
        """The companions of one resource."""
        found = {companion.key: companion for companion in self._found.get(resource.key, ())}
        because = list(self._doubts.get(resource.key, ()))
        if self._names or self._prefixes:
            because += self._possible(resource)
        return _related(found, because)

    def _enter(self, companion: Resource, path: str, reference: Reference) -> None:
        value, found = reference.value, reference.found
        if reference.sure:
            for resource in found:
                self._pair(companion, resource)
        elif found and isinstance(value, Unknown):
            self._doubt(f"{companion.address}.{path}", path, reference, value)
        if isinstance(value, Unknown):
            if reference.loose or not (found or reference.elsewhere):
                self._prefixes.setdefault(value.prefix, f"{companion.address}.{path}: {value.because}")
        elif not found and not is_identifier(value):
            for name in names_in_arn(value, self._wanted) if value.startswith("arn:") else (value,):
                doubt = f"{companion.address}.{path} is {name!r}, and that may be the name of this one"
                self._names.setdefault(name, doubt)

    def _doubt(self, name: str, path: str, reference: Reference, value: Unknown) -> None:
        """One companion says it for all that refer alike: thousands of instances may refer to thousands."""
        known = (path, value.refs)
        if known not in self._doubted:
            self._doubted.add(known)
            doubt = f"{name} {maybe(reference)}"
            for resource in reference.found:
                self._doubts.setdefault(resource.key, []).append(doubt)

    def _pair(self, companion: Resource, resource: Resource) -> None:
        uncertain = uncertain_part(companion.address)
        if uncertain and not resource.address.startswith(uncertain) and not uncertain_part(resource.address):
            doubt = f"{companion.address} may not exist: its count or for_each is not known"
            self._doubts.setdefault(resource.key, []).append(doubt)
        else:
            self._found.setdefault(resource.key, []).append(companion)

    def _possible(self, resource: Resource) -> Iterator[str]:
        """Why a companion that refers to nothing we know might refer to this resource after all."""
        name = own_name(resource)
        if isinstance(name, Unknown):
            yield from _starting(self._sorted_names, self._names, name.prefix)
            yield from _starting(self._sorted_prefixes, self._prefixes, name.prefix)
            name = name.prefix
        yield from (self._prefixes[head] for head in _heads(name or "") if head in self._prefixes)
        arn = resource.arn or resource.attributes.get("arn")
        if isinstance(arn, str):
            yield from (self._prefixes[head] for head in _heads(arn) if head in self._prefixes)
        else:
            yield from _starting(self._sorted_prefixes, self._prefixes, "arn:")


def via(identities: Identities, resource: Resource, paths: Sequence[str], wanted: tuple[str, ...]) -> Related:
    """The resources of the wanted types that the resource's own attributes refer to."""
    found: dict[str, Resource] = {}
    because: list[str] = []
    for path in paths:
        for reference in identities.references(resource, path, wanted):
            value = reference.value
            if reference.found and not reference.sure:
                because.append(f"{resource.address}.{path} {maybe(reference)}")
                continue
            found.update((target.key, target) for target in reference.found)
            if isinstance(value, Unknown):
                if reference.loose or not reference.found:
                    because.append(f"{resource.address}.{path}: {value.because}")
            elif not reference.found:
                because.append(f"{resource.address}.{path} is {value!r}, which is not in this scan")
    return _related(found, because)


def _related(found: dict[str, Resource], because: list[str]) -> Related:
    if not found and not because:
        return _NOBODY
    return Related(tuple(found[key] for key in sorted(found)), shorten(because))


def maybe(reference: Reference) -> str:
    """How a doubt names what an unknown value may turn out to be."""
    names = shorten(resource.address for resource in reference.found)
    if len(names) == 1:
        return f"may be {names[0]} or something else"
    return f"is one of {', '.join(names)}"


def shorten(reasons: Iterable[str]) -> tuple[str, ...]:
    """The reasons sorted, each once, and only the first few."""
    ordered = sorted(set(reasons))
    rest = len(ordered) - _REASONS
    return tuple(ordered) if rest <= 0 else (*ordered[:_REASONS], f"and {rest} more")


def _starting(ordered: list[str], reasons: dict[str, str], prefix: str) -> Iterator[str]:
    start = bisect_left(ordered, prefix)
    for text in ordered[start : start + _REASONS + 1]:
        if not text.startswith(prefix):
            return
        yield reasons[text]


def _heads(text: str) -> Iterator[str]:
    return (text[:length] for length in range(len(text) + 1))
