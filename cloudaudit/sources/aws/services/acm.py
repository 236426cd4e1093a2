"""Certificates of ACM, and how long they hold."""

from cloudaudit.model import Unknown
from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days

_ALGORITHMS = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
# Unless others are named too, AWS lists certificates with RSA keys of 2048 bits at most.
_CERTIFICATES = Call(
    "acm", "list_certificates", "CertificateSummaryList", params={"Includes": {"keyTypes": list(_ALGORITHMS)}}
)


def _imported(item: Item) -> Unknown | None:
    """Certificates that were imported came with their key, which AWS does not show."""
    return Unknown(because="AWS does not show the key", is_set=True) if item.get("Type") == "IMPORTED" else None


COLLECTORS = (
    Collect(
        type="aws_acm_certificate",
        call=_CERTIFICATES,
        arn="{CertificateArn}",
        name="DomainName",
        attributes={"id": "CertificateArn", "domain_name": "DomainName"},
        parts=(
            Part(
                Call("acm", "describe_certificate", "Certificate", per={"CertificateArn": "CertificateArn"}),
                {
                    "certificate_authority_arn": "CertificateAuthorityArn",
                    "key_algorithm": lambda item: str(item.get("KeyAlgorithm") or "").replace("-", "_") or None,
                    "not_after": "NotAfter",
                    "not_before": "NotBefore",
                    "options": "Options.{certificate_transparency_logging_preference:"
                    " CertificateTransparencyLoggingPreference, export: Export}",
                    "private_key": _imported,
                    "renewal_eligibility": "RenewalEligibility",
                    "status": "Status",
                    "subject_alternative_names": "SubjectAlternativeNames",
                    "type": "Type",
                    "validation_method": "DomainValidationOptions[0].ValidationMethod",
                },
            ),
        ),
        bulk_tags=True,
        made_from=("private_key_wo",),
    ),
    Collect(
        type="aws_acm_certificate_expiry",
        call=_CERTIFICATES,
        when="NotAfter",
        name="CertificateArn",
        attributes={
            "certificate_arn": "CertificateArn",
            "domain_name": "DomainName",
            "days_left": days("NotAfter", until=True),
            "in_use": "InUse",
            "renewable": "RenewalEligibility == 'ELIGIBLE'",
        },
    ),
)
