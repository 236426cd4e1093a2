"""Facts about the trust policy of a role: who may assume it."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.conditions import narrowed, says_something
from cloudaudit.facts.iam.document import Condition, Statement, Text, sketch
from cloudaudit.facts.iam.effect import denied, names_action, with_doubts
from cloudaudit.facts.iam.exposure import opened
from cloudaudit.facts.iam.policies import trust_policy
from cloudaudit.facts.iam.principals import account, is_foreign, of_kind, own_accounts
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

TYPES = ("aws_iam_role",)

# Conditions that keep a trusted third party from being used against us, or that say it is none.
_GUARDS = (
    "sts:externalid", "aws:principalorgid", "aws:principalorgpaths", "aws:sourcearn", "aws:sourceaccount",
    "aws:sourceorgid", "aws:principalarn", "aws:multifactorauth", "aws:sourceidentity", "saml:",
)  # fmt: skip
_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"


def _trust_wildcard(resource: Resource, graph: ResourceGraph) -> Truth:
    found, doubts = opened(trust_policy(resource, graph))
    return True if found else unknown(doubts) if doubts else False


def _guarded(statement: Statement, keys: tuple[str, ...]) -> Truth:
    """Whether a positive condition on one of `keys` is there."""
    truths: list[Truth] = [
        all_of([not condition.if_exists and "not" not in condition.operator, _asks(condition)])
        for condition in statement.conditions
        if condition.key.startswith(keys)
    ]
    return any_of([*truths, *([unknown(statement.doubt)] if statement.doubt else [])])


def _asks(condition: Condition) -> Truth:
    """Whether the condition demands something; a second factor that must be false is none."""
    if condition.operator == "bool":
        return all_of(value if isinstance(value, Unknown) else value.lower() == "true" for value in condition.values)
    return says_something(condition)


def _missing_external_id(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document = trust_policy(resource, graph)
    own = own_accounts(graph)
    found: list[str] = []
    doubts = list(document.doubts)
    for part in document.allows:
        guarded = _guarded(part, _GUARDS)
        for name in of_kind(part, "AWS"):
            truth = all_of([negate(guarded), is_foreign(name, own), negate(denied(document, part, "sts:AssumeRole"))])
            if truth is True:
                found.append(name if isinstance(name, str) else name.prefix)
            elif isinstance(truth, Unknown):
                doubts.append(truth.because)
    return certain(found, doubts)


def _accounts(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document = trust_policy(resource, graph)
    names = [name for part in document.allows for name in of_kind(part, "AWS")]
    doubts = [name.because for name in names if isinstance(name, Unknown) and not account(name) and not name.refs]
    return certain([owner for name in names if (owner := account(name))], [*document.doubts, *doubts])


def _services(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document = trust_policy(resource, graph)
    names = [name for part in document.allows for name in of_kind(part, "Service")]
    doubts = [name.because for name in names if isinstance(name, Unknown)]
    return certain([name for name in names if isinstance(name, str)], [*document.doubts, *doubts])


def _root_without_mfa(resource: Resource, graph: ResourceGraph) -> Truth:
    document = trust_policy(resource, graph)
    truths = (
        all_of([_names_root(part), negate(_guarded(part, ("aws:multifactorauth",))), negate(_guarded(part, _GUARDS))])
        for part in document.allows
    )
    return with_doubts(document, any_of(truths))


def _names_root(statement: Statement) -> Truth:
    return any_of(_is_root(name) for name in of_kind(statement, "AWS"))


def _is_root(name: Text) -> Truth:
    if isinstance(name, Unknown) and not name.prefix:
        return False if name.refs else name
    return sketch(name).endswith(":root") or sketch(name).isdigit()


# A service that assumes a role for any customer that knows its ARN unless the trust names the source. Those that can
# only be given a role of their own account (by iam:PassRole) cannot be used by strangers.
_MANY_CUSTOMERS = {
    "cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com", "events.amazonaws.com",
    "logs.amazonaws.com", "scheduler.amazonaws.com", "sns.amazonaws.com", "transfer.amazonaws.com",
    "vpc-flow-logs.amazonaws.com", "bedrock.amazonaws.com", "quicksight.amazonaws.com", "ses.amazonaws.com",
}  # fmt: skip


def _unbound_services(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    document = trust_policy(resource, graph)
    found: list[str] = []
    doubts = list(document.doubts)
    for part in document.allows:
        bound = _guarded(part, ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorg"))
        names = [name for name in of_kind(part, "Service") if isinstance(name, Unknown) or name in _MANY_CUSTOMERS]
        if isinstance(bound, Unknown) and names:
            doubts.append(bound.because)
        elif bound is False:
            found += [name for name in names if isinstance(name, str)]
            doubts += [name.because for name in names if isinstance(name, Unknown)]
    return certain(found, doubts)


def _narrow(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether web identities are held to a subject at all, whatever the provider. A SAML provider names the roles
    itself, for each user."""
    document = trust_policy(resource, graph)
    truths = (
        all_of([_is_federated(part), negate(_subject(part)), names_action(part, _WEB_IDENTITY)])
        for part in document.allows
    )
    return with_doubts(document, any_of(truths))


