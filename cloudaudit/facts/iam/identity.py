"""Facts about policies that say what an identity may do."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.actions import could_be_limited
from cloudaudit.facts.iam.conditions import limited
from cloudaudit.facts.iam.document import Document, Statement, Text, sketch
from cloudaudit.facts.iam.effect import (
    action_patterns,
    action_remains,
    allowed,
    covers_action,
    everywhere,
    first_unknown,
    open_to_all,
    open_wide,
    with_doubts,
)
from cloudaudit.facts.iam.escalation import CREDENTIALS, DATA, ESCALATIONS, PERMISSIONS
from cloudaudit.facts.iam.patterns import is_wild
from cloudaudit.facts.iam.policies import IDENTITY, identity_policy
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, negate
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

TYPES = tuple(IDENTITY)


def admits_everything(document: Document) -> Truth:
    """Whether some statement allows every action (or all but a few, by NotAction) on every resource."""
    truths = (all_of([covers_all(part), open_to_all(document, part, "*")]) for part in document.allows)
    return with_doubts(document, any_of(truths))


def covers_all(statement: Statement) -> Truth:
    """Whether the statement names all actions; a NotAction on all resources counts."""
    if statement.not_actions is not None:
        return covers_action(statement, "*")
    return any_of(action if isinstance(action, Unknown) else is_wild(action) for action in statement.actions)


def _allows_admin(resource: Resource, graph: ResourceGraph) -> Truth:
    return admits_everything(identity_policy(resource, graph))


def _allows_full_iam(resource: Resource, graph: ResourceGraph) -> Truth:
    document = identity_policy(resource, graph)
    truths = (all_of([covers_action(part, "iam:*"), open_to_all(document, part, "iam:*")]) for part in document.allows)
    return with_doubts(document, any_of(truths))


def _star_actions(resource: Resource, graph: ResourceGraph) -> Truth:
    document = identity_policy(resource, graph)
    truths = (
        action if isinstance(action, Unknown) else is_wild(action)
        for part in document.allows
        for action in part.actions
    )
    return with_doubts(document, any_of(truths))


def _not_action(resource: Resource, graph: ResourceGraph) -> Truth:
    document = identity_policy(resource, graph)
    return with_doubts(document, any(part.not_actions is not None for part in document.allows))


Reach: TypeAlias = Callable[[Document, Statement, Text], Truth]


def unlimited_actions(document: Document, reach: Reach = open_wide) -> tuple[list[str], list[str]]:
    """The action patterns that `reach` finds allowed, on all resources of their kind without a limiting condition, and
    what is unsure."""
    found: list[str] = []
    doubts: list[str] = list(document.doubts)
    for part in document.allows:
        for action in action_patterns(part) if is_unlimited(part) else ():
            for piece, truth in _pieces(document, part, action, reach):
                found += [str(piece).lower()] if truth is True else []
                doubts += [truth.because] if isinstance(truth, Unknown) else []
    return found, doubts


def _pieces(document: Document, part: Statement, action: Text, reach: Reach) -> list[tuple[Text, Truth]]:
    """What `reach` says of an action pattern; of what denials except from it, where they take the pattern itself."""
    answers: list[tuple[Text, Truth]] = []
    for piece in action_remains(document, part, action):
        answers.append((piece, piece if isinstance(piece, Unknown) else reach(document, part, piece)))
        if answers[0] == (action, True):
            break
    return answers


def _unlimited_actions(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    return certain(*unlimited_actions(identity_policy(resource, graph)))


def _unlimited_writes(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    found, doubts = unlimited_actions(identity_policy(resource, graph), open_to_all)
    return certain([action for action in found if could_be_limited(action, changing=True)], doubts)


def _limitable(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    found, doubts = unlimited_actions(identity_policy(resource, graph), open_to_all)
    return certain([action for action in found if could_be_limited(action, changing=False)], doubts)


def _service_wildcards(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    found, doubts = unlimited_actions(identity_policy(resource, graph))
    return certain([action for action in found if action == "*" or action.endswith(":*")], doubts)


def _passes_any_role(resource: Resource, graph: ResourceGraph) -> Truth:
    document = identity_policy(resource, graph)
    return with_doubts(document, allowed(document, "iam:PassRole"))


def is_unlimited(part: Statement) -> bool:
    """Whether the statement may be about all resources without a limiting condition; most are not, and need no look."""
    return all_of([everywhere(part), negate(limited(part))]) is not False


def escalations(document: Document) -> tuple[list[str], list[str]]:
    """The known escalation sets that the policy allows, and what is unsure."""
    if not document.doubts and not any(is_unlimited(part) for part in document.allows):
        return [], []
    truths: dict[str, Truth] = {}

    def asked(action: str) -> Truth:
        if action not in truths:
            truths[action] = with_doubts(document, allowed(document, action))
        return truths[action]

    answers = {" + ".join(actions): all_of(map(asked, actions)) for actions in ESCALATIONS}
    return [name for name, truth in answers.items() if truth is True], first_unknown(answers.values())


def has_boundary(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether a permissions boundary limits the role or user. One that allows everything limits nothing."""
    boundary = resource.attributes.get("permissions_boundary")
    if not boundary or (isinstance(boundary, str | Unknown) and sketch(boundary).endswith("/AdministratorAccess")):
        return False
    declared = graph.related(resource, Relation(type="aws_iam_policy", via="permissions_boundary"))
    if declared.found:
        return all_of(negate(_limits_nothing(identity_policy(each, graph))) for each in declared.found)
    if isinstance(boundary, Unknown):
        return True if boundary.is_set or boundary.refs else boundary
    return True


