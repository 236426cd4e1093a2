"""Clusters of ECS, the services in them, and the task definitions that are in use."""

import json
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted

_CLUSTER, _SERVICE, _TASK, _SET = "aws_ecs_cluster", "aws_ecs_service", "aws_ecs_task_definition", "aws_ecs_task_set"
_TAGS = {"include": ["TAGS"]}
_PRIMARY = "(deployments[?status=='PRIMARY'] | [0] || deployments[0])"

CLUSTERS = Collect(
    type=_CLUSTER,
    call=Call("ecs", "list_clusters", "clusterArns"),
    arn="{value}",
    name=lambda item: item["value"].rpartition("/")[2],
    attributes={"id": "value", "name": lambda item: item["value"].rpartition("/")[2]},
    parts=(
        Part(
            Call(
                "ecs",
                "describe_clusters",
                "clusters",
                per={"clusters": "value"},
                params={"include": ["CONFIGURATIONS", "SETTINGS", "TAGS"]},
            ),
            {
                "capacity_providers": "capacityProviders",
                "configuration": fitted(
                    _CLUSTER,
                    "configuration",
                    "configuration",
                    s3_bucket_encryption_enabled="s3EncryptionEnabled",
                ),
                "service_connect_defaults": "serviceConnectDefaults",
                "setting": "settings",
                "tags": tags("tags", "key", "value"),
            },
            batch=100,
            match=("value", "clusterArn"),
        ),
    ),
)


def _network(item: Item, path: str = "networkConfiguration") -> Any:
    found = (item.get(path) or {}).get("awsvpcConfiguration")
    return found and {
        "subnets": found.get("subnets"),
        "security_groups": found.get("securityGroups"),
        "assign_public_ip": found.get("assignPublicIp") == "ENABLED",
    }


SERVICES = Collect(
    type=_SERVICE,
    call=Call("ecs", "list_services", "serviceArns", per={"cluster": "value"}),
    over=CLUSTERS,
    arn="{value}",
    name=lambda item: item["value"].rpartition("/")[2],
    attributes={
        "id": "value",
        "name": lambda item: item["value"].rpartition("/")[2],
        "cluster": "_parent.value",
    },
    parts=(
        Part(
            Call(
                "ecs",
                "describe_services",
                "services",
                params=_TAGS,
                per={"services": "value"},
                common={"cluster": "_parent.value"},
            ),
            {
                "alarms": fitted(_SERVICE, "alarms", "deploymentConfiguration.alarms"),
                "availability_zone_rebalancing": "availabilityZoneRebalancing",
                "capacity_provider_strategy": fitted(
                    _SERVICE, "capacity_provider_strategy", "capacityProviderStrategy"
                ),
                "deployment_circuit_breaker": fitted(
                    _SERVICE, "deployment_circuit_breaker", "deploymentConfiguration.deploymentCircuitBreaker"
                ),
                "deployment_controller": "deploymentController",
                "deployment_maximum_percent": "deploymentConfiguration.maximumPercent",
                "deployment_minimum_healthy_percent": "deploymentConfiguration.minimumHealthyPercent",
                "desired_count": "desiredCount",
                "enable_execute_command": "enableExecuteCommand",
                "iam_role": "roleArn",
                "launch_type": "launchType",
                "load_balancer": fitted(_SERVICE, "load_balancer", "loadBalancers", elb_name="loadBalancerName"),
                "network_configuration": _network,
                "platform_version": "platformVersion",
                "scheduling_strategy": "schedulingStrategy",
                "service_connect_configuration": fitted(
                    _SERVICE,
                    "service_connect_configuration",
                    f"{_PRIMARY}.serviceConnectConfiguration",
                    client_alias="clientAliases",
                ),
                "service_registries": fitted(_SERVICE, "service_registries", "serviceRegistries"),
                "tags": tags("tags", "key", "value"),
                "task_definition": "taskDefinition",
                "volume_configuration": fitted(
                    _SERVICE,
                    "volume_configuration",
                    f"{_PRIMARY}.volumeConfigurations",
                    size_in_gb="sizeInGiB",
                ),
                "vpc_lattice_configurations": fitted(
                    _SERVICE,
                    "vpc_lattice_configurations",
                    f"{_PRIMARY}.vpcLatticeConfigurations",
                ),
            },
            batch=10,
            match=("value", "serviceArn"),
        ),
    ),
)


def _containers(item: Item) -> str:
    return json.dumps(item["taskDefinition"].get("containerDefinitions") or [])


def _volumes(item: Item) -> Any:
    found = [{**each, "hostPath": (each.get("host") or {}).get("sourcePath")} for each in _described(item, "volumes")]
    return fitted(_TASK, "volume", "volumes", configure_at_launch="configuredAtLaunch")({"volumes": found}) or None


