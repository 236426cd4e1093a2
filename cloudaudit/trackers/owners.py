"""Who gets a ticket."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from cloudaudit.trackers.cases import Observed


def assignee(one: Observed, settings: Mapping[str, str]) -> str:
    """The person by the owner's tag ("team:payments"), else by the last pattern that matches the file, the address, the
    resource, the account or the environment, as in a file of code owners; empty for nobody."""
    if one.owner in settings:
        return settings[one.owner]
    file = one.location.file if one.location else ""
    subjects = [name for name in (file, one.address, one.resource, one.account, one.environment) if name]
    found = [who for pattern, who in settings.items() if any(fnmatchcase(name, pattern) for name in subjects)]
    return found[-1] if found else ""
