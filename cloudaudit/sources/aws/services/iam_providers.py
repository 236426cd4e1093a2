"""Who else may say who somebody is: identity providers, and the certificates that IAM keeps."""

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Part, days, tags

OIDC = Collect(
    type="aws_iam_openid_connect_provider",
    call=Call("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList"),
    scope=GLOBAL,
    arn="{Arn}",
    name=lambda item: item["Arn"].partition("/")[2],
    attributes={"id": "Arn", "arn": "Arn"},
    parts=(
        Part(
            Call("iam", "get_open_id_connect_provider", per={"OpenIDConnectProviderArn": "Arn"}),
            {
                "url": "Url",
                "client_id_list": "ClientIDList",
                "thumbprint_list": "ThumbprintList",
                "tags": tags("Tags"),
            },
        ),
    ),
)
SAML = Collect(
    type="aws_iam_saml_provider",
    call=Call("iam", "list_saml_providers", "SAMLProviderList"),
    scope=GLOBAL,
    arn="{Arn}",
    name=lambda item: item["Arn"].rpartition("/")[2],
    attributes={
        "id": "Arn",
        "arn": "Arn",
        "name": lambda item: item["Arn"].rpartition("/")[2],
        "valid_until": "ValidUntil",
    },
    bulk_tags=True,
)

_CERTIFICATES = Call("iam", "list_server_certificates", "ServerCertificateMetadataList")
CERTIFICATES = Collect(
    type="aws_iam_server_certificate",
    call=_CERTIFICATES,
    scope=GLOBAL,
    arn="{Arn}",
    name="ServerCertificateName",
    attributes={
        "id": "ServerCertificateId",
        "arn": "Arn",
        "name": "ServerCertificateName",
        "path": "Path",
        "expiration": "Expiration",
        "upload_date": "UploadDate",
    },
    bulk_tags=True,
    made_from=("private_key",),
)
CERTIFICATE_AGES = Collect(
    type="aws_iam_server_certificate_age",
    call=_CERTIFICATES,
    scope=GLOBAL,
    name="ServerCertificateName",
    attributes={"name": "ServerCertificateName", "valid_days": days("Expiration", until=True)},
)

COLLECTORS = (OIDC, SAML, CERTIFICATES, CERTIFICATE_AGES)
