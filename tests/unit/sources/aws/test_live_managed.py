"""Systems Manager, SageMaker, EMR, Connect and others that moto lacks in part: answers as AWS documents them."""

from pathlib import Path
from typing import Any

from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.reader import Reader

INSTANCE = "i-0123456789abcdef0"


def managed(state: dict[str, Any] | None, status: str = "Success") -> Recorded:
    information = {"InstanceId": INSTANCE, "PingStatus": "Online", "AssociationStatus": status}
    return Recorded(
        {
            "ssm.describe_instance_information": {"InstanceInformationList": [information]},
            "ssm.describe_instance_patch_states": {"InstancePatchStates": [state] if state else []},
        }
    )


def patches(missing: int, failed: int = 0) -> dict[str, Any]:
    return {"InstanceId": INSTANCE, "Operation": "Scan", "MissingCount": missing, "FailedCount": failed}


def verdict(account: Recorded, rule: str) -> Verdict:
    [found] = account.verdicts(rule).values()
    return found


def test_an_instance_without_its_patches_is_found() -> None:
    rule = "ssm-managed-instance-patched"

    assert verdict(managed(patches(0)), rule) is Verdict.PASS
    assert verdict(managed(patches(3)), rule) is Verdict.FAIL
    assert verdict(managed(patches(0, failed=1)), rule) is Verdict.FAIL
    assert verdict(managed(None), rule) is Verdict.FAIL


def test_states_of_patches_that_are_denied_are_unknown() -> None:
    account = managed(patches(0))
    account.answers["ssm.describe_instance_patch_states"] = "AccessDeniedException"

    assert verdict(account, "ssm-managed-instance-patched") is Verdict.UNKNOWN


def test_an_association_that_fails_is_found() -> None:
    rule = "ssm-managed-instance-associations"

    assert verdict(managed(None), rule) is Verdict.PASS
    assert verdict(managed(None, "Failed"), rule) is Verdict.FAIL


NOTEBOOKS = (
    "sagemaker-notebook-imdsv2",
    "sagemaker-notebook-in-vpc",
    "sagemaker-notebook-no-direct-internet",
    "sagemaker-notebook-no-root",
)


def test_a_notebook_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    """moto does not know the version of the metadata service."""
    account.client("sagemaker").create_notebook_instance(
        NotebookInstanceName="main",
        InstanceType="ml.t3.medium",
        RoleArn="arn:aws:iam::123456789012:role/app",
        DirectInternetAccess="Enabled",
        RootAccess="Disabled",
    )
    source = """
    resource "aws_sagemaker_notebook_instance" "main" {
      name                   = "main"
      instance_type          = "ml.t3.medium"
      role_arn               = "arn:aws:iam::123456789012:role/app"
      direct_internet_access = "Enabled"
      root_access            = "Disabled"
    }
    """

    assert account.audit(*NOTEBOOKS).by_rule() == declared(tmp_path, source, *NOTEBOOKS)


def shared(*accounts: str) -> Recorded:
    document = {"Name": "main", "DocumentType": "Command", "Owner": "123456789012"}
    return Recorded(
        {
            "ssm.list_documents": {"DocumentIdentifiers": [document]},
            "ssm.get_document": {"Content": "{}"},
            "ssm.describe_document_permission": {"AccountIds": list(accounts)},
        }
    )


def test_a_document_for_everybody_is_found() -> None:
    assert verdict(shared("all"), "ssm-document-not-public") is Verdict.FAIL
    assert verdict(shared(), "ssm-document-not-public") is Verdict.PASS
    assert verdict(shared("111122223333"), "ssm-document-not-public") is Verdict.PASS


def test_passwords_of_a_cluster_are_not_kept() -> None:
    cluster = {
        "Id": "j-1",
        "Name": "main",
        "KerberosAttributes": {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "hunter2-4ever"},
    }
    summary = {"Id": "j-1", "Name": "main", "ClusterArn": "arn:aws:elasticmapreduce:us-east-1:123456789012:cluster/j-1"}
    account = Recorded({"emr.list_clusters": {"Clusters": [summary]}, "emr.describe_cluster": {"Cluster": cluster}})

    judged = account.judge("emr-cluster-keeps-logs")

    assert judged.findings
    assert "hunter2" not in str(judged.findings)


def test_each_kind_that_an_instance_of_connect_keeps_is_asked_for() -> None:
    account = Recorded({})

    graph(Reader(account), Plan(types=frozenset({"aws_connect_instance_storage_config"}), threads=1))  # type: ignore[arg-type]

    assert len([1 for _, method, _ in account.asked if method == "list_instance_storage_configs"]) == 7


def test_the_network_of_a_scheduled_task_is_read() -> None:
    network = {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "ENABLED"}
    task = {"TaskDefinitionArn": "arn:aws:ecs:x", "NetworkConfiguration": {"awsvpcConfiguration": network}}
    account = Recorded({"scheduler.get_schedule": {"Target": {"Arn": "arn:aws:ecs:y", "EcsParameters": task}}})

    found = graph(Reader(account), Plan(types=frozenset({"aws_scheduler_schedule"}), threads=1))  # type: ignore[arg-type]

    [schedule] = [each for each in found if each.type == "aws_scheduler_schedule"]
    [parameters] = schedule.attributes["target"][0]["ecs_parameters"]
    assert parameters["network_configuration"] == [
        {"assign_public_ip": True, "security_groups": ["sg-1"], "subnets": ["subnet-1"]}
    ]
