"""Configuration sets and identities of SES, as its newer API tells them."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted


def _policies(answer: Item) -> list[dict[str, Any]]:
    return [{"name": name, "policy": policy} for name, policy in (answer.get("Policies") or {}).items()]


IDENTITIES = Collect(
    type="aws_sesv2_email_identity",
    call=Call("sesv2", "list_email_identities", "EmailIdentities"),
    arn="arn:{partition}:ses:{region}:{account}:identity/{IdentityName}",
    name="IdentityName",
    attributes={"id": "IdentityName", "email_identity": "IdentityName", "identity_type": "IdentityType"},
    bulk_tags=True,
)

COLLECTORS = (
    IDENTITIES,
    Collect(
        type="aws_sesv2_email_identity_policy",
        call=Call("sesv2", "get_email_identity_policies", _policies, per={"EmailIdentity": "IdentityName"}),
        over=IDENTITIES,
        also=("aws_ses_identity_policy",),
        name="name",
        attributes={"email_identity": "_parent.IdentityName", "policy_name": "name", "policy": "policy"},
    ),
    Collect(
        type="aws_sesv2_configuration_set",
        call=Call("sesv2", "list_configuration_sets", "ConfigurationSets"),
        also=("aws_ses_configuration_set",),
        arn="arn:{partition}:ses:{region}:{account}:configuration-set/{value}",
        name="value",
        attributes={"id": "value", "configuration_set_name": "value"},
        parts=(
            Part(
                Call("sesv2", "get_configuration_set", per={"ConfigurationSetName": "value"}),
                {
                    "delivery_options": fitted("aws_sesv2_configuration_set", "delivery_options", "DeliveryOptions"),
                    "sending_options": fitted("aws_sesv2_configuration_set", "sending_options", "SendingOptions"),
                    "tags": tags("Tags"),
                },
            ),
        ),
    ),
)
