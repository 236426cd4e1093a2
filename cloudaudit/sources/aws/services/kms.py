"""Keys of one's own and their names. Keys that AWS manages are left out; their aliases tell them."""

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days

_KEYS = Call("kms", "list_keys", "Keys", params={"Limit": 1000})
_DESCRIBED = Call("kms", "describe_key", "KeyMetadata", per={"KeyId": "KeyId"})

# Where the description was refused, the key counts as an ordinary one of which little is known.
_IMPORTED = "_describe_key.Origin == 'EXTERNAL'"
_REPLICA = "_describe_key.MultiRegionConfiguration.MultiRegionKeyType == 'REPLICA'"
_OURS = "_describe_key.KeyManager != 'AWS'"
_ORDINARY = f"{_OURS} && !({_IMPORTED}) && !({_REPLICA})"
# Of others AWS cannot say whether they rotate, and answers with an error.
_ROTATING = (
    f"{_ORDINARY} && (!_describe_key"
    " || (_describe_key.KeySpec == 'SYMMETRIC_DEFAULT' && _describe_key.Origin == 'AWS_KMS'))"
)
_WINDOW = {"deletion_window_in_days": "AWS asks it when the deletion is scheduled and keeps no setting"}


def _is_given(item: Item) -> bool:
    """Whether somebody gave the grant: services of AWS take one for each disk and database, by their own name."""
    return ":" in (item.get("GranteePrincipal") or "") and not item.get("GranteeServicePrincipal")


def _policy(when: str) -> Part:
    call = Call("kms", "get_key_policy", params={"PolicyName": "default"}, per={"KeyId": "KeyId"})
    return Part(call, {"policy": "Policy"}, when=when)


def _rotation(when: str, attribute: str) -> Part:
    call = Call("kms", "get_key_rotation_status", per={"KeyId": "KeyId"})
    period = {"rotation_period_in_days": "RotationPeriodInDays"} if attribute == "enable_key_rotation" else {}
    return Part(call, {attribute: "KeyRotationEnabled", **period}, when=when)


KEYS = Collect(
    type="aws_kms_key",
    also=("aws_kms_key_policy",),
    call=_KEYS,
    keep=_ORDINARY,
    arn="{KeyArn}",
    name="KeyId",
    attributes={"key_id": "KeyId", "id": "KeyId"},
    parts=(
        Part(
            _DESCRIBED,
            {
                "custom_key_store_id": "CustomKeyStoreId",
                "customer_master_key_spec": "KeySpec",
                "description": "Description",
                "is_enabled": "Enabled",
                "key_usage": "KeyUsage",
                "multi_region": "MultiRegion",
                "xks_key_id": "XksKeyConfiguration.Id",
            },
        ),
        _policy(_ORDINARY),
        _rotation(_ROTATING, "enable_key_rotation"),
    ),
    bulk_tags=True,
    unread=_WINDOW,
)

COLLECTORS = (
    KEYS,
    Collect(
        type="aws_kms_external_key",
        also=("aws_kms_replica_external_key",),
        call=_KEYS,
        keep=f"{_OURS} && {_IMPORTED}",
        arn="{KeyArn}",
        name="KeyId",
        attributes={"id": "KeyId"},
        parts=(
            Part(
                _DESCRIBED,
                {
                    "description": "Description",
                    "enabled": "Enabled",
                    "expiration_model": "ExpirationModel",
                    "key_spec": "KeySpec",
                    "key_state": "KeyState",
                    "key_usage": "KeyUsage",
                    "multi_region": "MultiRegion",
                    "valid_to": "ValidTo",
                },
            ),
            _policy(f"{_OURS} && {_IMPORTED}"),
        ),
        bulk_tags=True,
        made_from=("key_material_base64",),
        unread=_WINDOW,
    ),
    Collect(
        type="aws_kms_replica_key",
        call=_KEYS,
        keep=f"{_OURS} && !({_IMPORTED}) && {_REPLICA}",
        arn="{KeyArn}",
        name="KeyId",
        attributes={"key_id": "KeyId", "id": "KeyId"},
        parts=(
            Part(
                _DESCRIBED,
                {
                    "description": "Description",
                    "enabled": "Enabled",
                    "key_spec": "KeySpec",
                    "key_usage": "KeyUsage",
                    "primary_key_arn": "MultiRegionConfiguration.PrimaryKey.Arn",
                },
            ),
            _policy(f"{_OURS} && !({_IMPORTED}) && {_REPLICA}"),
        ),
        bulk_tags=True,
        unread=_WINDOW,
    ),
    Collect(
        type="aws_kms_key_state",
        call=_KEYS,
        keep=_OURS,
        name="KeyId",
        attributes={"key_id": "KeyId"},
        parts=(
            Part(
                _DESCRIBED,
                {"state": "KeyState", "days_until_deleted": days("DeletionDate", until=True)},
            ),
        ),
    ),
    Collect(
        type="aws_kms_grant",
        call=Call("kms", "list_grants", "Grants", per={"KeyId": "KeyId"}),
        over=KEYS,
        when=_is_given,
        name="GrantId",
        attributes={
            "grant_id": "GrantId",
            "grantee_principal": "GranteePrincipal",
            "key_id": "KeyId",
            "name": "Name",
            "operations": "Operations",
            "retiring_principal": "RetiringPrincipal",
        },
    ),
    Collect(
        type="aws_kms_alias",
        call=Call("kms", "list_aliases", "Aliases", params={"Limit": 100}),
        when="TargetKeyId",
        arn="{AliasArn}",
        name="AliasName",
        attributes={"name": "AliasName", "id": "AliasName", "target_key_id": "TargetKeyId"},
    ),
)
