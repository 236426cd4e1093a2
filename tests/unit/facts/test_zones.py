from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

A = resource("aws_subnet.a", availability_zone="eu-central-1a")
B = resource("aws_subnet.b", availability_zone="eu-central-1b")
ALSO_A = resource("aws_subnet.c", availability_zone="eu-central-1a")
SOMEWHERE = resource("aws_subnet.d", availability_zone=ELSEWHERE)


def several(*subnets, **attributes):
    given = {"vpc_zone_identifier": [ref(f"{subnet.address}.id") for subnet in subnets]} if subnets else {}
    return fact("zones.several", resource("aws_autoscaling_group.g", **given, **attributes), *subnets)


def test_subnets_of_two_zones():
    assert several(A, B) is True


def test_subnets_of_one_zone():
    assert several(A) is False
    assert several(A, ALSO_A) is False


def test_zones_by_name():
    assert several(availability_zones=["eu-central-1a", "eu-central-1b"]) is True
    assert several(availability_zones=["eu-central-1a"]) is False


def test_zones_that_are_not_known():
    assert is_unknown(several(A, SOMEWHERE))
    assert is_unknown(several(vpc_zone_identifier=ELSEWHERE))
    assert several(SOMEWHERE) is False


def test_subnets_within_blocks():
    mapping = [{"subnet_id": ref("aws_subnet.a.id")}, {"subnet_id": ref("aws_subnet.b.id")}]
    balancer = resource("aws_lb.n", subnet_mapping=mapping)
    function = resource("aws_lambda_function.f", vpc_config=[{"subnet_ids": [ref("aws_subnet.a.id")]}])
    hidden = resource("aws_lambda_function.f", vpc_config=[{"subnet_ids": ELSEWHERE}])

    assert fact("zones.several", balancer, A, B) is True
    assert fact("zones.several", function, A, B) is False
    assert is_unknown(fact("zones.several", hidden, A, B))
