"""The resource graph: what exists, what refers to what, and how surely that is known."""

from cloudaudit.graph.addresses import is_read, may_not_exist, names, strip_keys
from cloudaudit.graph.changing import Changing, difference, with_inline
from cloudaudit.graph.companions import Related
from cloudaudit.graph.drift import Drift, Drifted, Kind, drift
from cloudaudit.graph.graph import ACCOUNT, ANYTHING, ResourceGraph
from cloudaudit.graph.identity import targets_of
from cloudaudit.graph.joining import Declared, Name, is_declared
from cloudaudit.graph.listing import EVERYWHERE, Listing

__all__ = [
    "ACCOUNT",
    "ANYTHING",
    "EVERYWHERE",
    "Changing",
    "Declared",
    "Drift",
    "Drifted",
    "Kind",
    "Listing",
    "Name",
    "Related",
    "ResourceGraph",
    "difference",
    "drift",
    "is_declared",
    "is_read",
    "may_not_exist",
    "names",
    "strip_keys",
    "targets_of",
    "with_inline",
]
