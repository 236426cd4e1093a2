"""REST APIs with stages, methods and integrations; domain names; where the account lets API Gateway log."""

import json
from collections.abc import Iterator
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Read, tags
from cloudaudit.sources.aws.fitting import fitted

_GET = ("apigateway:GET",)
_STAGE = "arn:{partition}:apigateway:{region}::/restapis/{_parent.id}/stages/{stageName}"


def _policy(item: Item) -> str | None:
    """API Gateway tells the policy as what stands between the quotes of a JSON text."""
    told = item.get("policy")
    try:
        return str(json.loads(f'"{told}"')) if told else None
    except ValueError:
        return str(told)


APIS = Collect(
    type="aws_api_gateway_rest_api",
    call=Call("apigateway", "get_rest_apis", "items", actions=_GET),
    arn="arn:{partition}:apigateway:{region}::/restapis/{id}",
    name="name",
    attributes={
        "id": "id",
        "name": "name",
        "description": "description",
        "api_key_source": "apiKeySource",
        "binary_media_types": "binaryMediaTypes",
        "disable_execute_api_endpoint": "disableExecuteApiEndpoint",
        "endpoint_configuration": fitted("aws_api_gateway_rest_api", "endpoint_configuration", "endpointConfiguration"),
        "minimum_compression_size": "minimumCompressionSize",
        "policy": _policy,
        "tags": tags("tags"),
    },
    also=("aws_api_gateway_rest_api_policy",),
    made_from=("body", "fail_on_warnings", "parameters", "put_rest_api_mode"),
)


def _stages(items: Read) -> Call:
    return Call("apigateway", "get_stages", items, per={"restApiId": "id"}, actions=_GET)


def _settings(page: Item) -> Iterator[dict[str, Any]]:
    """Of each stage the settings by path, "*/*" for all methods."""
    for stage in page.get("item") or ():
        for path, settings in (stage.get("methodSettings") or {}).items():
            # a slash within the path of the resource is written ~1
            yield {"stageName": stage["stageName"], "path": path.replace("~1", "/"), "settings": settings}


def _methods(page: Item) -> list[dict[str, Any]]:
    """The methods of all resources of an API."""
    return [
        {**method, "resource": resource["id"], "httpMethod": name}
        for resource in page.get("items") or ()
        for name, method in (resource.get("resourceMethods") or {}).items()
    ]


_METHODS = Call(
    "apigateway",
    "get_resources",
    _methods,
    params={"embed": ["methods"], "limit": 500},
    per={"restApiId": "id"},
    actions=_GET,
)

STAGES = Collect(
    type="aws_api_gateway_stage",
    call=_stages("item"),
    over=APIS,
    arn=_STAGE,
    name="stageName",
    attributes={
        "id": "join('-', ['ags', _parent.id, stageName])",
        "rest_api_id": "_parent.id",
        "stage_name": "stageName",
        "description": "description",
        "access_log_settings": fitted("aws_api_gateway_stage", "access_log_settings", "accessLogSettings"),
        "cache_cluster_enabled": "cacheClusterEnabled",
        "cache_cluster_size": "cacheClusterSize",
        "client_certificate_id": "clientCertificateId",
        "deployment_id": "deploymentId",
        "variables": "variables",
        "web_acl_arn": "webAclArn",
        "xray_tracing_enabled": "tracingEnabled",
        "tags": tags("tags"),
    },
)

COLLECTORS = (
    APIS,
    STAGES,
    Collect(
        type="aws_api_gateway_method_settings",
        call=_stages(lambda page: list(_settings(page))),
        over=APIS,
        name="join('/', [stageName, path])",
        named={"stage_name": _STAGE},
        attributes={
            "rest_api_id": "_parent.id",
            "stage_name": "stageName",
            "method_path": "path",
            "settings": fitted("aws_api_gateway_method_settings", "settings", "settings"),
        },
    ),
    Collect(
        type="aws_wafv2_web_acl_association",
        call=_stages("item"),
        over=APIS,
        when="webAclArn",
        name="stageName",
        attributes={
            "web_acl_arn": "webAclArn",
            "resource_arn": lambda item: (
                f"arn:{item['_partition']}:apigateway:{item['_region']}::"
                f"/restapis/{item['_parent']['id']}/stages/{item['stageName']}"
            ),
        },
    ),
    Collect(
        type="aws_api_gateway_method",
        call=_METHODS,
        over=APIS,
        name="join('/', [resource, httpMethod])",
        attributes={
            "rest_api_id": "_parent.id",
            "resource_id": "resource",
            "http_method": "httpMethod",
            "authorization": "authorizationType",
            "authorizer_id": "authorizerId",
            "authorization_scopes": "authorizationScopes",
            "api_key_required": "apiKeyRequired",
            "request_validator_id": "requestValidatorId",
        },
    ),
    Collect(
        type="aws_api_gateway_integration",
        call=_METHODS,
        over=APIS,
        when="methodIntegration",
        name="join('/', [resource, httpMethod])",
        attributes={
            "rest_api_id": "_parent.id",
            "resource_id": "resource",
            "http_method": "httpMethod",
            "type": "methodIntegration.type",
            "uri": "methodIntegration.uri",
            "integration_http_method": "methodIntegration.httpMethod",
            "connection_type": "methodIntegration.connectionType",
            "connection_id": "methodIntegration.connectionId",
            "credentials": "methodIntegration.credentials",
            "request_parameters": "methodIntegration.requestParameters",
            "request_templates": "methodIntegration.requestTemplates",
            "tls_config": fitted("aws_api_gateway_integration", "tls_config", "methodIntegration.tlsConfig"),
        },
    ),
    Collect(
        type="aws_api_gateway_domain_name",
        # those that the newer API made are told here too
        call=Call("apigateway", "get_domain_names", "items", actions=_GET),
        also=("aws_apigatewayv2_domain_name",),
        arn="arn:{partition}:apigateway:{region}::/domainnames/{domainName}",
        name="domainName",
        attributes={
            "id": "domainName",
            "domain_name": "domainName",
            "certificate_arn": "certificateArn",
            "regional_certificate_arn": "regionalCertificateArn",
            "security_policy": "securityPolicy",
            "endpoint_configuration": fitted(
                "aws_api_gateway_domain_name", "endpoint_configuration", "endpointConfiguration"
            ),
            "mutual_tls_authentication": fitted(
                "aws_api_gateway_domain_name", "mutual_tls_authentication", "mutualTlsAuthentication"
            ),
            "tags": tags("tags"),
        },
    ),
    Collect(
        type="aws_api_gateway_account",
        call=Call("apigateway", "get_account", actions=_GET),
        attributes={"id": "_account", "cloudwatch_role_arn": "cloudwatchRoleArn"},
    ),
)
