"""Regions of an account: whether anything works there."""

from cloudaudit.facts.fact import Fact
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource

# What an account has where somebody works. Networks, keys and the like come with every region.
_AT_WORK = (
    "aws_instance",
    "aws_lambda_function",
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_dynamodb_table",
    "aws_s3_bucket",
    "aws_ecs_cluster",
    "aws_eks_cluster",
    "aws_lb",
    "aws_sqs_queue",
    "aws_sns_topic",
    "aws_ebs_volume",
    "aws_efs_file_system",
    "aws_kinesis_stream",
    "aws_api_gateway_rest_api",
    "aws_apigatewayv2_api",
    "aws_secretsmanager_secret",
    "aws_ecr_repository",
    "aws_redshift_cluster",
    "aws_elasticache_replication_group",
    "aws_opensearch_domain",
)


def in_use(resource: Resource, graph: ResourceGraph) -> bool:
    """Looks no further than the first find: what could not be listed matters only where there is none."""
    name = resource.attributes.get("region")
    return any(
        name in (each.region, each.attributes.get("region")) for kind in _AT_WORK for each in graph.of_type(kind)
    )


FACTS = (
    Fact(
        name="regions.in_use",
        types=("aws_region",),
        compute=in_use,
        doc="bool: machines, functions, stores, queues or the like are in the region.",
    ),
)
