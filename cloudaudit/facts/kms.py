"""Whose key a resource names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.truth import Truth, any_of
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_OF_AWS = re.compile(r"(?:arn:[\w-]+:kms:[^:]*:[^:]*:)?alias/aws/")
_ALIAS = re.compile(r"(?:arn:[\w-]+:kms:[^:]*:[^:]*:)?alias/(?:a(?:w(?:s)?)?)?$")
_NAMES = ("kms_key_id", "kms_key_arn", "kms_master_key_id", "encryption_key")


def _alias_of_aws(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    return any_of(_is_of_aws(name) for name in _keys(resource.attributes))


def _keys(attributes: Mapping[str, Any], block: str = "") -> Iterator[Any]:
    """The arguments that name a key, also those of blocks."""
    for name, value in attributes.items():
        if (name in _NAMES and not isinstance(value, list)) or (name == "id" and block == "encryption_key"):
            yield value
        elif isinstance(value, list):
            for member in value:
                if isinstance(member, dict):
                    yield from _keys(member, name)


def _is_of_aws(name: Any) -> Truth:
    """A key that is not known is none of AWS's, unless what is known of it is the start of an alias."""
    if isinstance(name, Unknown):
        return _OF_AWS.match(name.prefix) is not None or (name if _ALIAS.match(name.prefix) else False)
    return isinstance(name, str) and _OF_AWS.match(name) is not None


FACTS = (
    Fact(
        name="kms.alias_of_aws",
        types=(
            "aws_cloudwatch_log_group",
            "aws_codebuild_project",
            "aws_codepipeline",
            "aws_docdb_cluster",
            "aws_dynamodb_table",
            "aws_ebs_volume",
            "aws_efs_file_system",
            "aws_elasticache_replication_group",
            "aws_elasticsearch_domain",
            "aws_kinesis_stream",
            "aws_neptune_cluster",
            "aws_opensearch_domain",
            "aws_rds_cluster",
            "aws_redshift_cluster",
            "aws_secretsmanager_secret",
            "aws_sns_topic",
            "aws_sqs_queue",
        ),
        compute=_alias_of_aws,
        doc='bool: the resource names a key that AWS manages, by its alias ("alias/aws/ebs").',
    ),
)
