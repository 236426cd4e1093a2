import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

from cloudaudit.facts import find
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Origin


def record(kind="CNAME", name="www.example.com", **attributes):
    return resource("aws_route53_record.r", type=kind, name=name, **attributes)


def lost(subject, *others):
    whole = ResourceGraph([subject, *others], target="infra", root=".", origin=Origin.SOURCE, complete=True)
    return find("dns.lost_targets").compute(subject, whole)


SITE = [{"name": "s3-website.eu-central-1.amazonaws.com"}]


@pytest.mark.parametrize(
    "name",
    [
        "shop.eu-central-1.elasticbeanstalk.com",
        "web-123.eu-central-1.elb.amazonaws.com.",
        "d111111abcdef8.cloudfront.net",
        "files.s3.eu-central-1.amazonaws.com",
    ],
)
def test_names_of_aws_that_nothing_has_are_lost(name):
    assert lost(record(records=[name])) == [name]
    assert is_unknown(fact("dns.lost_targets", record(records=[name])))


def test_names_that_something_has_or_that_are_not_of_aws_are_not_lost():
    balancer = resource("aws_lb.l", dns_name="web-123.eu-central-1.elb.amazonaws.com")
    bucket = resource("aws_s3_bucket.b", bucket="files")

    assert lost(record(records=["web-123.eu-central-1.elb.amazonaws.com"]), balancer) == []
    assert lost(record("A", alias=[{"name": "dualstack.web-123.eu-central-1.elb.amazonaws.com"}]), balancer) == []
    assert lost(record(records=["files.s3.eu-central-1.amazonaws.com"]), bucket) == []
    assert lost(record(records=["example.github.io"])) == []
    assert lost(record(records=[ref("aws_lb.l.dns_name")])) == []


def test_the_bucket_of_a_website_has_the_name_of_the_record():
    assert lost(record("A", alias=SITE), resource("aws_s3_bucket.b", bucket="www.example.com")) == []
    assert lost(record("A", name="www", alias=SITE), resource("aws_s3_bucket.b", bucket="www.example.com")) == []
    assert lost(record("A", alias=SITE), resource("aws_s3_bucket.b", bucket="shop.example.com")) == [SITE[0]["name"]]
    assert is_unknown(lost(record("A", name=ELSEWHERE, alias=SITE)))
    assert is_unknown(lost(record("A", alias=SITE), resource("aws_s3_bucket.b", bucket=ELSEWHERE)))


def test_values_that_are_not_known_may_be_lost():
    assert is_unknown(lost(record(records=[ELSEWHERE])))
    assert is_unknown(lost(record(records=ELSEWHERE)))


def test_addresses_written_out_are_those_of_the_internet():
    assert fact("dns.literal_addresses", record("A", records=["10.0.0.1", "198.51.100.7"])) == ["198.51.100.7"]
    assert fact("dns.literal_addresses", record("TXT", records=["198.51.100.7"])) == []
    assert fact("dns.literal_addresses", record("A", records=[ref("aws_eip.e.public_ip")])) == []
    eip = resource("aws_eip.e", public_ip="198.51.100.7")
    assert fact("dns.literal_addresses", record("A", records=["198.51.100.7"]), eip) == []
    assert is_unknown(fact("dns.literal_addresses", record("A", records=[ELSEWHERE])))
    assert is_unknown(fact("dns.literal_addresses", record(ELSEWHERE, records=["198.51.100.7"])))


def test_origins_that_nothing_has_are_lost():
    def asked(name, *others):
        subject = resource("aws_cloudfront_distribution.d", origin=[{"domain_name": name}])
        whole = ResourceGraph([subject, *others], target="infra", root=".", origin=Origin.SOURCE, complete=True)
        return find("dns.lost_origins").compute(subject, whole)

    bucket = resource("aws_s3_bucket.b", bucket="files")
    assert asked("files.s3.eu-central-1.amazonaws.com") == ["files.s3.eu-central-1.amazonaws.com"]
    assert asked("files.s3-website-eu-central-1.amazonaws.com") == ["files.s3-website-eu-central-1.amazonaws.com"]
    assert asked("files.s3.amazonaws.com", bucket) == []
    assert asked("files.s3-website-eu-central-1.amazonaws.com", bucket) == []
    assert asked("origin.example.com") == []
    assert asked(ref("aws_s3_bucket.b.bucket_regional_domain_name"), bucket) == []
    assert is_unknown(asked(ELSEWHERE))
    assert is_unknown(asked("files.s3.amazonaws.com", resource("aws_s3_bucket.b", bucket=ELSEWHERE)))
    assert is_unknown(asked("web-1.eu-central-1.elb.amazonaws.com", resource("aws_lb.l")))
    assert asked("files.s3.amazonaws.com", resource("aws_lb.l")) == ["files.s3.amazonaws.com"]


def test_what_a_region_has_that_was_not_looked_at_is_unknown():
    """Buckets are listed for all regions."""
    subject = record(records=["web-123.eu-central-1.elb.amazonaws.com"])
    looked_at = resource("aws_region.r", name="us-east-1")

    def live(one):
        graph = ResourceGraph([one, looked_at], target="aws:1", root="1", origin=Origin.LIVE, complete=True)
        return find("dns.lost_targets").compute(one, graph)

    assert is_unknown(live(subject))
    assert live(record(records=["web-123.us-east-1.elb.amazonaws.com"])) == ["web-123.us-east-1.elb.amazonaws.com"]
    assert live(record(records=["files.s3.eu-central-1.amazonaws.com"])) == ["files.s3.eu-central-1.amazonaws.com"]
