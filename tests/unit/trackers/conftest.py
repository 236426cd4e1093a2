"""Trackers, and exports to them."""

from collections.abc import Iterator

import pytest

from tests.standins.exports import STAND_INS, Clock, Exporter
from tests.standins.forges import running
from tests.standins.trackers import TrackerStandIn


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=sorted(STAND_INS))
def server(request: pytest.FixtureRequest) -> Iterator[TrackerStandIn]:
    for made in running(STAND_INS[request.param]):
        assert isinstance(made, TrackerStandIn)
        yield made


@pytest.fixture
def export(server: TrackerStandIn, clock: Clock) -> Exporter:
    return Exporter(server, clock)
