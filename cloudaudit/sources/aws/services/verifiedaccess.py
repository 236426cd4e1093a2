"""Instances of Verified Access, and what they write down."""

from cloudaudit.sources.aws.declare import Call, Collect, tags
from cloudaudit.sources.aws.fitting import fitted

_LOGGING = "aws_verifiedaccess_instance_logging_configuration"

INSTANCES = Collect(
    type="aws_verifiedaccess_instance",
    call=Call("ec2", "describe_verified_access_instances", "VerifiedAccessInstances"),
    name="VerifiedAccessInstanceId",
    arn="arn:{partition}:ec2:{region}:{account}:verified-access-instance/{VerifiedAccessInstanceId}",
    attributes={
        "id": "VerifiedAccessInstanceId",
        "description": "Description",
        "fips_enabled": "FipsEnabled",
        "verified_access_trust_providers": fitted(
            "aws_verifiedaccess_instance", "verified_access_trust_providers", "VerifiedAccessTrustProviders"
        ),
        "tags": tags("Tags"),
    },
)
LOGGING = Collect(
    type=_LOGGING,
    call=Call("ec2", "describe_verified_access_instance_logging_configurations", "LoggingConfigurations"),
    name="VerifiedAccessInstanceId",
    attributes={
        "verifiedaccess_instance_id": "VerifiedAccessInstanceId",
        "access_logs": fitted(_LOGGING, "access_logs", "AccessLogs"),
    },
)

COLLECTORS = (INSTANCES, LOGGING)
