"""What rules about changes see: a resource before and after, what is done to it, and who stood beside it before."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.engine.lens import ANYTHING, Causes
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.engine.view import Glass, View, Viewer, below, glasses, in_order
from cloudaudit.facts.change import ACTIONS
from cloudaudit.graph import Changing, ResourceGraph
from cloudaudit.model import Relation, Resource

QUIET = frozenset({"no-op", "read", "create", "forget", "import"})
"""Actions that take nothing away from what was there. `forget` only ends Terraform's care of a resource."""


class ChangeViewer:
    """Makes the views of the resources that a change updates, replaces or deletes."""

    def __init__(self, rules: RuleSet, graph: ResourceGraph, changing: Changing, parameters: Mapping[str, Any]) -> None:
        self._rules = rules
        self._graph = graph
        self._changing = changing
        self._parameters = dict(parameters)
        self._before_key = {new: old for old, new in changing.moved.items()}
        changing.before.environment[ACTIONS] = {
            self._before_key.get(key, key): actions for key, actions in changing.actions.items()
        }
        self._then = Viewer(rules, changing.before, parameters)
        self._now = Viewer(rules, graph, parameters)
        self._plans: dict[str, _Plan] = {}

    def resources(self) -> Iterator[Resource]:
        """What changes, in key order: as it will be, or where it is deleted, as it was."""
        for key, actions in sorted(self._changing.actions.items()):
            then = self._changing.before.get(self._before_key.get(key, key))
            if then is not None and not set(actions) <= QUIET:
                yield self._graph.get(key) or then

    def see(self, resource: Resource) -> View:
        """The view that all rules about changes of the type share."""
        plan = self._plans.get(resource.type)
        if plan is None:
            plan = self._plans[resource.type] = _Plan(self._rules, resource.type)
        then = self._changing.before.resources[self._before_key.get(resource.key, resource.key)]
        now = self._graph.get(resource.key)
        causes: Causes = {}
        variables: dict[str, Any] = {
            "before": _shown(self._then, plan.before, then, "before", causes),
            "after": {} if now is None else _shown(self._now, plan.after, now, "after", causes),
            "actions": list(self._changing.actions[resource.key]),
            "related": {},
            "parameters": self._parameters,
        }
        if now is None:
            causes[f"after.{ANYTHING}"] = ["it is deleted"]
        view = View(resource, self._graph, variables, causes, self._parameters)
        view.sides = {"before": then, "after": now or then}
        for name, relation, seen in plan.relations:
            self._then.relate(view, then, name, relation, seen)
        return view


class _Plan:
    """What to look at for the rules about changes of one type."""

    def __init__(self, rules: RuleSet, type_: str) -> None:
        compiled = rules.for_type(type_)
        reads = sorted({read for one in compiled for read in one.reads})
        self.before, self.after = (glasses((type_,), below(side, reads))[type_] for side in ("before", "after"))
        defined: dict[str, Relation] = {name: each for one in compiled for name, each in one.rule.related.items()}
        self.relations = [
            (name, defined[name], glasses(defined[name].types, below(f"related.{name}", reads)))
            for name in in_order(defined)
        ]


def _shown(viewer: Viewer, glass: Glass, resource: Resource, side: str, causes: Causes) -> dict[str, Any]:
    shown, why = viewer.look(glass, resource)
    causes.update((f"{side}.{path}", texts) for path, texts in why.items())
    return shown