def _is_federated(statement: Statement) -> Truth:
    """Whether an identity provider is among the principals."""
    return any_of(name if kind == "" and isinstance(name, Unknown) else kind == "Federated" for kind, name in
                  statement.principals or ())  # fmt: skip


def _subject(statement: Statement) -> Truth:
    """Whether a condition holds the caller to a subject, group, or other claim of the identity provider.

    The audience is no limit where the provider serves strangers too; of our own pool or application it is one.
    """
    truths = [_is_some(condition) for condition in statement.conditions if _is_claim(condition)]
    saml = any("saml-provider/" in str(name) for name in of_kind(statement, "Federated"))
    return any_of([saml, *truths, narrowed(statement), *([unknown(statement.doubt)] if statement.doubt else [])])


_OWN_AUDIENCE = ("cognito-identity.amazonaws.com:", "accounts.google.com:")


def _is_claim(condition: Condition) -> bool:
    """Whether the condition is a positive one on a claim that tells callers apart."""
    key = condition.key
    if ":" not in key or key.startswith(("aws:", "sts:")) or condition.if_exists:
        return False
    if condition.quantifier == "forallvalues" or "not" in condition.operator or condition.operator == "null":
        return False
    return not key.endswith((":aud", ":iss", ":amr")) or (key.endswith(":aud") and key.startswith(_OWN_AUDIENCE))


def _is_some(condition: Condition) -> Truth:
    """Whether each admitted value says more than that there is one."""
    return all_of(_says_something(value) for value in condition.values)


def _says_something(value: Text) -> Truth:
    if isinstance(value, Unknown):
        return True if value.refs or value.prefix.strip("*?:/") else value
    return bool(value.replace("system:serviceaccount:", "").strip("*?:/"))


FACTS = (
    Fact(
        name="iam.federation_unbound",
        types=TYPES,
        compute=_narrow,
        doc="bool: the role trusts a web identity provider without a condition on the subject (or on another "
        "claim besides the audience), so everybody whom the provider knows may assume it.",
    ),
    Fact(
        name="iam.trust_accounts",
        types=TYPES,
        compute=_accounts,
        doc="list of account ids whose principals may assume the role.",
    ),
    Fact(
        name="iam.trust_missing_external_id",
        types=TYPES,
        compute=_missing_external_id,
        doc="list of principals of accounts that are not ours and may assume the role without sts:ExternalId or a"
        " condition on organisation or source. Unknown if no account of ours is known.",
    ),
    Fact(
        name="iam.trust_root_without_mfa",
        types=TYPES,
        compute=_root_without_mfa,
        doc="bool: the role trusts a whole account without asking for a second factor, an external id or an "
        "organisation.",
    ),
    Fact(
        name="iam.trust_services",
        types=TYPES,
        compute=_services,
        doc='list of AWS services that may assume the role: ["ec2.amazonaws.com"].',
    ),
    Fact(
        name="iam.trust_unbound_services",
        types=TYPES,
        compute=_unbound_services,
        doc="list of services that act for many customers and may assume the role without aws:SourceArn or "
        "aws:SourceAccount.",
    ),
    Fact(
        name="iam.trust_wildcard",
        types=TYPES,
        compute=_trust_wildcard,
        doc='bool: everybody ("*", any account, any service) may assume the role and no condition narrows it.',
    ),
)
