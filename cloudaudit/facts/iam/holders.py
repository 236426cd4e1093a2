"""Facts about users, groups and roles: what all their policies together give them, by whatever path."""

from collections.abc import Iterator
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.document import UNKNOWN, Condition, Document, is_settled, merge, sketch
from cloudaudit.facts.iam.effect import covers_action, on_everything, with_doubts
from cloudaudit.facts.iam.identity import admits_everything, escalations, has_boundary
from cloudaudit.facts.iam.policies import identity_policy
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, negate, unknown
from cloudaudit.graph import ResourceGraph, is_read
from cloudaudit.model import Record, Relation, Resource, Unknown

# Kind of holder: the inline policy, the attachments, and the attribute by which they name their holder.
_HOLDERS = {
    "aws_iam_group": ("aws_iam_group_policy", ("aws_iam_group_policy_attachment", "group"), "groups"),
    "aws_iam_role": ("aws_iam_role_policy", ("aws_iam_role_policy_attachment", "role"), "roles"),
    "aws_iam_user": ("aws_iam_user_policy", ("aws_iam_user_policy_attachment", "user"), "users"),
}
TYPES = tuple(_HOLDERS)
_POLICIES = ("aws_iam_policy",)
_ATTACHMENTS = (*(attachment for _, (attachment, _), _ in _HOLDERS.values()), "aws_iam_policy_attachment")

_ADMINISTRATOR = {"AdministratorAccess", "AdministratorAccess-Amplify", "IAMFullAccess"}
_NEARLY = {"PowerUserAccess", "SystemAdministrator", "job-function/SystemAdministrator"}
_OF_AWS = ":aws:policy/"
_IDENTITY = "data.aws_caller_identity."


class Held(Record, frozen=True):
    """A policy that an identity holds: in this graph as a document, or one of AWS by name; `by` says through what."""

    by: str
    document: Document | None = None
    name: str = ""


class Holdings(Record, frozen=True):
    """All policies of an identity, and why there may be others."""

    policies: tuple[Held, ...] = ()
    because: tuple[str, ...] = ()


@per_resource
def holdings(resource: Resource, graph: ResourceGraph) -> Holdings:
    """The policies of a user, group or role, also those that a user has from its groups."""
    inline, (attachment, attribute), members = _HOLDERS[resource.type]
    because: list[str] = []
    policies = graph.related(resource, Relation(type=inline, by=attribute))
    # Inline parts of a role have become resources of their own: do not count them twice.
    split = any(policy.key.startswith(f"{resource.key}/") for policy in policies.found)
    found = [] if split else [Held(by=resource.address, document=identity_policy(resource, graph))]
    found += [Held(by=policy.address, document=identity_policy(policy, graph)) for policy in policies.found]
    because += policies.because
    for kind, by, names in (
        (attachment, attribute, "policy_arn"),
        ("aws_iam_policy_attachment", members, "policy_arn"),
        (f"{attachment}s_exclusive", f"{attribute}_name", "policy_arns"),
    ):
        attachments = graph.related(resource, Relation(type=kind, by=by))
        because += attachments.because
        for each in attachments.found:
            part = _attached(each, names, graph)
            found += part.policies
            because += part.because
        split = split or any(each.key.startswith(f"{resource.key}/") for each in attachments.found)
    managed = Holdings() if split else _attached(resource, "managed_policy_arns", graph)
    found += managed.policies
    because += managed.because
    for part in _from_groups(resource, graph):
        found += part.policies
        because += part.because
    return Holdings(policies=tuple(found), because=tuple(dict.fromkeys(because)))


def _attached(resource: Resource, attribute: str, graph: ResourceGraph) -> Holdings:
    """The managed policies that an attribute names, by ARN or by reference."""
    value = resource.attributes.get(attribute)
    values = value if isinstance(value, list) else [value] if value is not None else []
    names = [name for name in map(_name_at_aws, values) if name]
    found = [Held(by=resource.address, name=name) for name in names]
    if len(names) == len(values):
        return Holdings(policies=tuple(found))
    related = graph.related(resource, Relation(type=_POLICIES, via=attribute))
    found += [Held(by=resource.address, document=identity_policy(each, graph)) for each in related.found]
    return Holdings(policies=tuple(found), because=tuple(text for text in related.because if _OF_AWS not in text))


