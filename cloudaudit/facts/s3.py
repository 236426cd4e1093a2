"""What access lists of buckets grant, and what the account blocks for all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks, reach
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_ACCOUNT = "aws_s3_account_public_access_block"
_FLAGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")

_EVERYBODY = "/groups/global/AllUsers"
_AUTHENTICATED = "/groups/global/AuthenticatedUsers"
_READING = ("READ", "READ_ACP", "FULL_CONTROL")
_WRITING = ("WRITE", "WRITE_ACP", "FULL_CONTROL")

# What is asked of a grant: to whom, which permissions, and the canned lists that give the same.
_QUESTIONS = {
    "everybody_reads": (_EVERYBODY, _READING, ("public-read", "public-read-write")),
    "everybody_writes": (_EVERYBODY, _WRITING, ("public-read-write",)),
    "authenticated": (_AUTHENTICATED, (*_READING, *_WRITING), ("authenticated-read",)),
}


def _account_blocks(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:  # noqa: ARG001 - the form of a fact
    found = graph.of_type(_ACCOUNT)
    return {flag: any_of(_flag(block.attributes.get(flag, False)) for block in found) for flag in _FLAGS}


def _flag(value: object) -> Truth:
    return value if isinstance(value, Unknown) else value is True


def _acl(resource: Resource, graph: ResourceGraph) -> dict[str, Truth]:
    """For each question whether an access list of the bucket grants it. Ownership and blocks are not looked at."""
    related = graph.related(resource, Relation(type="aws_s3_bucket_acl", by="bucket"))
    doubts: list[Truth] = [unknown(related.because)] if related.because else []
    return {
        name: any_of([*(truth for acl in related.found for truth in _grants(acl.attributes, *asked)), *doubts])
        for name, asked in _QUESTIONS.items()
    }


def _grants(
    attributes: Mapping[str, Any], group: str, permissions: tuple[str, ...], canned: tuple[str, ...]
) -> Iterator[Truth]:
    name = attributes.get("acl")
    yield _or_doubt(name) if isinstance(name, Unknown) else name in canned
    policies = blocks(attributes, "access_control_policy")
    yield from (unknown([text]) for text in policies.because)
    for policy in policies.items:
        listed = blocks(policy, "grant")
        yield from (_one_grant(grant, group, permissions) for grant in listed.items)
        yield from (unknown([text]) for text in listed.because)


def _or_doubt(name: Unknown) -> Truth:
    """A list whose known start is that of a private one is none of those that we look for."""
    return name if not name.prefix or "public-read-write".startswith(name.prefix) else False


def _one_grant(grant: Mapping[str, Any], group: str, permissions: tuple[str, ...]) -> Truth:
    permission = grant.get("permission")
    allowed: Truth = permission if isinstance(permission, Unknown) else permission in permissions
    grantees = blocks(grant, "grantee")
    uris = [uri for grantee in grantees.items for uri in reach(grantee, "uri")]
    known: Iterator[Truth] = (uri if isinstance(uri, Unknown) else str(uri).endswith(group) for uri in uris)
    return all_of([allowed, any_of([*known, *(unknown([text]) for text in grantees.because)])])


FACTS = (
    Fact(
        name="s3.account_blocks",
        compute=_account_blocks,
        doc="map from flag (block_public_acls, block_public_policy, ignore_public_acls, restrict_public_buckets) to "
        "bool: this scan sets it for all buckets of the account.",
    ),
    Fact(
        name="s3.acl",
        types=("aws_s3_bucket",),
        compute=_acl,
        doc="map to bool of what access lists of the bucket grant, before blocks and ownership: everybody_reads, "
        "everybody_writes, authenticated (anybody with an AWS account).",
    ),
)
