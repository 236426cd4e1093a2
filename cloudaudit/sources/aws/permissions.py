"""The permissions that the calls of the collectors need."""

import functools
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cloudaudit.sources.aws.declare import Call, Collect

ALWAYS = ("ec2:DescribeRegions",)
"""What every audit needs, whatever it collects. sts:GetCallerIdentity needs no permission."""

ORGANIZATION = (
    "organizations:ListAccounts",
    "organizations:ListAccountsForParent",
    "organizations:ListOrganizationalUnitsForParent",
    "sts:AssumeRole",
)
"""What the auditing account needs besides, to find the accounts of an organisation and to enter them."""

SELECT = "config:SelectAggregateResourceConfig"
AGGREGATOR = ("config:DescribeConfigurationAggregatorSourcesStatus", SELECT)
"""What the account of an aggregator of AWS Config must allow, where it is read."""

# The prefix of a service's actions, where it is not the name of the client.
_PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "amp": "aps",
    "apigatewayv2": "apigateway",
    "bedrock-agent": "bedrock",
    "cloudcontrol": "cloudformation",
    "cognito-identity": "cognito-identity",
    "cognito-idp": "cognito-idp",
    "ce": "ce",
    "docdb": "rds",
    "ecr-public": "ecr-public",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "es": "es",
    "kinesisanalyticsv2": "kinesisanalytics",
    "mwaa": "airflow",
    "mq": "mq",
    "neptune": "rds",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "sesv2": "ses",
    "stepfunctions": "states",
    "sso-admin": "sso",
}


def needed(collected: Iterable[Collect]) -> tuple[str, ...]:
    """The actions that these collectors need, sorted."""
    found = {action for one in collected for call in one.calls for action in actions(call)}
    return tuple(sorted(found | set(ALWAYS), key=str.lower))


def actions(call: Call) -> tuple[str, ...]:
    """The IAM actions that the call needs, its own first."""
    if call.actions:
        return call.actions
    name = _known().get(call.service, {}).get(call.operation) or operations(call.service)[call.operation]
    return (f"{_PREFIXES.get(call.service, call.service)}:{name}",)


@functools.cache
def _known() -> dict[str, dict[str, str]]:
    """What our collectors call, by service and method: to ask botocore takes 0.1 s for each service."""
    data = (Path(__file__).parent / "operations.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, dict[str, str]])


@functools.cache
def operations(service: str) -> dict[str, str]:
    """The names of a service's operations, by those of the client's methods."""
    import botocore.session  # noqa: PLC0415 - 0.2 s that `--help` need not pay
    from botocore import xform_name  # noqa: PLC0415

    names = botocore.session.get_session().get_service_model(service).operation_names
    return {xform_name(name): name for name in names}
