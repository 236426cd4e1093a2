"""Lifecycle policies for snapshots."""

from collections.abc import Iterable
from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted

_TYPE = "aws_dlm_lifecycle_policy"
_fitted = fitted(
    _TYPE,
    "policy_details",
    "PolicyDetails",
    schedule="Schedules",
    action="Actions",
    cross_region_copy="CrossRegionCopy",
)


def _map(pairs: Iterable[Item] | None) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in pairs or ()}


def _details(item: Item) -> list[dict[str, Any]]:
    """Terraform has tags as maps, AWS as lists of pairs."""
    found, details = item.get("PolicyDetails", {}), _fitted(item) or {}
    details["target_tags"] = _map(found.get("TargetTags"))
    for schedule, aws in zip(details.get("schedule", ()), found.get("Schedules", ()), strict=True):
        schedule["tags_to_add"] = _map(aws.get("TagsToAdd"))
        schedule["variable_tags"] = _map(aws.get("VariableTags"))
    for name, aws in (("exclusions", "ExcludeTags"), ("parameters", "ExcludeDataVolumeTags")):
        for block in _listed(details.get(name)):
            given = found.get(name.capitalize(), {}).get(aws)
            block["exclude_tags" if name == "exclusions" else "exclude_data_volume_tags"] = _map(given)
    return [details]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


COLLECTORS = (
    Collect(
        type=_TYPE,
        call=Call("dlm", "get_lifecycle_policies", "Policies"),
        arn="arn:{partition}:dlm:{region}:{account}:policy/{PolicyId}",
        name="PolicyId",
        attributes={
            "id": "PolicyId",
            "description": "Description",
            "state": "State",
            "tags": tags("Tags"),
        },
        parts=(
            Part(
                Call("dlm", "get_lifecycle_policy", "Policy", per={"PolicyId": "PolicyId"}),
                {
                    "default_policy": "DefaultPolicy && PolicyDetails.ResourceType || null",
                    "execution_role_arn": "ExecutionRoleArn",
                    "policy_details": _details,
                },
            ),
        ),
    ),
)
