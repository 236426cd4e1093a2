"""What the account decides for every new disk."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_DEFAULT = "aws_ebs_encryption_by_default"


def _encrypted_by_default(resource: Resource, graph: ResourceGraph) -> Truth:
    """The setting is made per region; it counts where no region says otherwise."""
    return any_of(
        _enabled(default)
        for default in graph.of_type(_DEFAULT)
        if not (default.region and resource.region and default.region != resource.region)
    )


def _enabled(default: Resource) -> Truth:
    enabled = default.attributes.get("enabled", True)  # the provider's default
    return (
        enabled if isinstance(enabled, bool | Unknown) else Unknown(because=f"{default.address}.enabled is no boolean")
    )


FACTS = (
    Fact(
        name="ebs.encrypted_by_default",
        compute=_encrypted_by_default,
        doc="true where this scan turns on encryption of new EBS volumes in the resource's region",
    ),
)
