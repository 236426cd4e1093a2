"""Which resources can know of each other."""

from cloudaudit.model import Origin, Resource


def apart(one: Resource, other: Resource) -> bool:
    """Whether two resources of an account that was read are in regions that know nothing of each other."""
    live = Origin.LIVE in (one.origin, other.origin)
    return live and bool(one.region) and bool(other.region) and one.region != other.region
