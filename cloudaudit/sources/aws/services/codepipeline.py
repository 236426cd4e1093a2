"""Pipelines, with their stages."""

from typing import Any

from cloudaudit.sources.aws.declare import Call, Collect, Item, Part
from cloudaudit.sources.aws.fitting import fitted

_PIPELINE = "aws_codepipeline"


def _stores(item: Item) -> Any:
    """One store, or one for each region."""
    found = item["pipeline"]
    stores = {"": found["artifactStore"]} if found.get("artifactStore") else found.get("artifactStores") or {}
    return [{**store, "region": region or None} for region, store in stores.items()]


def _action(found: Item) -> Item:
    named = {name: [each["name"] for each in found.get(name) or ()] for name in ("inputArtifacts", "outputArtifacts")}
    return {**found, **(found.get("actionTypeId") or {}), **named}


def _stages(item: Item) -> Any:
    stages = item["pipeline"].get("stages") or ()
    plain = [{**stage, "actions": [_action(each) for each in stage.get("actions") or ()]} for stage in stages]
    return fitted(_PIPELINE, "stage", "found")({"found": plain})


COLLECTORS = (
    Collect(
        type=_PIPELINE,
        call=Call("codepipeline", "list_pipelines", "pipelines"),
        arn="arn:{partition}:codepipeline:{region}:{account}:{name}",
        name="name",
        attributes={
            "id": "name",
            "name": "name",
            "execution_mode": "executionMode",
            "pipeline_type": "pipelineType",
        },
        parts=(
            Part(
                Call("codepipeline", "get_pipeline", per={"name": "name"}),
                {
                    "artifact_store": fitted(_PIPELINE, "artifact_store", _stores),
                    "role_arn": "pipeline.roleArn",
                    "stage": _stages,
                },
            ),
        ),
        bulk_tags=True,
    ),
)
