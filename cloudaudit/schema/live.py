"""What only a live account has: types that Terraform does not know, with their attributes.

Ages and the like are whole days at the time of the answer, since expressions have no clock.
"""

from typing import Any

_KEY = {"slot": "number", "active": "bool", "age_days": "number", "unused_days": "number"}

LIVE_ONLY: dict[str, dict[str, Any]] = {
    # What CloudFormation knows of a stack beside what it was made from. `drift` is what the last look at it found.
    "aws_cloudformation_stack_state": {
        **dict.fromkeys(("stack", "stack_name", "status", "drift"), "string"),
        **dict.fromkeys(("nested", "termination_protection"), "bool"),
        "tags": ["map", "string"],
    },
    # What a trail that is switched on delivered last, and what went wrong.
    "aws_cloudtrail_delivery": {
        **dict.fromkeys(("trail", "bucket", "delivery_error", "digest_error", "notification_error"), "string"),
        **dict.fromkeys(("log_group", "log_group_error"), "string"),
        **dict.fromkeys(("delivered_days", "log_group_delivered_days"), "number"),
    },
    "aws_accessanalyzer_finding": {
        "analyzer": "string",
        "kind": "string",
        "open_days": "number",
        "subject": "string",
        "subject_type": "string",
    },
    # Whether a recorder that runs, and the channel that it delivers to, succeed.
    "aws_config_recorder_health": {
        **dict.fromkeys(("recorder", "last_status", "error"), "string"),
        "stopped_days": "number",
    },
    "aws_config_delivery_health": {
        **dict.fromkeys(("channel", "history_status", "history_error"), "string"),
        "history_days": "number",
    },
    # Findings of severity 7 and more that are not archived.
    "aws_guardduty_open_findings": {
        "detector_id": "string",
        "number": "number",
        "oldest_days": "number",
        "kinds": ["list", "string"],
    },
    "aws_route53domains_registration": {"domain_name": "string", "auto_renew": "bool", "left_days": "number"},
    "aws_iam_role_use": {"role": "string", "age_days": "number", "unused_days": "number", "used": "bool"},
    "aws_iam_root_user": {
        "has_access_keys": "bool",
        "has_password": "bool",
        "mfa_enabled": "bool",
        "unused_days": "number",
        "virtual_mfa": "bool",
    },
    "aws_iam_server_certificate_age": {"name": "string", "valid_days": "number"},
    "aws_iam_user_credentials": {
        "access_keys": ["list", ["object", _KEY]],
        "has_password": "bool",
        "mfa_enabled": "bool",
        "password_unused_days": "number",
        "user": "string",
    },
    "aws_acm_certificate_expiry": {
        "certificate_arn": "string",
        "domain_name": "string",
        "days_left": "number",
        "in_use": "bool",
        "renewable": "bool",
    },
    "aws_backup_protection": {"resource_arn": "string", "resource_type": "string", "last_backup_days": "number"},
    "aws_backup_vault_content": {
        "backup_vault_name": "string",
        "recovery_points": "number",
        "unencrypted": ["list", "string"],
        "shortest_retention_days": "number",
    },
    "aws_cluster_snapshot_share": {"snapshot": "string", "engine": "string", "accounts": ["list", "string"]},
    "aws_db_state": {
        "database": "string",
        "backup_retention_period": "number",
        "certificate_days_left": "number",
        "restorable_days": "number",
    },
    "aws_ssoadmin_instance": {"name": "string", "identity_store_id": "string"},
    "aws_kms_key_state": {"key_id": "string", "state": "string", "days_until_deleted": "number"},
    # The image that was pushed last, and what the last scan found in it.
    "aws_ecr_newest_image": {
        **dict.fromkeys(("repository", "scan_status"), "string"),
        **dict.fromkeys(("pushed_days", "scanned_days", "critical_findings", "high_findings"), "number"),
        "tags": ["list", "string"],
    },
    # What Systems Manager manages. The numbers are of patches that the last look found not to be there.
    "aws_ssm_managed_instance": {
        **dict.fromkeys(("instance_id", "platform", "associations"), "string"),
        **dict.fromkeys(("online", "agent_current", "looked_for_patches"), "bool"),
        **dict.fromkeys(("missing_patches", "failed_patches", "critical_patches", "security_patches"), "number"),
    },
    "aws_secretsmanager_secret_use": {
        "secret_id": "string",
        "rotation_enabled": "bool",
        "rotation_period_days": "number",
        "unrotated_days": "number",
        "unused_days": "number",
    },
    "aws_ebs_snapshot_sharing": {"snapshot_id": "string", "public": "bool"},
    "aws_ebs_volume_use": {"volume_id": "string", "attached": "bool", "age_days": "number"},
    "aws_flow_log_delivery": {"flow_log_id": "string", "status": "string", "error": "string"},
    "aws_instance_use": {"instance_id": "string", "state": "string", "stopped_days": "number"},
    # Whatever has tags and is not read as what it is: by its ARN.
    "aws_tagged_resource": {"arn": "string", "tags": ["map", "string"]},
    "aws_vpn_connection_state": {"vpn_connection_id": "string", "tunnels_up": "number"},
}

# What only AWS says of a type that Terraform knows. Facts read it; elsewhere it is not there.
LIVE_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "aws_network_interface": {"public_ip": "string"},  # Terraform shows addresses of instances and elastic ones
}

# What only Terraform knows: how it deletes, what is written into arguments that AWS takes and never shows, and what
# somebody will make otherwise. An account cannot be asked, so rules that rest on these do not apply there.
DECLARED_ONLY = frozenset(
    {
        "facts.credentials.literal_arguments",
        "facts.logs.groups_declared",
        "facts.protection.from_destroy",
        "resource.delete_automated_backups",
        "resource.deletion_window_in_days",
        "resource.final_snapshot_name",
        "resource.force_destroy",
        "resource.recovery_window_in_days",
        "resource.skip_final_snapshot",
    }
)
