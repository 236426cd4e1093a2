"""Launch templates and configurations: what starts instances by them, and what they say of addresses and groups."""

from typing import Any

from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import Truth
from cloudaudit.graph import Related, ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

TEMPLATES = ("aws_launch_configuration", "aws_launch_template")
# The attributes by which what starts instances names the template.
STARTERS: dict[str, tuple[str, ...]] = {
    "aws_autoscaling_group": (
        "launch_configuration", "launch_template.id", "launch_template.name",
        "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id",
        "mixed_instances_policy.launch_template.launch_template_specification.launch_template_name",
    ),
    "aws_instance": ("launch_template.id", "launch_template.name"),
}  # fmt: skip
GROUPS_OF = {
    "aws_launch_configuration": ("security_groups",),
    "aws_launch_template": ("vpc_security_group_ids", "network_interfaces.security_groups"),
}
_ADDRESS = {
    "aws_launch_configuration": "associate_public_ip_address",
    "aws_launch_template": "network_interfaces.associate_public_ip_address",
}


def templates(starter: Resource, graph: ResourceGraph) -> Related:
    """The templates by which an instance or a scaling group starts."""
    names = STARTERS.get(starter.type)
    return graph.related(starter, Relation(type=TEMPLATES, via=names)) if names else Related()


def flag(value: Any, default: bool) -> Truth:
    """A truth value as the provider reads it."""
    if isinstance(value, Unknown):
        return value
    return default if value is None else str(value).lower() == "true"


def address_flags(template: Resource) -> list[Truth]:
    """What a template says of public addresses; nothing where it leaves that to the subnet."""
    return [flag(value, default=False) for value in reach(template.attributes, _ADDRESS[template.type]) if value != ""]


def counts_of_six(template: Resource) -> list[Truth]:
    """Whether interfaces of a template ask for addresses of version 6."""
    values = reach(template.attributes, "network_interfaces.ipv6_address_count")
    return [value if isinstance(value, Unknown) else bool(value) for value in values]
