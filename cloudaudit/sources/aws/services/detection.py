"""Inspector, Macie, Audit Manager and Security Lake: which are on, and what they look at. X-Ray's key."""

from cloudaudit.sources.aws.declare import Call, Collect, Item
from cloudaudit.sources.aws.fitting import fitted

_INSPECTED = {"ec2": "EC2", "ecr": "ECR", "lambda": "LAMBDA", "lambdaCode": "LAMBDA_CODE"}
_ON = ("ENABLED", "ENABLING")


def _inspected(item: Item) -> list[str]:
    told = item.get("resourceState") or {}
    return [kind for name, kind in _INSPECTED.items() if (told.get(name) or {}).get("status") in _ON]


COLLECTORS = (
    Collect(
        type="aws_inspector2_enabler",
        call=Call("inspector2", "batch_get_account_status", "accounts"),
        when="contains(['ENABLED', 'ENABLING'], state.status)",
        attributes={"account_ids": "[accountId]", "resource_types": _inspected},
    ),
    Collect(
        type="aws_inspector2_organization_configuration",
        call=Call(
            "inspector2",
            "describe_organization_configuration",
            # only the account that acts for the organisation may ask
            unset=(
                "AccessDeniedException: Invoking account",
                "AccessDeniedException: delegated admin",
                "ResourceNotFoundException",
            ),
        ),
        attributes={
            "auto_enable": fitted("aws_inspector2_organization_configuration", "auto_enable", "autoEnable"),
        },
    ),
    Collect(
        type="aws_macie2_account",
        call=Call("macie2", "get_macie_session", unset=("AccessDeniedException: Macie is not enabled",)),
        attributes={
            "id": "_account",
            "status": "status",
            "finding_publishing_frequency": "findingPublishingFrequency",
            "service_role": "serviceRole",
        },
    ),
    Collect(
        type="aws_macie2_organization_configuration",
        call=Call(
            "macie2",
            "describe_organization_configuration",
            unset=("AccessDeniedException: Macie is not enabled", "AccessDeniedException: administrator"),
        ),
        attributes={"auto_enable": "autoEnable"},
    ),
    Collect(
        type="aws_auditmanager_account_registration",
        call=Call(
            "auditmanager",
            "get_settings",
            "settings",
            params={"attribute": "ALL"},
            unset=("AccessDeniedException: complete AWS Audit Manager setup",),
        ),
        attributes={"id": "_region", "kms_key": "kmsKey != 'DEFAULT' && kmsKey || null"},
    ),
    Collect(
        type="aws_securitylake_data_lake",
        call=Call("securitylake", "list_data_lakes", "dataLakes", unset=("ResourceNotFoundException",)),
        arn="{dataLakeArn}",
        attributes={
            "id": "dataLakeArn",
            "s3_bucket_arn": "s3BucketArn",
            "configuration": fitted("aws_securitylake_data_lake", "configuration", "@"),
        },
        bulk_tags=True,
    ),
    Collect(
        type="aws_xray_encryption_config",
        call=Call("xray", "get_encryption_config", "EncryptionConfig"),
        attributes={"id": "_region", "type": "Type", "key_id": "KeyId"},
    ),
)
