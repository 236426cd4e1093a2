"""Remembers what was worked out for a graph, so that a thousand instances share one look at their subnet."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource

T = TypeVar("T")

_NOTHING = object()


def per_resource(compute: Callable[[Resource, ResourceGraph], T]) -> Callable[[Resource, ResourceGraph], T]:
    """`compute`, asked once for each resource of a graph."""

    @functools.wraps(compute)
    def remembered(resource: Resource, graph: ResourceGraph) -> T:
        memory = graph.remembered.get(compute)
        if memory is None:
            memory = graph.remembered[compute] = {}
        key = resource.key
        if (answer := memory.get(key, _NOTHING)) is _NOTHING:
            answer = memory[key] = compute(resource, graph)
            _note(graph, (compute, key))
        elif graph.listing is not None:
            _recall(graph, (compute, key))
        found: T = answer
        return found

    return remembered


def per_graph(compute: Callable[[ResourceGraph], T]) -> Callable[[ResourceGraph], T]:
    """`compute`, asked once for each graph."""

    @functools.wraps(compute)
    def remembered(graph: ResourceGraph) -> T:
        memory = graph.remembered
        if (answer := memory.get(compute, _NOTHING)) is _NOTHING:
            answer = memory[compute] = compute(graph)
            _note(graph, (compute,))
        elif graph.listing is not None:
            _recall(graph, (compute,))
        found: T = answer
        return found

    return remembered


def _note(graph: ResourceGraph, of: tuple[Any, ...]) -> None:
    """Remember beside an answer what was missing when it was worked out: who is given it has missed that too. That may
    be more than the answer itself asked for, never less."""
    if graph.missed:
        graph.remembered[_note, *of] = frozenset(graph.missed)


def _recall(graph: ResourceGraph, of: tuple[Any, ...]) -> None:
    graph.missed.update(graph.remembered.get((_note, *of), ()))
