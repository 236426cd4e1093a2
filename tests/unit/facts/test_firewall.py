import pytest
from facts_building import ELSEWHERE, fact, is_unknown, resource


def stops(name="AWSManagedRulesKnownBadInputsRuleSet", override="none", vendor_name="AWS", **group):
    rule = {
        "override_action": [{override: [{}]}],
        "statement": [{"managed_rule_group_statement": [{"name": name, "vendor_name": vendor_name, **group}]}],
    }
    return fact("firewall.stops_log4j", resource("aws_wafv2_web_acl.main", rule=[rule]))


def test_the_set_against_known_bad_inputs_in_force():
    assert stops() is True
    assert stops(excluded_rule=[{"name": "Host_localhost_HEADER"}]) is True
    assert stops(rule_action_override=[{"name": "Log4JRCE_BODY", "action_to_use": [{"block": [{}]}]}]) is True


@pytest.mark.parametrize(
    "given",
    [
        {"name": "AWSManagedRulesCommonRuleSet"},
        {"override": "count"},
        {"vendor_name": "Somebody"},
        {"excluded_rule": [{"name": "Log4JRCE"}]},
        {"rule_action_override": [{"name": "Log4JRCE_HEADER", "action_to_use": [{"count": [{}]}]}]},
    ],
)
def test_other_sets_and_rules_that_only_count(given):
    assert stops(**given) is False


def test_a_set_that_is_not_known():
    assert is_unknown(stops(name=ELSEWHERE))
