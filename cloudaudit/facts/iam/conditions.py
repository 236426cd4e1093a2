"""Which conditions really narrow the audience of a statement, and which only seem to.

Four traps decide: an operator with IfExists, or with ForAllValues, holds when the request lacks the key; a negated
operator leaves everybody else in; a pattern such as "*" or "o-*" matches any caller; and keys that the caller sets at
will (a referer, a tag of its own session) tell nothing about who calls.
"""

import re
from collections.abc import Callable

from cloudaudit.facts import addresses
from cloudaudit.facts.iam.document import Condition, Statement, Text, is_settled, sketch
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.model import Unknown

_EQUAL = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
_EXACT = {"stringequals", "stringequalsignorecase"}
_UNEQUAL = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}

# Of the resources that AWS names in a request, these have names that no second account can take.
_UNIQUE_NAMES = ("arn:aws:cloudfront::",)
_ACCOUNT = re.compile(r"\d{12}")
_CONCRETE = {"id", "arn", "account_id", "owner_id", "organization_id", "unique_id", "cidr_block", "public_ip", "org_id"}


def _account(value: str) -> bool:
    return "*" not in value and "?" not in value


def _arn(value: str) -> bool:
    """Whether the pattern of an ARN fixes the account, or a name that is unique in the world."""
    if not value.startswith("arn:") or value.count(":") < 4:
        return _account(value)
    account = value.split(":")[4]
    if account and _account(account):
        return True
    name = value.split(":", 5)[-1]
    return _has_unique_names(value) and bool(name.strip("*?/")) and not name.startswith(("*", "?"))


def _has_unique_names(arn: str) -> bool:
    """Whether no second account can have a resource of that name; buckets are often written "arn:aws:s3:*:*:NAME"."""
    return arn.startswith(_UNIQUE_NAMES) or arn.split(":")[2] == "s3"


def _organisation(value: str) -> bool:
    return _account(value.split("/", maxsplit=1)[0])


def _network(value: str) -> bool:
    """Whether the addresses are a limited set: private, or no wider than /8 (/32 of version 6)."""
    return addresses.span(value) is not None and not addresses.is_wide(value)


def _identifier(value: str) -> bool:
    """Whether a user or role id is fixed: "AROAEXAMPLE:*" is, ":*" is not."""
    return _account(value.split(":", maxsplit=1)[0]) and bool(value.split(":", maxsplit=1)[0])


def _true(value: str) -> bool:
    return value == "true"


_NARROWING: dict[str, Callable[[str], bool]] = {
    "aws:principalorgid": _organisation,
    "aws:principalorgpaths": _organisation,
    "aws:principalaccount": _account,
    "aws:principalarn": _arn,
    "aws:principalservicename": _account,
    "aws:sourceaccount": _account,
    "aws:sourceowner": _account,
    "aws:sourcearn": _arn,
    "aws:sourceorgid": _organisation,
    "aws:sourceorgpaths": _organisation,
    "aws:sourcevpc": _account,
    "aws:sourcevpce": _account,
    "aws:vpceaccount": _account,
    "aws:vpceorgid": _organisation,
    "aws:vpceorgpaths": _organisation,
    "aws:sourceip": _network,
    "aws:vpcsourceip": _network,
    "aws:userid": _identifier,
    "aws:federatedprovider": _arn,
    "kms:calleraccount": _account,
    "s3:dataaccesspointaccount": _account,
    "s3:dataaccesspointarn": _arn,
    "s3:accesspointnetworkorigin": lambda value: value.lower() == "vpc",
    "elasticfilesystem:accesspointarn": _arn,
    "events:creatoraccount": _account,
    "lambda:sourcefunctionarn": _arn,
    "ec2:sourceinstancearn": _arn,
}

_FLAGS = {"elasticfilesystem:accessedviamounttarget", "aws:principalisawsservice"}

# Keys that every request carries, so that IfExists changes nothing.
_ALWAYS_THERE = {"kms:calleraccount"}


