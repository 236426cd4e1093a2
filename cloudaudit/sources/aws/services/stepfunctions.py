"""State machines of Step Functions."""

from cloudaudit.sources.aws.declare import Call, Collect, Part
from cloudaudit.sources.aws.fitting import fitted

_MACHINE = "aws_sfn_state_machine"

COLLECTORS = (
    Collect(
        type=_MACHINE,
        call=Call("stepfunctions", "list_state_machines", "stateMachines"),
        arn="{stateMachineArn}",
        name="name",
        attributes={"id": "stateMachineArn", "name": "name", "type": "type"},
        parts=(
            Part(
                Call("stepfunctions", "describe_state_machine", per={"stateMachineArn": "stateMachineArn"}),
                {
                    "definition": "definition",
                    "description": "description",
                    "role_arn": "roleArn",
                    "status": "status",
                    "encryption_configuration": fitted(_MACHINE, "encryption_configuration", "encryptionConfiguration"),
                    "logging_configuration": "loggingConfiguration.{level: level, include_execution_data:"
                    " includeExecutionData, log_destination: destinations[0].cloudWatchLogsLogGroup.logGroupArn}",
                    "tracing_configuration": "tracingConfiguration",
                },
            ),
        ),
        bulk_tags=True,
    ),
)
