"""Judging in one call."""

from collections.abc import Callable

import pytest
from engine_building import make_graph, make_rules

from cloudaudit.engine.check import check
from cloudaudit.model import Finding, Resource


@pytest.fixture
def judge() -> Callable[..., Finding | None]:
    """Judges the first resource by a rule: `judge(resource, neighbour, require="...")`."""

    def judged(*resources: Resource, complete: bool = False, **rule: str) -> Finding | None:
        first = resources[0]
        graph = make_graph(*resources, complete=complete)
        found = check(make_rules(resource=first.type, **rule), graph)
        return next((finding for finding in found if finding.address == first.address), None)

    return judged
