"""What the account shares with others, and with whom."""

from cloudaudit.sources.aws.declare import Call, Collect, tags

SHARES = Collect(
    type="aws_ram_resource_share",
    call=Call(
        "ram",
        "get_resource_shares",
        "resourceShares",
        params={"resourceOwner": "SELF", "resourceShareStatus": "ACTIVE"},
    ),
    arn="{resourceShareArn}",
    name="name",
    attributes={
        "id": "resourceShareArn",
        "arn": "resourceShareArn",
        "name": "name",
        "allow_external_principals": "allowExternalPrincipals",
        "tags": tags("tags", "key", "value"),
    },
)
PRINCIPALS = Collect(
    type="aws_ram_principal_association",
    call=Call(
        "ram",
        "get_resource_share_associations",
        "resourceShareAssociations",
        params={"associationType": "PRINCIPAL", "associationStatus": "ASSOCIATED"},
    ),
    name=lambda item: f"{item['resourceShareArn'].rpartition('/')[2]}/{item['associatedEntity']}",
    attributes={"resource_share_arn": "resourceShareArn", "principal": "associatedEntity"},
)

COLLECTORS = (SHARES, PRINCIPALS)
