"""Remembers what was worked out for a graph, so that a thousand instances share one look at their subnet."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource

T = TypeVar("T")

_BY_GRAPH: WeakKeyDictionary[ResourceGraph, dict[tuple[Any, str], Any]] = WeakKeyDictionary()


def per_resource(compute: Callable[[Resource, ResourceGraph], T]) -> Callable[[Resource, ResourceGraph], T]:
    """`compute`, asked once for each resource of a graph."""

    @functools.wraps(compute)
    def remembered(resource: Resource, graph: ResourceGraph) -> T:
        memory = _BY_GRAPH.setdefault(graph, {})
        key = (compute, resource.key)
        if key not in memory:
            memory[key] = compute(resource, graph)
        answer: T = memory[key]
        return answer

    return remembered


def per_graph(compute: Callable[[ResourceGraph], T]) -> Callable[[ResourceGraph], T]:
    """`compute`, asked once for each graph."""

    @functools.wraps(compute)
    def remembered(graph: ResourceGraph) -> T:
        memory = _BY_GRAPH.setdefault(graph, {})
        key = (compute, "")
        if key not in memory:
            memory[key] = compute(graph)
        answer: T = memory[key]
        return answer

    return remembered
