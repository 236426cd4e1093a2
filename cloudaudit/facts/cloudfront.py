"""Which headers a distribution adds to what it sends."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import Truth, any_of, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Relation, Resource, Unknown

_ATTRIBUTE = "default_cache_behavior.response_headers_policy_id"
_AGE = "security_headers_config.strict_transport_security.access_control_max_age_sec"
_YEAR = 31536000
_POLICIES = Relation(type="aws_cloudfront_response_headers_policy", via=_ATTRIBUTE)

# Policies of AWS that set Strict-Transport-Security to a year: SecurityHeadersPolicy, and those for CORS with it.
_OF_AWS = frozenset(
    {
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    }
)
# Those for CORS alone: SimpleCORS, CORS-With-Preflight.
_WITHOUT = frozenset({"60669652-455b-4ae9-85a4-c4c02393f86c", "5cc3b908-e619-4b99-88e5-2cf7f45965bd"})


def _sends_hsts(resource: Resource, graph: ResourceGraph) -> Truth:
    stated = list(reach(resource.attributes, _ATTRIBUTE))
    for value in stated:
        if isinstance(value, str) and value in _OF_AWS | _WITHOUT:
            return value in _OF_AWS
    related = graph.related(resource, _POLICIES)
    ages = [age for policy in related.found for age in reach(policy.attributes, _AGE)]
    truths: list[Truth] = [age if isinstance(age, Unknown) else float(age) >= _YEAR for age in ages]
    return any_of([*truths, *([unknown(related.because)] if related.because else [])])


FACTS = (
    Fact(
        name="cloudfront.sends_hsts",
        types=("aws_cloudfront_distribution",),
        compute=_sends_hsts,
        doc="bool: the policy of the default behaviour, one's own or one of AWS's, adds Strict-Transport-Security for "
        "a year or longer.",
    ),
)