def _described(item: Item, name: str) -> Any:
    return item["taskDefinition"].get(name) or []


_DEFINITION = Part(
    Call("ecs", "describe_task_definition", params=_TAGS, per={"taskDefinition": "value"}),
    {
        "container_definitions": _containers,
        "cpu": "taskDefinition.cpu",
        "ephemeral_storage": "taskDefinition.ephemeralStorage.{size_in_gib: sizeInGiB}",
        "execution_role_arn": "taskDefinition.executionRoleArn",
        "ipc_mode": "taskDefinition.ipcMode",
        "memory": "taskDefinition.memory",
        "network_mode": "taskDefinition.networkMode",
        "pid_mode": "taskDefinition.pidMode",
        "proxy_configuration": lambda item: _proxy(item["taskDefinition"].get("proxyConfiguration")),
        "requires_compatibilities": "taskDefinition.requiresCompatibilities",
        "runtime_platform": fitted(_TASK, "runtime_platform", "taskDefinition.runtimePlatform"),
        "tags": tags("tags", "key", "value"),
        "task_role_arn": "taskDefinition.taskRoleArn",
        "volume": _volumes,
    },
)


def _proxy(found: Item | None) -> Any:
    return found and {
        "container_name": found.get("containerName"),
        "type": found.get("type"),
        "properties": {pair["name"]: pair.get("value") for pair in found.get("properties") or ()},
    }


def _family(item: Item) -> str:
    return str(item["value"]).rpartition("/")[2].rpartition(":")[0]


def _newest(page: Item) -> list[str]:
    """The newest revision of each family."""
    found: dict[str, str] = {}
    for arn in sorted(page["taskDefinitionArns"], key=lambda one: int(one.rpartition(":")[2])):
        found[_family({"value": arn})] = arn
    return list(found.values())


def _definitions(call: Call, over: Collect | None = None, among: str = "") -> Collect:
    return Collect(
        type=_TASK,
        call=call,
        over=over,
        among=among,
        arn="{value}",
        name=_family,
        attributes={
            "id": _family,
            "family": _family,
            "arn_without_revision": lambda item: item["value"].rpartition(":")[0],
            "revision": lambda item: item["value"].rpartition(":")[2],
        },
        parts=(_DEFINITION,),
    )


COLLECTORS = (
    CLUSTERS,
    SERVICES,
    _definitions(Call("ecs", "list_task_definitions", _newest, params={"status": "ACTIVE"}, whole=True)),
    # What services run beside the newest; asked as the services are described, so these are no further calls.
    _definitions(
        Call(
            "ecs",
            "describe_task_definition",
            "taskDefinition.taskDefinitionArn",
            params=_TAGS,
            per={"taskDefinition": "_describe_services.taskDefinition"},
        ),
        SERVICES,
        "!_describe_services || _describe_services.taskDefinition",
    ),
    Collect(
        type=_SET,
        call=Call(
            "ecs", "describe_task_sets", "taskSets", params=_TAGS, per={"cluster": "_parent.value", "service": "value"}
        ),
        over=SERVICES,
        among="!_describe_services || _describe_services.deploymentController.type == 'EXTERNAL'",
        arn="{taskSetArn}",
        name="id",
        attributes={
            "task_set_id": "id",
            "cluster": "clusterArn",
            "service": "serviceArn",
            "launch_type": "launchType",
            "load_balancer": fitted(_SET, "load_balancer", "loadBalancers"),
            "network_configuration": _network,
            "platform_version": "platformVersion",
            "tags": tags("tags", "key", "value"),
            "task_definition": "taskDefinition",
        },
    ),
    Collect(
        type="aws_ecs_express_gateway_service",
        call=Call("ecs", "describe_express_gateway_service", "service", params=_TAGS, per={"serviceArn": "value"}),
        over=SERVICES,
        among="!_describe_services || _describe_services.resourceManagementType == 'ECS'",
        arn="{serviceArn}/express",
        name="serviceName",
        attributes={
            "service_arn": "serviceArn",
            "service_name": "serviceName",
            "cluster": "cluster",
            "execution_role_arn": "activeConfigurations[-1].executionRoleArn",
            "infrastructure_role_arn": "infrastructureRoleArn",
            "task_role_arn": "activeConfigurations[-1].taskRoleArn",
            "network_configuration": fitted(
                "aws_ecs_express_gateway_service",
                "network_configuration",
                "activeConfigurations[-1].networkConfiguration",
            ),
            "primary_container": fitted(
                "aws_ecs_express_gateway_service",
                "primary_container",
                "activeConfigurations[-1].primaryContainer",
            ),
            "tags": tags("tags", "key", "value"),
        },
    ),
)
