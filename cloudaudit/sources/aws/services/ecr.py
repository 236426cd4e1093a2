"""Repositories of images, their policies, and what the registry says for all of them."""

from collections.abc import Callable
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days
from cloudaudit.sources.aws.fitting import fitted

_REPOSITORY, _TEMPLATE = "aws_ecr_repository", "aws_ecr_repository_creation_template"
_SCANNING = "aws_ecr_registry_scanning_configuration"

_REGISTRY = Call("ecr", "get_registry_scanning_configuration")

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
    parts=(Part(_REGISTRY, {}),),  # whether images are scanned that no repository asks it for
    bulk_tags=True,
)


def _is_scanned(item: Item) -> bool:
    """Whether the repository or the registry scans its images; where the registry does not say, it may."""
    registry = item.get("_get_registry_scanning_configuration")
    told = registry is not None and not (registry.get("scanningConfiguration") or {}).get("rules")
    return bool((item.get("imageScanningConfiguration") or {}).get("scanOnPush")) or not told


def _newest(page: Item) -> list[Any]:
    found = [each for each in page["imageDetails"] if each.get("imagePushedAt")]
    return sorted(found, key=lambda each: str(each["imagePushedAt"]))[-1:]


def _found(severity: str) -> Callable[[Item], int | None]:
    """How many holes of that kind the last scan found; None if there was none."""

    def read(item: Item) -> int | None:
        counts = (item.get("imageScanFindingsSummary") or {}).get("findingSeverityCounts")
        return None if counts is None else int(counts.get(severity, 0))

    return read


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
        type="aws_ecr_newest_image",
        call=Call("ecr", "describe_images", _newest, per=_NAMED, whole=True),
        over=REPOSITORIES,
        among=_is_scanned,
        name="imageDigest",
        attributes={
            "repository": "_parent.repositoryName",
            "tags": "imageTags",
            "scan_status": "imageScanStatus.status",
            "pushed_days": days("imagePushedAt"),
            "scanned_days": days("imageScanFindingsSummary.imageScanCompletedAt"),
            "critical_findings": _found("CRITICAL"),
            "high_findings": _found("HIGH"),
        },
    ),
    Collect(
        type="aws_ecr_registry_policy",
        call=Call("ecr", "get_registry_policy", unset=("RegistryPolicyNotFoundException",)),
        attributes={"id": "registryId", "registry_id": "registryId", "policy": "policyText"},
    ),
    Collect(
        type=_SCANNING,
        call=_REGISTRY,
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
