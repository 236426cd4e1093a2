"""What stops an evaluation, and how several unknown values become one."""

from collections.abc import Iterable, Iterator
from typing import Any

from cloudaudit.model import Unknown

LARGEST_PART = 20_000
CAUSES = 3  # a cause is read by people: three of them say enough


class EvaluationError(Exception):
    """Terraform would report an error here; `try` and `can` catch it."""


class LimitError(Exception):
    """The value is too large to compute: it becomes an `Unknown` and a `Gap`. `try` and `can` must not catch it, since
    Terraform would have computed a value.
    """


def unknowns(value: Any) -> Iterator[Unknown]:
    """All unknown values within `value`, at any depth."""
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from unknowns(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from unknowns(member)


def wholly_known(value: Any) -> bool:
    """Whether nothing within `value` is unknown."""
    if isinstance(value, dict):
        return all(map(wholly_known, value.values()))
    if isinstance(value, list):
        return all(map(wholly_known, value))
    return not isinstance(value, Unknown)


def combine(*values: Any, prefix: str = "", partial: Any = None) -> Unknown:
    """One unknown value that carries the causes (three at most) and all references of the unknowns within `values`.

    What is made of a value that is not null may be null itself: `is_set` holds only where a start or a part is known.
    """
    found = list(unknowns(values))
    if len(found) == 1 and not prefix and partial is None:
        only = found[0]
        if not only.prefix and only.partial is None and not only.is_set:
            return only
    because = "; ".join(causes(found)) or "it is not known before apply"
    partial = light(partial)
    is_set = bool(prefix) or partial is not None
    return Unknown(because=because, refs=references(found), prefix=prefix, partial=partial, is_set=is_set)


NEVER_NULL = frozenset({
    "arn", "bucket_domain_name", "bucket_regional_domain_name", "cloudfront_access_identity_path", "id", "invoke_arn",
    "key_id", "name",
})  # fmt: skip
"""Attributes that every resource which has them always fills in."""


def later(address: str, name: str, why: str = "is known after apply") -> Unknown:
    """The attribute `name` of the resource at `address`, which only the provider knows; `why` follows the reference."""
    reference = f"{address}.{name}"
    return Unknown(because=f"{reference} {why}", refs=(reference,), is_set=name in NEVER_NULL)


def light(partial: Any) -> Any:
    """What is known of an unknown value, or None when it holds too much to be walked: documents within documents that
    repeat each other take no space, but walking them never ends.
    """
    pending, count = [partial], 0
    while pending:
        each = pending.pop()
        if isinstance(each, Unknown):
            each = each.partial
        members = each.values() if isinstance(each, dict) else each if isinstance(each, list | tuple) else ()
        count += len(members)
        if count > LARGEST_PART:
            return None
        pending.extend(members)
    return partial


def causes(found: Iterable[Unknown]) -> tuple[str, ...]:
    """The distinct causes of some unknown values, in order, `CAUSES` at most."""
    return tuple(dict.fromkeys(cause for each in found for cause in each.because.split("; ")))[:CAUSES]


def references(found: Iterable[Unknown]) -> tuple[str, ...]:
    """The distinct references of some unknown values, in order."""
    return tuple(dict.fromkeys(ref for each in found for ref in each.refs))
