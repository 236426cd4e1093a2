"""GraphQL APIs, their caches and firewalls."""

from cloudaudit.sources.aws.declare import Call, Collect, tags
from cloudaudit.sources.aws.fitting import fitted

_TYPE = "aws_appsync_graphql_api"
_LIST = Call("appsync", "list_graphql_apis", "graphqlApis")

APIS = Collect(
    type=_TYPE,
    call=_LIST,
    arn="{arn}",
    name="name",
    attributes={
        "id": "apiId",
        "name": "name",
        "authentication_type": "authenticationType",
        "additional_authentication_provider": fitted(
            _TYPE, "additional_authentication_provider", "additionalAuthenticationProviders"
        ),
        "introspection_config": "introspectionConfig",
        "log_config": fitted(_TYPE, "log_config", "logConfig"),
        "visibility": "visibility",
        "xray_enabled": "xrayEnabled",
        "tags": tags("tags"),
    },
)

COLLECTORS = (
    APIS,
    Collect(
        type="aws_wafv2_web_acl_association",
        call=_LIST,
        when="wafWebAclArn",
        name="apiId",
        attributes={"web_acl_arn": "wafWebAclArn", "resource_arn": "arn"},
    ),
    Collect(
        type="aws_appsync_api_cache",
        call=Call("appsync", "get_api_cache", "apiCache", per={"apiId": "apiId"}, unset=("NotFoundException",)),
        over=APIS,
        attributes={
            "api_id": "_parent.apiId",
            "type": "type",
            "ttl": "ttl",
            "api_caching_behavior": "apiCachingBehavior",
            "at_rest_encryption_enabled": "atRestEncryptionEnabled",
            "transit_encryption_enabled": "transitEncryptionEnabled",
        },
    ),
)
