"""Where code and packages are kept, and how they are deployed: CodeCommit, CodeArtifact, CodeDeploy."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_GROUP = "aws_codedeploy_deployment_group"
_NONE = ("ResourceNotFoundException",)

TEMPLATES = Collect(
    type="aws_codecommit_approval_rule_template",
    call=Call("codecommit", "list_approval_rule_templates", "approvalRuleTemplateNames"),
    name="value",
    attributes={"id": "value", "name": "value"},
    parts=(
        Part(
            Call("codecommit", "get_approval_rule_template", per={"approvalRuleTemplateName": "value"}),
            {
                "approval_rule_template_id": "approvalRuleTemplate.approvalRuleTemplateId",
                "content": "approvalRuleTemplate.approvalRuleTemplateContent",
                "description": "approvalRuleTemplate.approvalRuleTemplateDescription",
            },
        ),
    ),
)

DOMAINS = Collect(
    type="aws_codeartifact_domain",
    call=Call("codeartifact", "list_domains", "domains"),
    arn="{arn}",
    name="name",
    attributes={"id": "arn", "domain": "name", "owner": "owner", "encryption_key": "encryptionKey"},
    bulk_tags=True,
)

REPOSITORIES = Collect(
    type="aws_codeartifact_repository",
    call=Call("codeartifact", "list_repositories", "repositories"),
    arn="{arn}",
    name="name",
    attributes={
        "id": "arn",
        "administrator_account": "administratorAccount",
        "description": "description",
        "domain": "domainName",
        "domain_owner": "domainOwner",
        "repository": "name",
    },
    bulk_tags=True,
)

APPLICATIONS = Collect(
    type="aws_codedeploy_app",
    call=Call("codedeploy", "list_applications", "applications"),
    arn="arn:{partition}:codedeploy:{region}:{account}:application:{value}",
    name="value",
    attributes={"id": "value", "name": "value"},
    bulk_tags=True,
)


def _alarms(item: Item) -> Any:
    found = item.get("alarmConfiguration")
    return found and {**found, "alarms": [alarm.get("name") for alarm in found.get("alarms") or ()]}


COLLECTORS = (
    Collect(
        type="aws_codecommit_repository",
        call=Call("codecommit", "list_repositories", "repositories"),
        arn="arn:{partition}:codecommit:{region}:{account}:{repositoryName}",
        name="repositoryName",
        attributes={"id": "repositoryName", **alike("repositoryName", "repositoryId")},
        parts=(
            Part(
                Call("codecommit", "batch_get_repositories", "repositories", per={"repositoryNames": "repositoryName"}),
                {
                    "clone_url_http": "cloneUrlHttp",
                    "default_branch": "defaultBranch",
                    "description": "repositoryDescription",
                    "kms_key_id": "kmsKeyId",
                },
                batch=25,
                match=("repositoryName", "repositoryName"),
            ),
        ),
        bulk_tags=True,
    ),
    TEMPLATES,
    Collect(
        type="aws_codecommit_approval_rule_template_association",
        call=Call(
            "codecommit",
            "list_repositories_for_approval_rule_template",
            "repositoryNames",
            per={"approvalRuleTemplateName": "value"},
        ),
        over=TEMPLATES,
        name="value",
        attributes={"approval_rule_template_name": "_parent.value", "repository_name": "value"},
    ),
    DOMAINS,
    Collect(
        type="aws_codeartifact_domain_permissions_policy",
        call=Call("codeartifact", "get_domain_permissions_policy", "policy", per={"domain": "name"}, unset=_NONE),
        over=DOMAINS,
        attributes={
            "id": "_parent.arn",
            "domain": "_parent.name",
            "domain_owner": "_parent.owner",
            "policy_document": "document",
            "resource_arn": "resourceArn",
        },
    ),
    REPOSITORIES,
    Collect(
        type="aws_codeartifact_repository_permissions_policy",
        call=Call(
            "codeartifact",
            "get_repository_permissions_policy",
            "policy",
            per={"domain": "domainName", "domainOwner": "domainOwner", "repository": "name"},
            unset=_NONE,
        ),
        over=REPOSITORIES,
        attributes={
            "id": "_parent.arn",
            "domain": "_parent.domainName",
            "domain_owner": "_parent.domainOwner",
            "policy_document": "document",
            "repository": "_parent.name",
            "resource_arn": "resourceArn",
        },
    ),
    APPLICATIONS,
    Collect(
        type=_GROUP,
        call=Call("codedeploy", "list_deployment_groups", "deploymentGroups", per={"applicationName": "value"}),
        over=APPLICATIONS,
        arn="arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{_parent.value}/{value}",
        name="value",
        attributes={"deployment_group_name": "value", "app_name": "_parent.value"},
        parts=(
            Part(
                Call(
                    "codedeploy",
                    "batch_get_deployment_groups",
                    "deploymentGroupsInfo",
                    per={"deploymentGroupNames": "value"},
                    common={"applicationName": "_parent.value"},
                ),
                {
                    "alarm_configuration": fitted(_GROUP, "alarm_configuration", _alarms),
                    "autoscaling_groups": "autoScalingGroups[].name",
                    "compute_platform": "computePlatform",
                    "deployment_config_name": "deploymentConfigName",
                    "deployment_group_id": "deploymentGroupId",
                    "service_role_arn": "serviceRoleArn",
                    **blocks(
                        _GROUP,
                        auto_rollback_configuration="autoRollbackConfiguration",
                        blue_green_deployment_config="blueGreenDeploymentConfiguration",
                        deployment_style="deploymentStyle",
                        ecs_service="ecsServices",
                        trigger_configuration="triggerConfigurations",
                    ),
                },
                batch=25,
                match=("value", "deploymentGroupName"),
            ),
        ),
        bulk_tags=True,
    ),
)
