"""DNS records: whether what they name in AWS is there, so that nobody else can take its place."""

import re
from typing import Any

from cloudaudit.facts import addresses
from cloudaudit.facts.fact import Fact
from cloudaudit.facts.reading import reach
from cloudaudit.facts.truth import Truth, any_of, negate, unknown
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin, Relation, Resource, Unknown

# Names that AWS gives to resources and, once they are gone, to whoever asks next.
_BUCKET_SITE = re.compile(r"s3-website[.-][a-z0-9-]+\.amazonaws\.com\.?$")
_ENDPOINT = re.compile(
    r"\.(elasticbeanstalk\.com|elb\.amazonaws\.com|elb\.[a-z0-9-]+\.amazonaws\.com|cloudfront\.net"
    r"|awsglobalaccelerator\.com|s3[.-]([a-z0-9-]+\.)?amazonaws\.com)\.?$"
)
_REGIONAL = re.compile(r"\.([a-z]{2,}(?:-[a-z]+)+-[0-9]+)\.(?:elb\.amazonaws|elasticbeanstalk)\.com")
_OWNERS = {
    ".awsglobalaccelerator.": ("aws_globalaccelerator_accelerator",),
    ".cloudfront.": ("aws_cloudfront_distribution",),
    ".elasticbeanstalk.": ("aws_elastic_beanstalk_environment",),
    ".elb.": ("aws_alb", "aws_elb", "aws_lb"),
    ".s3": ("aws_s3_bucket",),
}
_NAMES = ("dns_name", "domain_name", "cname", "endpoint_url", "website_endpoint", "bucket_domain_name",
          "bucket_regional_domain_name")  # fmt: skip


def _lost_targets(record: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The literal names of AWS resources that nothing in the scan has."""
    return _without_owner([*_records(record), *reach(record.attributes, "alias.name")], record, graph)


def _lost_origins(distribution: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    """The buckets and balancers that a distribution fetches from and nothing in the scan has."""
    return _without_owner(list(reach(distribution.attributes, "origin.domain_name")), distribution, graph)


def _without_owner(values: list[Any], holder: Resource, graph: ResourceGraph) -> list[str] | Unknown:
    doubts = [value.because for value in values if isinstance(value, Unknown) and not _is_declared(value)]
    found = []
    for value in values:
        if isinstance(value, str) and (lost := _lost(value, holder, graph)) is not False:
            if isinstance(lost, Unknown):
                doubts.append(lost.because)
            else:
                found.append(value)
    whole = graph.complete or graph.origin is Origin.LIVE
    hidden = [name for name in found if not whole or _is_elsewhere(name, graph)]
    found = [name for name in found if name not in hidden]
    if hidden and not found:
        return unknown([f"whether {name} is there is not in this scan" for name in hidden])
    return unknown(doubts) if doubts and not found else sorted(found)


def _is_elsewhere(name: str, graph: ResourceGraph) -> bool:
    """Whether the name is of a region of the account that was not looked at. Buckets are listed for all."""
    looked_at = {each.attributes.get("name") for each in graph.of_type("aws_region")}
    region = _REGIONAL.search(name.lower())
    return bool(looked_at and region and region[1] not in looked_at)


def _records(record: Resource) -> list[Any]:
    value = record.attributes.get("records")
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _is_declared(value: Unknown) -> bool:
    """Whether the value is that of a resource of this configuration, which Terraform makes first."""
    parts = [ref for ref in value.refs if not ref.startswith(("var.", "local."))]
    return bool(value.refs) and len(parts) == len(value.refs)


def _lost(value: str, record: Resource, graph: ResourceGraph) -> Truth:
    text = value.lower().rstrip(".")
    if _BUCKET_SITE.search(text):
        return _site_lost(text, record, graph)
    return negate(_owned(text, graph)) if _ENDPOINT.search(text) else False


def _owned(text: str, graph: ResourceGraph) -> Truth:
    """Whether a resource of the scan has that name; unknown where it may, as AWS gives names when it makes things."""
    truths: list[Truth] = []
    for part, kinds in _OWNERS.items():
        for owner in (owner for kind in kinds if part in text for owner in graph.of_type(kind)):
            names = [owner.attributes.get(name) for name in _NAMES]
            known = [name.lower() for name in names if isinstance(name, str)]
            if owner.type == "aws_s3_bucket":
                truths.append(_is_bucket(owner, text))
            elif known:
                truths.append(text in known or text.removeprefix("dualstack.") in known)
            else:
                truths.append(unknown([f"the name of {owner.address} is known after apply"]))
    return any_of(truths)


def _is_bucket(bucket: Resource, text: str) -> Truth:
    own = bucket.attributes.get("bucket")
    return own if isinstance(own, Unknown) else bool(own) and text.startswith((f"{own}.s3.", f"{own}.s3-"))


def _site_lost(text: str, record: Resource, graph: ResourceGraph) -> Truth:
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
        name="dns.lost_origins",
        types=("aws_cloudfront_distribution",),
        compute=_lost_origins,
        doc="list of the buckets, load balancers and environments that a distribution fetches from and nothing in the "
        "scan has. Unknown unless the scan is complete.",
    ),
    Fact(
        name="dns.lost_targets",
        types=("aws_route53_record",),
        compute=_lost_targets,
        doc="list of the names of load balancers, distributions, environments and buckets that a record leads to and "
        "nothing in the scan has. Unknown unless the scan is complete.",
    ),
)
