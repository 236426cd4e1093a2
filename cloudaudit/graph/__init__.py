"""The resource graph: what exists, what refers to what, and how surely that is known."""

from cloudaudit.graph.addresses import strip_keys
from cloudaudit.graph.companions import Related
from cloudaudit.graph.graph import Changing, ResourceGraph
from cloudaudit.graph.identity import targets_of

__all__ = ["Changing", "Related", "ResourceGraph", "strip_keys", "targets_of"]
