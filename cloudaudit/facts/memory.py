"""Remembers what was worked out for a graph, so that a thousand instances share one look at their subnet."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource

T = TypeVar("T")

_BY_GRAPH: WeakKeyDictionary[ResourceGraph, dict[tuple[Any, str], Any]] = WeakKeyDictionary()

_NOTHING = object()


def _of(graph: ResourceGraph) -> dict[tuple[Any, str], Any]:
    memory = _BY_GRAPH.get(graph)
    if memory is None:
        memory = _BY_GRAPH[graph] = {}
    return memory


def per_resource(compute: Callable[[Resource, ResourceGraph], T]) -> Callable[[Resource, ResourceGraph], T]:
    """`compute`, asked once for each resource of a graph."""

    @functools.wraps(compute)
    def remembered(resource: Resource, graph: ResourceGraph) -> T:
        memory = _of(graph)
        key = (compute, resource.key)
        if (answer := memory.get(key, _NOTHING)) is _NOTHING:
            answer = memory[key] = compute(resource, graph)
        found: T = answer
        return found

    return remembered


def per_graph(compute: Callable[[ResourceGraph], T]) -> Callable[[ResourceGraph], T]:
    """`compute`, asked once for each graph."""

    @functools.wraps(compute)
    def remembered(graph: ResourceGraph) -> T:
        memory = _of(graph)
        key = (compute, "")
        if (answer := memory.get(key, _NOTHING)) is _NOTHING:
            answer = memory[key] = compute(graph)
        found: T = answer
        return found

    return remembered
