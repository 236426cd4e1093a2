"""Two thousand findings for an empty repository, within what GitHub allows ("Rate limits for the REST API")."""

from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from cloudaudit.errors import RemoteError
from cloudaudit.settings import Export
from cloudaudit.trackers.cases import State
from tests.standins.exports import Clock, Exporter, observed
from tests.standins.forges import running
from tests.standins.trackers import GitHubIssues

MANY = tuple(observed(f"n{number:04}") for number in range(2_000))
HOUR = 3_600.0


class Strict(GitHubIssues):
    """Refuses what comes too fast, by the clock of the test: 80 writes in a minute and 500 in an hour (secondary
    limits), and 1,000 requests in an hour (the primary limit of a job's token)."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.description = None  # other tests check what is sent
        self.clock = clock
        self.limits = {"minute": (80, 60.0), "hour": (500, HOUR), "all": (1_000, HOUR)}
        self.past: dict[str, deque[float]] = {name: deque() for name in self.limits}
        self.refused = 0

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        names = ("all",) if request.command == "GET" else ("minute", "hour", "all")
        waits = [self._wait(name) for name in names]
        if not any(waits):
            for name in names:
                self.past[name].append(self.clock.time)
            super().handle(request)
            return
        self.refused += 1
        request.rfile.read(int(request.headers.get("content-length") or 0))
        said = {"message": "You have exceeded a secondary rate limit."}
        self._write(request, 403, {"Retry-After": f"{max(waits) + 0.5:.0f}"}, said)

    def _wait(self, name: str) -> float:
        """How long until one more is allowed."""
        most, seconds = self.limits[name]
        past, now = self.past[name], self.clock.time
        while past and past[0] <= now - seconds:
            past.popleft()
        return past[0] + seconds - now if len(past) >= most else 0.0


@pytest.fixture
def server(clock: Clock) -> Iterator[Strict]:
    for made in running(lambda: Strict(clock)):
        assert isinstance(made, Strict)
        yield made


@pytest.fixture
def export(server: Strict, clock: Clock) -> Exporter:
    made = Exporter(server, clock)
    made.settings = Export(max_new=5_000)
    made.patience = 12 * HOUR
    return made


def _names(server: Strict) -> set[str]:
    return {one["title"] for one in server.issues if one["state"] == "open"}


def test_two_thousand_are_made_without_being_refused_once(export: Exporter, server: Strict) -> None:
    began = export.clock.time

    done = export(*MANY)

    assert done == ["create"] * 2_000
    assert len(_names(server)) == len(server.issues) == 2_000
    assert server.refused == 0
    assert 3 * HOUR < export.clock.time - began < 5 * HOUR


def test_runs_with_little_patience_make_them_night_after_night(export: Exporter, server: Strict) -> None:
    export.patience = 600.0
    made = []
    for _ in range(4):
        with pytest.raises(RemoteError, match=r"GitHub asks to wait [\d,]+ seconds"):
            export(*MANY)
        made.append(len(server.issues))
        export.clock.time += 24 * HOUR

    last = export(*MANY)

    assert made == [495, 995, 1_495, 1_995]  # five labels come first
    assert last == ["create"] * 5
    assert len(_names(server)) == len(server.issues) == 2_000
    assert server.refused == 0
    assert export(*MANY) == []


def test_what_others_write_at_the_same_time_is_waited_for(export: Exporter, server: Strict) -> None:
    server.past["minute"].extend([export.clock.time] * 60)

    done = export(*MANY[:100])

    assert done == ["create"] * 100
    assert server.refused > 0
    assert len(_names(server)) == 100


def test_two_hundred_that_are_fixed_are_closed_within_the_limits(export: Exporter, server: Strict) -> None:
    export(*MANY[:200])
    export.clock.time += HOUR

    done = export(*(observed(f"n{number:04}", State.FIXED) for number in range(200)))

    assert done == ["close"] * 200
    assert _names(server) == set()
    assert server.refused == 0
