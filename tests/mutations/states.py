"""An example as the state that Terraform would write after an apply: ids, ARNs and names that AWS gives are made up."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from cloudaudit.graph import ResourceGraph
from cloudaudit.graph.identity import tables
from cloudaudit.model import Resource
from cloudaudit.schema import TypeSchema, resource_schema
from cloudaudit.sources.hcl.syntax import Block, Body, GetAttr, Literal
from cloudaudit.sources.hcl.unknowns import wholly_known
from tests.mutations import trees
from tests.mutations.writing import META_ARGUMENTS, Writing, one_file

ACCOUNT, REGION = "111122223333", "eu-central-1"
_BY_NAME = ("aws_iam_role", "aws_iam_user", "aws_iam_group", "aws_iam_instance_profile", "aws_ecr_repository")
_WITHOUT_REGION = ("iam", "cloudfront", "route53")
_IDS = {
    "aws_ami": "ami",
    "aws_ami_copy": "ami",
    "aws_ami_from_instance": "ami",
    "aws_ebs_volume": "vol",
    "aws_egress_only_internet_gateway": "eigw",
    "aws_instance": "i",
    "aws_internet_gateway": "igw",
    "aws_launch_template": "lt",
    "aws_network_acl": "acl",
    "aws_network_interface": "eni",
    "aws_route_table": "rtb",
    "aws_security_group": "sg",
    "aws_subnet": "subnet",
    "aws_vpc": "vpc",
    "aws_vpc_peering_connection": "pcx",
}
"""What the ids of types begin with that are told by it."""
_SERVICES = {"aws_efs_access_point": "elasticfilesystem"}
_ARNS = {
    "aws_efs_access_point": "access-point/{id}",
    "aws_cloudwatch_log_group": "log-group:{name}",
    "aws_db_instance": "db:{name}",
    "aws_dynamodb_table": "table/{name}",
    "aws_ebs_volume": "volume/{id}",
    "aws_iam_group": "group/{name}",
    "aws_iam_policy": "policy/{name}",
    "aws_iam_role": "role/{name}",
    "aws_iam_user": "user/{name}",
    "aws_instance": "instance/{id}",
    "aws_kinesis_stream": "stream/{name}",
    "aws_rds_cluster": "cluster:{name}",
}
"""What the ARNs of types end with; of others, with the name."""


def applied(body: Body) -> Writing | None:
    """References to what only AWS knows replaced with what AWS might say; None where there are several instances, or
    things that a state does not show."""
    blocks = {trees.labels(block): block for block in body.blocks if block.type == "resource"}
    if not blocks or any(block.type not in ("resource", "locals", "variable", "data") for block in body.blocks):
        return None
    if any({"count", "for_each"} & block.body.attributes.keys() for block in body.blocks):
        return None

    def known(node: Any) -> Any:
        path = trees.path(node)
        if isinstance(node, GetAttr) and len(path) == 3 and (block := blocks.get(path[:2])):
            given = block.body.attributes.get(path[2])
            made = given_by_aws(block).get(path[2]) if given is None else None
            return node if made is None else trees.literal(made)
        return node

    return one_file(trees.rebuilt(block, known) for block in body.blocks)


def given_by_aws(block: Block) -> dict[str, str]:
    """The id, ARN and name of a resource."""
    kind, local = block.labels
    name = _own_name(block) or local
    service = "ec2" if kind in _IDS else tables().services.get(kind) or _SERVICES.get(kind) or kind.split("_")[1]
    number = crc32(f"{kind}.{local}".encode())
    id_ = f"{_IDS.get(kind, 'x')}-{number:08x}"
    if kind == "aws_s3_bucket":
        return {"arn": f"arn:aws:s3:::{name}", "id": name, "bucket": name}
    if kind == "aws_kms_key":
        id_ = f"{number:08x}-12ab-34cd-56ef-1234567890ab"
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{id_}"
        return {"arn": arn, "id": id_, "key_id": id_}
    if kind in _BY_NAME:
        id_ = name
    region = "" if service in _WITHOUT_REGION else REGION
    what = _ARNS.get(kind, "{name}").format(name=name, id=id_)
    return {"arn": f"arn:aws:{service}:{region}:{ACCOUNT}:{what}", "id": id_, "name": name}


def _own_name(block: Block) -> str:
    for attribute in tables().names.get(block.labels[0], ("name",)):
        given = block.body.attributes.get(attribute)
        if given and isinstance(given.value, Literal) and isinstance(given.value.value, str):
            return given.value.value
    return ""


def state(graph: ResourceGraph, body: Body) -> str | None:
    """The state as JSON; None when something in the graph is not known."""
    blocks = {".".join(block.labels): block for block in body.blocks if block.type == "resource"}
    rows = []
    for resource in graph:
        if resource.address in blocks:
            if not wholly_known(resource.attributes):
                return None
            rows.append(_row(resource, blocks[resource.address]))
    if any("." not in resource.type and resource.type.startswith("data.") for resource in graph):
        return None
    return json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": rows}}})


def _row(resource: Resource, block: Block) -> dict[str, Any]:
    schema = resource_schema(resource.type)
    written = {name: value for name, value in resource.attributes.items() if name != "lifecycle"}
    values = {**(dict(_filled_in(schema, block)) if schema else {}), "id": given_by_aws(block)["id"], **written}
    kind, name = block.labels
    return {"address": resource.address, "mode": "managed", "type": kind, "name": name, "values": values}


def _filled_in(schema: TypeSchema, block: Block) -> Iterator[tuple[str, Any]]:
    """What a state shows of arguments that were not written."""
    made: Mapping[str, Any] = given_by_aws(block)
    for name, attribute in schema.attributes.items():
        if name not in META_ARGUMENTS:
            yield name, made.get(name) if attribute.computed and name in made else attribute.default
    for name, nested in schema.blocks.items():
        yield name, {} if nested.nesting == "map" else []
