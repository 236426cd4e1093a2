"""What a user may tune, read by rules as `parameters.NAME`."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.errors import SettingsError
from cloudaudit.model import Record


class Parameter(Record, frozen=True):
    """A value that rules read: its type is that of `default`, of lists that of their members."""

    default: bool | int | str | tuple[str, ...] | tuple[int, ...]
    doc: str


PARAMETERS: Mapping[str, Parameter] = {
    "access_key_days": Parameter(default=90, doc="Days after which an access key of a user must have been replaced."),
    "administrator_roles": Parameter(
        default=("OrganizationAccountAccessRole", "AWSControlTowerExecution", "break-glass"),
        doc="Roles that may be administrators.",
    ),
    "audit_period_days": Parameter(default=365, doc="Days that an audit looks back; logs must be kept as long."),
    "backup_age_days": Parameter(default=2, doc="Days that the last backup may be old."),
    "backup_max_days": Parameter(default=2555, doc="Days that backups may be kept at most."),
    "backup_plan_days": Parameter(default=35, doc="Days that some rule of a backup plan must keep backups."),
    "backup_retention_days": Parameter(default=7, doc="Days that automated backups must be kept at least."),
    "break_glass_users": Parameter(
        default=("break-glass", "breakglass", "emergency"), doc="IAM users for emergencies, who may have a password."
    ),
    "certificate_days": Parameter(default=30, doc="Days before its end by which a certificate must have a successor."),
    "classification_tags": Parameter(
        default=("data-classification", "DataClassification", "data_classification", "classification"),
        doc="Tags that say how confidential data is.",
    ),
    "classification_values": Parameter(
        default=("public", "internal", "confidential", "restricted"),
        doc="What a classification tag may say, in lower case.",
    ),
    "credential_unused_days": Parameter(
        default=90, doc="Days after which a password or access key that nobody used must be gone; CIS asks for 45."
    ),
    "default_admin_names": Parameter(
        default=("admin", "administrator", "awsuser", "master", "postgres", "root", "sa"),
        doc="Names of database administrators that everybody guesses first.",
    ),
    "finding_days": Parameter(
        default=30, doc="Days that a finding may stay open: of Access Analyzer, of GuardDuty, of scans of images."
    ),
    "internet_vpcs": Parameter(
        default=(), doc="Names (tag Name) of the VPCs that may have an internet gateway; empty: every one may."
    ),
    "environment_tags": Parameter(
        default=("Environment", "environment", "Env", "env", "Stage", "stage"),
        doc="Tags that name the environment of a resource.",
    ),
    "idle_days": Parameter(
        default=90, doc="Days that a disk without a machine, or a machine that stands still, may be kept."
    ),
    "key_deletion_days": Parameter(default=14, doc="Days that a deleted KMS key must stay recoverable at least."),
    "key_rotation_days": Parameter(default=365, doc="Days after which a KMS key must rotate by itself."),
    "owner_tags": Parameter(
        default=("owner", "Owner", "team", "Team"), doc="Tags that name who answers for a resource."
    ),
    "metadata_hop_limit": Parameter(default=1, doc="Hops that instance metadata may travel; containers need 2."),
    "nonproduction_log_days": Parameter(
        default=90, doc="Days of logs outside production from which on a shorter retention matters little."
    ),
    "password_min_length": Parameter(default=14, doc="Characters that a password of an IAM user must have."),
    "patch_days": Parameter(default=30, doc="Days after which a patch must be approved for installation."),
    "personal_data_values": Parameter(
        default=("personal", "pii", "phi", "temporary", "session", "sessions"),
        doc="What a classification tag says of personal or temporary data, in lower case.",
    ),
    "public_ports": Parameter(default=(80, 443), doc="Ports that security groups may open to the internet."),
    "require_cmk": Parameter(default=False, doc="Demand keys that the customer manages wherever AWS offers them."),
    "require_field_level_encryption": Parameter(
        default=False, doc="Demand that CloudFront encrypts sensitive fields of forms by themselves."
    ),
    "retention_tag": Parameter(default="data-retention-days", doc="Tag with the days that data may be kept at most."),
    "role_unused_days": Parameter(default=90, doc="Days after which a role that nobody assumed must be gone."),
    "root_unused_days": Parameter(default=90, doc="Days since when the root user must not have been used."),
    "rotation_days": Parameter(default=90, doc="Days after which a secret must have been rotated."),
    "secret_unused_days": Parameter(default=90, doc="Days after which a secret that nobody read must be gone."),
    "trusted_accounts": Parameter(default=(), doc="Accounts of vendors and partners that policies may let in."),
    "stream_retention_hours": Parameter(default=168, doc="Hours that a Kinesis stream must keep records."),
}


def parameters(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All parameters with the user's values. SettingsError if a name or a type is wrong."""
    values: dict[str, Any] = {name: parameter.default for name, parameter in PARAMETERS.items()}
    for name, value in (overrides or {}).items():
        if name not in values:
            message = f"parameter {name}: unknown; there are {', '.join(values)}"
            raise SettingsError(message)
        if not _fits(value, values[name]):
            message = f"parameter {name}: {_kind(values[name])} expected, found {value!r}"
            raise SettingsError(message)
        values[name] = value
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and all(type(member) is _member(default) for member in value)
    return type(value) is type(default)


def _kind(default: Any) -> str:
    return f"list of {_member(default).__name__}" if isinstance(default, tuple) else type(default).__name__


def _member(default: tuple[Any, ...]) -> type:
    """What a list holds; one that is empty by default holds text."""
    return type(default[0]) if default else str