def _name_at_aws(arn: Any) -> str:
    """The name of an AWS managed policy, also where partition or account of its ARN are not known; else empty."""
    if not isinstance(arn, str | Unknown):
        return ""
    name = sketch(arn).partition(_OF_AWS)[2]
    return "" if UNKNOWN in name else name


def _from_groups(resource: Resource, graph: ResourceGraph) -> Iterator[Holdings]:
    if resource.type != "aws_iam_user":
        return
    for kind, by, to in (
        ("aws_iam_user_group_membership", "user", "groups"),
        ("aws_iam_group_membership", "users", "group"),
    ):
        memberships = graph.related(resource, Relation(type=kind, by=by))
        yield Holdings(because=memberships.because)
        for membership in memberships.found:
            groups = graph.related(membership, Relation(type="aws_iam_group", via=to))
            yield Holdings(because=groups.because)
            for group in groups.found:
                yield holdings(group, graph)


def _gives_admin(held: Held) -> Truth:
    if held.document is None:
        return held.name.rpartition("/")[2] in _ADMINISTRATOR
    return admits_everything(held.document)


def _unless_bounded(resource: Resource, graph: ResourceGraph, found: list[str] | Unknown) -> list[str] | Unknown:
    """What was found, unless a permissions boundary keeps the identity from it, whatever it is given."""
    bounded = has_boundary(resource, graph)
    if bounded is True or found == []:
        return []
    return bounded if isinstance(bounded, Unknown) else found


