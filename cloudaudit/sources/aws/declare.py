"""How a collector is declared: which calls list the resources of a type, and what of an answer becomes which attribute.

    DB_INSTANCES = Collect(
        type="aws_db_instance",
        call=Call("rds", "describe_db_instances", "DBInstances"),
        arn="{DBInstanceArn}",
        name="DBInstanceIdentifier",
        attributes={"storage_encrypted": "StorageEncrypted", "tags": tags("TagList")},
    )

Answers are plain data, as boto3 gives them, but for times (ISO 8601 texts) and bytes (texts). Expressions are JMESPath;
where one is not enough, a function of the item takes its place. What is read is in the shape of the Terraform AWS
provider, so that the rules for source, plan and state judge it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from cloudaudit.model import Record

Item: TypeAlias = dict[str, Any]
"""One thing of an answer. `_parent` holds the item that it was asked for, if it was; `_account`, `_region` and
`_partition` say where we are, and `_at` when it was read (ISO 8601, UTC). What a part told stands under the name of its
operation, `_describe_key`, for later parts, for `keep` and for the collectors that go over the item."""

Read: TypeAlias = str | Callable[[Item], Any]
"""JMESPath over an item, or a function of it. None means that the attribute is not set."""

REGIONAL, GLOBAL = "regional", "global"


class Call(msgspec.Struct, frozen=True, eq=False):
    """One operation of an AWS API.

    `service` is the name of the boto3 client, `operation` its method. `items` leads from a page of the answer to its
    items; "@" takes the answer as one, all its pages together. `params` are the same for every call; `per` are read
    from the item that the call is made for or, where there is none, of where we are ("_account"). `actions` are the
    permissions that it needs, where they are not named like the operation. `unset` are the error codes by which AWS
    says that there is no such setting: no items, and nothing that was refused. Where the code alone does not say so,
    part of the message follows it: "AccessDeniedException: Macie is not enabled". With one of the codes in `again` AWS
    asks for the call `first`; then this one is made again until it has an answer: a report that must be written first.
    `whole` gives `items` all pages as one. `common` are parameters that a batch shares, read from its first item.
    `region` is the only one that answers, where there is such.
    """

    service: str
    operation: str
    items: Read = "@"
    params: Mapping[str, Any] = {}
    per: Mapping[str, Read] = {}
    actions: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    first: "Call | None" = None
    again: tuple[str, ...] = ()
    whole: bool = False
    common: Mapping[str, Read] = {}
    region: str = ""


TAGGED = "aws_tagged_resource"
"""The type of what has tags and is not read otherwise."""
TAGS = Call("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", params={"ResourcesPerPage": 100})
"""Everything in a region that has tags, a hundred in an answer."""


class Part(msgspec.Struct, frozen=True, eq=False):
    """What one more call tells of an item: attributes of the same resource.

    `when` says for which items it is made; of the others the attributes are not set. With a `batch`, one call is made
    for so many items: `per` then gives lists, and an item of the answer belongs to the one for which `match` reads the
    same of both (first of ours, then of the answer's). Where ours is a list, each member may have an item of the
    answer: they come together as `_several`. What was asked for by name and is not in the answer is unknown, unless
    the call is `sparse` and leaves out those of which it has nothing to tell; of what a list does not name, the
    attributes are not set.
    """

    call: Call
    attributes: Mapping[str, Read]
    when: Read = ""
    batch: int = 0
    match: tuple[Read, Read] = ("", "")
    sparse: bool = False


class Collect(Record, frozen=True, eq=False):
    """How the resources of a Terraform type are found, and what is read of them.

    `arn` is a text with expressions in braces ("arn:{partition}:s3:::{Name}"; partition, account and region are at
    hand); it is the key of the resource. Without one, the key is that of the parent, else of account and region,
    with the type and the `name` behind it. `over` is the collector for each item of which the call is made; a
    refusal then makes this type unknown for that one only; `among` says which of those items have any, and must
    hold of one whose parts were refused. `when` leaves items out before further calls, `keep` after them: it must
    hold of an item whose parts were refused. An attribute `region` says where a resource is that is listed
    elsewhere; further calls go there. `also` are types whose things are found here too, in this shape: separate
    rules of a security group, an ALB by its other name. `parts` are further calls for each. `bulk_tags` takes the
    tags from the tagging API, for services that do not list them. `unread` names attributes that no call gives,
    each with the reason. `made_from` are arguments that only say what the thing is made from and that AWS does not
    keep, such as the bucket from which the code of a function was taken: they are not set. `named` says which
    resource an attribute means whose value others share, as `arn` does: stages of several APIs are called "prod".
    """

    type: str
    call: Call
    attributes: Mapping[str, Read]
    arn: str = ""
    name: Read = ""
    over: "Collect | None" = None
    among: Read = ""
    when: Read = ""
    keep: Read = ""
    scope: str = REGIONAL
    also: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    bulk_tags: bool = False
    unread: Mapping[str, str] = {}
    made_from: tuple[str, ...] = ()
    named: Mapping[str, str] = {}

    @property
    def calls(self) -> tuple[Call, ...]:
        """The call that lists, then those of the parts."""
        return (self.call, *(part.call for part in self.parts))


def tags(path: str, key: str = "Key", value: str = "Value") -> Callable[[Item], dict[str, str]]:
    """Reads a list of pairs, or a map, at the path as a map of tags."""

    def read(item: Item) -> dict[str, str]:
        found = _walk(item, path)
        if isinstance(found, dict):
            return {str(name): str(text) for name, text in found.items()}
        return {pair[key]: pair.get(value) or "" for pair in found or ()}

    return read


def days(path: str, *, until: bool = False) -> Callable[[Item], int | None]:
    """Reads a time as whole days that had passed when AWS answered, or that were left until then."""

    def read(item: Item) -> int | None:
        found = _walk(item, path)
        if not found:
            return None
        passed = datetime.fromisoformat(item["_at"]) - datetime.fromisoformat(found)
        return (-passed if until else passed).days

    return read


def _walk(item: Item, path: str) -> Any:
    """What stands at the dotted path; None where it ends before."""
    found: Any = item
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def document(path: str) -> Callable[[Item], str | None]:
    """Reads a policy: boto3 gives some as text and some decoded; Terraform has all as text."""

    def read(item: Item) -> str | None:
        import json  # noqa: PLC0415 - few need it

        found = _walk(item, path)
        return json.dumps(found) if isinstance(found, dict | list) else found or None

    return read


def every(collectors: Iterable[Collect]) -> tuple[Collect, ...]:
    """The collectors and those that they go over, parents first."""
    found: dict[int, Collect] = {}

    def add(one: Collect) -> None:
        if one.over is not None:
            add(one.over)
        found.setdefault(id(one), one)

    for one in collectors:
        add(one)
    return tuple(found.values())
