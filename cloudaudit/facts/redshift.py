"""Settings of Redshift whose default is not the same in every version of the provider."""

from collections.abc import Callable
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_CLUSTER = ("aws_redshift_cluster",)


def _reader(attribute: str, before: str, since: str) -> Callable[[Resource, ResourceGraph], Any]:
    """Reads the attribute; unset is unknown, and the reason names both defaults."""
    default = Unknown(because=f"{attribute} is not set: that means {before} before provider 6.0 and {since} since")

    def read(resource: Resource, _graph: ResourceGraph) -> Any:
        value = resource.attributes.get(attribute)
        return default if value is None else value

    return read


FACTS = (
    Fact(
        name="redshift.encrypted",
        types=_CLUSTER,
        compute=_reader("encrypted", "not encrypted", "encrypted"),
        doc="whether the cluster is encrypted; unknown where that is left to the provider",
    ),
    Fact(
        name="redshift.publicly_accessible",
        types=_CLUSTER,
        compute=_reader("publicly_accessible", "public", "not public"),
        doc="whether the cluster has a public address; unknown where that is left to the provider",
    ),
)
