"""Users, groups, roles and policies of an account, with all that hangs on them: one call, in pages, tells it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Item, Read, document, tags

# Policies of AWS are left out: there are more than a thousand, and attachments name them by ARN.
_WANTED = {"Filter": ["User", "Role", "Group", "LocalManagedPolicy"]}
_SERVICES, _RESERVED = "/aws-service-role/", "/aws-reserved/"


def _details(items: Read) -> Call:
    return Call("iam", "get_account_authorization_details", items, params=_WANTED)


def _below(holders: str, things: str) -> Callable[[Item], list[Item]]:
    """The members of each user, group or role of a page, with what holds them as `_holder`."""

    def read(page: Item) -> list[Item]:
        return [
            {**(thing if isinstance(thing, dict) else {"value": thing}), "_holder": holder}
            for holder in page.get(holders) or ()
            if not str(holder.get("Path", "")).startswith(_SERVICES)
            for thing in holder.get(things) or ()
        ]

    return read


def _own(page: Item) -> Iterator[Item]:
    """The roles that are the account's: those of AWS services are another type."""
    return (role for role in page.get("RoleDetailList") or () if not role["Path"].startswith(_SERVICES))


_HOLDER: Mapping[str, Read] = {"arn": "Arn", "path": "Path"}
_BOUNDARY: Mapping[str, Read] = {
    "permissions_boundary": "PermissionsBoundary.PermissionsBoundaryArn",
    "tags": tags("Tags"),
}

USERS = Collect(
    type="aws_iam_user",
    call=_details("UserDetailList"),
    scope=GLOBAL,
    arn="{Arn}",
    name="UserName",
    attributes={**_HOLDER, **_BOUNDARY, "id": "UserName", "name": "UserName", "unique_id": "UserId"},
)
GROUPS = Collect(
    type="aws_iam_group",
    call=_details("GroupDetailList"),
    scope=GLOBAL,
    arn="{Arn}",
    name="GroupName",
    attributes={**_HOLDER, "id": "GroupName", "name": "GroupName", "unique_id": "GroupId"},
)
ROLES = Collect(
    type="aws_iam_role",
    call=_details(lambda page: list(_own(page))),
    scope=GLOBAL,
    arn="{Arn}",
    name="RoleName",
    attributes={
        **_HOLDER,
        **_BOUNDARY,
        "id": "RoleName",
        "name": "RoleName",
        "unique_id": "RoleId",
        "create_date": "CreateDate",
        "assume_role_policy": document("AssumeRolePolicyDocument"),
    },
)
SERVICE_ROLES = Collect(
    type="aws_iam_service_linked_role",
    call=_details(f"RoleDetailList[?starts_with(Path, '{_SERVICES}')]"),
    scope=GLOBAL,
    arn="{Arn}",
    name="RoleName",
    attributes={
        **_HOLDER,
        "id": "Arn",
        "name": "RoleName",
        "unique_id": "RoleId",
        "create_date": "CreateDate",
        "aws_service_name": lambda item: item["Path"].removeprefix(_SERVICES).strip("/"),
        "tags": tags("Tags"),
    },
)


def _default_version(item: Item) -> str | None:
    versions = item.get("PolicyVersionList") or ()
    return next((document("Document")(each) for each in versions if each.get("IsDefaultVersion")), None)


POLICIES = Collect(
    type="aws_iam_policy",
    call=_details("Policies[?!contains(Arn, ':iam::aws:')]"),
    scope=GLOBAL,
    arn="{Arn}",
    name="PolicyName",
    attributes={
        "arn": "Arn",
        "id": "Arn",
        "name": "PolicyName",
        "path": "Path",
        "policy": _default_version,
        "policy_id": "PolicyId",
        "attachment_count": "AttachmentCount",
        "description": "Description",
    },
    bulk_tags=True,
)
MEMBERSHIPS = Collect(
    type="aws_iam_user_group_membership",
    also=("aws_iam_group_membership",),
    call=_details("UserDetailList[?GroupList]"),
    scope=GLOBAL,
    name="UserName",
    attributes={"user": "UserName", "groups": "GroupList"},
)


def _companions(kind: str, holders: str, inline: str) -> Iterator[Collect]:
    """The inline policies of users, groups or roles, and the managed ones that are attached to them."""
    named = f"_holder.{kind.capitalize()}Name"

    def beside(what: str) -> Callable[[Item], str]:
        return lambda item: f"{item['_holder'][f'{kind.capitalize()}Name']}/{item[what]}"

    yield Collect(
        type=f"aws_iam_{kind}_policy",
        call=_details(_below(holders, inline)),
        scope=GLOBAL,
        name=beside("PolicyName"),
        attributes={
            "id": lambda item: beside("PolicyName")(item).replace("/", ":", 1),
            kind: named,
            "name": "PolicyName",
            "policy": document("PolicyDocument"),
        },
        also=(f"aws_iam_{kind}_policies_exclusive",),
    )
    yield Collect(
        type=f"aws_iam_{kind}_policy_attachment",
        call=_details(_below(holders, "AttachedManagedPolicies")),
        scope=GLOBAL,
        name=beside("PolicyArn"),
        attributes={"id": beside("PolicyArn"), kind: named, "policy_arn": "PolicyArn"},
        also=("aws_iam_policy_attachment", f"aws_iam_{kind}_policy_attachments_exclusive"),
    )


def passed(since: Any, now: str) -> int | None:
    """Whole days from one ISO 8601 text to the other; None where there is no such time."""
    try:
        gone = datetime.fromisoformat(now) - datetime.fromisoformat(str(since))
    except (TypeError, ValueError):
        return None
    return max(gone.days, 0)


def _unused(item: Item) -> int | None:
    """Days since the role was assumed; since it was made, where it never was in the 400 days that AWS remembers."""
    last: Mapping[str, Any] = item.get("RoleLastUsed") or {}
    return passed(last.get("LastUsedDate") or item.get("CreateDate"), item["_at"])


# Roles of permission sets come and go with their assignments.
ROLE_USES = Collect(
    type="aws_iam_role_use",
    call=_details(lambda page: [role for role in _own(page) if not role["Path"].startswith(_RESERVED)]),
    scope=GLOBAL,
    name="RoleName",
    attributes={
        "role": "RoleName",
        "age_days": lambda item: passed(item.get("CreateDate"), item["_at"]),
        "unused_days": _unused,
        "used": lambda item: bool((item.get("RoleLastUsed") or {}).get("LastUsedDate")),
    },
)
PROFILES = Collect(
    type="aws_iam_instance_profile",
    call=Call("iam", "list_instance_profiles", "InstanceProfiles"),
    scope=GLOBAL,
    arn="{Arn}",
    name="InstanceProfileName",
    attributes={
        **_HOLDER,
        "id": "InstanceProfileName",
        "name": "InstanceProfileName",
        "unique_id": "InstanceProfileId",
        "create_date": "CreateDate",
        "role": "Roles[0].RoleName",
    },
    bulk_tags=True,
)

COLLECTORS = (
    USERS,
    GROUPS,
    ROLES,
    SERVICE_ROLES,
    POLICIES,
    MEMBERSHIPS,
    ROLE_USES,
    PROFILES,
    *_companions("user", "UserDetailList", "UserPolicyList"),
    *_companions("group", "GroupDetailList", "GroupPolicyList"),
    *_companions("role", "RoleDetailList", "RolePolicyList"),
)
