"""The organisation, its accounts and service control policies, as its management account sees them.

A member account can neither see nor change them: there they are not asked for.
"""

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Part
from cloudaudit.sources.aws.fitting import fitted

ORGANIZATION = Collect(
    type="aws_organizations_organization",
    call=Call("organizations", "describe_organization", "Organization", unset=("AWSOrganizationsNotInUseException",)),
    scope=GLOBAL,
    when="MasterAccountId == _account",
    arn="{Arn}",
    name="Id",
    attributes={
        "id": "Id",
        "arn": "Arn",
        "feature_set": "FeatureSet",
        "master_account_arn": "MasterAccountArn",
        "master_account_email": "MasterAccountEmail",
        "master_account_id": "MasterAccountId",
    },
    parts=(
        Part(
            Call("organizations", "list_roots"),
            {
                "enabled_policy_types": "Roots[0].PolicyTypes[?Status=='ENABLED'].Type",
                "roots": fitted("aws_organizations_organization", "roots", "Roots"),
            },
        ),
        Part(
            Call("organizations", "list_aws_service_access_for_organization"),
            {"aws_service_access_principals": "EnabledServicePrincipals[].ServicePrincipal"},
        ),
    ),
)
ACCOUNTS = Collect(
    type="aws_organizations_account",
    call=Call("organizations", "list_accounts", "Accounts"),
    over=ORGANIZATION,
    arn="{Arn}",
    name="Name",
    attributes={
        "id": "Id",
        "arn": "Arn",
        "name": "Name",
        "email": "Email",
        "status": "Status",
        "state": "State",
        "joined_method": "JoinedMethod",
        "joined_timestamp": "JoinedTimestamp",
    },
    made_from=("close_on_deletion", "create_govcloud", "iam_user_access_to_billing", "role_name"),
    bulk_tags=True,
)
# FullAWSAccess, which AWS made, allows everything and denies nothing.
POLICIES = Collect(
    type="aws_organizations_policy",
    call=Call("organizations", "list_policies", "Policies", params={"Filter": "SERVICE_CONTROL_POLICY"}),
    over=ORGANIZATION,
    when="!AwsManaged",
    arn="{Arn}",
    name="Name",
    attributes={"id": "Id", "arn": "Arn", "name": "Name", "description": "Description", "type": "Type"},
    parts=(Part(Call("organizations", "describe_policy", "Policy", per={"PolicyId": "Id"}), {"content": "Content"}),),
    bulk_tags=True,
)
ATTACHMENTS = Collect(
    type="aws_organizations_policy_attachment",
    call=Call("organizations", "list_targets_for_policy", "Targets", per={"PolicyId": "Id"}),
    over=POLICIES,
    name="TargetId",
    attributes={"policy_id": "_parent.Id", "target_id": "TargetId"},
)
FEATURES = Collect(
    type="aws_iam_organizations_features",
    call=Call(
        "iam",
        "list_organizations_features",
        unset=("ServiceAccessNotEnabledException", "OrganizationNotInAllFeaturesModeException"),
    ),
    over=ORGANIZATION,
    when="EnabledFeatures",
    attributes={"id": "OrganizationId", "enabled_features": "EnabledFeatures"},
)

COLLECTORS = (ORGANIZATION, ACCOUNTS, POLICIES, ATTACHMENTS, FEATURES)
