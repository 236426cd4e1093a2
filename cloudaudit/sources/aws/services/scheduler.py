"""Schedules and pipes of EventBridge."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import fitted


def _target(item: Item) -> Any:
    """Without the step between a task and its network."""
    found = item.get("Target") or {}
    task = found.get("EcsParameters") or {}
    network = (task.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
    if not network:
        return found
    public = network.get("AssignPublicIp") == "ENABLED"
    return {**found, "EcsParameters": {**task, "NetworkConfiguration": {**network, "AssignPublicIp": public}}}


COLLECTORS = (
    Collect(
        type="aws_scheduler_schedule",
        call=Call("scheduler", "list_schedules", "Schedules"),
        arn="{Arn}",
        name="Name",
        attributes={"id": "join('/', [GroupName, Name])", "name": "Name", "group_name": "GroupName", "state": "State"},
        parts=(
            Part(
                Call("scheduler", "get_schedule", per={"Name": "Name", "GroupName": "GroupName"}),
                {
                    "description": "Description",
                    "kms_key_arn": "KmsKeyArn",
                    "schedule_expression": "ScheduleExpression",
                    "target": fitted(
                        "aws_scheduler_schedule", "target", _target, pipeline_parameter="PipelineParameterList"
                    ),
                },
            ),
        ),
        made_from=("name_prefix",),
    ),
    Collect(
        type="aws_pipes_pipe",
        call=Call("pipes", "list_pipes", "Pipes"),
        arn="{Arn}",
        name="Name",
        attributes={"id": "Name", "name": "Name", "source": "Source", "target": "Target", "enrichment": "Enrichment"},
        parts=(
            Part(
                Call("pipes", "describe_pipe", per={"Name": "Name"}),
                {"kms_key_identifier": "KmsKeyIdentifier", "role_arn": "RoleArn", "tags": tags("Tags")},
            ),
        ),
        made_from=("name_prefix",),
    ),
)
