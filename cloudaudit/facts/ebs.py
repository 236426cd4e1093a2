"""What the account decides for every new disk."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.memory import per_resource
from cloudaudit.facts.truth import Truth, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_DEFAULT = "aws_ebs_encryption_by_default"
_KEY = "aws_ebs_default_kms_key"
_MAKES_DISKS = (
    "aws_autoscaling_group",
    "aws_ebs_volume",
    "aws_eks_node_group",
    "aws_instance",
    "aws_launch_configuration",
    "aws_launch_template",
)


@per_resource
def _encrypted_by_default(resource: Resource, graph: ResourceGraph) -> Truth:
    """The setting is made per region; it counts where no region says otherwise."""
    return any_of(_enabled(default) for default in graph.of_type(_DEFAULT) if _concerns(default, resource))


def _own_key_by_default(resource: Resource, graph: ResourceGraph) -> bool:
    return any(_concerns(default, resource) for default in graph.of_type(_KEY))


def _regions_without_default(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:  # noqa: ARG001
    """Regions with machines or disks and no default; unknown where the default may be set outside of the scan."""
    machines = [machine for kind in _MAKES_DISKS for machine in graph.of_type(kind) if machine.region]
    plain = {str(machine.region) for machine in machines if _encrypted_by_default(machine, graph) is False}
    if plain and not graph.complete:
        return Unknown(because=f"encryption by default in {', '.join(sorted(plain))} may be set outside of this scan")
    return sorted(plain)


def _concerns(default: Resource, resource: Resource) -> bool:
    return not (default.region and resource.region and default.region != resource.region)


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
    Fact(
        name="ebs.regions_without_default",
        types=("aws_account",),
        compute=_regions_without_default,
        doc="list of the regions with machines or disks in which encryption of new EBS volumes is not the default.",
    ),
    Fact(
        name="ebs.own_key_by_default",
        compute=_own_key_by_default,
        doc="bool: this scan names a key for new EBS volumes in the resource's region that name none.",
    ),
)
