"""What moves files: DataSync, Transfer Family, Storage Gateway."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import Call, Collect, Part, Read, tags
from cloudaudit.sources.aws.fitting import fitted

_LOCATIONS = Call("datasync", "list_locations", "Locations")
_SHARES = Call("storagegateway", "list_file_shares", "FileShareInfoList")
_FILES = "GatewayType == 'FILE_S3' || GatewayType == 'FILE_FSX_SMB'"
_SERVER = "aws_transfer_server"
_OF_PROTOCOL: Mapping[str, Mapping[str, Read]] = {
    "nfs": {"client_list": "ClientList"},
    "smb": {"authentication": "Authentication"},
}


def _share(kind: str) -> Collect:
    """File shares by their protocol."""
    answer = f"{kind.upper()}FileShareInfoList"
    return Collect(
        type=f"aws_storagegateway_{kind}_file_share",
        call=_SHARES,
        when=f"FileShareType == '{kind.upper()}'",
        arn="{FileShareARN}",
        name="FileShareId",
        attributes={"id": "FileShareARN", "fileshare_id": "FileShareId", "gateway_arn": "GatewayARN"},
        parts=(
            Part(
                Call(
                    "storagegateway",
                    f"describe_{kind}_file_shares",
                    answer,
                    per={"FileShareARNList": "FileShareARN"},
                ),
                {
                    "audit_destination_arn": "AuditDestinationARN",
                    "file_share_name": "FileShareName",
                    "kms_encrypted": "KMSEncrypted",
                    "kms_key_arn": "KMSKey",
                    "location_arn": "LocationARN",
                    "object_acl": "ObjectACL",
                    "read_only": "ReadOnly",
                    "role_arn": "Role",
                    "tags": tags("Tags"),
                    **_OF_PROTOCOL[kind],
                },
                batch=10,
                match=("FileShareARN", "FileShareARN"),
            ),
        ),
    )


COLLECTORS = (
    Collect(
        type="aws_datasync_task",
        call=Call("datasync", "list_tasks", "Tasks"),
        arn="{TaskArn}",
        name="Name",
        attributes={"id": "TaskArn", "name": "Name"},
        parts=(
            Part(
                Call("datasync", "describe_task", per={"TaskArn": "TaskArn"}),
                {
                    "cloudwatch_log_group_arn": "CloudWatchLogGroupArn",
                    "destination_location_arn": "DestinationLocationArn",
                    "options": fitted("aws_datasync_task", "options", "Options"),
                    "source_location_arn": "SourceLocationArn",
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_datasync_location_efs",
        call=_LOCATIONS,
        when="starts_with(LocationUri, 'efs://')",
        arn="{LocationArn}",
        name="LocationArn",
        attributes={"id": "LocationArn", "uri": "LocationUri"},
        parts=(
            Part(
                Call("datasync", "describe_location_efs", per={"LocationArn": "LocationArn"}),
                {
                    "access_point_arn": "AccessPointArn",
                    "file_system_access_role_arn": "FileSystemAccessRoleArn",
                    "in_transit_encryption": "InTransitEncryption",
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_datasync_location_object_storage",
        call=_LOCATIONS,
        when="starts_with(LocationUri, 'object-storage://')",
        arn="{LocationArn}",
        name="LocationArn",
        attributes={"id": "LocationArn", "uri": "LocationUri"},
        parts=(
            Part(
                Call("datasync", "describe_location_object_storage", per={"LocationArn": "LocationArn"}),
                {
                    "access_key": "AccessKey",
                    "agent_arns": "AgentArns",
                    "server_port": "ServerPort",
                    "server_protocol": "ServerProtocol",
                },
            ),
        ),
        bulk_tags=True,
        made_from=("secret_key",),
    ),
    Collect(
        type=_SERVER,
        call=Call("transfer", "list_servers", "Servers"),
        arn="{Arn}",
        name="ServerId",
        attributes={
            "id": "ServerId",
            "domain": "Domain",
            "endpoint_type": "EndpointType",
            "identity_provider_type": "IdentityProviderType",
            "logging_role": "LoggingRole",
        },
        parts=(
            Part(
                Call("transfer", "describe_server", "Server", per={"ServerId": "ServerId"}),
                {
                    "certificate": "Certificate",
                    "endpoint_details": fitted(_SERVER, "endpoint_details", "EndpointDetails"),
                    "protocols": "Protocols",
                    "security_policy_name": "SecurityPolicyName",
                    "structured_log_destinations": "StructuredLogDestinations",
                    "tags": tags("Tags"),
                },
            ),
        ),
        made_from=("host_key",),
    ),
    Collect(
        type="aws_storagegateway_gateway",
        call=Call("storagegateway", "list_gateways", "Gateways"),
        arn="{GatewayARN}",
        name="GatewayId",
        attributes={
            "id": "GatewayARN",
            "gateway_id": "GatewayId",
            "gateway_name": "GatewayName",
            "gateway_type": "GatewayType",
            "ec2_instance_id": "Ec2InstanceId",
            "host_environment": "HostEnvironment",
        },
        parts=(
            Part(
                Call("storagegateway", "describe_smb_settings", per={"GatewayARN": "GatewayARN"}),
                {"smb_file_share_visibility": "FileSharesVisible", "smb_security_strategy": "SMBSecurityStrategy"},
                when=_FILES,
            ),
        ),
        bulk_tags=True,
        made_from=("activation_key", "smb_guest_password"),
    ),
    _share("nfs"),
    _share("smb"),
)
