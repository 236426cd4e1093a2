"""What builds, deploys and runs jobs: CodeBuild, CodePipeline, Step Functions, Glue, Athena, Batch, CloudFormation."""

import json
from pathlib import Path
from typing import Any

from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

SECRET = "hunter2-4ever-and-ever"  # noqa: S105 - what must be found
ROLE = "arn:aws:iam::123456789012:role/app"
BUILDS = (
    "codebuild-artifacts-encrypted",
    "codebuild-project-logs",
    "codebuild-project-not-privileged",
    "codebuild-project-not-public",
    "codebuild-source-tls-verified",
    "secrets-codebuild-environment",
)


def test_a_build_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    account.client("codebuild").create_project(
        name="main",
        source={"type": "S3", "location": "bucket/path"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "img",
            "computeType": "BUILD_GENERAL1_SMALL",
            "privilegedMode": True,
            "environmentVariables": [
                {"name": "DB_PASSWORD", "value": SECRET, "type": "PLAINTEXT"},
                {"name": "API_TOKEN", "value": "/app/token", "type": "PARAMETER_STORE"},
            ],
        },
        serviceRole=ROLE,
        logsConfig={"cloudWatchLogs": {"status": "DISABLED"}, "s3Logs": {"status": "DISABLED"}},
    )
    source = f"""
    resource "aws_codebuild_project" "main" {{
      name         = "main"
      service_role = "{ROLE}"
      source {{
        type     = "S3"
        location = "bucket/path"
      }}
      artifacts {{
        type = "NO_ARTIFACTS"
      }}
      environment {{
        type            = "LINUX_CONTAINER"
        image           = "img"
        compute_type    = "BUILD_GENERAL1_SMALL"
        privileged_mode = true
        environment_variable {{
          name  = "DB_PASSWORD"
          value = "{SECRET}"
        }}
        environment_variable {{
          name  = "API_TOKEN"
          value = "/app/token"
          type  = "PARAMETER_STORE"
        }}
      }}
      logs_config {{
        cloudwatch_logs {{
          status = "DISABLED"
        }}
        s3_logs {{
          status = "DISABLED"
        }}
      }}
    }}
    """

    run = account.audit(*BUILDS)

    assert run.by_rule() == declared(tmp_path, source, *BUILDS)
    assert SECRET not in str(run.findings)


def test_a_webhook_is_read_of_its_project() -> None:
    hook = {"url": "https://x", "filterGroups": [[{"type": "EVENT", "pattern": "PUSH"}]]}
    project = {"name": "main", "arn": "arn:aws:codebuild:us-east-1:123456789012:project/main", "webhook": hook}
    account = Recorded(
        {
            "codebuild.list_projects": {"projects": ["main"]},
            "codebuild.batch_get_projects": {"projects": [project]},
            "codebuild.get_resource_policy": "ResourceNotFoundException",
        }
    )

    assert list(account.verdicts("codebuild-webhook-filtered").values()) == [Verdict.FAIL]


MACHINES = (
    "secrets-documents-state-machine",
    "stepfunctions-state-machine-logs",
    "stepfunctions-state-machine-traced",
)
DEFINITION = {"StartAt": "a", "States": {"a": {"Type": "Pass", "Result": {"password": SECRET}, "End": True}}}


