"""ECS, EKS and ECR: clusters, services, tasks, images."""

from pathlib import Path
from typing import Any

import pytest
from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

SECRET = "hunter2-4ever-and-ever"  # noqa: S105 - what must be found
TASKS = (
    "ecs-efs-transit-encrypted",
    "ecs-task-logs",
    "ecs-task-not-privileged",
    "ecs-task-own-network",
    "ecs-task-own-process-namespace",
    "ecs-task-roles-separate",
    "ecs-task-root-read-only",
    "secrets-container-settings",
    "secrets-ecs-environment",
)
BAD_TASK: dict[str, Any] = {
    "family": "bad",
    "networkMode": "host",
    "pidMode": "host",
    "taskRoleArn": "arn:aws:iam::123456789012:role/app",
    "executionRoleArn": "arn:aws:iam::123456789012:role/app",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "nginx",
            "memory": 128,
            "privileged": True,
            "environment": [{"name": "DB_PASSWORD", "value": SECRET}],
        }
    ],
    "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-12345678"}}],
}
BAD_TASK_SOURCE = f"""
resource "aws_ecs_task_definition" "main" {{
  family             = "bad"
  network_mode       = "host"
  pid_mode           = "host"
  task_role_arn      = "arn:aws:iam::123456789012:role/app"
  execution_role_arn = "arn:aws:iam::123456789012:role/app"
  container_definitions = jsonencode([{{
    name        = "web"
    image       = "nginx"
    memory      = 128
    privileged  = true
    environment = [{{ name = "DB_PASSWORD", value = "{SECRET}" }}]
  }}])
  volume {{
    name = "data"
    efs_volume_configuration {{
      file_system_id = "fs-12345678"
    }}
  }}
}}
"""
GOOD_TASK: dict[str, Any] = {
    "family": "good",
    "networkMode": "awsvpc",
    "taskRoleArn": "arn:aws:iam::123456789012:role/app",
    "executionRoleArn": "arn:aws:iam::123456789012:role/agent",
    "containerDefinitions": [
        {
            "name": "web",
            "image": "nginx",
            "memory": 128,
            "readonlyRootFilesystem": True,
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/app"}},
            "secrets": [{"name": "DB_PASSWORD", "valueFrom": "arn:aws:ssm:us-east-1:123456789012:parameter/db"}],
        }
    ],
}
GOOD_TASK_SOURCE = """
resource "aws_ecs_task_definition" "main" {
  family             = "good"
  network_mode       = "awsvpc"
  task_role_arn      = "arn:aws:iam::123456789012:role/app"
  execution_role_arn = "arn:aws:iam::123456789012:role/agent"
  container_definitions = jsonencode([{
    name                   = "web"
    image                  = "nginx"
    memory                 = 128
    readonlyRootFilesystem = true
    logConfiguration       = { logDriver = "awslogs", options = { "awslogs-group" = "/app" } }
    secrets                = [{ name = "DB_PASSWORD", valueFrom = "arn:aws:ssm:us-east-1:123456789012:parameter/db" }]
  }])
}
"""


@pytest.mark.parametrize(("task", "source"), [(BAD_TASK, BAD_TASK_SOURCE), (GOOD_TASK, GOOD_TASK_SOURCE)])
def test_a_task_is_judged_as_its_terraform_is(
    account: Account, tmp_path: Path, task: dict[str, Any], source: str
) -> None:
    account.client("ecs").register_task_definition(**task)

    assert account.audit(*TASKS).by_rule() == declared(tmp_path, source, *TASKS)


def test_the_secret_of_a_task_is_never_said(account: Account) -> None:
    account.client("ecs").register_task_definition(**BAD_TASK)

    findings = account.audit("secrets-ecs-environment").findings

    assert [finding.verdict for finding in findings] == [Verdict.FAIL]
    assert SECRET not in str(findings)


def test_only_the_newest_task_and_what_services_run_is_judged(account: Account) -> None:
    ecs = account.client("ecs")
    for _ in range(3):
        ecs.register_task_definition(**GOOD_TASK)
    ecs.create_cluster(clusterName="main")
    ecs.create_service(cluster="main", serviceName="web", taskDefinition="good:1", desiredCount=1)

    found = account.graph("aws_ecs_task_definition", "aws_ecs_service")

    tasks = sorted(each.key.rpartition("/")[2] for each in found if each.type == "aws_ecs_task_definition")
    assert tasks == ["good:1", "good:3"]


SERVICES = ("ecs-service-no-public-address", "ecs-service-rolls-back", "ecs-service-current-platform")


def test_a_service_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    ecs, ec2 = account.client("ecs"), account.client("ec2")
    ecs.register_task_definition(**GOOD_TASK)
    ecs.create_cluster(clusterName="main")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    ecs.create_service(
        cluster="main",
        serviceName="web",
        taskDefinition="good",
        launchType="FARGATE",
        platformVersion="1.3.0",
        desiredCount=1,
        networkConfiguration={
            "awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}
        },
    )
    source = """
    resource "aws_ecs_service" "main" {
      name             = "web"
      launch_type      = "FARGATE"
      platform_version = "1.3.0"
      network_configuration {
        subnets          = ["subnet-1"]
        assign_public_ip = true
      }
    }
    """

    assert account.audit(*SERVICES).by_rule() == declared(tmp_path, source, *SERVICES)


