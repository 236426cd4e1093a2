"""Secrets, how they rotate, and when they were last of use. Replicas belong to their secret, and those that a service
of AWS keeps for itself to that."""

from collections.abc import Callable

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part, days, tags

_SECRETS = Call("secretsmanager", "list_secrets", "SecretList", params={"MaxResults": 100})
_OURS = "!OwningService && (!PrimaryRegion || PrimaryRegion == _region)"


def _since(last: str) -> Callable[[Item], int | None]:
    """The days since something was done last; since the secret was made, if it never was."""
    done, made = days(last), days("CreatedDate")

    def read(item: Item) -> int | None:
        found = done(item)
        return made(item) if found is None else found

    return read


COLLECTORS = (
    Collect(
        type="aws_secretsmanager_secret",
        also=("aws_secretsmanager_secret_policy",),
        call=_SECRETS,
        when=_OURS,
        arn="{ARN}",
        name="Name",
        attributes={
            "id": "ARN",
            "name": "Name",
            "description": "Description",
            "kms_key_id": "KmsKeyId",
            "type": "Type",
            "tags": tags("Tags"),
        },
        parts=(
            Part(
                Call("secretsmanager", "get_resource_policy", per={"SecretId": "ARN"}),
                {"policy": "ResourcePolicy"},
            ),
            Part(
                Call("secretsmanager", "describe_secret", per={"SecretId": "ARN"}),
                {"replica": "ReplicationStatus[].{region: Region, kms_key_id: KmsKeyId, status: Status}"},
                when="PrimaryRegion",
            ),
        ),
        unread={"recovery_window_in_days": "AWS asks it when the secret is deleted and keeps no setting"},
    ),
    Collect(
        type="aws_secretsmanager_secret_rotation",
        call=_SECRETS,
        when=f"RotationEnabled && {_OURS}",
        name="Name",
        attributes={
            "secret_id": "ARN",
            "id": "ARN",
            "rotation_enabled": "RotationEnabled",
            "rotation_lambda_arn": "RotationLambdaARN",
            "rotation_rules": "RotationRules.{automatically_after_days: AutomaticallyAfterDays,"
            " duration: Duration, schedule_expression: ScheduleExpression}",
            "tags": tags("Tags"),
        },
    ),
    Collect(
        type="aws_secretsmanager_secret_use",
        call=_SECRETS,
        when=_OURS,
        name="Name",
        attributes={
            "secret_id": "ARN",
            "rotation_enabled": "RotationEnabled",
            "rotation_period_days": "RotationRules.AutomaticallyAfterDays",
            "unrotated_days": _since("LastRotatedDate"),
            "unused_days": _since("LastAccessedDate"),
        },
    ),
)
