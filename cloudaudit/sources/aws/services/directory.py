"""Directories and where their security logs go."""

from cloudaudit.sources.aws.declare import Call, Collect
from cloudaudit.sources.aws.fitting import fitted

_DIRECTORY = "aws_directory_service_directory"

DIRECTORIES = Collect(
    type=_DIRECTORY,
    call=Call("ds", "describe_directories", "DirectoryDescriptions"),
    when="Type != 'SharedMicrosoftAD'",  # those belong to another account
    arn="arn:{partition}:ds:{region}:{account}:directory/{DirectoryId}",
    name="DirectoryId",
    attributes={
        "id": "DirectoryId",
        "name": "Name",
        "short_name": "ShortName",
        "size": "Size",
        "edition": "Edition",
        "alias": "Alias",
        "access_url": "AccessUrl",
        "description": "Description",
        "dns_ip_addresses": "DnsIpAddrs",
        "type": "Type",
        "enable_sso": "SsoEnabled",
        "desired_number_of_domain_controllers": "DesiredNumberOfDomainControllers",
        "security_group_id": "VpcSettings.SecurityGroupId || ConnectSettings.SecurityGroupId",
        "vpc_settings": fitted(_DIRECTORY, "vpc_settings", "VpcSettings"),
        "connect_settings": fitted(
            _DIRECTORY, "connect_settings", "ConnectSettings", customer_username="CustomerUserName"
        ),
    },
    bulk_tags=True,
    made_from=("password",),
)
SUBSCRIPTIONS = Collect(
    type="aws_directory_service_log_subscription",
    call=Call("ds", "list_log_subscriptions", "LogSubscriptions"),
    name="DirectoryId",
    attributes={"directory_id": "DirectoryId", "log_group_name": "LogGroupName"},
)

COLLECTORS = (DIRECTORIES, SUBSCRIPTIONS)
