"""Declared and live: which resource of an account is which one of a state."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from cloudaudit import schema
from cloudaudit.graph.addresses import parse
from cloudaudit.graph.identity import own_name
from cloudaudit.model import Resource, Unknown

# One of each in an account and region, so its type says which it is.
_SINGLE = frozenset(
    f"aws_{name}"
    for name in (
        "api_gateway_account",
        "bedrock_model_invocation_logging_configuration",
        "ebs_default_kms_key",
        "ebs_encryption_by_default",
        "ebs_snapshot_block_public_access",
        "ec2_image_block_public_access",
        "ec2_instance_metadata_defaults",
        "ec2_serial_console_access",
        "ecr_registry_policy",
        "ecr_registry_scanning_configuration",
        "ecr_replication_configuration",
        "emr_block_public_access_configuration",
        "glue_data_catalog_encryption_settings",
        "iam_account_alias",
        "iam_account_password_policy",
        "macie2_account",
        "organizations_organization",
        "s3_account_public_access_block",
        "securityhub_account",
        "vpc_block_public_access_options",
        "xray_encryption_config",
    )
)
_SAME = {"aws_alb": "aws_lb", "aws_alb_listener": "aws_lb_listener", "aws_alb_target_group": "aws_lb_target_group"}


class Name(NamedTuple):
    """What a declared resource is called, and in which account and region it is, as far as that is known."""

    key: str
    address: str
    account: str
    region: str

    def may_be(self, live: Resource) -> bool:
        """Whether the resource of an account is in the same place."""
        return self.account in ("", live.account) and (not self.region or live.region in ("", self.region))


class Declared:
    """The names of the resources of states, by what AWS knows them as. Plain values: they may be sent elsewhere."""

    def __init__(self, states: Iterable[Iterable[Resource]] = ()) -> None:
        self._names: dict[Hashable, list[Name]] = {}
        self._inline: dict[tuple[str, str], list[Name]] = {}
        for state in states:
            resources = {one.key: one for one in state}
            account = _usual(one.account for one in resources.values())
            region = _usual(one.region for one in resources.values())
            for one in resources.values():
                own = _region(one) or (region if one.type in _SINGLE else "")
                name = Name(one.key, one.address, one.account or account, own)
                if is_declared(one):
                    for mark in _declared_marks(one):
                        self._names.setdefault(mark, []).append(name)
                elif parent := _parent(one.key, resources):
                    self._inline.setdefault((parent, one.type), []).append(name)

    def __bool__(self) -> bool:
        return bool(self._names)

    def name(self, live: Resource) -> Name | None:
        """What the resource of an account is called where it is declared; None where it is not, or not certainly."""
        for mark in (*marks(live), *by_name(live)):
            names = [one for one in self._names.get(mark, ()) if one.may_be(live)]
            if len(names) == 1:
                return names[0]
        return None

    def names(self, live: Iterable[Resource]) -> Mapping[str, Name]:
        """The same for all resources of an account, by their keys. What belongs to one, and is a resource of its own
        only there, goes by the name of that one: KEY/TYPE."""
        resources = list(live)
        found = {one.key: name for one in resources if (name := self.name(one))}
        claims = Counter(name.key for name in found.values())
        found = {key: name for key, name in found.items() if claims[name.key] == 1}
        for one in resources:
            if one.key not in found:
                parent, rest = _within(one, found)
                if parent:
                    found[one.key] = self._within(parent, one, rest)
        return found

    def _within(self, parent: Name, live: Resource, rest: str) -> Name:
        """The name of an inline argument, where the parent has it; else that of a resource that nobody declared."""
        inline = self._inline.get((parent.key, live.type), [])
        own = live.attributes.get("policy_arn") or live.name
        if named := [one for one in inline if len(inline) == 1 or one.key.endswith(f"/{own}")]:
            return named[0]
        return parent._replace(key=f"{parent.key}{rest}", address=f"{parent.address}{rest}")


def is_declared(resource: Resource) -> bool:
    """Whether a state says that it manages the resource: not what it only read, nor what we add."""
    address = parse(resource.address)
    return address is not None and address.is_managed and resource.type.startswith("aws_")


def marks(resource: Resource) -> Iterator[tuple[Hashable, ...]]:
    """What AWS knows a resource as, the surest first: its ARN, its id, or its type with the names that it must have."""
    kind = _kind(resource)
    if resource.arn:
        yield "arn", kind, resource.arn
    attributes = resource.attributes
    if isinstance(own := attributes.get("id"), str) and own and not own.startswith("arn:"):
        yield "id", kind, own
    values = [attributes.get(name) for name in _asked(resource.type)]
    parts = tuple(value for value in values if isinstance(value, str) and not value.startswith("{"))
    if kind in _SINGLE:
        yield "single", kind
    elif parts and not any(isinstance(value, Unknown) for value in values):
        yield "parts", kind, parts
        if isinstance(own := attributes.get("name"), str):
            yield "parts", kind, parts, own


def _usual(values: Iterable[str]) -> str:
    found = Counter(value for value in values if value).most_common(1)
    return found[0][0] if found else ""


def by_name(resource: Resource) -> Iterator[tuple[Hashable, ...]]:
    """The name that its author chose, for what was only written and not applied yet."""
    if isinstance(name := own_name(resource), str) and name:
        yield "name", _kind(resource), name


def _declared_marks(resource: Resource) -> list[tuple[Hashable, ...]]:
    found = list(marks(resource))
    return found if any(mark[0] in ("arn", "id") for mark in found) else [*found, *by_name(resource)]


def _kind(resource: Resource) -> str:
    return _SAME.get(resource.type, resource.type.replace("aws_default_", "aws_"))


def _region(resource: Resource) -> str:
    own = resource.attributes.get("region")
    return own if isinstance(own, str) else resource.region


@cache
def _asked(kind: str) -> tuple[str, ...]:
    """The arguments that a resource of the type must have."""
    known = schema.resource_schema(kind)
    return tuple(sorted(name for name, one in known.attributes.items() if one.required)) if known else ()


def _within(resource: Resource, found: Mapping[str, Name]) -> tuple[Name | None, str]:
    """The named resource that this one belongs to, and the rest of its key."""
    end = resource.key.find(f"/{resource.type}")
    parent = found.get(resource.key[:end]) if end > 0 else None
    return parent, resource.key[end:]


def _parent(key: str, resources: Mapping[str, Resource]) -> str:
    """The key of the resource whose inline argument this is."""
    while "/" in key:
        key = key.rpartition("/")[0]
        if key in resources:
            return key
    return ""
