"""What the rules of a type see of one resource: built once, from no more than they read."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from cloudaudit.engine import cel
from cloudaudit.engine.lens import ANYTHING, PHANTOM, Causes, Lens, reveal
from cloudaudit.engine.reads import beginnings, without_question
from cloudaudit.engine.ruleset import RuleSet
from cloudaudit.engine.severity import environment, owner
from cloudaudit.facts import find
from cloudaudit.graph import ACCOUNT, ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

_FACTS = "facts"
_NOTHING = object()


class Neighbours(NamedTuple):
    """The resources of a relation, and why there may be others."""

    found: tuple[Resource, ...]
    because: tuple[str, ...]


class View:
    """The variables of a resource's rules, why keys are absent from them, and the neighbours they came from.

    `causes` are by path: "resource.kms_key_id", "related.logs.status", "facts.iam.public". A list that may be
    incomplete holds a phantom and has its causes at "related.logs.*". `sides` are the resource before and after a
    change. Of the `parameters` of the run the variables hold only those that the rules read: the library takes as long
    to convert all of them as to judge.
    """

    def __init__(
        self,
        resource: Resource,
        graph: ResourceGraph,
        variables: dict[str, Any],
        causes: Causes,
        parameters: Mapping[str, Any],
    ) -> None:
        self.parameters = parameters
        self.resource = resource
        self.graph = graph
        self.variables = variables
        self.causes = causes
        self.neighbours: dict[str, Neighbours] = {}
        self.sides: dict[str, Resource] = {}
        self._parts: dict[tuple[str, ...], bytes] = {}
        self._activation: cel.Activation = None
        self._without_phantoms: cel.Activation = None

    @property
    def activation(self) -> cel.Activation:
        """For judging; lists that may be incomplete hold a phantom. Made when first asked for."""
        if self._activation is None:
            self._activation = cel.activate(self.variables)
        return self._activation

    @property
    def without_phantoms(self) -> cel.Activation:
        """For judging once more: the same, as if each list were complete."""
        if self._without_phantoms is None:
            self._without_phantoms = cel.activate(_without_phantoms(self.variables))
        return self._without_phantoms

    @functools.cached_property
    def belonging(self) -> tuple[str, str]:
        """The environment and the owner of the resource, empty where nothing tells them."""
        return environment(self.resource, self.graph), owner(self.resource, self.parameters.get("owner_tags", ()))

    def content(self) -> bytes:
        """All that the rules see, parameters aside. Views of one type with the same content and causes judge alike."""
        return msgspec.msgpack.encode([seen for name, seen in self.variables.items() if name != "parameters"])

    def part(self, names: tuple[str, ...]) -> bytes:
        """What the rules see where the names lead; empty where there is nothing."""
        if (found := self._parts.get(names)) is None:
            seen: Any = self.variables
            for name in names:
                seen = seen.get(name, _NOTHING)
                if not isinstance(seen, dict):
                    break
            found = self._parts[names] = b"" if seen is _NOTHING else msgspec.msgpack.encode(seen)
        return found

    @property
    def doubtful(self) -> Iterator[str]:
        """The paths of the lists that may be incomplete."""
        return (path.removesuffix(f".{ANYTHING}") for path in self.causes if path.endswith(f".{ANYTHING}"))

    def why(self, reads: Iterable[str]) -> Iterator[str]:
        """Why what is read at these paths is not known, as "path: cause"."""
        for read in reads:
            for path in (read, *beginnings(read)):
                for known in (path, f"{path}.{ANYTHING}"):
                    for cause in self.causes.get(known, ()):
                        yield f"{without_question(path)}: {cause}"

    def declares(self, key: str, reads: Iterable[str]) -> bool:
        """Whether an absent key is one whose value is unknown, and not a mistake in the rule."""
        for read in reads:
            for path in (read, *beginnings(read)):
                parent, _, name = path.rpartition(".")
                if name == key and (
                    path in self.causes or any(f"{above}.{ANYTHING}" in self.causes for above in _up(parent))
                ):
                    return True
        return False


class Viewer:
    """Makes the views of a graph's resources. What is shown of a neighbour is made once for all that look at it."""

    def __init__(self, rules: RuleSet, graph: ResourceGraph, parameters: Mapping[str, Any]) -> None:
        self._rules = rules
        self._graph = graph
        self._parameters = dict(parameters)
        self._plans: dict[str, _Plan] = {}
        self._shown: dict[tuple[int, str], tuple[dict[str, Any], Causes]] = {}

    def see(self, resource: Resource) -> View:
        """The view that all rules of the resource's type share."""
        plan = self._plans.get(resource.type)
        if plan is None:
            plan = self._plans[resource.type] = _Plan(self._rules, resource.type, self._parameters)
        shown, own = self._look(plan.own, resource)
        causes = {f"resource.{path}": found for path, found in own.items()} if own else {}
        variables: dict[str, Any] = {
            "resource": shown,
            "related": {},
            "facts": self._facts(plan.facts, resource, causes),
            "parameters": plan.parameters,
        }
        view = View(resource, self._graph, variables, causes, self._parameters)
        for name, relation, seen in plan.relations:
            self.relate(view, resource, name, relation, seen)
        return view

    def relate(
        self, view: View, resource: Resource, name: str, relation: Relation, glasses: "dict[str, Glass]"
    ) -> None:
        """Put the neighbours of the resource into the view, under the relation's name."""
        start = view.neighbours[relation.of] if relation.of else None
        found, because = self._find(resource, relation, start)
        view.neighbours[name] = Neighbours(found, because)
        members = []
        for neighbour in found:
            shown, causes = self.look(glasses[neighbour.type], neighbour)
            members.append(shown)
            for path, texts in causes.items():
                view.causes.setdefault(f"related.{name}.{path}", []).extend(texts)
        if because:
            view.causes.setdefault(f"related.{name}.{ANYTHING}", []).extend(because)
            members.append(PHANTOM)
        view.variables["related"][name] = members

    def _find(self, resource: Resource, relation: Relation, start: Neighbours | None) -> Neighbours:
        related = self._graph.related(resource, relation, start.found if start else None)
        if start is None or not start.because:
            return Neighbours(related.found, related.because)
        return Neighbours(related.found, tuple(dict.fromkeys((*related.because, *start.because))))

    def look(self, glass: "Glass", resource: Resource) -> tuple[dict[str, Any], Causes]:
        """What is shown of a resource, facts included, and why some is not."""
        key = (id(glass), resource.key)
        if (seen := self._shown.get(key)) is None:
            shown, causes = self._look(glass, resource)
            if glass.facts:
                shown[_FACTS] = self._facts(glass.facts, resource, causes)
            seen = self._shown[key] = (shown, causes)
        return seen

    def _look(self, glass: "Glass", resource: Resource) -> tuple[dict[str, Any], Causes]:
        causes: Causes = {}
        return glass.lens.show(resource.attributes, source=resource.origin is Origin.SOURCE, causes=causes), causes

    def _facts(self, families: "tuple[_Family, ...]", resource: Resource, causes: Causes) -> dict[str, Any]:
        top: dict[str, Any] = {}
        for parents, facts in families:
            level = top
            for parent in parents:
                level = level.setdefault(parent, {})
            for path, name, compute in facts:
                value = self._asked(compute, resource)
                if value.__class__ is not bool:  # as most are
                    value = reveal(value, path, causes)
                    if value.__class__ is Unknown:
                        continue
                level[name] = value
        return top

    def _asked(self, compute: Callable[[Resource, Any], Any], resource: Resource) -> Any:
        """The value of a fact, Unknown where it looked for what nobody was allowed to list."""
        graph = self._graph
        if graph.listing is None:
            return compute(resource, graph)
        graph.missed.clear()
        value = compute(resource, graph)
        whole = resource.type == ACCOUNT
        because = [why for kind in sorted(graph.missed) for why in graph.listing.why(kind, resource, every=whole)]
        return Unknown(because="; ".join(dict.fromkeys(because))) if because else value