def _admin_paths(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    held = holdings(resource, graph)
    answers = [(policy, _gives_admin(policy)) for policy in held.policies]
    found = [f"{policy.by}: {policy.name}" if policy.name else policy.by for policy, truth in answers if truth is True]
    doubts = [truth.because for _, truth in answers if isinstance(truth, Unknown)]
    return _unless_bounded(resource, graph, certain(found, [*held.because, *doubts]))


def _managed_names(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    held = holdings(resource, graph)
    return certain([policy.name for policy in held.policies if policy.name], held.because)


def _is_of_an_account(arn: Unknown) -> bool:
    """Whether a policy is certainly none of AWS's: it is declared, or its ARN has a place for the caller's account."""
    if arn.refs and "aws_iam_policy." in arn.refs[0] and not is_read(arn.refs[0]):
        return True
    return f":iam::{UNKNOWN}:policy/" in sketch(arn) and all(_IDENTITY in ref for ref in arn.refs) and is_settled(arn)


def _attachment_name(resource: Resource, graph: ResourceGraph) -> str | Unknown:  # noqa: ARG001 - the form of a fact
    """The AWS managed policy that an attachment names; empty for a policy of one's own."""
    value = resource.attributes.get("policy_arn") or resource.attributes.get("managed_policy_arn")
    if isinstance(value, Unknown) and not _name_at_aws(value):
        return "" if _is_of_an_account(value) else value
    return _name_at_aws(value).rpartition("/")[2]


def _held_escalations(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    held = holdings(resource, graph)
    together = merge([policy.document for policy in held.policies if policy.document is not None])
    found, doubts = escalations(together)
    return _unless_bounded(resource, graph, certain(found, [*held.because, *doubts]))


def _name(resource: Resource, graph: ResourceGraph) -> str | Unknown:  # noqa: ARG001 - the form of a fact
    """The name as far as it is known; unknown only if nothing of it is."""
    value = resource.attributes.get("name")
    if isinstance(value, Unknown):
        text = sketch(value)
        return text if text.strip(UNKNOWN) else value
    return value if isinstance(value, str) else ""


def _requires_mfa(resource: Resource, graph: ResourceGraph) -> Truth:
    held = holdings(resource, graph)
    documents = [policy.document for policy in held.policies if policy.document is not None]
    truths = [with_doubts(document, _denies_without_mfa(document)) for document in documents]
    doubts: list[Truth] = [Unknown(because=text) for text in held.because]
    return any_of([*truths, *doubts, _allows_only_with_mfa(held)])


def _allows_only_with_mfa(held: Holdings) -> Truth:
    """Whether all that is allowed at all asks for a second factor; AWS's own policies do not."""
    documents = [policy.document for policy in held.policies if policy.document is not None]
    parts = [part for document in documents for part in document.allows]
    if not parts or any(policy.document is None for policy in held.policies):
        return False
    doubts: list[Truth] = [Unknown(because=text) for document in documents for text in document.doubts]
    return all_of([*(any_of(map(_asks_for_mfa, part.conditions)) for part in parts), *doubts])


def _asks_for_mfa(condition: Condition) -> Truth:
    if condition.key == "aws:multifactorauthage":
        return condition.operator.startswith("numericless") and not condition.if_exists
    if condition.key != "aws:multifactorauthpresent" or condition.operator != "bool" or condition.if_exists:
        return False
    return all_of(value if isinstance(value, Unknown) else value.lower() == "true" for value in condition.values)


def _only_boundary(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether a policy bounds users or roles and is attached to nobody, so that it grants nothing."""
    if resource.type not in _POLICIES:
        return False
    attached = [
        graph.related(resource, Relation(type=kind, by=by))
        for kind, by in (
            *((kind, "policy_arn") for kind in _ATTACHMENTS),
            *((f"{attachment}s_exclusive", "policy_arns") for _, (attachment, _), _ in _HOLDERS.values()),
            ("aws_iam_role", "managed_policy_arns"),
        )
    ]
    if any(each.found for each in attached):
        return False
    bounded = [
        graph.related(resource, Relation(type=kind, by="permissions_boundary"))
        for kind in ("aws_iam_role", "aws_iam_user")
    ]
    unsure: list[Truth] = [unknown(each.because) for each in attached if each.because]
    serves = any_of(bool(each.found) or (unknown(each.because) if each.because else False) for each in bounded)
    return all_of([serves, negate(any_of(unsure))])


def _denies_without_mfa(document: Document) -> Truth:
    """Whether a denial on all resources meets everybody without a second factor."""
    return any_of(
        all_of(
            [
                on_everything(part),
                any_of([part.not_actions is not None, covers_action(part, "*"), covers_action(part, "iam:*")]),
                any(
                    (
                        condition.key == "aws:multifactorauthpresent"
                        and condition.operator == "bool"
                        and condition.if_exists
                        and condition.values == ("false",)
                    )
                    or (
                        condition.key == "aws:multifactorauthpresent"
                        and condition.operator == "null"
                        and condition.values == ("true",)
                    )
                    for condition in part.conditions
                ),
            ]
        )
        for part in document.denies
    )


FACTS = (
    Fact(
        name="iam.admin_paths",
        types=TYPES,
        compute=_admin_paths,
        doc="list of what makes the user, group or role an administrator: address of the inline policy or "
        "attachment, with the name of an AWS managed policy after a colon. Groups of a user count; a "
        "permissions boundary empties the list.",
    ),
    Fact(
        name="iam.attached_managed_policy",
        types=(
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_ssoadmin_managed_policy_attachment",
        ),
        compute=_attachment_name,
        doc='string: name of the AWS managed policy that is attached ("AdministratorAccess"); empty for one\'s own'
        " policies.",
    ),
    Fact(
        name="iam.held_escalations",
        types=TYPES,
        compute=_held_escalations,
        doc="list of known privilege escalations that all customer policies of the user, group or role together allow.",
    ),
    Fact(
        name="iam.managed_policies",
        types=TYPES,
        compute=_managed_names,
        doc='list of AWS managed policies that the user, group or role holds: ["ReadOnlyAccess"].',
    ),
    Fact(
        name="iam.name",
        types=TYPES,
        compute=_name,
        doc="string: the name of the user, group or role, with an ellipsis for parts that are not known; empty if "
        "Terraform makes one up.",
    ),
    Fact(
        name="iam.only_boundary",
        types=("aws_iam_group_policy", "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy"),
        compute=_only_boundary,
        doc="bool: the policy is the permissions boundary of users or roles here and attached to nobody: it grants "
        "nothing.",
    ),
    Fact(
        name="iam.requires_mfa",
        types=TYPES,
        compute=_requires_mfa,
        doc="bool: a policy of the user, group or role denies everything (or all but enrolment) without a second "
        "factor, or each thing that is allowed asks for one.",
    ),
)
