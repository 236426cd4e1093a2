"""File systems of EFS, with their policies, backups, access points and mount targets."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, tags

_NONE = ("PolicyNotFound",)


def _user(item: Item) -> list[dict[str, Any]]:
    found = item.get("PosixUser")
    return [{"uid": found["Uid"], "gid": found["Gid"], "secondary_gids": found.get("SecondaryGids")}] if found else []


FILE_SYSTEMS = Collect(
    type="aws_efs_file_system",
    call=Call("efs", "describe_file_systems", "FileSystems"),
    arn="{FileSystemArn}",
    name="FileSystemId",
    attributes={
        "id": "FileSystemId",
        "availability_zone_id": "AvailabilityZoneId",
        "availability_zone_name": "AvailabilityZoneName",
        "creation_token": "CreationToken",
        "encrypted": "Encrypted",
        "kms_key_id": "KmsKeyId",
        "name": "Name",
        "number_of_mount_targets": "NumberOfMountTargets",
        "owner_id": "OwnerId",
        "performance_mode": "PerformanceMode",
        "throughput_mode": "ThroughputMode",
        "protection": "FileSystemProtection.{replication_overwrite: ReplicationOverwriteProtection}",
        "tags": tags("Tags"),
    },
)

COLLECTORS = (
    FILE_SYSTEMS,
    Collect(
        type="aws_efs_backup_policy",
        call=Call("efs", "describe_backup_policy", "BackupPolicy", per={"FileSystemId": "FileSystemId"}, unset=_NONE),
        over=FILE_SYSTEMS,
        attributes={"file_system_id": "_parent.FileSystemId", "backup_policy": "{status: Status}"},
    ),
    Collect(
        type="aws_efs_file_system_policy",
        call=Call("efs", "describe_file_system_policy", per={"FileSystemId": "FileSystemId"}, unset=_NONE),
        over=FILE_SYSTEMS,
        attributes={"file_system_id": "_parent.FileSystemId", "policy": "Policy"},
    ),
    Collect(
        type="aws_efs_access_point",
        call=Call("efs", "describe_access_points", "AccessPoints"),
        arn="{AccessPointArn}",
        name="AccessPointId",
        attributes={
            "id": "AccessPointId",
            "file_system_id": "FileSystemId",
            "owner_id": "OwnerId",
            "posix_user": _user,
            "root_directory": "RootDirectory.{path: Path, creation_info: CreationInfo"
            " && [{owner_gid: CreationInfo.OwnerGid, owner_uid: CreationInfo.OwnerUid,"
            " permissions: CreationInfo.Permissions}]}",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_efs_mount_target",
        call=Call("efs", "describe_mount_targets", "MountTargets", per={"FileSystemId": "FileSystemId"}),
        over=FILE_SYSTEMS,
        among="NumberOfMountTargets > `0`",
        name="MountTargetId",
        attributes={
            "id": "MountTargetId",
            "availability_zone_id": "AvailabilityZoneId",
            "availability_zone_name": "AvailabilityZoneName",
            "file_system_id": "FileSystemId",
            "ip_address": "IpAddress",
            "network_interface_id": "NetworkInterfaceId",
            "owner_id": "OwnerId",
            "subnet_id": "SubnetId",
        },
    ),
)
