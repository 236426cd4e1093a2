"""Whether the policies of a resource turn away who comes without TLS."""

from cloudaudit.facts.iam.document import Condition, Statement, Text
from cloudaudit.facts.iam.effect import covers_action, with_doubts
from cloudaudit.facts.iam.policies import resource_policy
from cloudaudit.facts.iam.principals import public
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

# What a denial of plain HTTP must at least cover, by the service of the resource.
_TRAFFIC = {
    "aws_ef": ("elasticfilesystem:ClientMount",),
    "aws_s3": ("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
    "aws_sq": ("sqs:SendMessage", "sqs:ReceiveMessage"),
    "aws_sn": ("sns:Publish",),
}


def denies_insecure_transport(resource: Resource, graph: ResourceGraph) -> Truth:
    """Whether one denial covers everybody, all traffic of the service, and of a bucket the bucket and its objects."""
    document = resource_policy(resource, graph)
    service = resource.type[:6]
    actions = _TRAFFIC.get(service, ("*",))
    return with_doubts(
        document,
        any_of(
            all_of([_refuses_plain_http(part, actions), service != "aws_s3" or _covers_bucket_and_objects(part)])
            for part in document.denies
        ),
    )


def _refuses_plain_http(part: Statement, actions: tuple[str, ...]) -> Truth:
    plain = any_of(_on_plain_http(condition) for condition in part.conditions)
    others = all(_on_plain_http(condition) is not False for condition in part.conditions)
    doubt: list[Truth] = [unknown(part.doubt)] if part.doubt else []
    return all_of([plain, others, public(part), *(covers_action(part, action) for action in actions), *doubt])


def _on_plain_http(condition: Condition) -> Truth:
    if condition.key != "aws:securetransport" or condition.operator not in ("bool", "stringequals", "null"):
        return False
    wanted = "true" if condition.operator == "null" else "false"
    return any_of(value if isinstance(value, Unknown) else value.lower() == wanted for value in condition.values)


def _covers_bucket_and_objects(part: Statement) -> Truth:
    """Whether both the bucket and its objects are named."""
    if part.not_resources is not None:
        return True
    kinds = [part_of_bucket(resource) for resource in part.resources]
    if "both" in kinds or {"bucket", "objects"} <= set(kinds):
        return True
    unsure = [each for each, kind in zip(part.resources, kinds, strict=True) if not kind]
    return unknown(each.because for each in unsure if isinstance(each, Unknown)) if unsure else False


def part_of_bucket(resource: Text) -> str:
    """Whether an ARN is that of the bucket, of its objects or of both; empty where that cannot be told."""
    end: object = resource
    if isinstance(resource, Unknown):
        pieces = resource.partial if isinstance(resource.partial, tuple) else ()
        if not pieces and len(resource.refs) == 1 and resource.refs[0].endswith(".arn"):
            return "bucket"
        end = pieces[-1] if pieces else ""
    if not isinstance(end, str) or not end:
        return ""
    if end.endswith("/*"):
        return "objects"
    return "both" if end.endswith("*") else "bucket"