def test_a_state_machine_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    account.client("stepfunctions").create_state_machine(
        name="main", definition=json.dumps(DEFINITION), roleArn=ROLE, tracingConfiguration={"enabled": True}
    )
    rules = [rule for rule in MACHINES if not rule.startswith("secrets")]
    source = f"""
    resource "aws_sfn_state_machine" "main" {{
      name       = "main"
      role_arn   = "{ROLE}"
      definition = "{{}}"
      tracing_configuration {{
        enabled = true
      }}
    }}
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


GLUE = (
    "glue-bookmarks-encrypted",
    "glue-job-continuous-logs",
    "glue-logs-encrypted",
    "glue-s3-encrypted",
    "glue-security-configuration-named",
    "secrets-glue-arguments",
)


def test_jobs_are_judged_as_their_terraform_is(account: Account, tmp_path: Path) -> None:
    glue = account.client("glue")
    glue.create_security_configuration(
        Name="main",
        EncryptionConfiguration={
            "S3Encryption": [{"S3EncryptionMode": "SSE-S3"}],
            "CloudWatchEncryption": {"CloudWatchEncryptionMode": "DISABLED"},
            "JobBookmarksEncryption": {"JobBookmarksEncryptionMode": "DISABLED"},
        },
    )
    glue.create_job(
        Name="main",
        Role=ROLE,
        Command={"Name": "glueetl", "ScriptLocation": "s3://b/s.py"},
        DefaultArguments={"--db_password": SECRET},
        SecurityConfiguration="main",
    )
    source = f"""
    resource "aws_glue_security_configuration" "main" {{
      name = "main"
      encryption_configuration {{
        s3_encryption {{
          s3_encryption_mode = "SSE-S3"
        }}
        cloudwatch_encryption {{
          cloudwatch_encryption_mode = "DISABLED"
        }}
        job_bookmarks_encryption {{
          job_bookmarks_encryption_mode = "DISABLED"
        }}
      }}
    }}
    resource "aws_glue_job" "main" {{
      name                   = "main"
      role_arn               = "{ROLE}"
      security_configuration = aws_glue_security_configuration.main.name
      default_arguments      = {{ "--db_password" = "{SECRET}" }}
      command {{
        script_location = "s3://b/s.py"
      }}
    }}
    """
    known = set(GLUE) & set(declared(tmp_path, source, *(rule for rule in GLUE if not rule.startswith("secrets"))))

    run = account.audit(*sorted(known))

    assert run.by_rule() == declared(tmp_path, source, *sorted(known))


def test_the_password_of_a_connection_is_not_asked_for() -> None:
    account = Recorded({})

    account.judge("glue-connection-requires-ssl")

    assert [params for _, method, params in account.asked if method == "get_connections"] == [
        "[('HidePassword', True)]"
    ]


GROUPS = ("athena-workgroup-metrics", "athena-workgroup-results-encrypted", "athena-workgroup-settings-enforced")


def test_a_workgroup_is_judged_as_its_terraform_is(account: Account, tmp_path: Path) -> None:
    account.client("athena").create_work_group(
        Name="main",
        Configuration={
            "EnforceWorkGroupConfiguration": True,
            "PublishCloudWatchMetricsEnabled": True,
            "ResultConfiguration": {
                "OutputLocation": "s3://results/",
                "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
            },
        },
    )
    source = """
    resource "aws_athena_workgroup" "main" {
      name = "main"
      configuration {
        enforce_workgroup_configuration    = true
        publish_cloudwatch_metrics_enabled = true
        result_configuration {
          output_location = "s3://results/"
          encryption_configuration {
            encryption_option = "SSE_S3"
          }
        }
      }
    }
    """

    run = account.audit(*GROUPS)

    live = {
        rule: {each.verdict for each in run.findings if each.rule == rule and each.resource.endswith("/main")}
        for rule in GROUPS
    }
    assert live == declared(tmp_path, source, *GROUPS)


def test_only_the_newest_job_definition_is_judged() -> None:
    def revision(number: int, privileged: bool) -> dict[str, Any]:
        arn = f"arn:aws:batch:us-east-1:123456789012:job-definition/main:{number}"
        properties = {"image": "x", "privileged": privileged}
        return {
            "jobDefinitionName": "main",
            "jobDefinitionArn": arn,
            "revision": number,
            "type": "container",
            "containerProperties": properties,
        }

    account = Recorded({"batch.describe_job_definitions": {"jobDefinitions": [revision(10, False), revision(9, True)]}})

    assert account.verdicts("batch-job-not-privileged") == {
        "arn:aws:batch:us-east-1:123456789012:job-definition/main:10": Verdict.PASS
    }


TEMPLATE = {
    "Resources": {"q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}},
    "Parameters": {"DbPassword": {"Type": "String", "Default": SECRET}},
}


def test_a_stack_shows_its_secrets_and_its_state(account: Account) -> None:
    account.client("cloudformation").create_stack(
        StackName="main",
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "DbPassword", "ParameterValue": SECRET}],
        EnableTerminationProtection=True,
    )

    run = account.audit("cloudformation-stack-termination-protected", "secrets-cloudformation-template")

    assert run.by_rule()["cloudformation-stack-termination-protected"] == {Verdict.PASS}
    assert SECRET not in str(run.findings)


def test_a_stack_that_somebody_changed_is_found() -> None:
    stack = {
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/main/1",
        "StackName": "main",
        "DriftInformation": {"StackDriftStatus": "DRIFTED"},
    }
    account = Recorded({"cloudformation.describe_stacks": {"Stacks": [stack]}})

    assert list(account.verdicts("cloudformation-stack-not-drifted").values()) == [Verdict.FAIL]


def test_a_pipeline_that_asks_nobody_is_found() -> None:
    def action(category: str, order: int) -> dict[str, Any]:
        kind = {"category": category, "owner": "AWS", "provider": "x", "version": "1"}
        return {"name": category, "actionTypeId": kind, "runOrder": order}

    def pipeline(*categories: str) -> Recorded:
        stages = [
            {"name": f"{category}-live", "actions": [action(category, order)]}
            for order, category in enumerate(categories, 1)
        ]
        described = {"name": "shop-production", "roleArn": ROLE, "stages": stages}
        return Recorded(
            {
                "codepipeline.list_pipelines": {"pipelines": [{"name": "shop-production"}]},
                "codepipeline.get_pipeline": {"pipeline": described},
            }
        )

    rule = "codepipeline-approval-before-deployment"
    assert Verdict.FAIL in pipeline("Source", "Deploy").verdicts(rule).values()
    assert Verdict.FAIL not in pipeline("Source", "Approval", "Deploy").verdicts(rule).values()
