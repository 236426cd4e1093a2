"""Private certificate authorities, and who else may use them."""

from cloudaudit.sources.aws.declare import Call, Collect
from cloudaudit.sources.aws.fitting import fitted

_AUTHORITY = "aws_acmpca_certificate_authority"
_GONE = ("DELETED", "FAILED")

AUTHORITIES = Collect(
    type=_AUTHORITY,
    call=Call("acm-pca", "list_certificate_authorities", "CertificateAuthorities", params={"ResourceOwner": "SELF"}),
    when=lambda item: item.get("Status") not in _GONE,
    arn="{Arn}",
    name=lambda item: item["Arn"].rpartition("/")[2],
    attributes={
        "id": "Arn",
        "arn": "Arn",
        "certificate_authority_configuration": fitted(
            _AUTHORITY, "certificate_authority_configuration", "CertificateAuthorityConfiguration"
        ),
        "enabled": lambda item: item.get("Status") != "DISABLED",
        "key_storage_security_standard": "KeyStorageSecurityStandard",
        "not_after": "NotAfter",
        "not_before": "NotBefore",
        "revocation_configuration": fitted(_AUTHORITY, "revocation_configuration", "RevocationConfiguration"),
        "serial": "Serial",
        "status": "Status",
        "type": "Type",
        "usage_mode": "UsageMode",
    },
    bulk_tags=True,
)
POLICIES = Collect(
    type="aws_acmpca_policy",
    call=Call("acm-pca", "get_policy", per={"ResourceArn": "Arn"}, unset=("ResourceNotFoundException",)),
    over=AUTHORITIES,
    attributes={"resource_arn": "_parent.Arn", "policy": "Policy"},
)

COLLECTORS = (AUTHORITIES, POLICIES)
