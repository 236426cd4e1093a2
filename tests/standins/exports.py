"""Exports to trackers, night after night."""

import functools
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cloudaudit.model import Severity, Theme
from cloudaudit.settings import Export
from cloudaudit.trackers import Kind, kinds, sync
from cloudaudit.trackers.apply import Done, after, apply
from cloudaudit.trackers.cases import About, Observed, Picked, State
from cloudaudit.trackers.plan import Scene
from cloudaudit.trackers.tracker import Given, Memory, Tracker
from cloudaudit.transport import Waiting
from tests.standins.gitlab_issues import GitLabIssues
from tests.standins.jira import JiraSite
from tests.standins.linear import LinearTeam
from tests.standins.redmine import RedmineIssues
from tests.standins.trackers import GitHubIssues, TrackerStandIn

if TYPE_CHECKING:
    from cloudaudit.history import Linked

STAND_INS: dict[str, type[TrackerStandIn]] = {
    "github": GitHubIssues,
    "gitlab": GitLabIssues,
    "jira": JiraSite,
    "linear": LinearTeam,
    "redmine": RedmineIssues,
}
TODAY = "2026-11-22"


@functools.cache
def _kinds() -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds()}


class Clock:
    """A time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds

    def waiting(self, most: float = 120) -> Waiting:
        return Waiting(now=lambda: self.time, sleep=self.sleep, most=most)


def observed(name: str = "a", state: State = State.OPEN, **more: Any) -> Observed:
    """A finding about a bucket."""
    made = Observed(
        fingerprint=f"{name}-fingerprint",
        rule="s3-bucket-versioned",
        about=About(
            title="S3 bucket keeps versions",
            theme=Theme.BACKUP_RECOVERY,
            criteria=("A1.2",),
            why="What is overwritten is gone.",
        ),
        target="acme/shop",
        state=state,
        severity=Severity.HIGH,
        resource=f"aws_s3_bucket.{name}",
        address=f"aws_s3_bucket.{name}",
        type="aws_s3_bucket",
        message=f"Versions of aws_s3_bucket.{name} are not kept.",
        run="12",
        at="2026-11-22T02:00:00Z",
    )
    return msgspec.structs.replace(made, **more)


class Told(NamedTuple):
    """A source that knows these findings, and nothing of others."""

    found: Sequence[Observed]

    def observed(self, _: Collection[str]) -> Sequence[Observed]:
        return self.found

    def absent(self, _: Memory) -> Observed | None:
        return None

    def unseen(self, _: Memory, *, closing: bool) -> str:  # noqa: ARG002 - everything is seen
        return ""


class Exporter:
    """Exports what was observed, as often as it is called; without a store unless `links` are kept."""

    def __init__(self, server: TrackerStandIn, clock: Clock) -> None:
        self.server = server
        self.clock = clock
        self.settings = Export()
        self.picked = Picked()
        self.today = TODAY
        self.links: tuple[Linked, ...] = ()
        self.keeps_links = False
        self.patience = 120.0

    def connect(self, **changed: Any) -> Tracker:
        kind = _kinds()[self.server.kind]
        given = Given(
            options={one.name: "" for one in kind.options} | self.server.options,
            environment=self.server.environment,
            settings=self.settings,
            waiting=self.clock.waiting(self.patience),
            links=(lambda _: self.links) if self.keeps_links else None,
        )
        return kind.connect(msgspec.structs.replace(given, **changed))

    def plan(self, *found: Observed, tracker: Tracker | None = None) -> sync.Planned:
        scene = Scene(settings=self.settings, picked=self.picked, today=self.today)
        return sync.prepare(tracker or self.connect(), Told(found), self.links, scene)

    def __call__(self, *found: Observed) -> list[str]:
        """What was done, but for what was left."""
        return [one.action.do.value for one in self.done(*found) if one.action.do != "leave"]

    def done(self, *found: Observed) -> Sequence[Done]:
        tracker = self.connect()
        planned = self.plan(*found, tracker=tracker)
        if any(action.do != "leave" for action in planned.actions):
            tracker.prepare(write=True)
        done = []
        for one in apply(planned.actions, tracker):
            done.append(one)
            if self.keeps_links and (ticket := after(one)):
                kept = {link.key: link for link in self.links}
                self.links = tuple((kept | {ticket.memory.key: sync.linked(ticket)}).values())
        return done
