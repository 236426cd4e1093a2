"""What people work with: WorkSpaces, AppStream, Amplify, Lightsail, Connect."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, tags
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_STORAGE = "aws_connect_instance_storage_config"

APPS = Collect(
    type="aws_amplify_app",
    call=Call("amplify", "list_apps", "apps"),
    arn="{appArn}",
    name="name",
    attributes={
        "id": "appId",
        **alike("buildSpec", "defaultDomain", "description", "enableBasicAuth", "environmentVariables", "name"),
        **alike("platform", "repository", "tags"),
    },
    # only somebody who writes them knows them; AWS shows no more than whether they are asked for
    unread={"basic_auth_credentials": "a password"},
)

INSTANCES = Collect(
    type="aws_connect_instance",
    call=Call("connect", "list_instances", "InstanceSummaryList"),
    arn="{Arn}",
    name="InstanceAlias",
    attributes={"id": "Id", **alike("IdentityManagementType", "InstanceAlias", "ServiceRole")},
    bulk_tags=True,
)

_KEPT = (
    "ATTACHMENTS",
    "CALL_RECORDINGS",
    "CHAT_TRANSCRIPTS",
    "EMAIL_MESSAGES",
    "MEDIA_STREAMS",
    "SCHEDULED_REPORTS",
    "SCREEN_RECORDINGS",
)


def _storage(kept: str) -> Collect:
    """Where an instance keeps one kind of thing."""
    return Collect(
        type=_STORAGE,
        call=Call(
            "connect",
            "list_instance_storage_configs",
            "StorageConfigs",
            params={"ResourceType": kept},
            per={"InstanceId": "Id"},
        ),
        over=INSTANCES,
        name="AssociationId",
        attributes={
            "association_id": "AssociationId",
            "instance_id": "_parent.Id",
            "resource_type": lambda _: kept,
            "storage_config": fitted(_STORAGE, "storage_config", "@"),
        },
    )


def _containers(item: Item) -> Any:
    found = item["currentDeployment"].get("containers") or {}
    return [
        {
            "container_name": name,
            "image": each.get("image"),
            "command": each.get("command"),
            "environment": each.get("environment"),
            "ports": each.get("ports"),
        }
        for name, each in found.items()
    ]


COLLECTORS = (
    Collect(
        type="aws_workspaces_workspace",
        call=Call("workspaces", "describe_workspaces", "Workspaces"),
        arn="arn:{partition}:workspaces:{region}:{account}:workspace/{WorkspaceId}",
        name="WorkspaceId",
        attributes={
            "id": "WorkspaceId",
            **alike("BundleId", "DirectoryId", "RootVolumeEncryptionEnabled", "State", "UserName"),
            **alike("UserVolumeEncryptionEnabled", "VolumeEncryptionKey"),
            **blocks("aws_workspaces_workspace", workspace_properties="WorkspaceProperties"),
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_appstream_fleet",
        call=Call("appstream", "describe_fleets", "Fleets"),
        arn="{Arn}",
        name="Name",
        attributes={
            "id": "Name",
            **alike("EnableDefaultInternetAccess", "FleetType", "IamRoleArn", "ImageName", "InstanceType", "Name"),
            **blocks("aws_appstream_fleet", vpc_config="VpcConfig"),
        },
        bulk_tags=True,
    ),
    APPS,
    Collect(
        type="aws_amplify_branch",
        call=Call("amplify", "list_branches", "branches", per={"appId": "appId"}),
        over=APPS,
        arn="{branchArn}",
        name="branchName",
        attributes={
            "app_id": "_parent.appId",
            **alike(
                "branchName", "description", "enableBasicAuth", "environmentVariables", "framework", "stage", "tags"
            ),
        },
        unread={"basic_auth_credentials": "a password"},
    ),
    INSTANCES,
    *(_storage(kept) for kept in _KEPT),
    Collect(
        type="aws_lightsail_database",
        call=Call("lightsail", "get_relational_databases", "relationalDatabases"),
        arn="{arn}",
        name="name",
        attributes={
            "id": "name",
            "relational_database_name": "name",
            **alike("backupRetentionEnabled", "engine", "engineVersion", "masterUsername", "publiclyAccessible"),
            "tags": tags("tags", "key", "value"),
        },
        unread={"master_password": "a password"},
    ),
    Collect(
        type="aws_lightsail_container_service_deployment_version",
        call=Call("lightsail", "get_container_services", "containerServices"),
        when="currentDeployment",
        arn="{arn}/current",
        name="containerServiceName",
        attributes={
            "id": "containerServiceName",
            "service_name": "containerServiceName",
            "state": "currentDeployment.state",
            "version": "currentDeployment.version",
            "container": _containers,
        },
    ),
)
