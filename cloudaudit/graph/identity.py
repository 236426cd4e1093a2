"""What a value means: the resource behind an id, an ARN, a name, or an unknown value's references."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from cloudaudit import schema
from cloudaudit.graph.addresses import Address, Addresses, parse
from cloudaudit.model import Origin, Resource, Unknown

# vpc-0a1b2c3d, sg-..., subnet-..., lt-..., fs-..., a UUID (KMS key), an SQS URL: never a name that an author chose
_IDENTIFIER = re.compile(
    r"[a-z]{1,12}-[0-9a-f]{8}(?:[0-9a-f]{9})?|(?:mrk-)?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
)
_ARN = re.compile(r"arn:aws[\w-]*:[^\s\"'\\,<>]+")
_NESTING = frozenset({"s3", "dynamodb", "es", "execute-api", "kinesis"})
_DEPTH = 5
_MOST = 100  # a reference to one of more resources says no more of each than one to any resource


class Tables(msgspec.Struct, frozen=True):
    """cloudaudit/schema/links.json: how names resolve, since names, unlike ids and ARNs, are not unique.

    `targets`: attribute -> types that its value names. `names`: type -> attributes that name it (else `name`).
    `services`: type -> service in its ARN. `unique`: attributes whose value occurs once in the world; `borrowing`:
    types that show there what belongs to another.
    `through`: wanted type -> other type -> attribute of that one which leads on to the wanted.
    """

    targets: dict[str, tuple[str, ...]]
    names: dict[str, tuple[str, ...]]
    services: dict[str, str]
    unique: tuple[str, ...]
    borrowing: tuple[str, ...]
    through: dict[str, dict[str, str]]


@cache
def tables() -> Tables:
    """The link tables, read once."""
    data = (Path(__file__).parent.parent / "schema" / "links.json").read_bytes()
    return msgspec.json.decode(data, type=Tables)


def arns_in(text: str) -> tuple[str, ...]:
    """The ARNs in a text such as a JSON document, each once."""
    return tuple(dict.fromkeys(_ARN.findall(text))) if "arn:aws" in text else ()


def targets_of(attribute: str) -> tuple[str, ...]:
    """The types of resources that an attribute of this name refers to: aws_kms_key, aws_kms_alias for `kms_key_id`."""
    return tables().targets.get(attribute, ())


class Reference(msgspec.Struct, frozen=True):
    """One value that refers, and to what. `elsewhere`: certainly to another thing of this graph, or to no resource.
    `sure`: to exactly what was found. `loose`: some of its references lead out of sight."""

    value: str | Unknown
    found: tuple[Resource, ...] = ()
    elsewhere: bool = False
    sure: bool = True
    loose: bool = False


def at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """The leaves at a path, through lists of blocks; an unknown value on the way counts as the leaf."""
    if isinstance(value, list):
        for member in value:
            yield from at(member, path)
    elif isinstance(value, Unknown) or not path:
        yield value
    elif isinstance(value, dict | Mapping) and (member := value.get(path[0])) is not None:  # a dict is seen at once
        yield from at(member, path[1:])


def is_identifier(value: str) -> bool:
    """True for what AWS generates; false for a name that an author chose."""
    return _IDENTIFIER.fullmatch(value) is not None


def is_sure(value: Unknown) -> bool:
    """False when a cause beside the references may have chosen between them and something else: `a.id is known after
    apply; var.x has no value`."""
    causes = value.because.split("; ")
    return len(causes) == 1 or all(any(ref in cause for ref in value.refs) for cause in causes)


def own_name(resource: Resource) -> str | Unknown | None:
    """The name by which others may call the resource; None when it has none that an author chose."""
    for attribute in _names(resource.type):
        if isinstance(value := resource.attributes.get(attribute), str | Unknown):
            return value
    return next(iter(_usual_names(resource.type).values()), None)


def _names(kind: str) -> tuple[str, ...]:
    """The attributes that name a resource of the type."""
    return tables().names.get(kind, ("name",))


@cache
def _usual_names(kind: str) -> dict[str, str]:
    """What the provider calls a resource whose author does not: the recorder of AWS Config is "default"."""
    known = schema.resource_schema(kind)
    attributes = known.attributes if known else {}
    usual = {name: attributes[name].default for name in _names(kind) if name in attributes}
    return {name: value for name, value in usual.items() if isinstance(value, str)}


class Identities:
    """Resolves values to resources of one graph."""

    def __init__(self, resources: Iterable[Resource], types: Mapping[str, list[Resource]]) -> None:
        self._resources = tuple(resources)
        self._types = types
        self._addresses: Addresses | None = None
        self._unique: dict[str, list[Resource]] | None = None
        self._names: dict[str, dict[str, list[Resource]]] = {}
        self._reached: dict[tuple[tuple[str, ...], tuple[str, ...], int], Reference] = {}

    def references(self, resource: Resource, path: str, wanted: tuple[str, ...]) -> Iterator[Reference]:
        """What the values at a dotted path of the resource refer to, as far as it is one of the wanted types."""
        for value in at(resource.attributes, tuple(path.split("."))):
            if isinstance(value, Unknown) or (isinstance(value, str) and value):
                reference = self.resolve(value, wanted)
                if isinstance(value, str) and len(reference.found) > 1:
                    reference = msgspec.structs.replace(reference, found=nearest(resource, reference.found))
                named = resource.named.get(path) if len(reference.found) > 1 else None
                yield _only(reference, named) if named else self.within(reference, resource)

    def within(self, reference: Reference, resource: Resource) -> Reference:
        """In an account that was read, a name means what has it in the same region; those of buckets reach further."""
        value = reference.value
        if resource.origin is not Origin.LIVE or not resource.region or not isinstance(value, str):
            return reference
        if value.startswith(("arn:", "{")) or is_identifier(value) or self.unique(value):
            return reference
        found = tuple(
            each for each in reference.found if each.region in ("", resource.region) or each.type == "aws_s3_bucket"
        )
        return msgspec.structs.replace(reference, found=found)

    def resolve(self, value: str | Unknown, wanted: tuple[str, ...], depth: int = _DEPTH) -> Reference:
        """What one value refers to."""
        if isinstance(value, str):
            # A document names what its ARNs name: {"deadLetterTargetArn": "arn:aws:sqs:..."}.
            texts = arns_in(value) if value.startswith("{") else (value,)
            return Reference(value, tuple(found for text in texts for found in self._by_text(text, wanted, depth)))
        known = (value.refs, wanted, depth)
        reached = self._reached.get(known)
        if reached is None:
            # before following: references may lead in a circle
            self._reached[known] = Reference(value, loose=True)
            self._reached[known] = reached = self._reach(value, wanted, depth)
        sure = reached.sure and is_sure(value)
        return Reference(value, reached.found, reached.elsewhere, sure, reached.loose)

    def _reach(self, value: Unknown, wanted: tuple[str, ...], depth: int) -> Reference:
        """What the references of a value lead to, all of them together."""
        found: dict[str, Resource] = {}
        elsewhere, loose, sure = bool(value.refs), False, True
        for text in value.refs:
            address = parse(text)
            if address is None or not (address.is_managed or _is_other_state(address)):
                # a plan does not show what a local holds, but that is rarely another resource of the same kind
                elsewhere, loose = False, loose or address is None or address.type != "local"
                continue
            if len(targets := self.addresses.find(address)) > _MOST:
                elsewhere, loose = False, True
                continue
            for resource in targets:
                reached = self._follow(resource, address.attribute, wanted, depth)
                found.update((target.key, target) for target in reached.found)
                elsewhere, sure = elsewhere and reached.elsewhere, sure and reached.sure
        ordered = tuple(found[key] for key in sorted(found))
        return Reference(value, ordered, elsewhere and not found, sure and len(ordered) == 1, loose)

    @property
    def addresses(self) -> Addresses:
        """All resources by address."""
        if self._addresses is None:
            self._addresses = Addresses(self._resources)
        return self._addresses

    def unique(self, value: str) -> Sequence[Resource]:
        """The resource with that ARN, generated id or endpoint, whatever its type; also for what lies inside it."""
        index = self._unique_index()
        if found := index.get(value):
            return found
        for head in _around(value) if value.startswith("arn:") else ():
            if found := index.get(head):
                return found
        return ()

    def named(self, kind: str, name: str) -> Sequence[Resource]:
        """The resources of a type that go by a name (or by their id)."""
        if (index := self._names.get(kind)) is None:
            resources = self._types.get(kind, ())
            index = self._names[kind] = _collect((resource, ("id", *_names(kind))) for resource in resources)
            for attribute, usual in _usual_names(kind).items():
                unnamed = [resource for resource in resources if attribute not in resource.attributes]
                index.setdefault(usual, []).extend(unnamed)
        return index.get(name, ())

    def _by_text(self, value: str, wanted: tuple[str, ...], depth: int) -> Iterator[Resource]:
        if found := [resource for resource in self.unique(value) if resource.type in wanted]:
            yield from found
            return
        for kind in wanted:
            if found := list(self._of_type(kind, value)):
                yield from found
                return
            for other, attribute in tables().through.get(kind, {}).items():
                for resource in (*self.unique(value), *self._of_type(other, value)) if depth else ():
                    if resource.type == other:
                        for step in at(resource.attributes, (attribute,)):
                            if isinstance(step, str | Unknown):
                                yield from self.resolve(step, wanted, depth - 1).found

    def _of_type(self, kind: str, value: str) -> Iterator[Resource]:
        if not value.startswith("arn:"):
            yield from self.named(kind, value)
            return
        seen: set[str] = set()
        for name in names_in_arn(value, kind):
            for resource in self.named(kind, name):
                # a resource whose ARN is known has been compared with the whole ARN already
                if not isinstance(resource.attributes.get("arn"), str) and resource.key not in seen:
                    seen.add(resource.key)
                    yield resource

    def _follow(self, resource: Resource, attribute: str, wanted: tuple[str, ...], depth: int) -> Reference:
        """From a referred resource on to a wanted one: `aws_s3_bucket_versioning.v.bucket` means the bucket."""
        if resource.type in wanted:
            return Reference("", (resource,))
        step = resource.attributes.get(attribute)
        if not isinstance(step, str | Unknown) or not step:
            through = next((to[resource.type] for kind in wanted if resource.type in (to := _through(kind))), "")
            step = resource.attributes.get(through)
        if depth and step and isinstance(step, str | Unknown):
            reached = self.resolve(step, wanted, depth - 1)
            return Reference("", reached.found, isinstance(step, str) or reached.elsewhere, reached.sure)
        return Reference("", (), elsewhere=True)

    def _unique_index(self) -> dict[str, list[Resource]]:
        if self._unique is None:
            self._unique = _collect(
                ((resource, _own_unique(resource.type)) for resource in self._resources),
                lambda value: value.startswith("arn:") or "." in value,
            )
            for value, found in _collect(((resource, ("id",)) for resource in self._resources), _is_global).items():
                self._unique.setdefault(value, found)
        return self._unique


def nearest(resource: Resource, found: Sequence[Resource]) -> tuple[Resource, ...]:
    """Of several that share the name, those in the resource's own region, if there are any: names are of a region."""
    near = tuple(each for each in found if each.region == resource.region) if resource.region else ()
    return near or tuple(found)


