"""What a resource connects: networks by a peering, a queue with the function it triggers, a role with a policy."""

from collections.abc import Callable, Iterator

from cloudaudit.facts.environment.crossings import targets
from cloudaudit.facts.environment.entries import Entry, Target, pairs
from cloudaudit.facts.environment.gateways import gateway_pairs, table_pairs
from cloudaudit.facts.environment.inference import Inference
from cloudaudit.facts.environment.literals import kind_of, literal, out_of_sight
from cloudaudit.facts.reading import leaves
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

SIDES: dict[str, tuple[str, ...]] = {
    "aws_autoscaling_attachment": ("autoscaling_group_name", "elb", "lb_target_group_arn"),
    "aws_cloudwatch_event_target": ("event_bus_name", "rule", "arn"),
    "aws_cloudwatch_log_subscription_filter": ("log_group_name", "destination_arn"),
    "aws_db_proxy_target": ("db_proxy_name", "db_instance_identifier", "db_cluster_identifier"),
    "aws_dms_replication_task": ("replication_instance_arn", "source_endpoint_arn", "target_endpoint_arn"),
    "aws_iam_group_policy_attachment": ("group", "policy_arn"),
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_iam_user_policy_attachment": ("user", "policy_arn"),
    "aws_kms_grant": ("key_id", "grantee_principal", "retiring_principal"),
    "aws_lambda_event_source_mapping": ("event_source_arn", "function_name"),
    "aws_lambda_permission": ("function_name", "source_arn"),
    "aws_lb_target_group_attachment": ("target_group_arn", "target_id"),
    "aws_pipes_pipe": ("source", "target"),
    "aws_route53_record": ("zone_id", "alias.name", "records"),
    "aws_route53_zone_association": ("zone_id", "vpc_id"),
    "aws_s3_bucket_notification": (
        "bucket", "lambda_function.lambda_function_arn", "queue.queue_arn", "topic.topic_arn",
    ),
    "aws_s3_bucket_replication_configuration": ("bucket", "rule.destination.bucket"),
    "aws_sns_topic_subscription": ("topic_arn", "endpoint"),
    "aws_vpc_peering_connection": ("vpc_id", "peer_vpc_id", "peer_owner_id"),
}  # fmt: skip
"""What a connection joins, by type: the attributes that name its sides."""

_ANYTHING = {"alias.name", "endpoint", "records", "target_id", "event_bus_name"}
"""Sides that may also be an address, a mailbox or a default: what is written there need not be a resource."""

_LIKE_US = {"peer_owner_id"}
"""Sides that say more of another: the owner's environment stands for that of the peer that is not known."""

_GATEWAYS: dict[str, Callable[[Resource, ResourceGraph], list[Entry]]] = {
    "aws_ec2_transit_gateway": gateway_pairs,
    "aws_ec2_transit_gateway_route_table": table_pairs,
}
TYPES = tuple(sorted({*SIDES, *_GATEWAYS}))


def joins(resource: Resource, graph: ResourceGraph) -> list[Entry]:
    """Pairs of things that the resource connects and whose environments differ or cannot be told."""
    if resource.type in _GATEWAYS:
        return _GATEWAYS[resource.type](resource, graph)
    sides = SIDES.get(resource.type, ())
    found = [each for each in targets(resource, graph, parents_too=True) if each.attribute in sides]
    found = [each for each in found if each.attribute not in _LIKE_US or each.environment.name]
    found += [each for side in sides for each in _unseen(resource, side, found, graph)]
    if any(each.attribute in _LIKE_US for each in found):
        found = [each for each in found if each.attribute != "peer_vpc_id" or each.environment.name]
    return pairs(sorted(found, key=lambda each: sides.index(each.attribute)), resource.address)


def _unseen(resource: Resource, side: str, found: list[Target], graph: ResourceGraph) -> Iterator[Target]:
    """What stands on a side and is not in sight: a name that may tell something, or a value that is not known."""
    linked = any(target.attribute == side for target in found)
    for value in leaves(resource.attributes, side):
        place = f"{resource.address}.{side}"
        if isinstance(value, Unknown):
            if not (value.refs and linked) and side not in _LIKE_US:
                unseen = Inference(because=f"{place}: {value.because}")
                yield Target(to=place, kind="", attribute=side, environment=unseen)
        elif isinstance(value, str) and value and not linked and not _is_of_aws(value):
            theirs = literal(value, graph)
            if theirs.name or side not in {*_ANYTHING, *_LIKE_US} or out_of_sight(value, graph):
                yield Target(to=value, kind=kind_of(value), attribute=side, environment=theirs)


def _is_of_aws(text: str) -> bool:
    """Whether an ARN names something of AWS, which is of no environment: a managed policy."""
    parts = text.split(":", 5)
    return len(parts) == 6 and parts[4] == "aws"
