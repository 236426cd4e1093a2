"""Provider configurations: the region, the account and the default tags of the resources that they manage."""

import re
from collections.abc import Callable
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.blocks import Writing
from cloudaudit.sources.hcl.declarations import Declared
from cloudaudit.sources.hcl.scope import Scope
from cloudaudit.sources.hcl.syntax import GetAttr, Index, Literal, Name
from cloudaudit.sources.hcl.values import Value

_ONE_OF = Unknown(because="the provider has several instances")
_ACCOUNT = re.compile(r"arn:[\w-]+:iam::(\d{12}):")
_PARTITIONS = (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"))
_SUFFIXES = {"aws-cn": "amazonaws.com.cn", "aws-iso": "c2s.ic.gov", "aws-iso-b": "sc2s.sgov.gov"}


class Provider:
    """One provider block, seen from the module that holds it. What it says is worked out when first asked for."""

    def __init__(self, name: str, declared: Declared, scope: Scope) -> None:
        self.name = name
        self.declared = declared
        several = "for_each" in declared.block.body.attributes  # which OpenTofu has
        self._scope = scope.inside({"each": {"key": _ONE_OF, "value": _ONE_OF}}) if several else scope
        self._values: dict[str, Value] | None = None
        self.writing = Writing(declared, f"provider.{name}")

    @property
    def values(self) -> dict[str, Value]:
        """All arguments and blocks."""
        if self._values is None:
            self._values = {}
            session = self._scope.session
            before, session.tainted = session.tainted, False
            self._values = self.writing.body(self.declared.block.body, self._scope, "")
            session.tainted = before
        return self._values

    @property
    def region(self) -> Value:
        """The region; null when the provider leaves it to the environment."""
        return self.values.get("region")

    @property
    def account(self) -> str:
        """The account, where the provider is bound to one: by its id, or by the role that it assumes."""
        allowed = self.values.get("allowed_account_ids")
        if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str | int):
            return str(allowed[0])
        role = _first(self.values.get("assume_role")).get("role_arn")
        found = _ACCOUNT.match(role.prefix if isinstance(role, Unknown) else str(role))
        return found[1] if found else ""

    @property
    def default_tags(self) -> Value:
        """The tags that are put on every resource; null when there are none."""
        blocks = self.values.get("default_tags")
        if isinstance(blocks, Unknown):
            return blocks
        return _first(blocks).get("tags")


def _first(blocks: Value) -> dict[str, Value]:
    return blocks[0] if isinstance(blocks, list) and blocks and isinstance(blocks[0], dict) else {}


def partition(region: str) -> str:
    """The partition that a region belongs to."""
    return next((name for start, name in _PARTITIONS if region.startswith(start)), "aws")


def dns_suffix(region: str) -> str:
    """The end of the host names of AWS services in a region."""
    return _SUFFIXES.get(partition(region), "amazonaws.com")


def reference(node: Any) -> str:
    """The provider that `provider = aws.west` or `"aws.west"` names; empty when it cannot be read."""
    if isinstance(node, Literal):
        return str(node.value or "")
    if isinstance(node, Name):
        return node.name
    if isinstance(node, GetAttr) and isinstance(node.of, Name):
        return f"{node.of.name}.{node.name}"
    return reference(node.of) if isinstance(node, Index) else ""


Find = Callable[[str], Provider | None]
