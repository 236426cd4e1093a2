"""Disks and what is made of them: volumes, snapshots, images, who may use those, and what the region decides."""

import re
from datetime import UTC, datetime
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days, tags
from cloudaudit.sources.aws.fitting import fitted
from cloudaudit.sources.aws.services.ec2 import INSTANCES, VOLUMES

_COPIED = "vol-ffffffff"  # what AWS calls the volume of a snapshot that was copied
_STOPPED = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")

SNAPSHOTS = Call("ec2", "describe_snapshots", "Snapshots", params={"OwnerIds": ["self"]})
_PUBLIC = Call("ec2", "describe_snapshots", "Snapshots", params={"OwnerIds": ["self"], "RestorableByUserIds": ["all"]})
_PERMISSIONS = {"Attribute": "createVolumePermission"}


def _stopped_days(item: Item) -> int | Unknown | None:
    """Since when it stands still, which only the reason says: "User initiated (2026-01-02 03:04:05 GMT)"."""
    if item["State"]["Name"] != "stopped":
        return None
    found = _STOPPED.search(str(item.get("StateTransitionReason")))
    if found is None:
        return Unknown(because="AWS does not say when it was stopped")
    since = datetime.strptime(found.group(1), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return (datetime.fromisoformat(item["_at"]) - since).days


VOLUME = Collect(
    type="aws_ebs_volume",
    call=VOLUMES,
    arn="arn:{partition}:ec2:{region}:{account}:volume/{VolumeId}",
    name="VolumeId",
    attributes={
        "id": "VolumeId",
        "availability_zone": "AvailabilityZone",
        "encrypted": "Encrypted",
        "kms_key_id": "KmsKeyId",
        "size": "Size",
        "type": "VolumeType",
        "iops": "Iops",
        "throughput": "Throughput",
        "snapshot_id": "SnapshotId",
        "multi_attach_enabled": "MultiAttachEnabled",
        "create_time": "CreateTime",
        "tags": tags("Tags"),
    },
)

SNAPSHOT = Collect(
    type="aws_ebs_snapshot",
    call=SNAPSHOTS,
    arn="arn:{partition}:ec2:{region}::snapshot/{SnapshotId}",
    name="SnapshotId",
    attributes={
        "id": "SnapshotId",
        "volume_id": lambda item: None if item.get("VolumeId") == _COPIED else item.get("VolumeId"),
        "encrypted": "Encrypted",
        "kms_key_id": "KmsKeyId",
        "description": "Description",
        "owner_id": "OwnerId",
        "storage_tier": "StorageTier",
        "volume_size": "VolumeSize",
        "tags": tags("Tags"),
    },
    also=("aws_ebs_snapshot_copy", "aws_ebs_snapshot_import"),
)

IMAGE = Collect(
    type="aws_ami",
    call=Call("ec2", "describe_images", "Images", params={"Owners": ["self"]}),
    arn="arn:{partition}:ec2:{region}::image/{ImageId}",
    name="ImageId",
    attributes={
        "id": "ImageId",
        "name": "Name",
        "description": "Description",
        "architecture": "Architecture",
        "owner_id": "OwnerId",
        "public": "Public",
        "root_device_name": "RootDeviceName",
        "image_type": "ImageType",
        "imds_support": "ImdsSupport",
        "deprecation_time": "DeprecationTime",
        "ebs_block_device": lambda item: [
            {"device_name": mapping.get("DeviceName"), **(fitted("aws_ami", "ebs_block_device", "Ebs")(mapping) or {})}
            for mapping in item.get("BlockDeviceMappings") or ()
            if mapping.get("Ebs")
        ],
        "tags": tags("Tags"),
    },
    also=("aws_ami_copy", "aws_ami_from_instance"),
)


def _of_region(kind: str, operation: str, attributes: dict[str, Any], *, items: str = "@", when: str = "") -> Collect:
    """A setting of the account in one region."""
    return Collect(type=kind, call=Call("ec2", operation, items), attributes=attributes, when=when)


COLLECTORS = (
    VOLUME,
    Collect(
        type="aws_volume_attachment",
        call=Call("ec2", "describe_volumes", "Volumes[].Attachments[]"),
        name=lambda item: f"{item.get('VolumeId')}:{item.get('InstanceId')}",
        attributes={"device_name": "Device", "instance_id": "InstanceId", "volume_id": "VolumeId"},
    ),
    Collect(
        type="aws_ebs_volume_use",
        call=VOLUMES,
        name="VolumeId",
        attributes={
            "volume_id": "VolumeId",
            "attached": "length(Attachments || `[]`) > `0`",
            "age_days": days("CreateTime"),
        },
    ),
    Collect(
        type="aws_instance_use",
        call=INSTANCES,
        when="State.Name != 'terminated'",
        name="InstanceId",
        attributes={"instance_id": "InstanceId", "state": "State.Name", "stopped_days": _stopped_days},
    ),
    SNAPSHOT,
    Collect(
        type="aws_ebs_snapshot_sharing",
        call=SNAPSHOTS,
        name="SnapshotId",
        attributes={"snapshot_id": "SnapshotId"},
        parts=(
            # One call names the public ones of all; each of those is asked, since not every stand-in for AWS heeds it.
            Part(_PUBLIC, {"public": "SnapshotId != null"}, batch=1000, match=("SnapshotId", "SnapshotId")),
            Part(
                Call("ec2", "describe_snapshot_attribute", params=_PERMISSIONS, per={"SnapshotId": "SnapshotId"}),
                {"public": "length((CreateVolumePermissions || `[]`)[?Group == 'all']) > `0`"},
                when="_describe_snapshots.SnapshotId",
            ),
        ),
    ),
    Collect(
        type="aws_snapshot_create_volume_permission",
        call=Call(
            "ec2",
            "describe_snapshot_attribute",
            "CreateVolumePermissions[?UserId]",
            params=_PERMISSIONS,
            per={"SnapshotId": "SnapshotId"},
        ),
        over=SNAPSHOT,
        name="UserId",
        attributes={"snapshot_id": "_parent.SnapshotId", "account_id": "UserId"},
    ),
    IMAGE,
    Collect(
        type="aws_ami_launch_permission",
        call=Call(
            "ec2",
            "describe_image_attribute",
            "LaunchPermissions",
            params={"Attribute": "launchPermission"},
            per={"ImageId": "ImageId"},
        ),
        over=IMAGE,
        name="Group || UserId || OrganizationArn || OrganizationalUnitArn",
        attributes={
            "image_id": "_parent.ImageId",
            "group": "Group",
            "account_id": "UserId",
            "organization_arn": "OrganizationArn",
            "organizational_unit_arn": "OrganizationalUnitArn",
        },
    ),
    _of_region("aws_ebs_encryption_by_default", "get_ebs_encryption_by_default", {"enabled": "EbsEncryptionByDefault"}),
    _of_region(
        "aws_ebs_default_kms_key",
        "get_ebs_default_kms_key_id",
        {"key_arn": "KmsKeyId"},
        when="!contains(KmsKeyId, 'alias/aws/ebs')",
    ),
    _of_region("aws_ebs_snapshot_block_public_access", "get_snapshot_block_public_access_state", {"state": "State"}),
    _of_region(
        "aws_ec2_image_block_public_access",
        "get_image_block_public_access_state",
        {"state": "ImageBlockPublicAccessState"},
    ),
    _of_region(
        "aws_ec2_instance_metadata_defaults",
        "get_instance_metadata_defaults",
        {
            "http_endpoint": "HttpEndpoint",
            "http_tokens": "HttpTokens",
            "http_put_response_hop_limit": "HttpPutResponseHopLimit",
            "instance_metadata_tags": "InstanceMetadataTags",
        },
        items="AccountLevel || `{}`",
    ),
)
