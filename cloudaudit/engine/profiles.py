"""How much is asked: profiles of rules, from what an auditor reports to every nicety."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.errors import SettingsError
from cloudaudit.model import Record


class Profile(Record, frozen=True):
    """A choice of rules: those that name the profile, and those of the profiles that it `includes`. `parameters` are
    the defaults that it changes; what the settings say comes before them."""

    doc: str
    includes: tuple[str, ...] = ()
    parameters: dict[str, Any] = {}


WHOLE = "all"

PROFILES: Mapping[str, Profile] = {
    "soc2": Profile(doc="What an auditor would report as a deviation, or what puts data at risk."),
    "strict": Profile(
        doc="Hardening besides, which a well-run estate may decide otherwise; keys that the customer manages.",
        includes=("soc2",),
        parameters={"require_cmk": True},
    ),
    "all": Profile(
        doc="Every rule: hygiene and good habits besides.",
        includes=("soc2", "strict"),
        parameters={"require_cmk": True},
    ),
}


def profile(name: str) -> Profile:
    """The profile of that name. SettingsError if there is none."""
    if name not in PROFILES:
        message = f"there is no profile {name}; there are {', '.join(PROFILES)}"
        raise SettingsError(message)
    return PROFILES[name]


def members(name: str) -> frozenset[str]:
    """The profiles whose rules the named one applies: itself and those it includes."""
    return frozenset((name, *profile(name).includes))
