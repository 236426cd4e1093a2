"""Stacks of CloudFormation, what keeps them from harm, and sets of stacks."""

from collections.abc import Callable

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, document, tags
from cloudaudit.sources.aws.expressions import pick
from cloudaudit.sources.aws.fitting import alike

_STACKS = Call("cloudformation", "describe_stacks", "Stacks")
_MADE_FROM = ("on_failure", "policy_url", "template_url")  # AWS keeps what they led to


def _pairs(path: str, key: str, value: str) -> Callable[[Item], dict[str, str] | None]:
    def read(item: Item) -> dict[str, str] | None:
        return {pair[key]: pair.get(value) or "" for pair in pick(path, item) or ()} or None

    return read


COLLECTORS = (
    Collect(
        type="aws_cloudformation_stack",
        call=_STACKS,
        arn="{StackId}",
        name="StackName",
        attributes={
            "id": "StackId",
            "name": "StackName",
            **alike("Capabilities", "DisableRollback", "TimeoutInMinutes"),
            "iam_role_arn": "RoleARN",
            "notification_arns": "NotificationARNs",
            "outputs": _pairs("Outputs", "OutputKey", "OutputValue"),
            "parameters": _pairs("Parameters", "ParameterKey", "ParameterValue"),
            "tags": tags("Tags"),
        },
        parts=(
            Part(
                Call("cloudformation", "get_stack_policy", per={"StackName": "StackId"}),
                {"policy_body": "StackPolicyBody"},
            ),
            Part(
                Call("cloudformation", "get_template", per={"StackName": "StackId"}),
                {"template_body": document("TemplateBody")},
            ),
        ),
        made_from=_MADE_FROM,
    ),
    Collect(
        type="aws_cloudformation_stack_state",
        call=_STACKS,
        name="StackId",
        attributes={
            "stack": "StackId",
            "stack_name": "StackName",
            "status": "StackStatus",
            "nested": "not_null(ParentId, '') != ''",
            "termination_protection": "not_null(EnableTerminationProtection, `false`)",
            "drift": "DriftInformation.StackDriftStatus",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_cloudformation_stack_set",
        call=Call("cloudformation", "list_stack_sets", "Summaries", params={"Status": "ACTIVE"}),
        arn="arn:{partition}:cloudformation:{region}:{account}:stackset/{StackSetId}",
        name="StackSetName",
        attributes={"id": "StackSetName", "name": "StackSetName", "stack_set_id": "StackSetId"},
        parts=(
            Part(
                Call("cloudformation", "describe_stack_set", per={"StackSetName": "StackSetName"}),
                {
                    "administration_role_arn": "StackSet.AdministrationRoleARN",
                    "capabilities": "StackSet.Capabilities",
                    "description": "StackSet.Description",
                    "execution_role_name": "StackSet.ExecutionRoleName",
                    "parameters": _pairs("StackSet.Parameters", "ParameterKey", "ParameterValue"),
                    "permission_model": "StackSet.PermissionModel",
                    "tags": tags("StackSet.Tags"),
                    "template_body": document("StackSet.TemplateBody"),
                },
            ),
        ),
        made_from=("template_url",),
    ),
)
