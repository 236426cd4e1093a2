"""Analyzers of IAM Access Analyzer, and what they found that nobody has looked at."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, days, tags


def _configuration(item: Item) -> list[dict[str, Any]]:
    unused = (item.get("configuration") or {}).get("unusedAccess")
    return [{"unused_access": [{"unused_access_age": unused.get("unusedAccessAge")}]}] if unused else []


ANALYZERS = Collect(
    type="aws_accessanalyzer_analyzer",
    call=Call("accessanalyzer", "list_analyzers", "analyzers"),
    when="status == 'ACTIVE'",
    arn="{arn}",
    name="name",
    attributes={
        "id": "name",
        "arn": "arn",
        "analyzer_name": "name",
        "type": "type",
        "configuration": _configuration,
        "tags": tags("tags"),
    },
)
FINDINGS = Collect(
    type="aws_accessanalyzer_finding",
    call=Call(
        "accessanalyzer",
        "list_findings_v2",
        "findings",
        params={"filter": {"status": {"eq": ["ACTIVE"]}}},
        per={"analyzerArn": "arn"},
        actions=("access-analyzer:ListFindings",),
    ),
    over=ANALYZERS,
    name="id",
    attributes={
        "analyzer": "_parent.name",
        "kind": "findingType",
        "open_days": days("createdAt"),
        "subject": "resource",
        "subject_type": "resourceType",
    },
)

COLLECTORS = (ANALYZERS, FINDINGS)
