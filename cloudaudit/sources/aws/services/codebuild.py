"""Projects of CodeBuild, what starts them, and groups of reports."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, document, tags
from cloudaudit.sources.aws.fitting import alike, blocks, fitted

_PROJECT, _WEBHOOK, _REPORTS = "aws_codebuild_project", "aws_codebuild_webhook", "aws_codebuild_report_group"

PROJECTS = Collect(
    type=_PROJECT,
    call=Call("codebuild", "list_projects", "projects"),
    arn="arn:{partition}:codebuild:{region}:{account}:project/{value}",
    name="value",
    attributes={"id": "value", "name": "value"},
    parts=(
        Part(
            Call("codebuild", "batch_get_projects", "projects", per={"names": "value"}),
            {
                "badge_enabled": "badge.badgeEnabled",
                "build_timeout": "timeoutInMinutes",
                "description": "description",
                "encryption_key": "encryptionKey",
                "project_visibility": "projectVisibility",
                "queued_timeout": "queuedTimeoutInMinutes",
                "resource_access_role": "resourceAccessRole",
                "service_role": "serviceRole",
                "source_version": "sourceVersion",
                "tags": tags("tags", "key", "value"),
                **blocks(
                    _PROJECT,
                    artifacts="artifacts",
                    build_batch_config="buildBatchConfig",
                    cache="cache",
                    environment="environment",
                    file_system_locations="fileSystemLocations",
                    logs_config="logsConfig",
                    secondary_artifacts="secondaryArtifacts",
                    secondary_sources="secondarySources",
                    secondary_source_version="secondarySourceVersions",
                    source="source",
                    vpc_config="vpcConfig",
                ),
            },
            batch=100,
            match=("value", "name"),
        ),
    ),
)


def _filters(item: Item) -> Any:
    return [{"filter": group} for group in item.get("filterGroups") or ()] or None


COLLECTORS = (
    PROJECTS,
    Collect(
        type=_WEBHOOK,
        call=Call("codebuild", "batch_get_projects", "projects[].webhook", per={"names": "[value]"}),
        over=PROJECTS,
        among="!_batch_get_projects || _batch_get_projects.webhook",
        attributes={
            "id": "_parent.value",
            "project_name": "_parent.value",
            "branch_filter": "branchFilter",
            "build_type": "buildType",
            "filter_group": fitted(_WEBHOOK, "filter_group", _filters),
            "payload_url": "payloadUrl",
            "pull_request_build_policy": fitted(_WEBHOOK, "pull_request_build_policy", "pullRequestBuildPolicy"),
            "scope_configuration": fitted(_WEBHOOK, "scope_configuration", "scopeConfiguration"),
            "url": "url",
        },
    ),
    Collect(
        type="aws_codebuild_resource_policy",
        call=Call(
            "codebuild", "get_resource_policy", per={"resourceArn": "_key"}, unset=("ResourceNotFoundException",)
        ),
        over=PROJECTS,
        attributes={"id": "_parent._key", "resource_arn": "_parent._key", "policy": document("policy")},
    ),
    Collect(
        type=_REPORTS,
        call=Call("codebuild", "list_report_groups", "reportGroups"),
        arn="{value}",
        name=lambda item: item["value"].rpartition("/")[2],
        attributes={"id": "value"},
        parts=(
            Part(
                Call("codebuild", "batch_get_report_groups", "reportGroups", per={"reportGroupArns": "value"}),
                {
                    **alike("name", "type"),
                    "export_config": fitted(_REPORTS, "export_config", "exportConfig", type="exportConfigType"),
                    "tags": tags("tags", "key", "value"),
                },
                batch=100,
                match=("value", "arn"),
            ),
        ),
    ),
)
