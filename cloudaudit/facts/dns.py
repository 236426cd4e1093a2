"""DNS records: whether what they name in AWS is there, so that nobody else can take its place."""

import re
from typing import Any

from cloudaudit.facts import addresses
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

# Names that AWS gives to resources and, once they are gone, to whoever asks next.
_BUCKET_SITE = re.compile(r"s3-website[.-][a-z0-9-]+\.amazonaws\.com\.?$")
_ENDPOINT = re.compile(
    r"\.(elasticbeanstalk\.com|elb\.amazonaws\.com|elb\.[a-z0-9-]+\.amazonaws\.com|cloudfront\.net"
    r"|awsglobalaccelerator\.com|s3[.-]([a-z0-9-]+\.)?amazonaws\.com)\.?$"
)
_OWNERS = (
    "aws_alb", "aws_cloudfront_distribution", "aws_elastic_beanstalk_environment", "aws_elb",
    "aws_globalaccelerator_accelerator", "aws_lb", "aws_s3_bucket", "aws_s3_bucket_website_configuration",
)  # fmt: skip
_NAMES = ("dns_name", "domain_name", "cname", "endpoint_url", "website_endpoint", "bucket_domain_name",
          "bucket_regional_domain_name")  # fmt: skip


def _lost_targets(record: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The literal names of AWS resources that nothing in the scan has."""
    values = [*_records(record), *reach(record.attributes, "alias.name")]
    doubts = [value.because for value in values if isinstance(value, Unknown) and not _is_declared(value)]
    found = []
    for value in values:
        if isinstance(value, str) and (lost := _lost(value, record, graph)) is not False:
            if isinstance(lost, Unknown):
                doubts.append(lost.because)
            else:
                found.append(value)
    whole = graph.complete or graph.origin is Origin.LIVE
    if found and not whole:
        return unknown([f"whether {name} is there is not in this scan" for name in found])
    return unknown(doubts) if doubts and not found else sorted(found)


def _records(record: Resource) -> list[Any]:
    value = record.attributes.get("records")
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _is_declared(value: Unknown) -> bool:
    """Whether the value is that of a resource of this configuration, which Terraform makes first."""
    parts = [ref for ref in value.refs if not ref.startswith(("var.", "local."))]
    return bool(value.refs) and len(parts) == len(value.refs)


def _lost(value: str, record: Resource, graph: ResourceGraph) -> bool | Unknown:
    text = value.lower().rstrip(".")
    if _BUCKET_SITE.search(text):
        return _site_lost(text, record, graph)
    return bool(_ENDPOINT.search(text)) and not _owned(text, graph)


def _owned(text: str, graph: ResourceGraph) -> bool:
    owners = (owner.attributes for kind in _OWNERS for owner in graph.of_type(kind))
    known = {str(owner.get(name)).lower() for owner in owners for name in _NAMES if isinstance(owner.get(name), str)}
    return (
        text in known
        or text.removeprefix("dualstack.") in known
        or any(text.startswith(f"{bucket.attributes.get('bucket')}.s3") for bucket in graph.of_type("aws_s3_bucket"))
    )


def _site_lost(text: str, record: Resource, graph: ResourceGraph) -> bool | Unknown:
    """A website of S3 is served from the bucket that has the name of the record."""
    name = record.attributes.get("name")
    if isinstance(name, Unknown):
        return name
    whole = str(name or "").lower().rstrip(".")
    for bucket in graph.of_type("aws_s3_bucket"):
        own = bucket.attributes.get("bucket")
        if isinstance(own, Unknown):
            return own
        if own and (own == whole or own.startswith(f"{whole}.") or text.startswith(f"{own}.")):
            return False
    return True


def _literal_addresses(record: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The public addresses that are written out in a record, and are no elastic address of the scan."""
    kind = record.attributes.get("type")
    if isinstance(kind, Unknown):
        return kind
    if kind not in ("A", "AAAA"):
        return []
    values = _records(record)
    doubts = [value.because for value in values if isinstance(value, Unknown) and not _is_declared(value)]
    own = {str(eip.attributes.get("public_ip")) for eip in graph.of_type("aws_eip")}
    related = graph.related(record, Relation(type="aws_eip", via="records")).found
    found = [
        value
        for value in values
        if isinstance(value, str)
        and addresses.span(value)
        and not addresses.is_private(value)
        and value not in own
        and not related
    ]
    return unknown(doubts) if doubts and not found else sorted(found)


FACTS = (
    Fact(
        name="dns.literal_addresses",
        types=("aws_route53_record",),
        compute=_literal_addresses,
        doc="list of the public addresses that an A or AAAA record has written out, other than elastic addresses of "
        "this scan.",
    ),
    Fact(
        name="dns.lost_targets",
        types=("aws_route53_record",),
        compute=_lost_targets,
        doc="list of the names of load balancers, distributions, environments and buckets that a record leads to and "
        "nothing in the scan has. Unknown unless the scan is complete.",
    ),
)
