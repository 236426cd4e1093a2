"""Services of App Runner."""

from cloudaudit.sources.aws.declare import Call, Collect, Part
from cloudaudit.sources.aws.fitting import alike, blocks

_SERVICE = "aws_apprunner_service"

COLLECTORS = (
    Collect(
        type=_SERVICE,
        call=Call("apprunner", "list_services", "ServiceSummaryList"),
        when="Status != 'DELETED'",
        arn="{ServiceArn}",
        name="ServiceName",
        attributes={"id": "ServiceArn", **alike("ServiceId", "ServiceName", "ServiceUrl", "Status")},
        parts=(
            Part(
                Call("apprunner", "describe_service", per={"ServiceArn": "ServiceArn"}),
                {
                    "auto_scaling_configuration_arn": (
                        "Service.AutoScalingConfigurationSummary.AutoScalingConfigurationArn"
                    ),
                    **blocks(
                        _SERVICE,
                        "Service",
                        encryption_configuration="EncryptionConfiguration",
                        health_check_configuration="HealthCheckConfiguration",
                        instance_configuration="InstanceConfiguration",
                        network_configuration="NetworkConfiguration",
                        observability_configuration="ObservabilityConfiguration",
                        source_configuration="SourceConfiguration",
                    ),
                },
            ),
        ),
        bulk_tags=True,
    ),
)
