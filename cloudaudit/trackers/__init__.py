"""Issue trackers: findings become tickets that open, close and reopen by themselves. One file per tracker."""

from cloudaudit.trackers.tracker import Kind, kinds

__all__ = ["Kind", "kinds"]
