"""Things that are not in this graph: ids, names and ARNs that are written out, and the environment they belong to."""

import re
from collections.abc import Iterator, Mapping

from cloudaudit.facts.environment.inference import Inference, vocabulary
from cloudaudit.facts.memory import per_graph
from cloudaudit.facts.reading import strings
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import PLAIN, Resource

_ARN = re.compile(r"arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:[^\s\"'\\,<>]+")
_REFERRING = {"peer_vpc_id": "aws_vpc", "peer_owner_id": "", "transit_gateway_id": "aws_ec2_transit_gateway"}
_OWN = {
    "access_policies", "access_policy", "arn", "assume_role_policy", "id", "inline_policy", "policy", "tags",
    "tags_all",
}  # fmt: skip

_KINDS = {
    "backup": "aws_backup_vault", "cognito-idp": "aws_cognito_user_pool", "dynamodb": "aws_dynamodb_table",
    "ecr": "aws_ecr_repository", "elasticfilesystem": "aws_efs_file_system", "es": "aws_opensearch_domain",
    "events": "aws_cloudwatch_event_bus", "firehose": "aws_kinesis_firehose_delivery_stream",
    "kafka": "aws_msk_cluster", "kinesis": "aws_kinesis_stream", "kms": "aws_kms_key",
    "lambda": "aws_lambda_function", "logs": "aws_cloudwatch_log_group", "s3": "aws_s3_bucket",
    "secretsmanager": "aws_secretsmanager_secret", "sns": "aws_sns_topic", "sqs": "aws_sqs_queue",
    "ssm": "aws_ssm_parameter", "states": "aws_sfn_state_machine",
}  # fmt: skip
_IAM = {
    "instance-profile": "aws_iam_instance_profile",
    "policy": "aws_iam_policy",
    "role": "aws_iam_role",
    "user": "aws_iam_user",
}
_PREFIXES = {
    "ami": "aws_ami", "i": "aws_instance", "sg": "aws_security_group", "subnet": "aws_subnet", "vpc": "aws_vpc",
}  # fmt: skip
_RDS = {
    "cluster": "aws_rds_cluster",
    "cluster-snapshot": "aws_db_cluster_snapshot",
    "db": "aws_db_instance",
    "snapshot": "aws_db_snapshot",
}


def kind_of(text: str) -> str:
    """The type of resource that an ARN or id names; empty if it is none that we know."""
    if found := _PREFIXES.get(text.partition("-")[0]):
        return found
    parts = text.split(":", 5)
    if len(parts) < 6:
        return ""
    first = re.split("[:/]", parts[5], maxsplit=1)[0]
    if parts[2] in ("iam", "sts"):
        return _IAM.get(first, "")
    return _RDS.get(first, "") if parts[2] == "rds" else _KINDS.get(parts[2], "")


def literal(text: str, graph: ResourceGraph) -> Inference:
    """The environment of an ARN, id or name: by what the settings say of its account or of itself, else by a word."""
    settings: Mapping[str, str] = {
        **(graph.environment.get("account_map") or {}),
        **(graph.environment.get("places") or {}),
    }
    parts = text.split(":", 5)
    account = parts[4] if len(parts) == 6 else text
    if name := settings.get(account):
        said = "account map" if account.isdigit() else "settings"
        return Inference(name=vocabulary(graph).stated(name), basis=f"{said} {account}", own=True)
    if name := vocabulary(graph).named(parts[-1]):
        return Inference(name=name, basis=f"name {parts[-1]}", own=True)
    because = f"to which environment {text} belongs is not known"
    refused = out_of_sight(text, graph)
    return Inference(because=f"{because}: {refused}" if refused else because)


def out_of_sight(text: str, graph: ResourceGraph) -> str:
    """Why what an ARN or id of the account names is not in sight although it may be there; empty where it would be."""
    of_others = text.startswith("arn:") and text.split(":", 5)[4] not in ("", str(graph.environment.get("account")))
    return next(graph.listing.why(kind_of(text)), "") if graph.listing and not of_others else ""


def elsewhere(resource: Resource, graph: ResourceGraph) -> Iterator[tuple[str, str]]:
    """Attribute and text of each literal ARN or peer id that is not of this graph and not of AWS itself."""
    known = _identities(graph)
    for attribute, value in resource.attributes.items():
        is_text = isinstance(value, str)
        if attribute in _OWN or (value.__class__ in PLAIN and not is_text):
            continue
        if attribute in _REFERRING and is_text and value and value not in known:
            yield attribute, value
            continue
        for path, text in strings(value, attribute) if not is_text or "arn:aws" in value else ():
            if "arn:aws" not in text:
                continue
            for arn in dict.fromkeys(_ARN.findall(text)):
                if not _is_known(arn, known):
                    yield path, arn


_WITHOUT_ACCOUNT = ("s3", "route53", "apigateway")  # where an ARN has no account, elsewhere the thing is AWS's own


def _is_known(arn: str, known: frozenset[str]) -> bool:
    """Whether the ARN is of a resource of this graph, of something within it, or of AWS itself."""
    _, _, service, _, account, _ = arn.split(":", 5)
    if account == "aws" or (not account and service not in _WITHOUT_ACCOUNT):
        return True
    return arn in known or _container(arn) in known


def _container(arn: str) -> str:
    head, _, name = arn.rpartition(":")
    return f"{head}:{name.partition('/')[0]}"


@per_graph
def _identities(graph: ResourceGraph) -> frozenset[str]:
    """The ARNs and ids of the graph's own resources, and the ARNs that its buckets will have."""
    found: set[str] = set()
    for resource in graph.everything():
        attributes = resource.attributes
        texts = (resource.arn, attributes.get("arn"), attributes.get("id"))
        found |= {text for text in texts if isinstance(text, str)}
        if resource.type == "aws_s3_bucket" and isinstance(bucket := attributes.get("bucket"), str):
            found.add(f"arn:aws:s3:::{bucket}")
    return frozenset(found - {""})
