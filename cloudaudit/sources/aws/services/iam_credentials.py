"""What people and programs sign in with: root, passwords, access keys, second factors, and how old they are."""

import csv
from collections.abc import Callable, Iterator
from typing import Any

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.services.iam import passed

_ROOT = "<root_account>"
_SLOTS = ("1", "2")
_YES = "true"


def _rows(page: Item) -> Iterator[Item]:
    """The lines of the credential report."""
    return csv.DictReader(str(page.get("Content") or "").splitlines())


def _report(items: Callable[[Item], list[Item]]) -> Call:
    """The credential report: one line for root and each user, up to four hours old."""
    return Call(
        "iam",
        "get_credential_report",
        items,
        first=Call("iam", "generate_credential_report"),
        again=("ReportNotPresent", "ReportExpired", "ReportInProgress"),
        actions=("iam:GetCredentialReport", "iam:GenerateCredentialReport"),
    )


def _users(page: Item) -> list[Item]:
    return [row for row in _rows(page) if row["user"] != _ROOT]


def _has_password(row: Item) -> bool:
    return bool(row["password_enabled"] == _YES)


def _age(row: Item, since: str, now: str) -> Any:
    found = passed(row.get(since), now)
    return Unknown(because=f"the credential report does not tell {since}") if found is None else found


def _unused(row: Item, use: str, since: str, now: str) -> Any:
    """Days since the last use; where there was none, since it was made."""
    found = passed(row.get(use), now)
    return _age(row, since, now) if found is None else found


def _root_unused(item: Item) -> Any:
    """Days since root was used; None if it never was."""
    if "user" not in item:
        return Unknown(because="the credential report has no line for root")
    uses = ("password_last_used", *(f"access_key_{slot}_last_used_date" for slot in _SLOTS))
    found = [days for use in uses if (days := passed(item.get(use), item["_item"]["_at"])) is not None]
    return min(found, default=None)


ROOT = Collect(
    type="aws_iam_root_user",
    call=Call("iam", "get_account_summary", "SummaryMap && [SummaryMap]"),
    scope=GLOBAL,
    arn="arn:{partition}:iam::{account}:root",
    attributes={
        "mfa_enabled": "AccountMFAEnabled == `1`",
        "has_access_keys": "AccountAccessKeysPresent != `0`",
        # An organisation may have taken it away; where AWS does not tell, there is one as ever.
        "has_password": "AccountPasswordPresent != `0`",
    },
    parts=(
        Part(
            Call(
                "iam",
                "list_virtual_mfa_devices",
                "VirtualMFADevices[?ends_with(User.Arn || '', ':root')]",
                params={"AssignmentStatus": "Assigned"},
            ),
            {"virtual_mfa": lambda item: "SerialNumber" in item},
        ),
        Part(
            _report(lambda page: [row for row in _rows(page) if row["user"] == _ROOT]),
            {"unused_days": _root_unused},
        ),
    ),
)


def _keys(row: Item) -> list[Item]:
    """The access keys of a user: those that are active, and those that were once made."""
    found = []
    for slot in _SLOTS:
        told = {name: row.get(f"access_key_{slot}_{name}") for name in ("active", "last_rotated", "last_used_date")}
        if told["active"] == _YES or told["last_rotated"] not in (None, "", "N/A"):
            found.append({**told, "slot": int(slot), "user": row["user"]})
    return found


def _key_ages(item: Item) -> list[dict[str, Any]]:
    return [
        {
            "slot": key["slot"],
            "active": key["active"] == _YES,
            "age_days": _age(key, "last_rotated", item["_at"]),
            "unused_days": _unused(key, "last_used_date", "last_rotated", item["_at"]),
        }
        for key in _keys(item)
    ]


def _password_unused(row: Item) -> Any:
    times = ("password_last_used", "password_last_changed")
    return _unused(row, *times, row["_at"]) if _has_password(row) else None


CREDENTIALS = Collect(
    type="aws_iam_user_credentials",
    call=_report(_users),
    scope=GLOBAL,
    name="user",
    attributes={
        "user": "user",
        "has_password": _has_password,
        "mfa_enabled": "mfa_active == 'true'",
        "password_unused_days": _password_unused,
        "access_keys": _key_ages,
    },
)
PASSWORDS = Collect(
    type="aws_iam_user_login_profile",
    call=_report(lambda page: [row for row in _users(page) if _has_password(row)]),
    scope=GLOBAL,
    name="user",
    attributes={"id": "user", "user": "user"},
)
# The report does not tell the ids of keys; asking for them would be a call for each user.
ACCESS_KEYS = Collect(
    type="aws_iam_access_key",
    call=_report(lambda page: [key for row in _users(page) for key in _keys(row)]),
    scope=GLOBAL,
    name=lambda item: f"{item['user']}/{item['slot']}",
    attributes={
        "user": "user",
        "status": lambda item: "Active" if item["active"] == _YES else "Inactive",
        "create_date": "last_rotated",
    },
    unread={"id": "only ListAccessKeys tells it, for one user at a time"},
)
MFA_DEVICES = Collect(
    type="aws_iam_virtual_mfa_device",
    call=Call("iam", "list_virtual_mfa_devices", "VirtualMFADevices", params={"AssignmentStatus": "Assigned"}),
    scope=GLOBAL,
    arn="{SerialNumber}",
    name=lambda item: item["SerialNumber"].rpartition("/")[2],
    attributes={
        "id": "SerialNumber",
        "arn": "SerialNumber",
        "serial_number": "SerialNumber",
        "virtual_mfa_device_name": lambda item: item["SerialNumber"].rpartition("/")[2],
        "user_name": "User.UserName",
        "enable_date": "EnableDate",
        "tags": tags("Tags"),
    },
)
PASSWORD_POLICY = Collect(
    type="aws_iam_account_password_policy",
    call=Call("iam", "get_account_password_policy", "PasswordPolicy", unset=("NoSuchEntity",)),
    scope=GLOBAL,
    attributes={
        "allow_users_to_change_password": "AllowUsersToChangePassword",
        "expire_passwords": "ExpirePasswords",
        "hard_expiry": "HardExpiry",
        "max_password_age": "MaxPasswordAge",
        "minimum_password_length": "MinimumPasswordLength",
        "password_reuse_prevention": "PasswordReusePrevention",
        "require_lowercase_characters": "RequireLowercaseCharacters",
        "require_numbers": "RequireNumbers",
        "require_symbols": "RequireSymbols",
        "require_uppercase_characters": "RequireUppercaseCharacters",
    },
)

COLLECTORS = (ROOT, CREDENTIALS, PASSWORDS, ACCESS_KEYS, MFA_DEVICES, PASSWORD_POLICY)
