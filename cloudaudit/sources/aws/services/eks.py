"""Clusters of EKS, their nodes and their add-ons."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import blocks

_CLUSTER, _NODES, _ADDON = "aws_eks_cluster", "aws_eks_node_group", "aws_eks_addon"


def _logged(item: Item) -> list[str]:
    """The kinds of logs that are on; AWS lists those that are off too."""
    setups = (item["cluster"].get("logging") or {}).get("clusterLogging") or ()
    return sorted(kind for setup in setups if setup.get("enabled") for kind in setup.get("types") or ())


CLUSTERS = Collect(
    type=_CLUSTER,
    call=Call("eks", "list_clusters", "clusters"),
    arn="arn:{partition}:eks:{region}:{account}:cluster/{value}",
    name="value",
    attributes={"id": "value", "name": "value"},
    parts=(
        Part(
            Call("eks", "describe_cluster", per={"name": "value"}),
            {
                "deletion_protection": "cluster.deletionProtection",
                "enabled_cluster_log_types": _logged,
                "endpoint": "cluster.endpoint",
                "platform_version": "cluster.platformVersion",
                "role_arn": "cluster.roleArn",
                "status": "cluster.status",
                "tags": "cluster.tags",
                "version": "cluster.version",
                **blocks(
                    _CLUSTER,
                    "cluster",
                    access_config="accessConfig",
                    certificate_authority="certificateAuthority",
                    encryption_config="encryptionConfig",
                    identity="identity",
                    kubernetes_network_config="kubernetesNetworkConfig",
                    outpost_config="outpostConfig",
                    upgrade_policy="upgradePolicy",
                    vpc_config="resourcesVpcConfig",
                ),
            },
        ),
    ),
)


def _of_cluster(kind: str, listed: str, described: str, name: str, attributes: dict[str, Any]) -> Collect:
    """What a cluster has by name: listed, then each described."""
    item, operation = listed.removesuffix("s"), f"describe_{listed.removesuffix('s')}"
    return Collect(
        type=kind,
        call=Call("eks", f"list_{listed}", listed, per={"clusterName": "value"}),
        over=CLUSTERS,
        name="value",
        attributes={"cluster_name": "_parent.value", name: "value"},
        parts=(
            Part(
                Call("eks", operation, per={"clusterName": "_parent.value", described: "value"}),
                {key: f"{item}.{read}" if isinstance(read, str) else read for key, read in attributes.items()},
            ),
        ),
    )


COLLECTORS = (
    CLUSTERS,
    _of_cluster(
        _NODES,
        "nodegroups",
        "nodegroupName",
        "node_group_name",
        {
            "arn": "nodegroupArn",
            "ami_type": "amiType",
            "capacity_type": "capacityType",
            "disk_size": "diskSize",
            "instance_types": "instanceTypes",
            "labels": "labels",
            "node_role_arn": "nodeRole",
            "release_version": "releaseVersion",
            "status": "status",
            "subnet_ids": "subnets",
            "tags": "tags",
            "version": "version",
            "remote_access": "remoteAccess.{ec2_ssh_key: ec2SshKey, source_security_group_ids: sourceSecurityGroups}",
            **blocks(
                _NODES,
                "nodegroup",
                launch_template="launchTemplate",
                scaling_config="scalingConfig",
                update_config="updateConfig",
            ),
        },
    ),
    _of_cluster(
        _ADDON,
        "addons",
        "addonName",
        "addon_name",
        {
            "arn": "addonArn",
            "addon_version": "addonVersion",
            "configuration_values": "configurationValues",
            "service_account_role_arn": "serviceAccountRoleArn",
            "tags": "tags",
        },
    ),
)