class _Asked(NamedTuple):
    """A fact that is looked at, and the name of its value."""

    path: str
    name: str
    compute: Callable[[Resource, Any], Any]


class _Family(NamedTuple):
    """Facts whose values stand together among the variables, below the names of `parents`."""

    parents: tuple[str, ...]
    facts: tuple[_Asked, ...]


class Glass(NamedTuple):
    """What is looked at in resources of one type."""

    lens: Lens
    facts: tuple[_Family, ...]


class _Plan:
    """What to look at for the rules of one type."""

    def __init__(self, rules: RuleSet, type_: str, parameters: Mapping[str, Any]) -> None:
        compiled = rules.for_type(type_)
        reads = sorted({read for one in compiled for read in one.reads})
        self.facts = _facts_at(below("facts", reads))
        self.parameters = {name: parameters[name] for name in below("parameters", reads) if name in parameters}
        self.own = Glass(Lens(type_, below("resource", reads)), ())
        defined = {name: relation for one in compiled for name, relation in one.rule.related.items()}
        self.relations = [
            (name, defined[name], glasses(defined[name].types, below(f"related.{name}", reads)))
            for name in in_order(defined)
        ]


def glasses(types: tuple[str, ...], paths: list[str]) -> dict[str, Glass]:
    """What is looked at at these paths, for each type."""
    facts = _facts_at(below(_FACTS, paths))
    attributes = [path for path in paths if not path.startswith(f"{_FACTS}.")]
    return {type_: Glass(Lens(type_, attributes, types), facts) for type_ in types}


def below(start: str, paths: Iterable[str]) -> list[str]:
    """The paths under `start`, without it."""
    return [path[len(start) + 1 :] for path in paths if path.startswith(f"{start}.")]


def _facts_at(paths: Iterable[str]) -> tuple[_Family, ...]:
    found = {fact.name: fact for path in paths if (fact := find(path))}
    families: dict[tuple[str, ...], list[_Asked]] = {}
    for fact in found.values():
        *parents, name = fact.name.split(".")
        families.setdefault(tuple(parents), []).append(_Asked(f"{_FACTS}.{fact.name}", name, fact.compute))
    return tuple(_Family(parents, tuple(facts)) for parents, facts in families.items())


def in_order(relations: Mapping[str, Relation]) -> list[str]:
    """The names such that each comes after the one that it starts from."""
    depth: dict[str, int] = {}
    for name in relations:
        at, steps = name, 0
        while (of := relations[at].of) is not None:
            at, steps = of, steps + 1
        depth[name] = steps
    return sorted(relations, key=lambda name: (depth[name], name))


def _up(path: str) -> Iterator[str]:
    yield path
    yield from beginnings(path)


def _without_phantoms(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_phantoms(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_phantoms(member) for member in value if member is not PHANTOM]
    return value
