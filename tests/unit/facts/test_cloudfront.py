import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

POLICY = "aws_cloudfront_response_headers_policy.p"


def sends(policy_id, **policy):
    behavior = {"response_headers_policy_id": policy_id} if policy_id else {}
    distribution = resource("aws_cloudfront_distribution.d", default_cache_behavior=[behavior])
    return fact("cloudfront.sends_hsts", distribution, resource(POLICY, **policy))


def config(age):
    return {"security_headers_config": [{"strict_transport_security": [{"access_control_max_age_sec": age}]}]}


def test_a_policy_of_ones_own():
    assert sends(ref(f"{POLICY}.id"), **config(31536000)) is True
    assert sends(ref(f"{POLICY}.id"), **config(31535999)) is False
    assert sends(ref(f"{POLICY}.id")) is False
    assert is_unknown(sends(ref(f"{POLICY}.id"), **config(ELSEWHERE)))


def test_a_policy_of_aws():
    assert sends("67f7725c-6f97-4210-82d7-5512b31e9d03") is True
    assert sends("60669652-455b-4ae9-85a4-c4c02393f86c") is False


@pytest.mark.parametrize("elsewhere", [ELSEWHERE, "00000000-0000-0000-0000-000000000000"])
def test_a_policy_that_is_not_here(elsewhere):
    assert is_unknown(sends(elsewhere, **config(31536000)))


def test_no_policy():
    assert sends(None) is False
