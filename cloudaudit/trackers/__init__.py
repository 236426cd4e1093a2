"""Issue trackers: findings become tickets that open, close and reopen by themselves. One file per tracker."""

from collections.abc import Iterator

from cloudaudit import plugins
from cloudaudit.trackers.tracker import Kind


def kinds() -> Iterator[Kind]:
    """The trackers there are, by name."""
    yield from plugins.find(__name__, "TRACKER")


__all__ = ["Kind", "kinds"]
