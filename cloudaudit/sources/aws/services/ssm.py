"""Documents, associations and maintenance windows of Systems Manager, and the patches of what it manages."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, tags
from cloudaudit.sources.aws.fitting import alike, fitted

_BASELINE, _TASK = "aws_ssm_patch_baseline", "aws_ssm_maintenance_window_task"


def _shared(item: Item) -> dict[str, str] | None:
    ids = item.get("AccountIds")
    return {"type": "Share", "account_ids": ",".join(ids)} if ids else None


def _parameters(name: str) -> Any:
    """Parameters of a document, a map in AWS and blocks in Terraform."""

    def read(item: Item) -> Any:
        found = (item.get("TaskInvocationParameters") or {}).get(name)
        if not found:
            return None
        pairs = [{"name": key, "values": values} for key, values in (found.get("Parameters") or {}).items()]
        return {"document_version": found.get("DocumentVersion"), "parameter": pairs}

    return read


def _invocation(item: Item) -> Any:
    found = item.get("TaskInvocationParameters") or {}
    members = {
        "automation_parameters": _parameters("Automation")(item),
        "run_command_parameters": _parameters("RunCommand")(item),
        "lambda_parameters": found.get("Lambda")
        and {"payload": found["Lambda"].get("Payload"), "qualifier": found["Lambda"].get("Qualifier")},
        "step_functions_parameters": found.get("StepFunctions")
        and {"input": found["StepFunctions"].get("Input"), "name": found["StepFunctions"].get("Name")},
    }
    return {name: [member] for name, member in members.items() if member} or None


def _rules(item: Item) -> Any:
    found = (item.get("ApprovalRules") or {}).get("PatchRules") or ()
    plain = [{**rule, "PatchFilter": (rule.get("PatchFilterGroup") or {}).get("PatchFilters")} for rule in found]
    return fitted(_BASELINE, "approval_rule", "found")({"found": plain}) if plain else None


WINDOWS = Collect(
    type="aws_ssm_maintenance_window",
    call=Call("ssm", "describe_maintenance_windows", "WindowIdentities"),
    arn="arn:{partition}:ssm:{region}:{account}:maintenancewindow/{WindowId}",
    name="Name",
    attributes={"id": "WindowId", **alike("Name", "Cutoff", "Duration", "Enabled", "Schedule")},
    bulk_tags=True,
)

COLLECTORS = (
    Collect(
        type="aws_ssm_document",
        call=Call(
            "ssm",
            "list_documents",
            "DocumentIdentifiers",
            params={"Filters": [{"Key": "Owner", "Values": ["Self"]}]},
        ),
        arn="arn:{partition}:ssm:{region}:{account}:document/{Name}",
        name="Name",
        attributes={
            "id": "Name",
            **alike(
                "Name", "DocumentFormat", "DocumentType", "DocumentVersion", "Owner", "SchemaVersion", "TargetType"
            ),
            "tags": tags("Tags"),
        },
        parts=(
            Part(Call("ssm", "get_document", per={"Name": "Name"}), {"content": "Content"}),
            Part(
                Call("ssm", "describe_document_permission", params={"PermissionType": "Share"}, per={"Name": "Name"}),
                {"permissions": _shared},
            ),
        ),
    ),
    Collect(
        type="aws_ssm_association",
        call=Call("ssm", "list_associations", "Associations"),
        arn="arn:{partition}:ssm:{region}:{account}:association/{AssociationId}",
        name="Name",
        attributes={"id": "AssociationId", **alike("AssociationId", "AssociationName", "Name", "ScheduleExpression")},
        parts=(
            Part(
                Call(
                    "ssm",
                    "describe_association",
                    "AssociationDescription",
                    per={"AssociationId": "AssociationId"},
                ),
                {
                    "parameters": lambda item: {
                        name: ",".join(values) for name, values in (item.get("Parameters") or {}).items()
                    },
                    "targets": "Targets[].{key: Key, values: Values}",
                    **alike("ComplianceSeverity", "DocumentVersion"),
                },
            ),
        ),
        bulk_tags=True,
    ),
    WINDOWS,
    Collect(
        type=_TASK,
        call=Call("ssm", "describe_maintenance_window_tasks", "Tasks", per={"WindowId": "WindowId"}),
        over=WINDOWS,
        name="WindowTaskId",
        attributes={
            "id": "WindowTaskId",
            "task_type": "Type",
            "targets": "Targets[].{key: Key, values: Values}",
            **alike("Description", "Name", "ServiceRoleArn", "TaskArn", "WindowId", "WindowTaskId"),
        },
        parts=(
            Part(
                Call(
                    "ssm",
                    "get_maintenance_window_task",
                    per={"WindowId": "WindowId", "WindowTaskId": "WindowTaskId"},
                ),
                {"task_invocation_parameters": _invocation},
            ),
        ),
    ),
    Collect(
        type=_BASELINE,
        call=Call(
            "ssm",
            "describe_patch_baselines",
            "BaselineIdentities",
            params={"Filters": [{"Key": "OWNER", "Values": ["Self"]}]},
        ),
        arn="arn:{partition}:ssm:{region}:{account}:patchbaseline/{BaselineId}",
        name="BaselineName",
        attributes={"id": "BaselineId", "name": "BaselineName", "operating_system": "OperatingSystem"},
        parts=(
            Part(
                Call("ssm", "get_patch_baseline", per={"BaselineId": "BaselineId"}),
                {
                    "approval_rule": _rules,
                    **alike("ApprovedPatches", "ApprovedPatchesComplianceLevel", "Description", "RejectedPatches"),
                },
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_ssm_managed_instance",
        call=Call("ssm", "describe_instance_information", "InstanceInformationList"),
        name="InstanceId",
        attributes={
            "instance_id": "InstanceId",
            "online": "PingStatus == 'Online'",
            "platform": "PlatformName",
            "agent_current": "IsLatestVersion",
            "associations": "AssociationStatus",
        },
        parts=(
            Part(
                Call("ssm", "describe_instance_patch_states", "InstancePatchStates", per={"InstanceIds": "InstanceId"}),
                {
                    "looked_for_patches": lambda item: bool(item.get("Operation")),
                    "missing_patches": "MissingCount",
                    "failed_patches": "FailedCount",
                    "critical_patches": "CriticalNonCompliantCount",
                    "security_patches": "SecurityNonCompliantCount",
                },
                batch=50,
                match=("InstanceId", "InstanceId"),
                sparse=True,
            ),
        ),
    ),
)
