"""Facts about policies that say who may use a resource."""

from collections.abc import Callable
from typing import TypeAlias

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.conditions import narrowed, narrows, says_something
from cloudaudit.facts.iam.document import Condition, Document, Statement, Text
from cloudaudit.facts.iam.effect import action_patterns, covers_action, denied, on_everything, with_doubts
from cloudaudit.facts.iam.policies import ENDPOINT, RESOURCE_TYPES, endpoint_policy, resource_policies, resource_policy
from cloudaudit.facts.iam.principals import is_foreign, of_kind, own_accounts, public
from cloudaudit.facts.iam.transport import denies_insecure_transport
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

Look: TypeAlias = Callable[[Document], tuple[list[str], list[str]]]
"""Finds something in a policy: what is certain, and why there may be more."""


def opened(document: Document) -> tuple[list[str], list[str]]:
    """The action patterns open to everybody after conditions and denials, and what is unsure."""
    found: list[str] = []
    doubts: list[str] = list(document.doubts)
    for part in document.allows:
        anyone = all_of([public(part), negate(narrowed(part))])
        if anyone is False:
            continue
        for action in action_patterns(part) or ("*",):
            truth = _open(document, part, action, anyone)
            if truth is True:
                found.append(action if isinstance(action, str) else "(unknown)")
            elif isinstance(truth, Unknown):
                doubts.append(truth.because)
    return found, doubts


def _open(document: Document, part: Statement, action: str | Unknown, anyone: Truth) -> Truth:
    return all_of([anyone, negate(denied(document, part, action, outsiders=True))])


