"""GraphQL APIs, their caches and firewalls, where they take data from and how."""

from cloudaudit.sources.aws.declare import Call, Collect, tags
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

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

TYPES = Collect(
    type="aws_appsync_type",
    call=Call("appsync", "list_types", "types", params={"format": "SDL"}, per={"apiId": "apiId"}),
    over=APIS,
    arn="{arn}",
    name="name",
    attributes={"api_id": "_parent.apiId", **alike("definition", "format", "name")},
)

COLLECTORS = (
    APIS,
    TYPES,
    Collect(
        type="aws_appsync_resolver",
        call=Call("appsync", "list_resolvers", "resolvers", per={"apiId": "_parent.apiId", "typeName": "name"}),
        over=TYPES,
        arn="{resolverArn}",
        name="fieldName",
        attributes={
            "api_id": "_parent._parent.apiId",
            "code": "code",
            "data_source": "dataSourceName",
            "field": "fieldName",
            "kind": "kind",
            "request_template": "requestMappingTemplate",
            "response_template": "responseMappingTemplate",
            "type": "typeName",
        },
    ),
    Collect(
        type="aws_appsync_datasource",
        call=Call("appsync", "list_data_sources", "dataSources", per={"apiId": "apiId"}),
        over=APIS,
        arn="{dataSourceArn}",
        name="name",
        attributes={
            "api_id": "_parent.apiId",
            **alike("description", "name", "serviceRoleArn", "type"),
            **blocks(
                "aws_appsync_datasource",
                event_bridge_config="eventBridgeConfig",
                http_config="httpConfig",
            ),
            "dynamodb_config": "dynamodbConfig.{table_name: tableName, region: awsRegion}",
            "elasticsearch_config": "elasticsearchConfig.{endpoint: endpoint, region: awsRegion}",
            "lambda_config": "lambdaConfig.{function_arn: lambdaFunctionArn}",
            "opensearchservice_config": "openSearchServiceConfig.{endpoint: endpoint, region: awsRegion}",
            "relational_database_config": "relationalDatabaseConfig.{source_type: relationalDatabaseSourceType,"
            " http_endpoint_config: [rdsHttpEndpointConfig.{aws_secret_store_arn: awsSecretStoreArn,"
            " database_name: databaseName, db_cluster_identifier: dbClusterIdentifier, schema: schema}]}",
        },
    ),
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
