"""Clusters of EMR that run, and how they are to be secured."""

import json
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import alike

_RUNNING = {"ClusterStates": ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]}


def _machines(item: Item) -> Any:
    found = item["Cluster"].get("Ec2InstanceAttributes")
    return found and {
        "additional_master_security_groups": ",".join(found.get("AdditionalMasterSecurityGroups") or ()),
        "additional_slave_security_groups": ",".join(found.get("AdditionalSlaveSecurityGroups") or ()),
        "emr_managed_master_security_group": found.get("EmrManagedMasterSecurityGroup"),
        "emr_managed_slave_security_group": found.get("EmrManagedSlaveSecurityGroup"),
        "instance_profile": found.get("IamInstanceProfile"),
        "key_name": found.get("Ec2KeyName"),
        "service_access_security_group": found.get("ServiceAccessSecurityGroup"),
        "subnet_id": found.get("Ec2SubnetId"),
        "subnet_ids": found.get("RequestedEc2SubnetIds"),
    }


def _configurations(item: Item) -> str | None:
    found = item["Cluster"].get("Configurations")
    return json.dumps(found) if found else None


def _kerberos(item: Item) -> Any:
    """Without the passwords, which AWS may give."""
    found = item["Cluster"].get("KerberosAttributes") or {}
    return {"realm": found["Realm"]} if found.get("Realm") else None


_STEPS = (
    "Steps[].{name: Name, action_on_failure: ActionOnFailure, hadoop_jar_step:"
    " [Config.{jar: Jar, args: Args, main_class: MainClass, properties: Properties}]}"
)

COLLECTORS = (
    Collect(
        type="aws_emr_cluster",
        call=Call("emr", "list_clusters", "Clusters", params=_RUNNING),
        arn="{ClusterArn}",
        name="Name",
        attributes={"id": "Id", "name": "Name", "cluster_state": "Status.State"},
        parts=(
            Part(
                Call("emr", "describe_cluster", per={"ClusterId": "Id"}),
                {
                    "applications": "Cluster.Applications[].Name",
                    "autoscaling_role": "Cluster.AutoScalingRole",
                    "configurations_json": _configurations,
                    "custom_ami_id": "Cluster.CustomAmiId",
                    "ec2_attributes": _machines,
                    "kerberos_attributes": _kerberos,
                    "log_encryption_kms_key_id": "Cluster.LogEncryptionKmsKeyId",
                    "log_uri": "Cluster.LogUri",
                    "release_label": "Cluster.ReleaseLabel",
                    "security_configuration": "Cluster.SecurityConfiguration",
                    "service_role": "Cluster.ServiceRole",
                    "tags": tags("Cluster.Tags"),
                    "termination_protection": "Cluster.TerminationProtected",
                    "visible_to_all_users": "Cluster.VisibleToAllUsers",
                },
            ),
            Part(
                Call("emr", "list_bootstrap_actions", per={"ClusterId": "Id"}),
                {"bootstrap_action": "BootstrapActions[].{name: Name, path: ScriptPath, args: Args}"},
            ),
            Part(Call("emr", "list_steps", per={"ClusterId": "Id"}), {"step": _STEPS}),
        ),
        made_from=("additional_info", "configurations"),
    ),
    Collect(
        type="aws_emr_security_configuration",
        call=Call("emr", "list_security_configurations", "SecurityConfigurations"),
        name="Name",
        attributes={"id": "Name", "name": "Name"},
        parts=(
            Part(
                Call("emr", "describe_security_configuration", per={"Name": "Name"}),
                {"configuration": "SecurityConfiguration"},
            ),
        ),
    ),
    Collect(
        type="aws_emr_block_public_access_configuration",
        call=Call("emr", "get_block_public_access_configuration", "BlockPublicAccessConfiguration"),
        attributes={
            **alike("BlockPublicSecurityGroupRules"),
            "permitted_public_security_group_rule_range": (
                "PermittedPublicSecurityGroupRuleRanges[].{min_range: MinRange, max_range: MaxRange}"
            ),
        },
    ),
)
