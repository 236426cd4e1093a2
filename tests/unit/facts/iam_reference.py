"""IAM's own logic over single requests, written apart from the facts, to compare them with.

A request is one action on one resource by one caller. A statement applies when action, resource, principal and all
conditions match; any Deny that applies wins, else any Allow.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """Who asks for what, and what AWS knows of the request."""

    action: str
    resource: str
    account: str = ""  # of the caller; empty for an anonymous one
    context: Mapping[str, str] = field(default_factory=dict)


def allowed(policy: Mapping[str, Any], request: Request) -> bool:
    """Whether the policy allows the request."""
    effects = {part["Effect"] for part in listed(policy["Statement"]) if applies(part, request)}
    return effects == {"Allow"}


def applies(part: Mapping[str, Any], request: Request) -> bool:
    """Whether the statement is about the request."""
    matching = (
        about(part, "Action", request.action.lower(), fold=True),
        about(part, "Resource", request.resource),
        concerns(part, request),
        *(holds(*each, request) for each in conditions(part)),
    )
    return all(matching)


def about(part: Mapping[str, Any], element: str, value: str, *, fold: bool = False) -> bool:
    negated = f"Not{element}" in part
    if not negated and element not in part:
        return True
    patterns = [
        str(each).lower() if fold else str(each) for each in listed(part[f"Not{element}" if negated else element])
    ]
    return negated != any(like(pattern, value) for pattern in patterns)


def concerns(part: Mapping[str, Any], request: Request) -> bool:
    """Whether the caller is among the principals. Identity policies have none."""
    if "Principal" not in part and "NotPrincipal" not in part:
        return True
    negated = "NotPrincipal" in part
    value = part["NotPrincipal" if negated else "Principal"]
    names = ["*"] if value == "*" else listed(value.get("AWS", ()))
    return negated != any(name == "*" or (request.account and request.account in str(name)) for name in names)


def conditions(part: Mapping[str, Any]) -> Iterable[tuple[str, str, list[str]]]:
    for operator, keys in part.get("Condition", {}).items():
        for key, values in keys.items():
            yield operator, key, [str(value) for value in listed(values)]


def holds(operator: str, key: str, values: list[str], request: Request) -> bool:
    """One condition; several values are alternatives, and for a negated operator all of them must differ."""
    present = {name.lower(): value for name, value in request.context.items()}.get(key.lower())
    lenient = operator.endswith("IfExists")
    name = operator.removesuffix("IfExists")
    if present is None:
        return lenient or "Not" in name
    match name:
        case "StringEquals" | "Bool":
            return present in values
        case "StringNotEquals":
            return present not in values
        case "StringLike" | "ArnLike":
            return any(like(value, present) for value in values)
        case "StringNotLike" | "ArnNotLike":
            return not any(like(value, present) for value in values)
    raise AssertionError(operator)


@functools.cache
def like(pattern: str, value: str) -> bool:
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern)
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
