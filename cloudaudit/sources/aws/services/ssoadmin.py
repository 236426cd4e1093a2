"""Permission sets of IAM Identity Center and what they allow, where the account is the one that owns them."""

from cloudaudit.sources.aws.declare import Call, Collect, Part

_OF_SET = {"InstanceArn": "_parent.InstanceArn", "PermissionSetArn": "value"}
_NAMED = {"instance_arn": "_parent._parent.InstanceArn", "permission_set_arn": "_parent.value"}

INSTANCES = Collect(
    type="aws_ssoadmin_instance",
    call=Call("sso-admin", "list_instances", "Instances"),
    when="OwnerAccountId == _account",
    arn="{InstanceArn}",
    name="Name",
    attributes={"name": "Name", "identity_store_id": "IdentityStoreId"},
)
SETS = Collect(
    type="aws_ssoadmin_permission_set",
    call=Call("sso-admin", "list_permission_sets", "PermissionSets", per={"InstanceArn": "InstanceArn"}),
    over=INSTANCES,
    arn="{value}",
    attributes={"id": "value", "arn": "value", "instance_arn": "_parent.InstanceArn"},
    parts=(
        Part(
            Call("sso-admin", "describe_permission_set", "PermissionSet", per=_OF_SET),
            {
                "name": "Name",
                "description": "Description",
                "created_date": "CreatedDate",
                "relay_state": "RelayState",
                "session_duration": "SessionDuration",
            },
        ),
    ),
    bulk_tags=True,
)
MANAGED = Collect(
    type="aws_ssoadmin_managed_policy_attachment",
    also=("aws_ssoadmin_managed_policy_attachments_exclusive",),
    call=Call("sso-admin", "list_managed_policies_in_permission_set", "AttachedManagedPolicies", per=_OF_SET),
    over=SETS,
    name="Name",
    attributes={**_NAMED, "managed_policy_arn": "Arn", "managed_policy_name": "Name"},
)
INLINE = Collect(
    type="aws_ssoadmin_permission_set_inline_policy",
    call=Call("sso-admin", "get_inline_policy_for_permission_set", per=_OF_SET),
    over=SETS,
    when="InlinePolicy",
    attributes={**_NAMED, "inline_policy": "InlinePolicy"},
)

COLLECTORS = (INSTANCES, SETS, MANAGED, INLINE)
