"""Workspaces of Grafana and Prometheus."""

from cloudaudit.sources.aws.declare import Call, Collect, Part, tags

COLLECTORS = (
    Collect(
        type="aws_grafana_workspace",
        call=Call("grafana", "list_workspaces", "workspaces"),
        arn="arn:{partition}:grafana:{region}:{account}:/workspaces/{id}",
        name="name",
        attributes={
            "id": "id",
            "name": "name",
            "authentication_providers": "authentication.providers",
            "tags": tags("tags"),
        },
        parts=(
            Part(
                Call("grafana", "describe_workspace", "workspace", per={"workspaceId": "id"}),
                {"account_access_type": "accountAccessType", "kms_key_id": "kmsKeyId", "role_arn": "workspaceRoleArn"},
            ),
        ),
    ),
    Collect(
        type="aws_prometheus_workspace",
        call=Call("amp", "list_workspaces", "workspaces"),
        arn="{arn}",
        name="alias",
        attributes={"id": "workspaceId", "alias": "alias", "kms_key_arn": "kmsKeyArn", "tags": tags("tags")},
    ),
)
