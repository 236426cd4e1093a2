"""Environments of Elastic Beanstalk and the templates that they are made from."""

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part

_SETTINGS = (
    "ConfigurationSettings[0].OptionSettings[?Value].{namespace: Namespace, name: OptionName, value: Value,"
    " resource: ResourceName}"
)


def _templates(page: Item) -> list[Item]:
    return [
        {"ApplicationName": each["ApplicationName"], "TemplateName": name}
        for each in page["Applications"]
        for name in each.get("ConfigurationTemplates") or ()
    ]


COLLECTORS = (
    Collect(
        type="aws_elastic_beanstalk_environment",
        call=Call("elasticbeanstalk", "describe_environments", "Environments", params={"IncludeDeleted": False}),
        arn="{EnvironmentArn}",
        name="EnvironmentName",
        attributes={
            "id": "EnvironmentId",
            "name": "EnvironmentName",
            "application": "ApplicationName",
            "cname": "CNAME",
            "description": "Description",
            "endpoint_url": "EndpointURL",
            "platform_arn": "PlatformArn",
            "solution_stack_name": "SolutionStackName",
            "template_name": "TemplateName",
            "tier": "Tier.Name",
            "version_label": "VersionLabel",
        },
        parts=(
            Part(
                Call(
                    "elasticbeanstalk",
                    "describe_configuration_settings",
                    per={"ApplicationName": "ApplicationName", "EnvironmentName": "EnvironmentName"},
                ),
                {"setting": _SETTINGS},
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_elastic_beanstalk_configuration_template",
        call=Call("elasticbeanstalk", "describe_applications", _templates),
        arn="arn:{partition}:elasticbeanstalk:{region}:{account}:configurationtemplate/{ApplicationName}/{TemplateName}",
        name="TemplateName",
        attributes={"id": "TemplateName", "name": "TemplateName", "application": "ApplicationName"},
        parts=(
            Part(
                Call(
                    "elasticbeanstalk",
                    "describe_configuration_settings",
                    per={"ApplicationName": "ApplicationName", "TemplateName": "TemplateName"},
                ),
                {
                    "description": "ConfigurationSettings[0].Description",
                    "setting": _SETTINGS,
                    "solution_stack_name": "ConfigurationSettings[0].SolutionStackName",
                },
            ),
        ),
    ),
)
