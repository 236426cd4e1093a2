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
            answer = memory[key] = _noted(graph, (compute, key), lambda: compute(resource, graph))
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
            answer = memory[compute] = _noted(graph, (compute,), lambda: compute(graph))
        elif graph.listing is not None:
            _recall(graph, (compute,))
        found: T = answer
        return found

    return remembered


def _noted(graph: ResourceGraph, of: tuple[Any, ...], compute: Callable[[], T]) -> T:
    """Works out an answer, and remembers beside it what was missing for it: who is given it has missed that too."""
    if graph.listing is None:
        return compute()
    before = set(graph.missed)
    graph.missed.clear()
    answer = compute()
    if graph.missed:
        graph.remembered[_noted, *of] = frozenset(graph.missed)
    graph.missed |= before
    return answer


def _recall(graph: ResourceGraph, of: tuple[Any, ...]) -> None:
    graph.missed.update(graph.remembered.get((_noted, *of), ()))
