"""Disks of instances and templates that nothing encrypts, and what the account asks of the metadata service."""

from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.ebs import FACTS as EBS
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, all_of, any_of, certain, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

_DEFAULTS = "aws_ec2_instance_metadata_defaults"
_IMAGE = {
    "aws_instance": "ami",
    "aws_launch_configuration": "image_id",
    "aws_launch_template": "image_id",
    "aws_spot_instance_request": "ami",
}
_MACHINES = ("aws_instance", "aws_spot_instance_request")
_ROOT = "the root volume"


def _plain_disks(resource: Resource, graph: ResourceGraph) -> list[dict[str, str]] | Unknown:
    """Disks that are encrypted neither by themselves nor by the image, snapshot, template or account."""
    found: list[str] = []
    doubts: list[str] = []
    for name, encrypted in _disks(resource, graph):
        if isinstance(encrypted, Unknown):
            doubts.append(encrypted.because)
        elif not encrypted:
            found.append(name)
    names = certain(found, doubts)
    return names if isinstance(names, Unknown) else [{"disk": name} for name in names]


def _disks(resource: Resource, graph: ResourceGraph) -> Iterator[tuple[str, Truth]]:
    if resource.type == "aws_launch_template":
        yield from _mappings(resource, graph)
        return
    roots = blocks(resource.attributes, "root_block_device")
    yield from ((_ROOT, _encrypted(root, resource, graph)) for root in roots.items)
    yield from ((_ROOT, unknown([text])) for text in roots.because)
    seen = resource.type == "aws_instance" and resource.origin is Origin.LIVE  # AWS names every disk there is
    if not roots.items and not roots.because and not seen:
        yield _ROOT, any_of([_unstated(resource, graph), _template(resource, graph)])
    others = blocks(resource.attributes, "ebs_block_device")
    for disk in others.items:
        if not disk.get("no_device"):
            yield _name(disk), _additional(disk, resource, graph)
    yield from (("a disk", unknown([text])) for text in others.because)


def _mappings(template: Resource, graph: ResourceGraph) -> Iterator[tuple[str, Truth]]:
    mappings = blocks(template.attributes, "block_device_mappings")
    yield from (("a disk", unknown([text])) for text in mappings.because)
    if not mappings.items and not mappings.because:
        yield _ROOT, _unstated(template, graph)
    for mapping in mappings.items:
        disks = blocks(mapping, "ebs")
        yield from ((_name(mapping), unknown([text])) for text in disks.because)
        for disk in disks.items:
            yield _name(mapping), _additional(disk, template, graph)


def _name(disk: Mapping[str, Any]) -> str:
    name = disk.get("device_name")
    return name if isinstance(name, str) else "a disk"


def _encrypted(disk: Mapping[str, Any], resource: Resource, graph: ResourceGraph) -> Truth:
    flag = disk.get("encrypted")
    return _unstated(resource, graph) if flag is None else _truth(flag)


def _unstated(resource: Resource, graph: ResourceGraph) -> Truth:
    """Without a flag of its own a disk is as the account or the image makes it."""
    return any_of([EBS[0].compute(resource, graph), _image(resource, graph)])


def _additional(disk: Mapping[str, Any], resource: Resource, graph: ResourceGraph) -> Truth:
    truth = _encrypted(disk, resource, graph)
    snapshot = disk.get("snapshot_id")
    if truth is True or not snapshot:
        return truth
    return unknown([snapshot.because if isinstance(snapshot, Unknown) else f"snapshot {snapshot} decides"])


def _truth(flag: object) -> Truth:
    return flag if isinstance(flag, Unknown) else str(flag).lower() == "true"


def _image(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether an image in this scan has only encrypted disks. Images of others are taken as plain: most are."""
    related = graph.related(resource, Relation(type=("aws_ami", "aws_ami_copy"), via=_IMAGE[resource.type]))
    return any_of(_image_encrypted(image) for image in related.found)


def _image_encrypted(image: Resource) -> Truth:
    if image.type == "aws_ami_copy":
        return _truth(image.attributes.get("encrypted", False))
    disks = blocks(image.attributes, "ebs_block_device").items
    return all_of(_truth(disk.get("encrypted", False)) for disk in disks) if disks else False


def _template(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether the launch template of an instance encrypts its disks."""
    if resource.type not in _MACHINES or not resource.attributes.get("launch_template"):
        return False
    via = ("launch_template.id", "launch_template.name")
    related = graph.related(resource, Relation(type="aws_launch_template", via=via))
    truths = [all_of(truth for _, truth in _mappings(template, graph)) for template in related.found]
    return any_of([*truths, *([unknown(related.because)] if related.because else [])])


def _tokens_by_default(resource: Resource, graph: ResourceGraph) -> Truth:
    return any_of(
        tokens if isinstance(tokens := default.attributes.get("http_tokens"), Unknown) else tokens == "required"
        for default in graph.of_type(_DEFAULTS)
        if not (default.region and resource.region and default.region != resource.region)
    )


FACTS = (
    Fact(
        name="ec2.plain_disks",
        types=tuple(_IMAGE),
        compute=_plain_disks,
        members=("disk",),
        doc="list of {disk} that nothing in this scan encrypts: neither their own flag nor, where they have none, "
        "the image, the launch template or encryption by default. The root volume counts when it is left out.",
    ),
    Fact(
        name="ec2.tokens_by_default",
        compute=_tokens_by_default,
        doc="bool: this scan makes session tokens for instance metadata the default of the resource's region.",
    ),
)
