import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource

SHOP = resource("aws_ecr_repository.shop", name="shop/web")


def registry(pattern, frequency="SCAN_ON_PUSH"):
    rule = {"scan_frequency": frequency, "repository_filter": [{"filter": pattern, "filter_type": "WILDCARD"}]}
    return resource("aws_ecr_registry_scanning_configuration.main", scan_type="BASIC", rule=[rule])


@pytest.mark.parametrize(
    ("pattern", "expected"), [("*", True), ("shop/*", True), ("shop", True), ("blog*", False), ("blog", False)]
)
def test_a_rule_of_the_registry_covers_by_name(pattern, expected):
    assert fact("scanning.by_registry", SHOP, registry(pattern)) is expected


def test_a_rule_that_scans_by_hand_does_not_count():
    assert fact("scanning.by_registry", SHOP, registry("*", "MANUAL")) is False
    assert fact("scanning.by_registry", SHOP) is False


def test_what_is_not_known_is_unknown():
    assert is_unknown(fact("scanning.by_registry", SHOP, registry(ELSEWHERE)))
    assert is_unknown(fact("scanning.by_registry", SHOP, registry("*", ELSEWHERE)))


def test_what_is_here_and_not_inspected():
    function = resource("aws_lambda_function.f")
    partly = resource("aws_inspector2_enabler.e", resource_types=["ECR"])
    hidden = resource("aws_inspector2_enabler.e", resource_types=ELSEWHERE)

    assert fact("scanning.left_out", partly, SHOP, function) == ["LAMBDA"]
    assert fact("scanning.left_out", partly, SHOP) == []
    assert is_unknown(fact("scanning.left_out", hidden, SHOP))