def _limits_nothing(document: Document) -> Truth:
    """Whether a boundary allows everything and denies nothing."""
    return False if document.denies else admits_everything(document)


def _holder_has_boundary(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the role or user that an inline policy is written for has a boundary."""
    kind = {"aws_iam_role_policy": "role", "aws_iam_user_policy": "user"}.get(resource.type)
    if kind is None:
        return resource.type == "aws_iam_role" and has_boundary(resource, graph)
    holders = graph.related(resource, Relation(type=f"aws_iam_{kind}", via=kind))
    return all_of(has_boundary(holder, graph) for holder in holders.found) if holders.found else False


def _escalation_paths(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    found = certain(*escalations(identity_policy(resource, graph)))
    if found == []:
        return []
    bounded = _holder_has_boundary(resource, graph)
    return [] if bounded is True else bounded if isinstance(bounded, Unknown) else found


def _among(resource: Resource, graph: ResourceGraph, actions: Iterable[str]) -> list[str] | Unknown:
    """Which of `actions` are allowed on all resources of their kind."""
    document = identity_policy(resource, graph)
    if not document.doubts and not any(is_unlimited(part) for part in document.allows):
        return []
    answers = {action: with_doubts(document, allowed(document, action)) for action in actions}
    return certain([action for action, truth in answers.items() if truth is True], first_unknown(answers.values()))


def _credential_actions(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    return _among(resource, graph, CREDENTIALS)


def _data_actions(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    return _among(resource, graph, DATA)


def _permission_actions(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    return _among(resource, graph, PERMISSIONS)


FACTS = (
    Fact(
        name="iam.allows_admin",
        types=TYPES,
        compute=_allows_admin,
        doc="bool: the policy allows every action (or, by NotAction, all but a few) on every resource. Denials "
        "count; conditions on the session (second factor, address, time) do not make it less.",
    ),
    Fact(
        name="iam.allows_full_iam",
        types=TYPES,
        compute=_allows_full_iam,
        doc="bool: the policy allows every IAM action on every resource, which is as good as administrator.",
    ),
    Fact(
        name="iam.allows_not_action",
        types=TYPES,
        compute=_not_action,
        doc="bool: an Allow statement lists what it does not allow (NotAction).",
    ),
    Fact(
        name="iam.allows_star_actions",
        types=TYPES,
        compute=_star_actions,
        doc='bool: an Allow statement names the action "*", on whatever resources.',
    ),
    Fact(
        name="iam.credential_actions",
        types=TYPES,
        compute=_credential_actions,
        doc='list of actions that hand out credentials and are allowed on all resources: ["iam:CreateAccessKey"].',
    ),
    Fact(
        name="iam.data_actions",
        types=TYPES,
        compute=_data_actions,
        doc='list of actions that read or copy stored data and are allowed on all resources: ["s3:GetObject"].',
    ),
    Fact(
        name="iam.escalation_paths",
        types=TYPES,
        compute=_escalation_paths,
        doc='list of known privilege escalations that are allowed without limit: ["iam:PassRole + '
        'ec2:RunInstances"]; empty where a permissions boundary limits the holder.',
    ),
    Fact(
        name="iam.limitable_actions",
        types=TYPES,
        compute=_limitable,
        doc='list of the action patterns that are allowed on every resource ("*") and could have been limited to some.',
    ),
    Fact(
        name="iam.passes_any_role",
        types=TYPES,
        compute=_passes_any_role,
        doc="bool: iam:PassRole is allowed on all roles and no condition limits to which service.",
    ),
    Fact(
        name="iam.permission_actions",
        types=TYPES,
        compute=_permission_actions,
        doc='list of actions that change permissions and are allowed on all resources: ["iam:PutRolePolicy"].',
    ),
    Fact(
        name="iam.service_wildcards",
        types=TYPES,
        compute=_service_wildcards,
        doc='list of whole services allowed on all resources, in lower case: ["s3:*"]; "*" for all services.',
    ),
    Fact(
        name="iam.unlimited_actions",
        types=TYPES,
        compute=_unlimited_actions,
        doc="list of action patterns in lower case that are allowed on all resources of their kind, with no "
        'condition that limits resources or services: ["ec2:*", "iam:passrole"].',
    ),
    Fact(
        name="iam.unlimited_writes",
        types=TYPES,
        compute=_unlimited_writes,
        doc='list of the action patterns that are allowed on every resource ("*"), change something and could have been'
        " limited to some.",
    ),
)
