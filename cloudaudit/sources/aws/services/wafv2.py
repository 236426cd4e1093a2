"""Web ACLs and rule groups, what they log, and what they guard."""

from collections.abc import Iterator

from cloudaudit.sources.aws.declare import GLOBAL, REGIONAL, Call, Collect, Part
from cloudaudit.sources.aws.fitting import fitted

_ACL, _GROUP = "aws_wafv2_web_acl", "aws_wafv2_rule_group"
_LOGGING, _ASSOCIATION = "aws_wafv2_web_acl_logging_configuration", "aws_wafv2_web_acl_association"
_SCOPES = {"REGIONAL": REGIONAL, "CLOUDFRONT": GLOBAL}
# APIs name their web ACL themselves. WAF Classic is no more.
_GUARDED = ("APPLICATION_LOAD_BALANCER", "COGNITO_USER_POOL")


def _web_acls(scope: str) -> Collect:
    return Collect(
        type=_ACL,
        call=Call("wafv2", "list_web_acls", "WebACLs", params={"Scope": scope, "Limit": 100}),
        scope=_SCOPES[scope],
        arn="{ARN}",
        name="Name",
        attributes={"id": "Id", "name": "Name", "description": "Description", "scope": lambda _: scope},
        parts=(
            Part(
                Call("wafv2", "get_web_acl", "WebACL", params={"Scope": scope}, per={"Name": "Name", "Id": "Id"}),
                {
                    "default_action": fitted(_ACL, "default_action", "DefaultAction"),
                    "rule": fitted(_ACL, "rule", "Rules"),
                    "visibility_config": fitted(_ACL, "visibility_config", "VisibilityConfig"),
                },
            ),
        ),
        also=("aws_wafv2_web_acl_rule", "aws_waf_web_acl", "aws_wafregional_web_acl"),
        made_from=("name_prefix", "rule_json"),
        bulk_tags=True,
    )


def _rule_groups(scope: str) -> Collect:
    return Collect(
        type=_GROUP,
        call=Call("wafv2", "list_rule_groups", "RuleGroups", params={"Scope": scope, "Limit": 100}),
        scope=_SCOPES[scope],
        arn="{ARN}",
        name="Name",
        attributes={"id": "Id", "name": "Name", "description": "Description", "scope": lambda _: scope},
        parts=(
            Part(
                Call("wafv2", "get_rule_group", "RuleGroup", params={"Scope": scope}, per={"Name": "Name", "Id": "Id"}),
                {
                    "capacity": "Capacity",
                    "rule": fitted(_GROUP, "rule", "Rules"),
                    "visibility_config": fitted(_GROUP, "visibility_config", "VisibilityConfig"),
                },
            ),
        ),
        made_from=("name_prefix", "rules_json"),
        bulk_tags=True,
    )


def _all(scope: str) -> Iterator[Collect]:
    acls = _web_acls(scope)
    yield acls
    yield _rule_groups(scope)
    yield Collect(
        type=_LOGGING,
        call=Call(
            "wafv2", "list_logging_configurations", "LoggingConfigurations", params={"Scope": scope, "Limit": 100}
        ),
        scope=_SCOPES[scope],
        name="ResourceArn",
        attributes={
            "id": "ResourceArn",
            "resource_arn": "ResourceArn",
            "log_destination_configs": "LogDestinationConfigs",
        },
    )
    for kind in _GUARDED if scope == "REGIONAL" else ():
        yield Collect(
            type=_ASSOCIATION,
            call=Call(
                "wafv2",
                "list_resources_for_web_acl",
                "ResourceArns",
                params={"ResourceType": kind},
                per={"WebACLArn": "ARN"},
            ),
            over=acls,
            name="value",
            attributes={"web_acl_arn": "_parent.ARN", "resource_arn": "value"},
            also=("aws_wafregional_web_acl_association",),
        )


COLLECTORS = tuple(each for scope in _SCOPES for each in _all(scope))
