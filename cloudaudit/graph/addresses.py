"""Terraform addresses inside references: `module.data.aws_kms_key.main["x"].arn` taken apart and matched."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from cloudaudit.model import Resource

_KEY = r'\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]'
_REFERENCE = re.compile(
    rf"((?:module\.[\w-]+(?:{_KEY})?\.)*)((?:data\.)?[A-Za-z_][\w-]*)\.([\w-]+)({_KEY})?(?:\.(.*))?",
    re.DOTALL,
)
_KEYS = re.compile(_KEY)
_LAST_KEY = re.compile(_KEY + r"\Z")
_ANY = "[?]"


class Address(msgspec.Struct, frozen=True, gc=False):
    """A reference taken apart. `plain` has no instance keys; `attribute` is what follows the resource, if anything."""

    address: str
    plain: str
    type: str
    attribute: str

    @property
    def is_managed(self) -> bool:
        """True for a resource; false for a data source and for an output of a module that was not loaded."""
        return not self.type.startswith("data.") and self.type not in {"module", "var", "local", "each", "data"}


@lru_cache(maxsize=65_536)
def parse(reference: str) -> Address | None:
    """The parts of a reference; None when it is no address at all."""
    if not (match := _REFERENCE.fullmatch(reference)):
        return None
    module, kind, name, key, attribute = match.groups(default="")
    address = f"{module}{kind}.{name}{key}"
    return Address(address, strip_keys(address), kind, attribute)


def strip_keys(address: str) -> str:
    """The address without any instance key."""
    return _KEYS.sub("", address) if "[" in address else address


def is_read(reference: str) -> bool:
    """Whether a reference is to a data source, and not to what a module named "data" makes."""
    address = parse(reference)
    return address is not None and address.type.startswith("data.")


def names(references: Iterable[str], address: str) -> bool | None:
    """Whether something that is known only by references is about the resource at an address: None where that cannot
    be told, since no reference says which instance it means, or one is to a data source or to what was not loaded."""
    plain, doubtful = strip_keys(address), False
    for reference in references:
        if reference == address or reference.startswith(f"{address}."):
            return True
        found = parse(reference)
        if found is None or not found.is_managed:
            doubtful = True
        elif found.plain == plain:
            pairs = zip(_instances(address), _instances(found.address), strict=False)
            doubtful |= all(theirs in ("", _ANY, ours) for ours, theirs in pairs)
    return None if doubtful else False


def last_key(address: str) -> str:
    """The instance key at the end of an address, with its brackets; empty when there is none."""
    match = _LAST_KEY.search(address) if address.endswith("]") else None
    return match.group() if match else ""


def uncertain_part(address: str) -> str:
    """The address up to its last `[?]`, the place where a count or for_each is not known; empty when there is none."""
    head, mark, _ = address.rpartition(_ANY)
    return head + mark


_WRITTEN = "terraform_written"  # has the address of the resource that it was written in, and is none itself


def may_not_exist(address: str) -> bool:
    """Whether a count or for_each that is not known decides if there is such a thing."""
    return _ANY in address


class Addresses:
    """Finds the resources that an address means: exactly when it has instance keys, else all instances."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._exact: dict[str, Resource] = {}
        self._plain: dict[str, list[Resource]] = {}
        self._keyed: dict[tuple[str, str], list[Resource]] = {}
        for resource in resources:
            if resource.type == _WRITTEN:
                continue
            self._exact[resource.address] = resource
            plain = strip_keys(resource.address)
            self._plain.setdefault(plain, []).append(resource)
            self._keyed.setdefault((plain, last_key(resource.address)), []).append(resource)
        self._seen: dict[str, tuple[Resource, ...]] = {}

    def find(self, address: Address) -> Sequence[Resource]:
        """The resources meant, in key order; an instance `[?]` on either side matches any."""
        if exact := self._exact.get(address.address):
            return (exact,)
        if (seen := self._seen.get(address.address)) is None:
            seen = tuple(_matching(address.address, self._candidates(address)))
            self._seen[address.address] = seen
        return seen

    def _candidates(self, address: Address) -> Iterable[Resource]:
        key = last_key(address.address)
        if key in {"", _ANY}:
            return self._plain.get(address.plain, ())
        found = [each for way in (key, _ANY, "") for each in self._keyed.get((address.plain, way), ())]
        return sorted(found, key=lambda resource: resource.key)


def _matching(address: str, candidates: Iterable[Resource]) -> Iterator[Resource]:
    wanted = list(_instances(address))
    for candidate in candidates:
        pairs = zip(wanted, _instances(candidate.address), strict=False)
        if all(ours in {"", _ANY, theirs} or theirs in {_ANY, ""} for ours, theirs in pairs):
            yield candidate


def _instances(address: str) -> Iterator[str]:
    """The instance key after each module and after the resource, empty where there is none."""
    parts = _KEYS.sub(lambda match: match.group().replace(".", "\0"), address).split(".")
    for part in parts:
        match = _KEYS.search(part)
        yield match.group().replace("\0", ".") if match else ""
