"""Parameters of Systems Manager. The values of those that are not encrypted are read: they may be secrets."""

from cloudaudit.sources.aws.declare import Call, Collect, Part

COLLECTORS = (
    Collect(
        type="aws_ssm_parameter",
        call=Call("ssm", "describe_parameters", "Parameters", params={"MaxResults": 50}),
        arn="arn:{partition}:ssm:{region}:{account}:parameter{starts_with(Name, '/') && Name || join('/', ['', Name])}",
        name="Name",
        attributes={
            "name": "Name",
            "id": "Name",
            "allowed_pattern": "AllowedPattern",
            "data_type": "DataType",
            "description": "Description",
            "key_id": "KeyId",
            "tier": "Tier",
            "type": "Type",
            "version": "Version",
        },
        parts=(
            Part(
                Call("ssm", "get_parameters", "Parameters", per={"Names": "Name"}),
                {"value": "Value"},
                when="Type != 'SecureString'",
                batch=10,
                match=("Name", "Name"),
            ),
        ),
        bulk_tags=True,
        made_from=("insecure_value", "value_wo"),
    ),
)
