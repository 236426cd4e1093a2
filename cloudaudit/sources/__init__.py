"""Where resources come from: each source turns a target into resource graphs."""

from cloudaudit.sources.source import Options, Source
from cloudaudit.sources.texts import text_of

__all__ = ["Options", "Source", "text_of"]
