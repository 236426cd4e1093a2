"""Which actions of AWS could be limited to some resources, and which of these change something."""

import functools
import json
from pathlib import Path

from cloudaudit.facts.iam.patterns import matches

DATA = Path(__file__).with_name("actions.json")

# Verbs of actions that only look, for services that the data does not know.
_LOOKING = (
    "batchget", "check", "describe", "discover", "download", "estimate", "filter", "get", "head", "list", "lookup",
    "preview", "query", "read", "scan", "search", "select", "simulate", "test", "validate", "verify", "view",
)  # fmt: skip


@functools.cache
def _restrictable() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    found = json.loads(DATA.read_text(encoding="utf-8"))
    return {service: (frozenset(names[0].split()), frozenset(names[1].split())) for service, names in found.items()}


@functools.lru_cache(maxsize=4096)
def could_be_limited(pattern: str, *, changing: bool) -> bool:
    """Whether an action that the pattern (in lower case) stands for could be limited to some resources.

    With `changing`, only actions count that write, tag or manage permissions. Of a service that AWS has added since,
    every action could.
    """
    service, _, name = pattern.partition(":")
    if "*" in service or "?" in service:
        return True
    known = _restrictable().get(service)
    if known is None:
        return not changing or not name.startswith(_LOOKING)
    candidates = known[0] if changing else known[0] | known[1]
    if "*" not in name and "?" not in name:
        return name in candidates
    return any(matches(name, each) for each in candidates)
