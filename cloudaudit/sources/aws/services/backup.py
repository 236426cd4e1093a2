"""Vaults, plans and selections of AWS Backup, and what its backups are really like."""

from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days
from cloudaudit.sources.aws.fitting import fitted

_VAULTS = Call("backup", "list_backup_vaults", "BackupVaultList")
_AIR_GAPPED = "VaultType == 'LOGICALLY_AIR_GAPPED_BACKUP_VAULT'"
_PRESENT = ("AVAILABLE", "COMPLETED", "PARTIAL")


def _rules(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "rule_name": rule.get("RuleName"),
            "target_vault_name": rule.get("TargetBackupVaultName"),
            "schedule": rule.get("ScheduleExpression"),
            "schedule_expression_timezone": rule.get("ScheduleExpressionTimezone"),
            "start_window": rule.get("StartWindowMinutes"),
            "completion_window": rule.get("CompletionWindowMinutes"),
            "enable_continuous_backup": rule.get("EnableContinuousBackup"),
            "lifecycle": _lifecycle(rule),
            "copy_action": [
                {"destination_vault_arn": copy.get("DestinationBackupVaultArn"), "lifecycle": _lifecycle(copy)}
                for copy in rule.get("CopyActions", ())
            ],
        }
        for rule in item.get("BackupPlan", {}).get("Rules", ())
    ]


def _lifecycle(rule: Item) -> list[dict[str, Any]]:
    found = rule.get("Lifecycle")
    return (
        [{"cold_storage_after": found.get("MoveToColdStorageAfterDays"), "delete_after": found.get("DeleteAfterDays")}]
        if found
        else []
    )


def _conditions(item: Item) -> list[dict[str, Any]]:
    found = item.get("BackupSelection", {}).get("Conditions") or {}
    names = {
        "string_equals": "StringEquals",
        "string_like": "StringLike",
        "string_not_equals": "StringNotEquals",
        "string_not_like": "StringNotLike",
    }
    read = {
        name: [{"key": each["ConditionKey"], "value": each["ConditionValue"]} for each in found.get(aws) or ()]
        for name, aws in names.items()
    }
    return [read] if any(read.values()) else []


def _points(item: Item) -> list[Item]:
    """The recovery points that are there; some only wait to be deleted."""
    return [point for point in item.get("RecoveryPoints", ()) if point.get("Status") in _PRESENT]


def _plain(item: Item) -> list[str]:
    return sorted(point["RecoveryPointArn"] for point in _points(item) if point.get("IsEncrypted") is False)


def _shortest(item: Item) -> int | None:
    """The shortest time for which one is kept; without an end it is kept for ever."""
    kept = [point.get("Lifecycle", {}).get("DeleteAfterDays") for point in _points(item)]
    return min((each for each in kept if each), default=None)


_LAST = days("LastBackupTime")


def _age(item: Item) -> int | Unknown | None:
    """A continuous backup has one recovery point, as old as the setting."""
    if ":recovery-point:continuous:" in (item.get("LastRecoveryPointArn") or ""):
        return Unknown(because="AWS does not say when a continuous backup was brought up to date")
    return _LAST(item)


VAULTS = Collect(
    type="aws_backup_vault",
    call=_VAULTS,
    when=f"!({_AIR_GAPPED})",
    arn="{BackupVaultArn}",
    name="BackupVaultName",
    attributes={
        "name": "BackupVaultName",
        "id": "BackupVaultName",
        "kms_key_arn": "EncryptionKeyArn",
        "recovery_points": "NumberOfRecoveryPoints",
    },
    bulk_tags=True,
)

PLANS = Collect(
    type="aws_backup_plan",
    call=Call("backup", "list_backup_plans", "BackupPlansList"),
    arn="{BackupPlanArn}",
    name="BackupPlanName",
    attributes={"name": "BackupPlanName", "id": "BackupPlanId", "version": "VersionId"},
    parts=(Part(Call("backup", "get_backup_plan", per={"BackupPlanId": "BackupPlanId"}), {"rule": _rules}),),
    bulk_tags=True,
)

_TESTING = Collect(
    type="aws_backup_restore_testing_plan",
    call=Call("backup", "list_restore_testing_plans", "RestoreTestingPlans"),
    arn="{RestoreTestingPlanArn}",
    name="RestoreTestingPlanName",
    attributes={
        "name": "RestoreTestingPlanName",
        "schedule_expression": "ScheduleExpression",
        "start_window_hours": "StartWindowHours",
    },
    bulk_tags=True,
)

