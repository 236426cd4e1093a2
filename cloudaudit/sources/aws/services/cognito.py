"""User pools with their clients, and identity pools."""

from collections.abc import Callable

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted

_POOL = "aws_cognito_user_pool"


def _of_pool(attribute: str, path: str, **called: str) -> Callable[[Item], object]:
    return fitted(_POOL, attribute, path, **called)


POOLS = Collect(
    type=_POOL,
    call=Call("cognito-idp", "list_user_pools", "UserPools", params={"MaxResults": 60}),
    arn="arn:{partition}:cognito-idp:{region}:{account}:userpool/{Id}",
    name="Name",
    attributes={"id": "Id", "name": "Name", "creation_date": "CreationDate", "last_modified_date": "LastModifiedDate"},
    parts=(
        Part(
            Call("cognito-idp", "describe_user_pool", "UserPool", per={"UserPoolId": "Id"}),
            {
                "account_recovery_setting": _of_pool("account_recovery_setting", "AccountRecoverySetting"),
                "admin_create_user_config": _of_pool("admin_create_user_config", "AdminCreateUserConfig"),
                "alias_attributes": "AliasAttributes",
                "auto_verified_attributes": "AutoVerifiedAttributes",
                "custom_domain": "CustomDomain",
                "deletion_protection": "DeletionProtection",
                "device_configuration": _of_pool("device_configuration", "DeviceConfiguration"),
                "domain": "Domain",
                "email_configuration": _of_pool(
                    "email_configuration",
                    "EmailConfiguration",
                    from_email_address="From",
                    reply_to_email_address="ReplyToEmailAddress",
                ),
                "estimated_number_of_users": "EstimatedNumberOfUsers",
                "lambda_config": _of_pool("lambda_config", "LambdaConfig"),
                "mfa_configuration": "MfaConfiguration",
                "password_policy": _of_pool("password_policy", "Policies.PasswordPolicy"),
                "sign_in_policy": _of_pool("sign_in_policy", "Policies.SignInPolicy"),
                "sms_configuration": _of_pool("sms_configuration", "SmsConfiguration"),
                "tags": tags("UserPoolTags"),
                "user_pool_add_ons": _of_pool("user_pool_add_ons", "UserPoolAddOns"),
                "user_pool_tier": "UserPoolTier",
                "username_attributes": "UsernameAttributes",
                "username_configuration": _of_pool("username_configuration", "UsernameConfiguration"),
            },
        ),
    ),
)
_CLIENT = "aws_cognito_user_pool_client"
CLIENTS = Collect(
    type=_CLIENT,
    also=("aws_cognito_managed_user_pool_client",),
    call=Call(
        "cognito-idp", "list_user_pool_clients", "UserPoolClients", params={"MaxResults": 60}, per={"UserPoolId": "Id"}
    ),
    over=POOLS,
    name="ClientId",
    attributes={"id": "ClientId", "name": "ClientName", "user_pool_id": "UserPoolId"},
    parts=(
        Part(
            Call(
                "cognito-idp",
                "describe_user_pool_client",
                "UserPoolClient",
                per={"UserPoolId": "UserPoolId", "ClientId": "ClientId"},
            ),
            {
                "access_token_validity": "AccessTokenValidity",
                "allowed_oauth_flows": "AllowedOAuthFlows",
                "allowed_oauth_flows_user_pool_client": "AllowedOAuthFlowsUserPoolClient",
                "allowed_oauth_scopes": "AllowedOAuthScopes",
                "auth_session_validity": "AuthSessionValidity",
                "callback_urls": "CallbackURLs",
                "default_redirect_uri": "DefaultRedirectURI",
                "enable_propagate_additional_user_context_data": "EnablePropagateAdditionalUserContextData",
                "enable_token_revocation": "EnableTokenRevocation",
                "explicit_auth_flows": "ExplicitAuthFlows",
                "generate_secret": lambda item: bool(item.get("ClientSecret")),
                "id_token_validity": "IdTokenValidity",
                "logout_urls": "LogoutURLs",
                "prevent_user_existence_errors": "PreventUserExistenceErrors",
                "read_attributes": "ReadAttributes",
                "refresh_token_rotation": fitted(_CLIENT, "refresh_token_rotation", "RefreshTokenRotation"),
                "refresh_token_validity": "RefreshTokenValidity",
                "supported_identity_providers": "SupportedIdentityProviders",
                "token_validity_units": fitted(_CLIENT, "token_validity_units", "TokenValidityUnits"),
                "write_attributes": "WriteAttributes",
            },
        ),
    ),
    unread={"client_secret": "a secret, which no rule needs"},
)
_IDENTITY = "aws_cognito_identity_pool"
IDENTITY_POOLS = Collect(
    type=_IDENTITY,
    call=Call("cognito-identity", "list_identity_pools", "IdentityPools", params={"MaxResults": 60}),
    arn="arn:{partition}:cognito-identity:{region}:{account}:identitypool/{IdentityPoolId}",
    name="IdentityPoolName",
    attributes={"id": "IdentityPoolId", "identity_pool_name": "IdentityPoolName"},
    parts=(
        Part(
            Call("cognito-identity", "describe_identity_pool", per={"IdentityPoolId": "IdentityPoolId"}),
            {
                "allow_classic_flow": "AllowClassicFlow",
                "allow_unauthenticated_identities": "AllowUnauthenticatedIdentities",
                "cognito_identity_providers": fitted(
                    _IDENTITY, "cognito_identity_providers", "CognitoIdentityProviders"
                ),
                "developer_provider_name": "DeveloperProviderName",
                "openid_connect_provider_arns": "OpenIdConnectProviderARNs",
                "saml_provider_arns": "SamlProviderARNs",
                "supported_login_providers": "SupportedLoginProviders",
                "tags": tags("IdentityPoolTags"),
            },
        ),
    ),
)

COLLECTORS = (POOLS, CLIENTS, IDENTITY_POOLS)
