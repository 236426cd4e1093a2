"""Workgroups of Athena and the queries that are kept in them."""

from cloudaudit.sources.aws.declare import Call, Collect, Part
from cloudaudit.sources.aws.fitting import alike, fitted

_GROUP = "aws_athena_workgroup"

GROUPS = Collect(
    type=_GROUP,
    call=Call("athena", "list_work_groups", "WorkGroups"),
    arn="arn:{partition}:athena:{region}:{account}:workgroup/{Name}",
    name="Name",
    attributes={"id": "Name", **alike("Name", "Description", "State")},
    parts=(
        Part(
            Call("athena", "get_work_group", per={"WorkGroup": "Name"}),
            {"configuration": fitted(_GROUP, "configuration", "WorkGroup.Configuration", kms_key_arn="KmsKey")},
        ),
    ),
    bulk_tags=True,
)

COLLECTORS = (
    GROUPS,
    Collect(
        type="aws_athena_named_query",
        call=Call("athena", "list_named_queries", "NamedQueryIds", per={"WorkGroup": "Name"}),
        over=GROUPS,
        name="value",
        attributes={"id": "value", "workgroup": "_parent.Name"},
        parts=(
            Part(
                Call("athena", "batch_get_named_query", "NamedQueries", per={"NamedQueryIds": "value"}),
                {**alike("Database", "Description", "Name"), "query": "QueryString"},
                batch=50,
                match=("value", "NamedQueryId"),
            ),
        ),
    ),
)
