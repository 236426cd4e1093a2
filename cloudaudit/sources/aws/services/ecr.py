"""Repositories of images, their policies, and what the registry says for all of them."""

from cloudaudit.sources.aws.declare import Call, Collect
from cloudaudit.sources.aws.fitting import fitted

_REPOSITORY, _TEMPLATE = "aws_ecr_repository", "aws_ecr_repository_creation_template"
_SCANNING = "aws_ecr_registry_scanning_configuration"

REPOSITORIES = Collect(
    type=_REPOSITORY,
    call=Call("ecr", "describe_repositories", "repositories"),
    arn="{repositoryArn}",
    name="repositoryName",
    attributes={
        "id": "repositoryName",
        "name": "repositoryName",
        "registry_id": "registryId",
        "repository_url": "repositoryUri",
        "image_tag_mutability": "imageTagMutability",
        "image_tag_mutability_exclusion_filter": fitted(
            _REPOSITORY, "image_tag_mutability_exclusion_filter", "imageTagMutabilityExclusionFilters"
        ),
        "image_scanning_configuration": fitted(
            _REPOSITORY, "image_scanning_configuration", "imageScanningConfiguration"
        ),
        "encryption_configuration": fitted(_REPOSITORY, "encryption_configuration", "encryptionConfiguration"),
    },
    bulk_tags=True,
)

_NAMED = {"repositoryName": "repositoryName"}

COLLECTORS = (
    REPOSITORIES,
    Collect(
        type="aws_ecr_repository_policy",
        call=Call("ecr", "get_repository_policy", per=_NAMED, unset=("RepositoryPolicyNotFoundException",)),
        over=REPOSITORIES,
        attributes={
            "id": "repositoryName",
            "policy": "policyText",
            "registry_id": "registryId",
            "repository": "_parent.repositoryName",
        },
    ),
    Collect(
        type="aws_ecr_lifecycle_policy",
        call=Call("ecr", "get_lifecycle_policy", per=_NAMED, unset=("LifecyclePolicyNotFoundException",)),
        over=REPOSITORIES,
        attributes={
            "id": "repositoryName",
            "policy": "lifecyclePolicyText",
            "registry_id": "registryId",
            "repository": "_parent.repositoryName",
        },
    ),
    Collect(
        type="aws_ecr_registry_policy",
        call=Call("ecr", "get_registry_policy", unset=("RegistryPolicyNotFoundException",)),
        attributes={"id": "registryId", "registry_id": "registryId", "policy": "policyText"},
    ),
    Collect(
        type=_SCANNING,
        call=Call("ecr", "get_registry_scanning_configuration"),
        attributes={
            "id": "registryId",
            "registry_id": "registryId",
            "scan_type": "scanningConfiguration.scanType",
            "rule": fitted(_SCANNING, "rule", "scanningConfiguration.rules"),
        },
    ),
    Collect(
        type=_TEMPLATE,
        call=Call("ecr", "describe_repository_creation_templates", "repositoryCreationTemplates"),
        name="prefix",
        attributes={
            "id": "prefix",
            "prefix": "prefix",
            "applied_for": "appliedFor",
            "custom_role_arn": "customRoleArn",
            "description": "description",
            "encryption_configuration": fitted(_TEMPLATE, "encryption_configuration", "encryptionConfiguration"),
            "image_tag_mutability": "imageTagMutability",
            "lifecycle_policy": "lifecyclePolicy",
            "repository_policy": "repositoryPolicy",
        },
    ),
)
