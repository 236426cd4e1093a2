"""What Session Manager keeps of sessions."""

from collections.abc import Mapping
from typing import Any

from cloudaudit.facts.credentials.places import decoded
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, all_of, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_LARGEST = 65536  # what AWS takes for a document


def _inputs(resource: Resource) -> Mapping[str, Any] | Unknown:
    """The settings in a document for sessions."""
    content = decoded(resource.attributes.get("content"))
    if isinstance(content, str):
        content = _from_yaml(content)
    if isinstance(content, Unknown):
        return content
    if not isinstance(content, Mapping):
        return Unknown(because="the document is neither JSON nor YAML")
    inputs = content.get("inputs")
    return inputs if isinstance(inputs, Mapping | Unknown) else {}


def _from_yaml(text: str) -> Any:
    import yaml  # noqa: PLC0415 - 12 ms for what is rare

    try:
        return yaml.safe_load(text) if len(text) <= _LARGEST else None
    except yaml.YAMLError:
        return None


def _set(inputs: Mapping[str, Any], name: str) -> Truth:
    value = inputs.get(name)
    return value if isinstance(value, Unknown) and not value.is_set else bool(value)


def _on(inputs: Mapping[str, Any], name: str) -> Truth:
    value = inputs.get(name)
    return value if isinstance(value, Unknown) else value in (True, "true")


def _logged(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    inputs = _inputs(resource)
    if isinstance(inputs, Unknown):
        return inputs
    bucket = all_of([_set(inputs, "s3BucketName"), _on(inputs, "s3EncryptionEnabled")])
    group = all_of([_set(inputs, "cloudWatchLogGroupName"), _on(inputs, "cloudWatchEncryptionEnabled")])
    return any_of([bucket, group])


def _encrypted(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    inputs = _inputs(resource)
    return inputs if isinstance(inputs, Unknown) else _set(inputs, "kmsKeyId")


FACTS = (
    Fact(
        name="ssm.session_logged",
        types=("aws_ssm_document",),
        compute=_logged,
        doc="bool: a document for sessions sends what was typed and shown to an encrypted bucket or log group.",
    ),
    Fact(
        name="ssm.session_encrypted",
        types=("aws_ssm_document",),
        compute=_encrypted,
        doc="bool: a document for sessions names a KMS key for the traffic.",
    ),
)
