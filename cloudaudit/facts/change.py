"""What a change does to a resource that stands beside the one that is judged."""

from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.iam.identity import unlimited_actions
from cloudaudit.facts.iam.policies import IDENTITY, identity_policy
from cloudaudit.facts.truth import unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

ACTIONS = "actions"
"""Where the graph of what was before keeps the actions on each resource, by key."""

_ATTACHED = frozenset({"aws_kms_alias", "aws_kms_key_policy", "aws_kms_grant"})
"""What belongs to a key and is nothing that is encrypted with it."""


def _actions(resource: Resource, graph: ResourceGraph) -> tuple[str, ...]:
    found: dict[str, Any] = graph.environment.get(ACTIONS) or {}
    return tuple(found.get(resource.key, ()))


def _leaves(resource: Resource, graph: ResourceGraph) -> bool:
    actions = _actions(resource, graph)
    return "delete" in actions and "create" not in actions


def _users_stay(resource: Resource, graph: ResourceGraph) -> list[str]:
    """Also through an alias: whoever names the alias uses the key."""
    found: set[str] = set()
    for key in sorted(_users(resource.key, graph)):
        other = graph.get(key)
        if other is not None and other.type.endswith("_alias"):
            found |= _users(key, graph)
        else:
            found.add(key)
    users = (graph.get(key) for key in sorted(found))
    return [user.address for user in users if user and _is_user(user) and not _leaves(user, graph)]


def _is_user(resource: Resource) -> bool:
    return resource.type.startswith("aws_") and resource.type not in _ATTACHED


def _users(key: str, graph: ResourceGraph) -> set[str]:
    return {link.source for link in graph.links() if link.target == key}


def _open_actions(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    found, doubts = unlimited_actions(identity_policy(resource, graph))
    return unknown(doubts) if doubts else sorted(set(found))


FACTS = (
    Fact(
        name="change.leaves",
        compute=_leaves,
        doc="bool: the change deletes the resource for good; of neighbours, in rules about changes.",
    ),
    Fact(
        name="change.open_actions",
        types=tuple(IDENTITY),
        compute=_open_actions,
        doc="list of all action patterns that the policy allows on all resources; unknown where one of them is.",
    ),
    Fact(
        name="change.users_stay",
        compute=_users_stay,
        doc="list of the resources that refer to this one and that the change does not delete; in rules about changes.",
    ),
)
