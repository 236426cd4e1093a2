"""Secrets that Terraform itself hands to a stranger while it plans."""

from collections.abc import Iterator

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import strings
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_REQUESTS = "data.http"
_SHORTEST = 6  # of a text that is no chance match
_SECRET = ("value", "value_wo", "insecure_value", "secret_string", "secret_binary", "result")


def _sent_over_http(resource: Resource, graph: ResourceGraph) -> list[str]:
    """The requests with this resource's value in URL, headers or body."""
    values = [resource.attributes.get(name) for name in _SECRET]
    own = {f"{resource.address}.{name}" for name in _SECRET} | {ref for value in values for ref in _refs(value)}
    texts = [value for value in values if isinstance(value, str) and len(value) >= _SHORTEST]
    return sorted(
        request.address
        for request in graph.of_type(_REQUESTS)
        if own & set(_refs(request.attributes))
        or any(text in sent for _, sent in strings(request.attributes) for text in texts)
    )


def _refs(value: object) -> Iterator[str]:
    if isinstance(value, Unknown):
        yield from value.refs
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _refs(member)


FACTS = (
    Fact(
        name="disclosure.sent_over_http",
        types=("aws_ssm_parameter", "aws_secretsmanager_secret_version"),
        compute=_sent_over_http,
        doc='list of the data "http" requests that carry the value of the resource.',
    ),
)
