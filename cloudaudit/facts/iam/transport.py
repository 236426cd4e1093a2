"""Whether the policies of a resource turn away who comes without TLS."""

from cloudaudit.facts.iam.document import Condition, Statement
from cloudaudit.facts.iam.effect import covers_action, with_doubts
from cloudaudit.facts.iam.policies import resource_policy
from cloudaudit.facts.iam.principals import public
from cloudaudit.facts.truth import Truth, all_of, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

# What a denial of plain HTTP must at least cover, by the service of the resource.
_TRAFFIC = {
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
    """Whether both the bucket and its objects are named. An ARN that is not known before apply may be either."""
    kinds = {_kind(text) for text in part.resources if isinstance(text, str)}
    unsure = [text for text in part.resources if isinstance(text, Unknown)]
    if part.not_resources is not None or "both" in kinds or len(kinds) + len(unsure) > 1:
        return True
    return unsure[0] if unsure and not _is_one_arn(unsure[0]) else False


def _kind(resource: str) -> str:
    if resource.endswith("/*"):
        return "objects"
    return "both" if resource.endswith("*") else "bucket"


def _is_one_arn(value: Unknown) -> bool:
    """Whether it is made of the ARN of one resource: the bucket or something in it, not both."""
    return len(value.refs) == 1 and value.refs[0].endswith(".arn")
