"""Secrets that Terraform itself hands to a stranger while it plans."""

from collections.abc import Iterator

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import strings
from cloudaudit.facts.truth import certain
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Resource, Unknown

_REQUESTS = "data.http"
_SHORTEST = 6  # of a text that is no chance match
_SECRET = ("value", "value_wo", "insecure_value", "secret_string", "secret_binary", "result")


def _sent_over_http(resource: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The requests with this resource's value in URL, headers or body."""
    values = [resource.attributes.get(name) for name in _SECRET]
    own = {f"{resource.address}.{name}" for name in _SECRET} | {ref for value in values for ref in _refs(value)}
    texts = [value for value in values if isinstance(value, str) and len(value) >= _SHORTEST]
    found: list[str] = []
    doubts: list[str] = []
    for request in graph.of_type(_REQUESTS):
        sent = [text for _, text in strings(request.attributes)]
        if own & set(_refs(request.attributes)) or any(text in each for text in texts for each in sent):
            found.append(request.address)
        doubts += [f"{request.address}: {value.because}" for value in request.attributes.values() if _is_open(value)]
    return certain(found, doubts)


def _is_open(value: object) -> bool:
    """Whether nothing is known of a value, not even that it comes from outside."""
    return isinstance(value, Unknown) and not value.refs and not value.because.endswith("has no value")


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