CLUSTERS = ("ecs-cluster-container-insights", "ecs-cluster-exec-encrypted", "ecs-cluster-exec-logs")


def test_a_cluster_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    account.client("ecs").create_cluster(
        clusterName="main",
        settings=[{"name": "containerInsights", "value": "enabled"}],
        configuration={"executeCommandConfiguration": {"logging": "NONE"}},
    )
    source = """
    resource "aws_ecs_cluster" "main" {
      name = "main"
      setting {
        name  = "containerInsights"
        value = "enabled"
      }
      configuration {
        execute_command_configuration {
          logging = "NONE"
        }
      }
    }
    """

    assert account.audit(*CLUSTERS).by_rule() == declared(tmp_path, source, *CLUSTERS)


def test_a_denied_description_leaves_a_service_unknown(account: Account) -> None:
    ecs = account.client("ecs")
    ecs.register_task_definition(**GOOD_TASK)
    ecs.create_cluster(clusterName="main")
    ecs.create_service(cluster="main", serviceName="web", taskDefinition="good", desiredCount=1)
    account.deny("ecs:DescribeServices")

    run = account.audit("ecs-service-no-public-address")

    assert set(run.verdicts.values()) == {Verdict.UNKNOWN}


KUBERNETES = (
    "eks-cluster-supported-version",
    "eks-control-plane-logging",
    "eks-endpoint-restricted",
    "eks-secrets-encrypted",
)


def test_a_kubernetes_cluster_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    """moto does not know deletion protection."""
    account.client("eks").create_cluster(
        name="main",
        version="1.22",
        roleArn="arn:aws:iam::123456789012:role/eks",
        resourcesVpcConfig={"subnetIds": ["subnet-1"], "endpointPublicAccess": True},
        logging={
            "clusterLogging": [
                {"types": ["api", "audit", "authenticator"], "enabled": True},
                {"types": ["scheduler"], "enabled": False},
            ]
        },
    )
    source = """
    resource "aws_eks_cluster" "main" {
      name                      = "main"
      version                   = "1.22"
      role_arn                  = "arn:aws:iam::123456789012:role/eks"
      enabled_cluster_log_types = ["api", "audit", "authenticator"]
      vpc_config {
        subnet_ids             = ["subnet-1"]
        endpoint_public_access = true
      }
    }
    """

    assert account.audit(*KUBERNETES).by_rule() == declared(tmp_path, source, *KUBERNETES)


IMAGES = (
    "ecr-repository-immutable-tags",
    "ecr-repository-kms-encrypted",
    "ecr-repository-lifecycle-policy",
    "ecr-repository-not-public",
    "ecr-repository-scan-on-push",
)
ANYBODY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}'
)


def test_a_repository_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    ecr = account.client("ecr")
    ecr.create_repository(repositoryName="app", imageScanningConfiguration={"scanOnPush": True})
    ecr.set_repository_policy(repositoryName="app", policyText=ANYBODY)
    source = f"""
    resource "aws_ecr_repository" "main" {{
      name = "app"
      image_scanning_configuration {{
        scan_on_push = true
      }}
    }}
    resource "aws_ecr_repository_policy" "main" {{
      repository = aws_ecr_repository.main.name
      policy     = {ANYBODY.replace('"', chr(92) + '"').join(('"', '"'))}
    }}
    """

    assert account.audit(*IMAGES).by_rule() == declared(tmp_path, source, *IMAGES)


def test_repositories_that_share_a_name_are_told_apart(account: Account) -> None:
    for region in ("us-east-1", "eu-west-1"):
        account.client("ecr", region).create_repository(repositoryName="app")
    account.client("ecr", "eu-west-1").set_repository_policy(repositoryName="app", policyText=ANYBODY)

    run = account.audit("ecr-repository-not-public", regions=("us-east-1", "eu-west-1"))

    assert run.verdicts == {
        "arn:aws:ecr:us-east-1:123456789012:repository/app": Verdict.PASS,
        "arn:aws:ecr:eu-west-1:123456789012:repository/app": Verdict.FAIL,
    }


def images(*found: dict[str, Any], scans: bool = True) -> Recorded:
    repository = {
        "repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/app",
        "repositoryName": "app",
        "imageScanningConfiguration": {"scanOnPush": scans},
    }
    return Recorded(
        {
            "ecr.describe_repositories": {"repositories": [repository]},
            "ecr.get_registry_scanning_configuration": {"scanningConfiguration": {"scanType": "BASIC", "rules": []}},
            "ecr.describe_images": {"imageDetails": list(found)},
        }
    )


def image(pushed: str, critical: int) -> dict[str, Any]:
    return {
        "imageDigest": f"sha256:{pushed}",
        "imagePushedAt": f"{pushed}T00:00:00Z",
        "imageScanFindingsSummary": {"findingSeverityCounts": {"CRITICAL": critical} if critical else {}},
    }


def test_only_the_newest_image_counts() -> None:
    old, new = image("2024-01-01", 3), image("2024-06-01", 0)

    rule = "ecr-newest-image-no-critical-findings"

    assert list(images(old, new).verdicts(rule).values()) == [Verdict.PASS]
    assert list(images(image("2024-06-02", 1), new).verdicts(rule).values()) == [Verdict.FAIL]


def test_images_that_nothing_scans_are_not_asked_for() -> None:
    account = images(image("2024-01-01", 3), scans=False)

    assert account.verdicts("ecr-newest-image-no-critical-findings") == {}
