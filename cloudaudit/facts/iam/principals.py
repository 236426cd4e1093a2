"""Who a principal is: everybody, an account, a service, an identity provider."""

import re

from cloudaudit.facts.iam.conditions import names_a_resource
from cloudaudit.facts.iam.document import Statement, Text
from cloudaudit.facts.iam.policies import resource_policy
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.truth import Truth, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


def is_everybody(kind: str, name: Text) -> Truth:
    """Whether the principal is anybody at all: "*", or a role or root of any account."""
    if isinstance(name, Unknown):
        return False if name.prefix.strip("*") or names_a_resource(name) else name
    if kind == "AWS":
        return name == "*" or (name.startswith("arn:") and "*" in name.split(":", 5)[4:5])
    return kind in ("Service", "Federated") and name == "*"


def account(name: Text) -> str:
    """The account of an AWS principal; empty where it names none."""
    text = name.prefix if isinstance(name, Unknown) else name
    if text.startswith("arn:"):
        parts = text.split(":", 5)
        return parts[4] if len(parts) > 5 and _ACCOUNT.fullmatch(parts[4]) else ""
    return text if _ACCOUNT.fullmatch(text) else ""


def public(statement: Statement) -> Truth:
    """Whether the statement speaks of everybody; an Allow with NotPrincipal does."""
    if statement.not_principals is not None:
        return True
    return any_of(is_everybody(kind, name) for kind, name in statement.principals or ())


def of_kind(statement: Statement, kind: str) -> list[Text]:
    """The names of the principals of one kind, and of those whose kind is not known."""
    return [name for found, name in statement.principals or () if found in (kind, "")]


# Accounts of AWS from which load balancers deliver their logs in older regions.
_OF_AWS = frozenset(
    (
        "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "589379963580",
        "718504428378", "383597477331", "600734575887", "114774131450", "783225319266", "582318560864", "985666609251",
        "054676820928", "156460612806", "652711504416", "635631232127", "009996457667", "897822967062", "076674570225",
        "507241528517", "048591011584", "190560391635",
    )
)  # fmt: skip


def is_foreign(name: Text, own: frozenset[str]) -> Truth:
    """Whether the principal belongs to an account that is neither among `own` nor one of AWS itself."""
    owner = account(name)
    if owner in _OF_AWS:
        return False
    if owner:
        return owner not in own if own else Unknown(because="no account of our own is known")
    if isinstance(name, Unknown):
        return False if name.refs and not name.refs[0].startswith("var.") else name
    return False


@per_graph
def own_accounts(graph: ResourceGraph) -> frozenset[str]:
    """The accounts known to be the organisation's own: from settings, from resources, and from key policies.

    A policy that gives an account's root all of `kms:` on a key is how that account keeps hold of its own key.
    """
    accounts = {str(account) for account in graph.environment.get("account_map") or ()}
    accounts |= {str(account) for account in graph.environment.get("accounts") or ()}
    for resource in graph:
        if resource.account:
            accounts.add(resource.account)
        elif found := account(resource.arn or _text(resource, "arn")):
            accounts.add(found)
    return frozenset(accounts | _key_owners(graph))


@per_graph
def home_account(graph: ResourceGraph) -> str:
    """The one account that the graph is about, as far as it says so; else empty."""
    stated = str(graph.environment.get("account") or "")
    found = {resource.account for resource in graph if resource.account} or _key_owners(graph)
    return stated or (next(iter(found)) if len(found) == 1 else "")


def _text(resource: Resource, name: str) -> str:
    value = resource.attributes.get(name)
    return value if isinstance(value, str) else ""


def _key_owners(graph: ResourceGraph) -> set[str]:
    owners: set[str] = set()
    for resource in graph.of_type("aws_kms_key"):
        found = {
            account(name)
            for statement in resource_policy(resource, graph).allows
            if "kms:*" in statement.actions and not statement.conditions
            for name in of_kind(statement, "AWS")
            if isinstance(name, str) and name.endswith(":root")
        }
        owners |= found if len(found) == 1 else set()
    return owners - {""}