COLLECTORS = (
    VAULTS,
    Collect(
        type="aws_backup_logically_air_gapped_vault",
        call=_VAULTS,
        when=_AIR_GAPPED,
        arn="{BackupVaultArn}",
        name="BackupVaultName",
        attributes={
            "name": "BackupVaultName",
            "id": "BackupVaultName",
            "encryption_key_arn": "EncryptionKeyArn",
            "max_retention_days": "MaxRetentionDays",
            "min_retention_days": "MinRetentionDays",
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_backup_vault_lock_configuration",
        call=_VAULTS,
        when=f"Locked && !({_AIR_GAPPED})",
        name="BackupVaultName",
        attributes={
            "backup_vault_name": "BackupVaultName",
            "backup_vault_arn": "BackupVaultArn",
            "id": "BackupVaultName",
            "max_retention_days": "MaxRetentionDays",
            "min_retention_days": "MinRetentionDays",
        },
    ),
    Collect(
        type="aws_backup_vault_policy",
        call=Call(
            "backup",
            "get_backup_vault_access_policy",
            per={"BackupVaultName": "BackupVaultName"},
            unset=("ResourceNotFoundException",),
        ),
        over=VAULTS,
        when="Policy",
        attributes={
            "backup_vault_name": "_parent.BackupVaultName",
            "backup_vault_arn": "_parent.BackupVaultArn",
            "policy": "Policy",
        },
    ),
    Collect(
        type="aws_backup_vault_content",
        call=Call("backup", "list_recovery_points_by_backup_vault", per={"BackupVaultName": "BackupVaultName"}),
        over=VAULTS,
        among="NumberOfRecoveryPoints > `0`",
        attributes={
            "backup_vault_name": "_parent.BackupVaultName",
            "recovery_points": lambda item: len(_points(item)),
            "unencrypted": _plain,
            "shortest_retention_days": _shortest,
        },
    ),
    PLANS,
    Collect(
        type="aws_backup_selection",
        call=Call("backup", "list_backup_selections", "BackupSelectionsList", per={"BackupPlanId": "BackupPlanId"}),
        over=PLANS,
        name="SelectionId",
        attributes={
            "id": "SelectionId",
            "name": "SelectionName",
            "iam_role_arn": "IamRoleArn",
            "plan_id": "BackupPlanId",
        },
        parts=(
            Part(
                Call(
                    "backup",
                    "get_backup_selection",
                    per={"BackupPlanId": "BackupPlanId", "SelectionId": "SelectionId"},
                ),
                {
                    "resources": "BackupSelection.Resources",
                    "not_resources": "BackupSelection.NotResources",
                    "condition": _conditions,
                    "selection_tag": "BackupSelection.ListOfTags[]"
                    ".{type: ConditionType, key: ConditionKey, value: ConditionValue}",
                },
            ),
        ),
    ),
    Collect(
        type="aws_backup_region_settings",
        call=Call("backup", "describe_region_settings"),
        attributes={
            "resource_type_management_preference": "ResourceTypeManagementPreference",
            "resource_type_opt_in_preference": "ResourceTypeOptInPreference",
        },
    ),
    Collect(
        type="aws_backup_protection",
        call=Call("backup", "list_protected_resources", "Results"),
        name="ResourceArn",
        attributes={
            "resource_arn": "ResourceArn",
            "resource_type": "ResourceType",
            "last_backup_days": _age,
        },
    ),
    Collect(
        type="aws_backup_framework",
        call=Call("backup", "list_frameworks", "Frameworks"),
        arn="{FrameworkArn}",
        name="FrameworkName",
        attributes={"name": "FrameworkName", "description": "FrameworkDescription"},
        bulk_tags=True,
    ),
    Collect(
        type="aws_backup_report_plan",
        call=Call("backup", "list_report_plans", "ReportPlans"),
        arn="{ReportPlanArn}",
        name="ReportPlanName",
        attributes={
            "name": "ReportPlanName",
            "description": "ReportPlanDescription",
            "report_delivery_channel": fitted(
                "aws_backup_report_plan",
                "report_delivery_channel",
                "ReportDeliveryChannel",
                s3_bucket_name="S3BucketName",
            ),
        },
        bulk_tags=True,
    ),
    _TESTING,
    Collect(
        type="aws_backup_restore_testing_selection",
        call=Call(
            "backup",
            "list_restore_testing_selections",
            "RestoreTestingSelections",
            per={"RestoreTestingPlanName": "RestoreTestingPlanName"},
        ),
        over=_TESTING,
        name="RestoreTestingSelectionName",
        attributes={
            "name": "RestoreTestingSelectionName",
            "iam_role_arn": "IamRoleArn",
            "protected_resource_type": "ProtectedResourceType",
            "restore_testing_plan_name": "RestoreTestingPlanName",
        },
    ),
)
