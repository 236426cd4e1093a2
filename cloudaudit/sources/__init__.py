"""Where resources come from: each source turns a target into resource graphs."""

from cloudaudit.sources.source import Options, Source

__all__ = ["Options", "Source"]
