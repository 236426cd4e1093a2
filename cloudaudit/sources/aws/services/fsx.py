"""File systems and caches of FSx: four types by their kind, from one call."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import Call, Collect, Read, tags
from cloudaudit.sources.aws.fitting import fitted

_SYSTEMS = Call("fsx", "describe_file_systems", "FileSystems")


def _system(kind: str, attributes: Mapping[str, Read], made_from: tuple[str, ...]) -> Collect:
    configuration = {"lustre": "LustreConfiguration", "ontap": "OntapConfiguration", "openzfs": "OpenZFSConfiguration"}
    own = configuration.get(kind, "WindowsConfiguration")
    return Collect(
        type=f"aws_fsx_{kind}_file_system",
        call=_SYSTEMS,
        when=f"FileSystemType == '{kind.upper()}'",
        arn="{ResourceARN}",
        name="FileSystemId",
        attributes={
            "id": "FileSystemId",
            "automatic_backup_retention_days": f"{own}.AutomaticBackupRetentionDays",
            "daily_automatic_backup_start_time": f"{own}.DailyAutomaticBackupStartTime",
            "deployment_type": f"{own}.DeploymentType",
            "dns_name": "DNSName",
            "kms_key_id": "KmsKeyId",
            "network_interface_ids": "NetworkInterfaceIds",
            "owner_id": "OwnerId",
            "storage_capacity": "StorageCapacity",
            "storage_type": "StorageType",
            "subnet_ids": "SubnetIds",
            "vpc_id": "VpcId",
            "tags": tags("Tags"),
            **{name: f"{own}.{read}" if isinstance(read, str) else read for name, read in attributes.items()},
        },
        made_from=made_from,
    )


COLLECTORS = (
    _system(
        "lustre",
        {
            "copy_tags_to_backups": "CopyTagsToBackups",
            "import_path": "DataRepositoryConfiguration.ImportPath",
            "export_path": "DataRepositoryConfiguration.ExportPath",
        },
        ("backup_id",),
    ),
    _system("ontap", {"preferred_subnet_id": "PreferredSubnetId"}, ("fsx_admin_password",)),
    _system("openzfs", {"copy_tags_to_backups": "CopyTagsToBackups"}, ("backup_id",)),
    _system(
        "windows",
        {
            "active_directory_id": "ActiveDirectoryId",
            "copy_tags_to_backups": "CopyTagsToBackups",
            "audit_log_configuration": fitted(
                "aws_fsx_windows_file_system",
                "audit_log_configuration",
                "WindowsConfiguration.AuditLogConfiguration",
            ),
            "self_managed_active_directory": fitted(
                "aws_fsx_windows_file_system",
                "self_managed_active_directory",
                "WindowsConfiguration.SelfManagedActiveDirectoryConfiguration",
                username="UserName",
            ),
        },
        ("backup_id",),
    ),
    Collect(
        type="aws_fsx_file_cache",
        call=Call("fsx", "describe_file_caches", "FileCaches"),
        arn="{ResourceARN}",
        name="FileCacheId",
        attributes={
            "id": "FileCacheId",
            "file_cache_id": "FileCacheId",
            "file_cache_type": "FileCacheType",
            "kms_key_id": "KmsKeyId",
            "storage_capacity": "StorageCapacity",
            "subnet_ids": "SubnetIds",
            "vpc_id": "VpcId",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_fsx_data_repository_association",
        call=Call("fsx", "describe_data_repository_associations", "Associations"),
        arn="{ResourceARN}",
        name="AssociationId",
        attributes={
            "id": "AssociationId",
            "association_id": "AssociationId",
            "data_repository_path": "DataRepositoryPath",
            "file_system_id": "FileSystemId",
            "file_system_path": "FileSystemPath",
            "tags": tags("Tags"),
        },
    ),
)