def narrows(condition: Condition) -> Truth:
    """Whether the condition of an Allow limits who may call to known accounts, organisations, networks or sources."""
    if condition.quantifier == "forallvalues" or (condition.if_exists and condition.key not in _ALWAYS_THERE):
        return False
    if condition.operator == "bool":
        return condition.key in _FLAGS and all_of(_each(condition, _true))
    if condition.operator not in _EQUAL or not condition.values:
        return False
    return _fixes(condition, condition.operator)


def excludes(condition: Condition) -> Truth:
    """Whether whoever escapes the condition of a Deny is a known account, organisation, network or source."""
    if condition.operator == "bool" and condition.key in _FLAGS:
        return all_of(_each(condition, lambda value: value == "false"))
    equal = _UNEQUAL.get(condition.operator)
    if equal is None or condition.quantifier == "foranyvalue" or not condition.values:
        return False
    return _fixes(condition, equal)


def _fixes(condition: Condition, operator: str) -> Truth:
    judge = _NARROWING.get(condition.key)
    if judge is None:
        return False
    if operator in _EXACT and judge is not _network:
        judge = _nothing_wild
    return all_of(_each(condition, judge))


def _nothing_wild(value: str) -> bool:
    """With StringEquals an asterisk is no wildcard: it matches no caller at all."""
    return bool(value)


def _each(condition: Condition, judge: Callable[[str], bool]) -> list[Truth]:
    return [_judged(value, judge) for value in condition.values]


def _judged(value: Text, judge: Callable[[str], bool]) -> Truth:
    if isinstance(value, str):
        return judge(value)
    if names_a_resource(value):
        return True
    if is_settled(value) and judge is not _network:
        return judge(sketch(value))
    if value.prefix and judge is _arn and _ACCOUNT.fullmatch((value.prefix.split(":") + [""] * 5)[4]):
        return True
    return value


def names_a_resource(value: Unknown) -> bool:
    """Whether the unknown is the id, ARN or account of something that Terraform knows, so certainly no wildcard."""
    return bool(value.refs) and all(
        ref.rpartition(".")[2] in _CONCRETE and ref.split(".")[0] not in ("var", "local", "each") for ref in value.refs
    )


def narrowed(statement: Statement) -> Truth:
    """Whether the conditions of an Allow limit who may call. They hold together, so one that narrows is enough."""
    truths: list[Truth] = [narrows(condition) for condition in statement.conditions]
    return any_of([*truths, *([unknown(statement.doubt)] if statement.doubt else [])])


# What a session shows about itself: true for the right caller, so no limit to what that caller may do.
_SESSION = (
    "aws:multifactorauth", "aws:securetransport", "aws:sourceip", "aws:vpcsourceip", "aws:currenttime", "aws:epochtime",
    "aws:requestedregion", "aws:useragent", "aws:referer", "aws:sourcevpc", "aws:principal", "aws:tokenissuetime",
    "aws:userid", "aws:username", "aws:viaawsservice", "aws:sourceidentity", "aws:federatedprovider",
)  # fmt: skip


def says_something(condition: Condition) -> Truth:
    """Whether a condition demands anything: a pattern that matches everything, or that there is a value, does not."""
    if condition.operator == "null":
        return False
    return all_of(
        Unknown(because=value.because) if isinstance(value, Unknown) and not value.refs and not value.prefix
        else bool(sketch(value).strip("*?:/"))
        for value in condition.values
    )  # fmt: skip


def limited(statement: Statement) -> Truth:
    """Whether the conditions limit what the caller may do: to some resources, services or parameters.

    Conditions on the session (second factor, address, time) leave everything allowed to whoever meets them; so do
    patterns that match everything, and negations allow all but a few.
    """
    truths: list[Truth] = [
        all_of([condition.operator not in _UNEQUAL, condition.operator == "null" or says_something(condition)])
        for condition in statement.conditions
        if not condition.key.startswith(_SESSION)
    ]
    return any_of([*truths, *([unknown(statement.doubt)] if statement.doubt else [])])
