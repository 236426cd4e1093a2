"""Instances with their disks and user data, their interfaces and addresses, and what starts them one by one."""

import base64
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags

INSTANCES = Call("ec2", "describe_instances", "Reservations[].Instances[]")
VOLUMES = Call("ec2", "describe_volumes", "Volumes")
INTERFACES = Call("ec2", "describe_network_interfaces", "NetworkInterfaces")
ADDRESSES = Call("ec2", "describe_addresses", "Addresses")
_KMS = "kms_key_id"


def _primary(item: Item) -> Item:
    """The first interface of an instance."""
    found = item.get("NetworkInterfaces") or ()
    return next((one for one in found if one.get("Attachment", {}).get("DeviceIndex") == 0), found[0] if found else {})


def _has_public_address(item: Item) -> bool:
    """As the provider reads it: whether the first interface has one, elastic or not."""
    return bool(item.get("PublicIpAddress") or _primary(item).get("Association", {}).get("PublicIp"))


def _profile(item: Item) -> str | None:
    """The name at the end of the ARN of an instance profile."""
    arn = (item.get("IamInstanceProfile") or {}).get("Arn")
    return arn.rpartition("/")[2] if arn else None


def metadata(item: Item) -> dict[str, Any] | None:
    """Options of the metadata service, of instances and of what starts them."""
    options = item.get("MetadataOptions")
    if not options:
        return None
    return {
        "http_endpoint": options.get("HttpEndpoint"),
        "http_tokens": options.get("HttpTokens"),
        "http_put_response_hop_limit": options.get("HttpPutResponseHopLimit"),
        "http_protocol_ipv6": options.get("HttpProtocolIpv6"),
        "instance_metadata_tags": options.get("InstanceMetadataTags"),
    }


def _disk(mapping: Item, volumes: dict[str, Item]) -> dict[str, Any]:
    """A disk of an instance as its volume says. One that was not listed may be anything."""
    own = mapping["Ebs"]
    volume = volumes.get(own.get("VolumeId"), {})
    unseen = Unknown(because=f"volume {own.get('VolumeId')} was not listed")
    return {
        "device_name": mapping.get("DeviceName"),
        "volume_id": own.get("VolumeId"),
        "delete_on_termination": own.get("DeleteOnTermination"),
        "encrypted": volume.get("Encrypted", unseen),
        _KMS: volume.get("KmsKeyId") if volume else unseen,
        "volume_size": volume.get("Size"),
        "volume_type": volume.get("VolumeType"),
        "iops": volume.get("Iops"),
        "throughput": volume.get("Throughput"),
    }


def _disks(item: Item, *, root: bool) -> list[dict[str, Any]]:
    instance = item["_item"]
    volumes = {volume["VolumeId"]: volume for volume in item.get("_several", ())}
    return [
        _disk(mapping, volumes)
        for mapping in instance.get("BlockDeviceMappings") or ()
        if mapping.get("Ebs") and (mapping.get("DeviceName") == instance.get("RootDeviceName")) is root
    ]


def script(value: str | None) -> str | None:
    """User data as text; None where it is not."""
    try:
        return base64.b64decode(value or "", validate=True).decode() or None
    except ValueError:
        return None


def _user_data(item: Item) -> str | None:
    return script((item.get("UserData") or {}).get("Value"))


def _user_data_base64(item: Item) -> str | None:
    """As the provider does: what is no text stays as it is."""
    value = (item.get("UserData") or {}).get("Value")
    return None if not value or script(value) is not None else str(value)


