"""HTTP and WebSocket APIs with stages, routes and integrations."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, tags
from cloudaudit.sources.aws.fitting import fitted

_GET = ("apigateway:GET",)

APIS = Collect(
    type="aws_apigatewayv2_api",
    call=Call("apigatewayv2", "get_apis", "Items", actions=_GET),
    arn="arn:{partition}:apigateway:{region}::/apis/{ApiId}",
    name="Name",
    attributes={
        "id": "ApiId",
        "name": "Name",
        "description": "Description",
        "protocol_type": "ProtocolType",
        "api_endpoint": "ApiEndpoint",
        "disable_execute_api_endpoint": "DisableExecuteApiEndpoint",
        "cors_configuration": fitted("aws_apigatewayv2_api", "cors_configuration", "CorsConfiguration"),
        "tags": tags("Tags"),
    },
    made_from=("body", "credentials_arn", "fail_on_warnings", "route_key", "target"),
)


def _of_api(kind: str, operation: str, name: str, attributes: dict[str, Any], arn: str = "") -> Collect:
    return Collect(
        type=f"aws_apigatewayv2_{kind}",
        call=Call("apigatewayv2", operation, "Items", per={"ApiId": "ApiId"}, actions=_GET),
        over=APIS,
        arn=arn,
        name=name,
        attributes={"api_id": "_parent.ApiId", **attributes},
    )


def _route_settings(item: Item) -> list[dict[str, Any]]:
    fit = fitted("aws_apigatewayv2_stage", "route_settings", "settings")
    routes = (item.get("RouteSettings") or {}).items()
    return [{"route_key": route, **fit({"settings": settings})} for route, settings in routes]


COLLECTORS = (
    APIS,
    _of_api(
        "stage",
        "get_stages",
        "StageName",
        {
            "id": "StageName",
            "name": "StageName",
            "description": "Description",
            "access_log_settings": fitted("aws_apigatewayv2_stage", "access_log_settings", "AccessLogSettings"),
            "auto_deploy": "AutoDeploy",
            "client_certificate_id": "ClientCertificateId",
            "default_route_settings": fitted(
                "aws_apigatewayv2_stage", "default_route_settings", "DefaultRouteSettings"
            ),
            "route_settings": _route_settings,
            "stage_variables": "StageVariables",
            "tags": tags("Tags"),
        },
        arn="arn:{partition}:apigateway:{region}::/apis/{_parent.ApiId}/stages/{StageName}",
    ),
    _of_api(
        "route",
        "get_routes",
        "RouteId",
        {
            "id": "RouteId",
            "route_key": "RouteKey",
            "api_key_required": "ApiKeyRequired",
            "authorization_type": "AuthorizationType",
            "authorization_scopes": "AuthorizationScopes",
            "authorizer_id": "AuthorizerId",
            "target": "Target",
        },
    ),
    _of_api(
        "integration",
        "get_integrations",
        "IntegrationId",
        {
            "id": "IntegrationId",
            "integration_type": "IntegrationType",
            "integration_uri": "IntegrationUri",
            "integration_method": "IntegrationMethod",
            "connection_type": "ConnectionType",
            "connection_id": "ConnectionId",
            "credentials_arn": "CredentialsArn",
            "request_parameters": "RequestParameters",
            "tls_config": fitted("aws_apigatewayv2_integration", "tls_config", "TlsConfig"),
        },
    ),
)