def _public_actions(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    return _of_each(resource, graph, opened)


def _of_each(resource: Resource, graph: ResourceGraph, look: Look) -> list[str] | Unknown:
    """What `look` finds in any of the resource's policies."""
    found: list[str] = []
    doubts: list[str] = []
    for document in resource_policies(resource, graph):
        more, unsure = look(document)
        found += more
        doubts += unsure
    return certain(found, doubts)


def _public(resource: Resource, graph: ResourceGraph) -> Truth:
    actions = _public_actions(resource, graph)
    return actions if isinstance(actions, Unknown) else bool(actions)


def _cross_account(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """Principals of other accounts. Without any known account of ours, other people's cannot be told."""
    own = own_accounts(graph)
    foreign: list[str] = []
    doubts: list[str] = []
    for document in resource_policies(resource, graph):
        doubts += document.doubts
        for part in document.allows:
            kept = any_of([_in_organisation(part), _closed_to_others(document, part)])
            for name in [] if kept is True else _callers(part):
                truth = all_of([is_foreign(name, own), negate(kept)])
                if truth is True:
                    foreign.append(name if isinstance(name, str) else name.prefix)
                elif isinstance(truth, Unknown):
                    doubts.append(truth.because)
    return certain(foreign, doubts)


# Conditions by which a statement for everybody names accounts.
_CALLERS = ("aws:principalaccount", "aws:principalarn", "kms:calleraccount")


def _callers(part: Statement) -> list[Text]:
    """The principals that the statement names, by name or by condition."""
    named = [
        value
        for condition in part.conditions
        if condition.key in _CALLERS and "not" not in condition.operator
        for value in condition.values
    ]
    return [*of_kind(part, "AWS"), *(named if public(part) is True else [])]


def _in_organisation(part: Statement) -> Truth:
    """Whether only callers of an organisation are allowed."""
    return any_of(
        [
            *(narrows(each) for each in part.conditions if each.key.startswith(("aws:principalorg", "aws:vpceorg"))),
            *([unknown(part.doubt)] if part.doubt else []),
        ]
    )


def _closed_to_others(document: Document, part: Statement) -> Truth:
    """Whether a denial of all but known callers takes everything away again from others."""
    return all_of(denied(document, part, action, outsiders=True) for action in action_patterns(part) or ("*",))


# Services that act for many customers and state in the request for whom; without a condition any customer can send
# them. Those that only act through a role we pass, or only within the account, state nothing and need nothing.
_DEPUTIES = {
    "alexa-appkit", "apigateway", "backup", "bedrock", "cloudfront", "cloudtrail", "cloudwatch", "codecommit",
    "codestar-notifications", "cognito-idp", "config", "delivery.logs", "elasticloadbalancing", "events", "guardduty",
    "iot", "lex", "lexv2", "logdelivery.elasticloadbalancing", "logs", "macie", "scheduler", "secretsmanager",
    "serverlessrepo", "ses", "sns", "s3", "vpc-flow-logs",
}  # fmt: skip

_SOURCES = (
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner",
    "kms:calleraccount", "kms:encryptioncontext", "kms:viaservice", "lambda:eventsourcetoken", "aws:principalorgid",
)  # fmt: skip


def is_deputy(service: str) -> bool:
    """Whether the service principal acts for many customers."""
    return service.split(".amazon", maxsplit=1)[0] in _DEPUTIES or service == "*"


def names_source(condition: Condition) -> Truth:
    """Whether the condition says for whom a service must act."""
    if not condition.key.startswith(_SOURCES) or condition.if_exists or "not" in condition.operator:
        return False
    return says_something(condition)


def unbound_services(document: Document) -> tuple[list[str], list[str]]:
    """Services that may act for any customer, and what is unsure."""
    found: list[str] = []
    doubts: list[str] = list(document.doubts)
    for part in document.allows:
        bound = any_of([*(names_source(c) for c in part.conditions), *([unknown(part.doubt)] if part.doubt else [])])
        for name in of_kind(part, "Service"):
            if isinstance(name, Unknown) or not is_deputy(name) or bound is True:
                doubts += [name.because] if isinstance(name, Unknown) and bound is not True else []
            elif isinstance(bound, Unknown):
                doubts.append(bound.because)
            else:
                found.append(name)
    return found, doubts


def _unbound_services(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    return _of_each(resource, graph, unbound_services)


def _present(resource: Resource, graph: ResourceGraph) -> Truth:
    document = resource_policy(resource, graph)
    return bool(document.statements) or with_doubts(document, False)


def _open_endpoint(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    """Whether the endpoint passes everything of everybody; the default policy does."""
    document = endpoint_policy(resource)
    if document.empty:
        return True
    truths = (
        all_of([public(part), negate(narrowed(part)), covers_action(part, "*"), on_everything(part)])
        for part in document.allows
    )
    return with_doubts(document, any_of(truths))


FACTS = (
    Fact(
        name="iam.cross_account_principals",
        types=RESOURCE_TYPES,
        compute=_cross_account,
        doc="list of principals of other accounts that the resource's policies allow, unless conditions or denials "
        "keep to an organisation. Own accounts come from the account map in the settings, from the resources "
        "themselves and from key policies; unknown if none is known.",
    ),
    Fact(
        name="iam.denies_insecure_transport",
        types=RESOURCE_TYPES,
        compute=denies_insecure_transport,
        doc="bool: the resource's policies deny everybody requests without TLS (aws:SecureTransport is false), "
        "reading and writing alike, and of a bucket the bucket and its objects.",
    ),
    Fact(
        name="iam.endpoint_open",
        types=tuple(ENDPOINT),
        compute=_open_endpoint,
        doc="bool: the VPC endpoint passes every action of everybody; no policy at all does so too.",
    ),
    Fact(
        name="iam.policy_present",
        types=RESOURCE_TYPES,
        compute=_present,
        doc="bool: the resource has a resource policy, its own or of a companion.",
    ),
    Fact(
        name="iam.public",
        types=RESOURCE_TYPES,
        compute=_public,
        doc="bool: the resource's policies (its own and those of companions) let everybody do something, after "
        "conditions that really narrow and denials.",
    ),
    Fact(
        name="iam.public_actions",
        types=RESOURCE_TYPES,
        compute=_public_actions,
        doc='list of the actions that everybody may do: ["s3:GetObject"].',
    ),
    Fact(
        name="iam.unbound_services",
        types=RESOURCE_TYPES,
        compute=_unbound_services,
        doc="list of AWS services that act for many customers and are allowed without aws:SourceArn, "
        'aws:SourceAccount or the like (confused deputy): ["sns.amazonaws.com"].',
    ),
)