MACHINES = Collect(
    type="aws_instance",
    call=INSTANCES,
    when="State.Name != 'terminated'",
    arn="arn:{partition}:ec2:{region}:{account}:instance/{InstanceId}",
    name="InstanceId",
    attributes={
        "id": "InstanceId",
        "ami": "ImageId",
        "instance_type": "InstanceType",
        "instance_state": "State.Name",
        "instance_lifecycle": "InstanceLifecycle",
        "availability_zone": "Placement.AvailabilityZone",
        "tenancy": "Placement.Tenancy",
        "subnet_id": "SubnetId",
        "vpc_security_group_ids": lambda item: [
            one.get("GroupId") for one in item.get("SecurityGroups") or _primary(item).get("Groups") or ()
        ],
        "iam_instance_profile": _profile,
        "key_name": "KeyName",
        "associate_public_ip_address": _has_public_address,
        "public_ip": "PublicIpAddress",
        "private_ip": "PrivateIpAddress",
        "public_dns": "PublicDnsName",
        "private_dns": "PrivateDnsName",
        "ipv6_addresses": lambda item: [one.get("Ipv6Address") for one in _primary(item).get("Ipv6Addresses") or ()],
        "ipv6_address_count": lambda item: len(_primary(item).get("Ipv6Addresses") or ()),
        "primary_network_interface_id": lambda item: _primary(item).get("NetworkInterfaceId"),
        "source_dest_check": "SourceDestCheck",
        "monitoring": lambda item: (item.get("Monitoring") or {}).get("State") in ("enabled", "pending"),
        "ebs_optimized": "EbsOptimized",
        "hibernation": "HibernationOptions.Configured",
        "enclave_options": "EnclaveOptions && {enabled: EnclaveOptions.Enabled}",
        "metadata_options": metadata,
        "tags": tags("Tags"),
    },
    # What a template or an interface made apart said stands in the instance; names of groups were for EC2-Classic.
    made_from=("launch_template", "network_interface", "primary_network_interface", "security_groups"),
    also=("aws_spot_instance_request",),
    parts=(
        Part(
            VOLUMES,
            {
                "root_block_device": lambda item: _disks(item, root=True),
                "ebs_block_device": lambda item: _disks(item, root=False),
            },
            when="BlockDeviceMappings[].Ebs.VolumeId",
            batch=1000,
            match=("BlockDeviceMappings[].Ebs.VolumeId", "VolumeId"),
        ),
        Part(
            Call(
                "ec2", "describe_instance_attribute", params={"Attribute": "userData"}, per={"InstanceId": "InstanceId"}
            ),
            {"user_data": _user_data, "user_data_base64": _user_data_base64},
        ),
    ),
)


def _interface_attachment(item: Item) -> dict[str, Any] | None:
    found = item.get("Attachment") or {}
    if not found.get("InstanceId"):
        return None
    return {
        "instance": found["InstanceId"],
        "device_index": found.get("DeviceIndex"),
        "attachment_id": found.get("AttachmentId"),
    }


COLLECTORS = (
    MACHINES,
    Collect(
        type="aws_network_interface",
        call=INTERFACES,
        arn="arn:{partition}:ec2:{region}:{account}:network-interface/{NetworkInterfaceId}",
        name="NetworkInterfaceId",
        attributes={
            "id": "NetworkInterfaceId",
            "description": "Description",
            "interface_type": "InterfaceType",
            "subnet_id": "SubnetId",
            "security_groups": "Groups[].GroupId",
            "private_ip": "PrivateIpAddress",
            "private_ips": "PrivateIpAddresses[].PrivateIpAddress",
            "ipv6_addresses": "Ipv6Addresses[].Ipv6Address",
            "ipv6_address_count": "length(Ipv6Addresses || `[]`)",
            "ipv6_address_list": "Ipv6Addresses[].Ipv6Address",
            "source_dest_check": "SourceDestCheck",
            "attachment": _interface_attachment,
            "public_ip": "Association.PublicIp",
            "tags": tags("TagSet"),
        },
        also=("aws_network_interface_attachment", "aws_network_interface_sg_attachment"),
    ),
    Collect(
        type="aws_eip",
        call=ADDRESSES,
        arn="arn:{partition}:ec2:{region}:{account}:elastic-ip/{AllocationId}",
        name="AllocationId",
        attributes={
            "id": "AllocationId",
            "allocation_id": "AllocationId",
            "association_id": "AssociationId",
            "instance": "InstanceId",
            "network_interface": "NetworkInterfaceId",
            "public_ip": "PublicIp",
            "private_ip": "PrivateIpAddress",
            "domain": "Domain",
            "tags": tags("Tags"),
        },
        also=("aws_eip_association",),
    ),
    Collect(
        type="aws_key_pair",
        call=Call("ec2", "describe_key_pairs", "KeyPairs"),
        arn="arn:{partition}:ec2:{region}:{account}:key-pair/{KeyPairId}",
        name="KeyName",
        attributes={
            "id": "KeyName",
            "key_name": "KeyName",
            "key_pair_id": "KeyPairId",
            "key_type": "KeyType",
            "fingerprint": "KeyFingerprint",
            "tags": tags("Tags"),
        },
    ),
)
