"""What keeps a store from being destroyed by one apply."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import blocks
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Resource, Unknown

# The flag with which AWS itself refuses deletion.
_FLAGS = {
    "aws_cognito_user_pool": ("deletion_protection", "ACTIVE"),
    "aws_db_instance": ("deletion_protection", True),
    "aws_dynamodb_table": ("deletion_protection_enabled", True),
    "aws_efs_file_system": ("", None),
    "aws_kms_key": ("", None),
    "aws_rds_cluster": ("deletion_protection", True),
    "aws_s3_bucket": ("", None),
}


def _from_destroy(resource: Resource, graph: ResourceGraph) -> Truth:  # noqa: ARG001 - the form of a fact
    attribute, protected = _FLAGS[resource.type]
    flag = resource.attributes.get(attribute) if attribute else None
    refused = flag if isinstance(flag, Unknown) else flag is not None and flag == protected
    if resource.origin is not Origin.SOURCE:
        return any_of([refused, unknown(["prevent_destroy stands in source only"])])
    lives = blocks(resource.attributes, "lifecycle")
    prevented = [_is_true(each.get("prevent_destroy")) for each in lives.items]
    return any_of([refused, *prevented, *(unknown([text]) for text in lives.because)])


def _is_true(value: object) -> Truth:
    return value if isinstance(value, Unknown) else value is True


FACTS = (
    Fact(
        name="protection.from_destroy",
        types=tuple(_FLAGS),
        compute=_from_destroy,
        doc="bool: prevent_destroy, or the store's own deletion protection, keeps it from being destroyed. Plans and "
        "states do not show prevent_destroy.",
    ),
)
