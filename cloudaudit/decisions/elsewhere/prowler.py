"""prowler's mutelist: checks by account, with regions, resources, tags and exceptions.

prowler looks for a resource's text anywhere in its id; a waiver takes it as the whole id, so nothing more is accepted
than what was named. A waiver knows patterns of ARNs, so what no ARN tells cannot be said: tags, exceptions, the account
of a bucket, the region of a role.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from cloudaudit.decisions.elsewhere.accepted import Accepted
from cloudaudit.decisions.yamlnodes import members, text, texts

_ALL = ("*",)
_WITHOUT_REGION = re.compile(
    r"(account|cloudfront|globalaccelerator|iam|organizations|route53|s3|shield|trustedadvisor)_"
)
_WITHOUT_ACCOUNT = re.compile(r"(route53|s3)_")
_ROOT = "<root_account>"
_NUMBER = re.compile(r"\d{12}")
_OF_ACCOUNTS = (
    *("account", "index", "model-invocation-logging", "password-policy", "replication-set", "root", "session", "trail"),
    *("unknown", "*/unknown"),
)
"""How the ARNs end that prowler makes up for what an account has one of, or has not."""
_POLICY_OF = re.compile(r"[^:/]+/[^/]+")
_EXPRESSION = re.compile(r"[\\^$+?{}\[\]()|]")


def mutelist(file: str, top: Any) -> Iterator[Accepted]:
    """What the mutelist accepts: one for each account and check, with all that it says about them."""
    for name, body, _ in members(top):
        for key, accounts, _ in members(body) if name == "Mutelist" else ():
            for account, checks, _ in members(accounts) if key == "Accounts" else ():
                for _, named, _ in (each for each in members(checks) if each[0] == "Checks"):
                    for check, said, line in members(named):
                        yield _accepted(file, line, account, check, {key: value for key, value, _ in members(said)})


def _accepted(file: str, line: int, account: str, check: str, said: dict[str, Any]) -> Accepted:
    check = re.sub("^lambda", "awslambda", check)  # as prowler reads it
    regions, resources = (tuple(map(_plain, texts(said.get(key)))) for key in ("Regions", "Resources"))
    lost = _lost(account, check, regions, resources) or next(
        (
            f"it is narrowed by {key.lower()}"
            for key in ("Tags", "Exceptions")
            if texts(said.get(key)) or _full(said, key)
        ),
        "",
    )
    return Accepted(
        tool="prowler",
        form="mutelist",
        file=file,
        line=line,
        check=check,
        reason=text(said.get("Description")),
        resources=()
        if lost
        else tuple(_patterns("*" if _WITHOUT_ACCOUNT.match(check) else account, regions, resources)),
        lost=lost,
    )


def _full(said: dict[str, Any], key: str) -> bool:
    return any(texts(value) for _, value, _ in members(said.get(key)))


def _plain(expression: str) -> str:
    """`*` for what prowler's users write for any text."""
    return expression.removeprefix("^").removesuffix("$").replace(".*", "*")


def _lost(account: str, check: str, regions: Sequence[str], resources: Sequence[str]) -> str:
    """Why no patterns of ARNs say it: the first of the faults that there are."""
    wide = any("*" in each for each in resources)
    faults = {
        "it names many checks at once": _EXPRESSION.search(check) or "*" in check,
        "it names no region or no resource, so it mutes nothing": not regions or not resources,
        "a regular expression says more than a pattern can": any(map(_EXPRESSION.search, (*regions, *resources))),
        "it is for one region, which the ARN does not tell": regions != _ALL and _WITHOUT_REGION.match(check),
        "it is for one account, which the ARN does not tell": account != "*" and wide and _WITHOUT_ACCOUNT.match(check),
        "it is for one policy of somebody, which the ARN does not tell": any(map(_POLICY_OF.fullmatch, resources))
        and check.startswith("iam_"),
    }
    return next((fault for fault, there in faults.items() if there), "")


def _patterns(account: str, regions: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    """The ARNs of these resources, which end with the name after a colon or a slash; and the account by its own key,
    which prowler names by its number or as root."""
    for name in resources:
        if name == _ROOT or account != "*" == name:
            yield f"{account}:aws_account"
        elif _NUMBER.fullmatch(name):
            yield f"{name}:aws_account"
    for region, name in itertools.product(regions, resources):
        if name == _ROOT:
            yield f"arn:*:iam:*:{account}:root"
        elif _NUMBER.fullmatch(name):
            yield from (f"arn:*:*:{region}:{name}:{end}" for end in _OF_ACCOUNTS)
        elif name.startswith("arn:") or (region, account, name) == ("*", "*", "*"):
            yield name
        elif (region, account) == ("*", "*"):
            yield from (f"arn:*{name}",) if name.startswith("*") else (f"arn:*:{name}", f"arn:*/{name}")
        else:
            start = f"arn:*:*:{region}:{account}:"
            yield from (start + end for end in ((name,) if name.startswith("*") else (name, f"*/{name}", f"*:{name}")))
