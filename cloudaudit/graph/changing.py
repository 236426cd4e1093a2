"""A graph beside what it was before a change."""

from collections.abc import Mapping

from cloudaudit.graph.graph import ResourceGraph
from cloudaudit.model import Record, Resource


class Changing(Record, frozen=True):
    """What a graph was before a change: the graph then, the actions on each resource that is touched, by its key
    ("create", "update", "delete", both for a replacement), and the keys that moved, from old to new."""

    before: ResourceGraph
    actions: Mapping[str, tuple[str, ...]]
    moved: Mapping[str, str] = {}


def difference(before: ResourceGraph, after: ResourceGraph, moved: Mapping[str, str] | None = None) -> Changing:
    """The change from one graph to another, where nothing says more than they do: by key, and by content. `moved` are
    keys that were given up for others."""
    forward = moved or {}
    then = {forward.get(key, key): resource for key, resource in before.resources.items()}
    keys = sorted(then.keys() | after.resources.keys())
    actions = {key: found for key in keys if (found := _action(then.get(key), after.get(key)))}
    return Changing(before=before, actions=actions, moved=forward)


def with_inline(changing: Changing, after: ResourceGraph) -> Changing:
    """The same with actions on what is written inline in a touched resource, and stands in the graph beside it."""
    before, forward = changing.before, changing.moved
    then = {_moved(key, forward): before.resources[key] for key in before.resources if "/" in key}
    now = {key: after.resources[key] for key in after.resources if "/" in key}
    actions = dict(changing.actions)
    for key in sorted(then.keys() | now.keys()):
        owner, _, part = key.rpartition("/")
        if part.isidentifier() and owner in changing.actions and (found := _action(then.get(key), now.get(key))):
            actions[key] = found
    return Changing(before=before, actions=actions, moved=forward)


def _action(then: Resource | None, now: Resource | None) -> tuple[str, ...]:
    if then is None or now is None:
        return ("create",) if then is None else ("delete",)
    return ("update",) if then.attributes != now.attributes or then.type != now.type else ()


def _moved(key: str, forward: Mapping[str, str]) -> str:
    owner, _, part = key.rpartition("/")
    return f"{forward[owner]}/{part}" if owner in forward else key
