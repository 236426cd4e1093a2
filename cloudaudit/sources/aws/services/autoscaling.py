"""Groups of instances that grow and shrink, and the templates by which they start."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted
from cloudaudit.sources.aws.services.ec2 import metadata, script

_ROOTS = ("/dev/xvda", "/dev/sda1")  # what nearly all images call the first disk; the configuration does not say
_LAUNCHED = "aws_launch_template"
_GROUP = "aws_autoscaling_group"


def _data(block: str, at: str, **others: str) -> Any:
    """Reads a block of what the latest version of a template says."""
    return fitted(_LAUNCHED, block, f"LaunchTemplateData.{at}", **others)


TEMPLATES = Collect(
    type=_LAUNCHED,
    call=Call("ec2", "describe_launch_templates", "LaunchTemplates"),
    arn="arn:{partition}:ec2:{region}:{account}:launch-template/{LaunchTemplateId}",
    name="LaunchTemplateName",
    attributes={
        "id": "LaunchTemplateId",
        "name": "LaunchTemplateName",
        "default_version": "DefaultVersionNumber",
        "latest_version": "LatestVersionNumber",
        "tags": tags("Tags"),
    },
    parts=(
        Part(
            Call(
                "ec2", "describe_launch_template_versions", "LaunchTemplateVersions", params={"Versions": ["$Latest"]}
            ),
            {
                "image_id": "LaunchTemplateData.ImageId",
                "instance_type": "LaunchTemplateData.InstanceType",
                "key_name": "LaunchTemplateData.KeyName",
                "user_data": "LaunchTemplateData.UserData",
                "ebs_optimized": "LaunchTemplateData.EbsOptimized",
                "disable_api_termination": "LaunchTemplateData.DisableApiTermination",
                "vpc_security_group_ids": "LaunchTemplateData.SecurityGroupIds",
                "security_group_names": "LaunchTemplateData.SecurityGroups",
                "iam_instance_profile": _data("iam_instance_profile", "IamInstanceProfile"),
                "block_device_mappings": _data("block_device_mappings", "BlockDeviceMappings"),
                "network_interfaces": _data("network_interfaces", "NetworkInterfaces", security_groups="Groups"),
                "metadata_options": lambda item: metadata(item.get("LaunchTemplateData") or {}),
                "monitoring": _data("monitoring", "Monitoring"),
                "placement": _data("placement", "Placement"),
                "tag_specifications": lambda item: [
                    {"resource_type": one.get("ResourceType"), "tags": tags("Tags")(one)}
                    for one in (item.get("LaunchTemplateData") or {}).get("TagSpecifications") or ()
                ],
            },
            batch=1000,
            match=("LaunchTemplateId", "LaunchTemplateId"),
        ),
    ),
)


def _profile(item: Item) -> str | None:
    """The name of an instance profile, which a configuration may have by its ARN."""
    return str(item["IamInstanceProfile"]).rpartition("/")[2] if item.get("IamInstanceProfile") else None


def _disks(item: Item, *, root: bool) -> list[dict[str, Any]]:
    found = []
    for mapping in item.get("BlockDeviceMappings") or ():
        name, disk = mapping.get("DeviceName"), mapping.get("Ebs")
        if disk and (name in _ROOTS) is root:
            block = "root_block_device" if root else "ebs_block_device"
            named = {} if root else {"device_name": name}
            found.append({**named, **(fitted("aws_launch_configuration", block, "@")(disk) or {})})
    return found


def _options(item: Item) -> dict[str, Any] | None:
    named = ("http_endpoint", "http_tokens", "http_put_response_hop_limit")
    found = metadata(item)
    return {name: found[name] for name in named} if found else None


def _user_data_base64(item: Item) -> str | None:
    value = item.get("UserData")
    return None if not value or script(value) is not None else str(value)


CONFIGURATIONS = Collect(
    type="aws_launch_configuration",
    call=Call("autoscaling", "describe_launch_configurations", "LaunchConfigurations"),
    arn="{LaunchConfigurationARN}",
    name="LaunchConfigurationName",
    attributes={
        "id": "LaunchConfigurationName",
        "name": "LaunchConfigurationName",
        "image_id": "ImageId",
        "instance_type": "InstanceType",
        "key_name": "KeyName",
        "security_groups": "SecurityGroups",
        "iam_instance_profile": _profile,
        "associate_public_ip_address": "AssociatePublicIpAddress",
        "ebs_optimized": "EbsOptimized",
        "enable_monitoring": "InstanceMonitoring.Enabled",
        "metadata_options": _options,
        "root_block_device": lambda item: _disks(item, root=True),
        "ebs_block_device": lambda item: _disks(item, root=False),
        "user_data": lambda item: script(item.get("UserData")),
        "user_data_base64": _user_data_base64,
    },
)

GROUPS = Collect(
    type=_GROUP,
    call=Call("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"),
    arn="{AutoScalingGroupARN}",
    name="AutoScalingGroupName",
    attributes={
        "id": "AutoScalingGroupName",
        "name": "AutoScalingGroupName",
        "availability_zones": "AvailabilityZones",
        "vpc_zone_identifier": lambda item: [part for part in (item.get("VPCZoneIdentifier") or "").split(",") if part],
        "launch_configuration": "LaunchConfigurationName",
        "launch_template": fitted(
            _GROUP, "launch_template", "LaunchTemplate", id="LaunchTemplateId", name="LaunchTemplateName"
        ),
        "mixed_instances_policy": fitted(_GROUP, "mixed_instances_policy", "MixedInstancesPolicy"),
        "load_balancers": "LoadBalancerNames",
        "target_group_arns": "TargetGroupARNs",
        "traffic_source": fitted(_GROUP, "traffic_source", "TrafficSources"),
        "health_check_type": "HealthCheckType",
        "health_check_grace_period": "HealthCheckGracePeriod",
        "min_size": "MinSize",
        "max_size": "MaxSize",
        "desired_capacity": "DesiredCapacity",
        "max_instance_lifetime": "MaxInstanceLifetime",
        "capacity_rebalance": "CapacityRebalance",
        "service_linked_role_arn": "ServiceLinkedRoleARN",
        "tag": fitted(_GROUP, "tag", "Tags"),
    },
    made_from=("tags",),
    also=("aws_autoscaling_attachment",),
)

COLLECTORS = (
    TEMPLATES,
    CONFIGURATIONS,
    GROUPS,
    Collect(
        type="aws_spot_fleet_request",
        call=Call("ec2", "describe_spot_fleet_requests", "SpotFleetRequestConfigs"),
        when="!starts_with(SpotFleetRequestState || '', 'cancelled')",
        arn="arn:{partition}:ec2:{region}:{account}:spot-fleet-request/{SpotFleetRequestId}",
        name="SpotFleetRequestId",
        attributes={
            "id": "SpotFleetRequestId",
            "iam_fleet_role": "SpotFleetRequestConfig.IamFleetRole",
            "launch_specification": lambda item: [
                {"ami": one.get("ImageId"), "subnet_id": one.get("SubnetId"), "user_data": one.get("UserData")}
                for one in (item.get("SpotFleetRequestConfig") or {}).get("LaunchSpecifications") or ()
            ],
            "tags": tags("Tags"),
        },
    ),
)
