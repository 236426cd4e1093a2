"""Backups and file systems. moto has few answers of AWS Backup, so they are recorded here."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

VAULT = "arn:aws:backup:us-east-1:123456789012:backup-vault:main"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
SYSTEM = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-1"


def ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def vaults(**given: Any) -> dict[str, Any]:
    vault = {"BackupVaultName": "main", "BackupVaultArn": VAULT, "NumberOfRecoveryPoints": 1, **given}
    return {"BackupVaultList": [vault]}


def denying(*actions: str) -> str:
    statement = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("locked", "policy", "verdict"),
    [
        (True, "ResourceNotFoundException", Verdict.PASS),
        (False, "ResourceNotFoundException", Verdict.FAIL),
        (False, "AccessDeniedException", Verdict.UNKNOWN),
        (
            False,
            {"Policy": denying("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")},
            Verdict.PASS,
        ),
    ],
)
def test_a_vault_is_locked_by_its_lock_or_its_policy(locked: bool, policy: Any, verdict: Verdict) -> None:
    answers = {
        "backup.list_backup_vaults": vaults(Locked=locked),
        "backup.get_backup_vault_access_policy": policy,
    }

    assert Recorded(answers).verdicts("backup-vault-locked") == {VAULT: verdict}


def points(**given: Any) -> dict[str, Any]:
    point = {"RecoveryPointArn": "arn:aws:ec2:us-east-1::snapshot/snap-1", "Status": "COMPLETED", **given}
    return {
        "backup.list_backup_vaults": vaults(),
        "backup.list_recovery_points_by_backup_vault": {"RecoveryPoints": [point]},
    }


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"IsEncrypted": True}, Verdict.PASS),
        ({"IsEncrypted": False}, Verdict.FAIL),
        ({"IsEncrypted": False, "Status": "DELETING"}, Verdict.PASS),
    ],
)
def test_recovery_points_without_encryption_are_told(given: dict[str, Any], verdict: Verdict) -> None:
    assert set(Recorded(points(**given)).verdicts("backup-points-encrypted").values()) == {verdict}


@pytest.mark.parametrize(("days", "verdict"), [(90, Verdict.PASS), (3, Verdict.FAIL), (None, Verdict.PASS)])
def test_recovery_points_that_go_too_soon_are_told(days: int | None, verdict: Verdict) -> None:
    lifecycle = {} if days is None else {"DeleteAfterDays": days}

    assert set(Recorded(points(Lifecycle=lifecycle)).verdicts("backup-points-kept").values()) == {verdict}


def test_an_empty_vault_is_not_asked_for_its_points() -> None:
    answers = {"backup.list_backup_vaults": vaults(NumberOfRecoveryPoints=0)}

    assert Recorded(answers).verdicts("backup-points-encrypted") == {}


@pytest.mark.parametrize(
    ("days", "point", "verdict"),
    [
        (1, "1", Verdict.PASS),
        (9, "1", Verdict.FAIL),
        (9, "arn:aws:backup:us-east-1:123456789012:recovery-point:continuous:1", Verdict.UNKNOWN),
    ],
)
def test_the_last_backup_of_a_table_shows_whether_its_plan_works(days: int, point: str, verdict: Verdict) -> None:
    answers = {
        "dynamodb.list_tables": {"TableNames": ["orders", "other"]},
        "backup.list_protected_resources": {
            "Results": [{"ResourceArn": TABLE, "LastBackupTime": ago(days), "LastRecoveryPointArn": point}]
        },
    }

    found = Recorded(answers).verdicts("backup-last-success-recent")

    assert {key: each for key, each in found.items() if ":table/" in key} == {TABLE: verdict}


def selection(**given: Any) -> dict[str, Any]:
    return {
        "dynamodb.list_tables": {"TableNames": ["orders"]},
        "dlm.get_lifecycle_policies": {"Policies": []},
        "resourcegroupstaggingapi.get_resources": {
            "ResourceTagMappingList": [{"ResourceARN": TABLE, "Tags": [{"Key": "backup", "Value": "yes"}]}]
        },
        "backup.list_backup_plans": {"BackupPlansList": [{"BackupPlanId": "p", "BackupPlanArn": "arn:aws:backup:p"}]},
        "backup.list_backup_selections": {"BackupSelectionsList": [{"SelectionId": "s", "BackupPlanId": "p"}]},
        "backup.get_backup_selection": {"BackupSelection": given},
    }


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"Resources": [TABLE]}, Verdict.PASS),
        ({"Resources": ["arn:aws:dynamodb:*:*:table/*"]}, Verdict.PASS),
        ({"Resources": ["arn:aws:dynamodb:*:*:table/*"], "NotResources": [TABLE]}, Verdict.FAIL),
        (
            {"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}]},
            Verdict.PASS,
        ),
        (
            {
                "Resources": ["*"],
                "Conditions": {
                    "StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "no"}],
                    "StringLike": [],
                },
            },
            Verdict.FAIL,
        ),
        ({"Resources": ["arn:aws:ec2:*:*:volume/*"]}, Verdict.FAIL),
    ],
)
def test_selections_of_plans_cover_tables(given: dict[str, Any], verdict: Verdict) -> None:
    assert Recorded(selection(**given)).verdicts("backup-dynamodb-table-selected") == {TABLE: verdict}


def test_a_plan_and_its_terraform_are_judged_alike(tmp_path: Path) -> None:
    rules = ("backup-plan-runs-daily", "backup-plan-retention", "backup-plan-copies-elsewhere")
    rule = {
        "RuleName": "daily",
        "TargetBackupVaultName": "main",
        "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 14},
        "CopyActions": [{"DestinationBackupVaultArn": VAULT.replace("us-east-1", "eu-west-1")}],
    }
    answers = {
        "backup.list_backup_plans": {"BackupPlansList": [{"BackupPlanId": "p", "BackupPlanArn": "arn:aws:backup:p"}]},
        "backup.get_backup_plan": {"BackupPlan": {"BackupPlanName": "main", "Rules": [rule]}},
    }
    source = f"""
      resource "aws_backup_plan" "main" {{
        name = "main"
        rule {{
          rule_name         = "daily"
          target_vault_name = "main"
          schedule          = "cron(0 5 ? * * *)"
          lifecycle {{ delete_after = 14 }}
          copy_action {{ destination_vault_arn = "{VAULT.replace("us-east-1", "eu-west-1")}" }}
        }}
      }}
    """

    found = {finding.rule: {finding.verdict} for finding in Recorded(answers).judge(*rules).findings}

    assert found == declared(tmp_path, source, *rules)


@pytest.mark.parametrize(
    ("days", "status", "expected"),
    [(0, "available", {Verdict.PASS}), (9, "available", {Verdict.FAIL}), (9, "stopped", set())],
)
def test_backups_of_a_database_that_stand_still_are_told(days: int, status: str, expected: set[Verdict]) -> None:
    instance = {
        "DBInstanceIdentifier": "db",
        "DBInstanceArn": "arn:aws:rds:us-east-1:123456789012:db:db",
        "Engine": "postgres",
        "BackupRetentionPeriod": 7,
        "DBInstanceStatus": status,
        "LatestRestorableTime": ago(days),
    }
    answers = {"rds.describe_db_instances": {"DBInstances": [instance]}, "rds.describe_db_clusters": {"DBClusters": []}}

    assert set(Recorded(answers).verdicts("rds-restorable-lately").values()) == expected


def test_file_systems_are_judged_by_what_aws_says(account: Account) -> None:
    efs = account.client("efs")
    good = efs.create_file_system(CreationToken="good", Encrypted=True, Backup=True)["FileSystemArn"]
    bad = efs.create_file_system(CreationToken="bad", Encrypted=False)["FileSystemArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "elasticfilesystem:ClientMount"}],
    }
    efs.put_file_system_policy(FileSystemId=bad.rpartition("/")[2], Policy=json.dumps(policy))

    assert account.audit("efs-file-system-encrypted").verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}
    assert account.audit("efs-file-system-policy-not-public").verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}
    assert account.audit("efs-backup-policy").verdicts[good] is Verdict.PASS


def test_a_denied_policy_of_a_file_system_is_no_missing_one(account: Account) -> None:
    account.client("efs").create_file_system(CreationToken="good", Encrypted=True)
    account.deny("elasticfilesystem:DescribeFileSystemPolicy")

    assert set(account.audit("efs-file-system-policy-not-public").verdicts.values()) == {Verdict.UNKNOWN}


def test_a_file_system_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    account.client("efs").create_file_system(CreationToken="plain", Encrypted=False)
    rules = ("efs-file-system-encrypted", "efs-file-system-multi-az", "efs-file-system-tls-only")
    source = 'resource "aws_efs_file_system" "plain" { creation_token = "plain" }'

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def test_access_points_are_judged_by_their_user_and_root(account: Account) -> None:
    efs = account.client("efs")
    system = efs.create_file_system(CreationToken="good")["FileSystemId"]
    narrow = efs.create_access_point(
        FileSystemId=system, PosixUser={"Uid": 1000, "Gid": 1000}, RootDirectory={"Path": "/app"}, ClientToken="narrow"
    )["AccessPointArn"]
    wide = efs.create_access_point(FileSystemId=system, ClientToken="wide")["AccessPointArn"]

    for rule in ("efs-access-point-root-directory", "efs-access-point-user"):
        assert account.audit(rule).verdicts == {narrow: Verdict.PASS, wide: Verdict.FAIL}, rule


def windows(**given: Any) -> dict[str, Any]:
    return {
        "fsx.describe_file_systems": {
            "FileSystems": [
                {
                    "FileSystemId": "fs-1",
                    "FileSystemType": "WINDOWS",
                    "ResourceARN": "arn:aws:fsx:us-east-1:123456789012:file-system/fs-1",
                    "WindowsConfiguration": given,
                }
            ]
        }
    }


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("fsx-windows-automatic-backups", {"AutomaticBackupRetentionDays": 30}, {"AutomaticBackupRetentionDays": 0}),
        ("fsx-windows-multi-az", {"DeploymentType": "MULTI_AZ_1"}, {"DeploymentType": "SINGLE_AZ_2"}),
        ("fsx-windows-copies-tags-to-backups", {"CopyTagsToBackups": True}, {"CopyTagsToBackups": False}),
        (
            "fsx-windows-audit-log",
            {
                "AuditLogConfiguration": {
                    "FileAccessAuditLogLevel": "SUCCESS_AND_FAILURE",
                    "FileShareAccessAuditLogLevel": "SUCCESS_AND_FAILURE",
                }
            },
            {"AuditLogConfiguration": {"FileAccessAuditLogLevel": "DISABLED"}},
        ),
    ],
)
def test_windows_file_systems(rule: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    assert set(Recorded(windows(**good)).verdicts(rule).values()) == {Verdict.PASS}
    assert set(Recorded(windows(**bad)).verdicts(rule).values()) == {Verdict.FAIL}
    assert Recorded(windows(**good)).verdicts("fsx-ontap-multi-az") == {}


SCHEDULE = {
    "RetainRule": {"Interval": 4, "IntervalUnit": "YEARS"},
    "CrossRegionCopyRules": [{"Target": "eu-west-1", "Encrypted": False}],
}


def test_lifecycle_policies_are_judged_by_their_schedules() -> None:
    policy = {
        "PolicyId": "policy-1",
        "State": "ENABLED",
        "PolicyDetails": {
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "a", "Value": "b"}],
            "Schedules": [SCHEDULE],
        },
    }
    answers = {"dlm.get_lifecycle_policies": {"Policies": [policy]}, "dlm.get_lifecycle_policy": {"Policy": policy}}

    arn = "arn:aws:dlm:us-east-1:123456789012:policy/policy-1"
    assert Recorded(answers).verdicts("dlm-schedule-copy-encrypted") == {arn: Verdict.FAIL}
    assert Recorded(answers).verdicts("dlm-policy-enabled") == {arn: Verdict.PASS}