def _only(reference: Reference, address: str) -> Reference:
    """The reference to the resource that was named, of several that share the name."""
    found = tuple(each for each in reference.found if each.address == address or each.address.startswith(f"{address}["))
    return msgspec.structs.replace(reference, found=found) if found else reference


def _around(arn: str) -> Iterator[str]:
    """The ARNs that this one lies within: `...:log-group:app:*` in the group, `arn:aws:s3:::logs/*` in the bucket."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return
    # elsewhere a slash is part of the name: a log group `/app/web` is not inside of `/app`
    cuts = ":/" if parts[2] in _NESTING else ":"
    rest = parts[5]
    while (cut := max(rest.rfind(sign) for sign in cuts)) > 0:
        rest = rest[:cut]
        yield ":".join((*parts[:5], rest))


def names_in_arn(arn: str, kind: str) -> Iterator[str]:
    """The names that the ARN may hold, if it is one of the type's service: `arn:aws:s3:::logs/*` holds `logs`."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != tables().services.get(kind):
        return
    rest = parts[5].removesuffix(":*").removesuffix("/*")
    yield rest
    for separator in (":", "/"):
        head, _, tail = rest.partition(separator)
        if tail:
            yield tail
            yield head
    yield rest.rpartition("/")[2]


@cache
def _own_unique(kind: str) -> tuple[str, ...]:
    """The attributes that identify a resource of the type: AWS computes them, no author refers to another with them."""
    known = schema.resource_schema(kind)
    if kind in tables().borrowing or known is None:
        return ()
    own = (name for name in tables().unique if (attribute := known.attributes.get(name)) and attribute.computed)
    # The ARN of a stream may be written, and is its own all the same.
    return tuple(name for name in own if name == "arn" or not known.attributes[name].optional)


def _through(kind: str) -> dict[str, str]:
    return tables().through.get(kind, {})


def _is_other_state(address: Address) -> bool:
    """Outputs of another root's state are never resources of this graph."""
    return address.type == "data.terraform_remote_state"


def _is_global(value: str) -> bool:
    return is_identifier(value) or value.startswith(("arn:", "https://"))


def _collect(
    rows: Iterable[tuple[Resource, tuple[str, ...]]], accept: Callable[[str], bool] | None = None
) -> dict[str, list[Resource]]:
    index: dict[str, list[Resource]] = {}
    for resource, attributes in rows:
        members = resource.attributes
        values = {value for name in attributes if isinstance(value := members.get(name), str) and value}
        if "arn" in attributes and resource.arn:
            values.add(resource.arn)
        for value in values:
            if accept is None or accept(value):
                index.setdefault(value, []).append(resource)
    return index
