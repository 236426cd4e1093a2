"""What stands before buckets: the account's own block of public access, access points; and other kinds of buckets."""

from collections.abc import Mapping

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Part, Read

_HERE: Mapping[str, Read] = {"AccountId": "_account"}


def _flags(path: str) -> str:
    names = {
        "block_public_acls": "BlockPublicAcls",
        "block_public_policy": "BlockPublicPolicy",
        "ignore_public_acls": "IgnorePublicAcls",
        "restrict_public_buckets": "RestrictPublicBuckets",
    }
    return f"{path}.{{{', '.join(f'{name}: {aws}' for name, aws in names.items())}}}"


_TABLE_BUCKETS = Collect(
    type="aws_s3tables_table_bucket",
    call=Call("s3tables", "list_table_buckets", "tableBuckets"),
    when="type != 'aws'",
    arn="{arn}",
    name="name",
    attributes={"name": "name", "owner_account_id": "ownerAccountId", "created_at": "createdAt"},
    parts=(
        Part(
            Call(
                "s3tables",
                "get_table_bucket_encryption",
                per={"tableBucketARN": "arn"},
                unset=("NotFoundException",),
            ),
            {
                "encryption_configuration": "encryptionConfiguration"
                ".{sse_algorithm: sseAlgorithm, kms_key_arn: kmsKeyArn}"
            },
        ),
    ),
    bulk_tags=True,
)

_TABLES = Collect(
    type="aws_s3tables_table",
    call=Call("s3tables", "list_tables", "tables", per={"tableBucketARN": "arn"}),
    over=_TABLE_BUCKETS,
    arn="{tableARN}",
    name="name",
    attributes={"name": "name", "namespace": "namespace[0]", "table_bucket_arn": "_parent.arn", "type": "type"},
    bulk_tags=True,
)

_VAULTS = Collect(
    type="aws_glacier_vault",
    call=Call("glacier", "list_vaults", "VaultList", params={"accountId": "-"}),
    arn="{VaultARN}",
    name="VaultName",
    attributes={"name": "VaultName", "id": "VaultName"},
    parts=(
        Part(
            Call(
                "glacier",
                "get_vault_access_policy",
                params={"accountId": "-"},
                per={"vaultName": "VaultName"},
                unset=("ResourceNotFoundException",),
            ),
            {"access_policy": "policy.Policy"},
        ),
    ),
    bulk_tags=True,
)

_LAMBDA_POINTS = Collect(
    type="aws_s3control_object_lambda_access_point",
    call=Call("s3control", "list_access_points_for_object_lambda", "ObjectLambdaAccessPointList", per=_HERE),
    arn="{ObjectLambdaAccessPointArn}",
    name="Name",
    attributes={"account_id": "_account", "name": "Name", "alias": "Alias.Value"},
)

COLLECTORS = (
    Collect(
        type="aws_s3_account_public_access_block",
        call=Call(
            "s3control",
            "get_public_access_block",
            "PublicAccessBlockConfiguration",
            per=_HERE,
            unset=("NoSuchPublicAccessBlockConfiguration",),
            actions=("s3:GetAccountPublicAccessBlock",),
        ),
        scope=GLOBAL,
        attributes={
            "account_id": "_account",
            "block_public_acls": "BlockPublicAcls",
            "block_public_policy": "BlockPublicPolicy",
            "ignore_public_acls": "IgnorePublicAcls",
            "restrict_public_buckets": "RestrictPublicBuckets",
        },
    ),
    Collect(
        type="aws_s3_access_point",
        also=("aws_s3control_access_point_policy",),
        call=Call("s3control", "list_access_points", "AccessPointList", per=_HERE),
        arn="{AccessPointArn}",
        name="Name",
        attributes={
            "name": "Name",
            "account_id": "_account",
            "alias": "Alias",
            "bucket": "Bucket",
            "bucket_account_id": "BucketAccountId",
            "network_origin": "NetworkOrigin",
            "vpc_configuration": "VpcConfiguration.{vpc_id: VpcId}",
        },
        parts=(
            Part(
                Call("s3control", "get_access_point", per={**_HERE, "Name": "Name"}),
                {"public_access_block_configuration": _flags("PublicAccessBlockConfiguration")},
            ),
            Part(
                Call(
                    "s3control",
                    "get_access_point_policy",
                    per={**_HERE, "Name": "Name"},
                    unset=("NoSuchAccessPointPolicy",),
                ),
                {"policy": "Policy"},
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_s3control_multi_region_access_point",
        call=Call("s3control", "list_multi_region_access_points", "AccessPoints", per=_HERE, region="us-west-2"),
        scope=GLOBAL,
        arn="arn:{partition}:s3::{account}:accesspoint/{Alias}",
        name="Name",
        attributes={
            "name": "Name",
            "account_id": "_account",
            "alias": "Alias",
            "status": "Status",
            "details": f"[{{name: Name, public_access_block: {_flags('PublicAccessBlock')},"
            " region: Regions[].{bucket: Bucket, bucket_account_id: BucketAccountId, region: Region}}]",
        },
    ),
    _TABLE_BUCKETS,
    Collect(
        type="aws_s3tables_table_bucket_policy",
        call=Call("s3tables", "get_table_bucket_policy", per={"tableBucketARN": "arn"}, unset=("NotFoundException",)),
        over=_TABLE_BUCKETS,
        attributes={"table_bucket_arn": "_parent.arn", "resource_policy": "resourcePolicy"},
    ),
    _TABLES,
    Collect(
        type="aws_s3tables_table_policy",
        call=Call(
            "s3tables",
            "get_table_policy",
            per={"tableBucketARN": "_parent.arn", "namespace": "namespace[0]", "name": "name"},
            unset=("NotFoundException",),
        ),
        over=_TABLES,
        attributes={
            "name": "_parent.name",
            "namespace": "_parent.namespace[0]",
            "resource_policy": "resourcePolicy",
            "table_bucket_arn": "_parent._parent.arn",
        },
    ),
    _LAMBDA_POINTS,
    Collect(
        type="aws_s3control_object_lambda_access_point_policy",
        call=Call(
            "s3control",
            "get_access_point_policy_for_object_lambda",
            per={**_HERE, "Name": "Name"},
            unset=("NoSuchAccessPointPolicy",),
        ),
        over=_LAMBDA_POINTS,
        attributes={"account_id": "_account", "name": "_parent.Name", "policy": "Policy"},
    ),
    _VAULTS,
    Collect(
        type="aws_glacier_vault_lock",
        call=Call(
            "glacier",
            "get_vault_lock",
            params={"accountId": "-"},
            per={"vaultName": "VaultName"},
            unset=("ResourceNotFoundException",),
        ),
        over=_VAULTS,
        attributes={
            "id": "_parent.VaultName",
            "vault_name": "_parent.VaultName",
            "policy": "Policy",
            "complete_lock": "State == 'Locked'",
        },
    ),
)
