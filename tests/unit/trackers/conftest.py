"""Trackers, and exports to them."""

from collections.abc import Iterator

import pytest

from tests.standins import redmine_server
from tests.standins.exports import STAND_INS, Clock, Exporter
from tests.standins.forges import running
from tests.standins.redmine import RealRedmine
from tests.standins.trackers import TrackerStandIn

_REAL = "the real redmine"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def redmine() -> Iterator[redmine_server.Server]:
    if redmine_server.found() is None:
        pytest.skip(redmine_server.MISSING)
    with redmine_server.running() as made:
        yield made


@pytest.fixture(params=[*sorted(STAND_INS), pytest.param(_REAL, marks=pytest.mark.redmine)])
def server(request: pytest.FixtureRequest) -> Iterator[TrackerStandIn]:
    kind = STAND_INS.get(request.param, lambda: RealRedmine(request.getfixturevalue("redmine")))
    for made in running(kind):
        assert isinstance(made, TrackerStandIn)
        yield made


@pytest.fixture
def export(server: TrackerStandIn, clock: Clock) -> Exporter:
    return Exporter(server, clock)
