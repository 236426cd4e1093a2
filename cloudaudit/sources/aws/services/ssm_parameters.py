"""Parameters of Systems Manager, without their values: whoever may read them can read those of everybody."""

from cloudaudit.sources.aws.declare import Call, Collect

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
        bulk_tags=True,
        made_from=("insecure_value", "value_wo"),
        unread={"value": "an audit does not read values of parameters"},
    ),
)
