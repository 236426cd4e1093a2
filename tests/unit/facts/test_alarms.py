import json

import pytest
from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

from cloudaudit.facts.alarms import event_pattern, filter_pattern
from cloudaudit.facts.alarms.events import FAMILIES, on_bus

ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
BENCHMARK = {
    "root_use": ROOT,
    "denied_calls": '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
    "logins_without_mfa": '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    "failed_logins": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "key_deletions": "{($.eventSource = kms.amazonaws.com) && "
    "(($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }",
    "cloudtrail_changes": "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) "
    "|| ($.eventName = StartLogging) || ($.eventName = StopLogging) }",
}


def covers(pattern, family):
    return all(filter_pattern.matches(pattern, event) is True for event in FAMILIES[family])


@pytest.mark.parametrize("family", sorted(BENCHMARK))
def test_patterns_of_the_benchmark_cover_their_family_and_no_other(family):
    covered = [other for other in BENCHMARK if covers(BENCHMARK[family], other)]

    assert covered == [family]


@pytest.mark.parametrize(
    "pattern",
    [
        '{ ($.eventName = "StopLogging") || ($.eventName = "DeleteTrail") || ($.eventName = "UpdateTrail") }',
        "{$.eventName=*Trail||$.eventName=StopLogging}",
        "{ $.eventSource = cloudtrail.amazonaws.com }",
        "?UpdateTrail ?DeleteTrail ?StopLogging",
        "",
    ],
)
def test_spacing_order_and_form_do_not_matter(pattern):
    assert covers(pattern, "cloudtrail_changes")


@pytest.mark.parametrize(
    "pattern", ["{ $.eventName = StopLogging }", "{ $.eventName = StopLogging && $.x EXISTS }", "Trail -aws"]
)
def test_a_pattern_that_leaves_events_out_does_not_cover_them(pattern):
    assert not covers(pattern, "cloudtrail_changes")


@pytest.mark.parametrize("pattern", ["{ $.eventName = %Trail% }", "{ $.eventName", "[a, b]", "{ " + "(" * 99 + " }"])
def test_what_cannot_be_read_is_unknown(pattern):
    assert is_unknown(filter_pattern.matches(pattern, FAMILIES["cloudtrail_changes"][0]))


def test_event_patterns():
    login, call = map(on_bus, FAMILIES["root_use"])
    root = {"detail": {"userIdentity": {"type": ["Root"]}}}

    assert event_pattern.matches(root, login) is True
    assert event_pattern.matches({"detail-type": ["AWS Console Sign In via CloudTrail"], **root}, call) is False
    assert event_pattern.matches({"detail": {"eventName": [{"prefix": "Console"}]}}, login) is True
    assert event_pattern.matches({"detail": {"eventName": [{"anything-but": ["ConsoleLogin"]}]}}, login) is False
    assert event_pattern.matches({"detail": {"errorCode": [{"exists": False}]}}, login) is True
    assert is_unknown(event_pattern.matches({"source": [{"cidr": "10.0.0.0/8"}]}, login))


GROUP = resource("aws_cloudwatch_log_group.trail", name="trail")
TRAIL = resource("aws_cloudtrail.main", cloud_watch_logs_group_arn=ref("aws_cloudwatch_log_group.trail.arn"))


def metric_filter(pattern=ROOT, group=None):
    metric = {"name": "root", "namespace": "audit", "value": "1"}
    name = ref("aws_cloudwatch_log_group.trail.name") if group is None else group
    return resource(
        "aws_cloudwatch_log_metric_filter.root", pattern=pattern, log_group_name=name, metric_transformation=[metric]
    )


def alarm(**attributes):
    own = {"metric_name": "root", "namespace": "audit", "alarm_actions": ["arn:aws:sns:eu-central-1:1:oncall"]}
    return resource("aws_cloudwatch_metric_alarm.root", **{**own, **attributes})


def raised(*others):
    return fact("alarms.raised", TRAIL, GROUP, *others)["root_use"]


def test_a_filter_on_the_group_of_the_trail_with_an_alarm_that_acts():
    assert raised(metric_filter(), alarm()) is True
    assert raised(metric_filter(group="trail"), alarm()) is True
    assert raised(metric_filter(), alarm(metric_name=ref("aws_cloudwatch_log_metric_filter.root.name"))) is True


@pytest.mark.parametrize(
    "others",
    [
        [],
        [metric_filter()],
        [metric_filter(), alarm(alarm_actions=[])],
        [metric_filter(), alarm(actions_enabled=False)],
        [metric_filter(), alarm(metric_name="other")],
        [metric_filter(pattern="{ $.eventName = x }"), alarm()],
        [metric_filter(group="other"), resource("aws_cloudwatch_log_group.other", name="other"), alarm()],
    ],
)
def test_any_missing_link_breaks_the_chain(others):
    assert raised(*others) is False


@pytest.mark.parametrize(
    "others",
    [
        [metric_filter(pattern=ELSEWHERE), alarm()],
        [metric_filter(group=ELSEWHERE), alarm()],
        [metric_filter(), alarm(metric_name=ELSEWHERE)],
        [metric_filter(), alarm(alarm_actions=ELSEWHERE)],
    ],
)
def test_a_link_that_is_not_known_leaves_it_unknown(others):
    assert is_unknown(raised(*others))


def test_a_rule_of_eventbridge_with_a_target_does_as_well():
    pattern = json.dumps({"detail": {"userIdentity": {"type": ["Root"]}}})
    rule = resource("aws_cloudwatch_event_rule.root", name="root", event_pattern=pattern)
    target = resource("aws_cloudwatch_event_target.root", rule="root", arn="arn:aws:sns:eu-central-1:1:oncall")
    off = resource("aws_cloudwatch_event_rule.root", name="root", event_pattern=pattern, state="DISABLED")

    assert raised(rule, target) is True
    assert raised(rule) is False
    assert raised(off, target) is False


DATABASE = resource("aws_db_instance.main", identifier="shop")


def watching(**dimensions):
    return fact("alarms.watching", DATABASE, alarm(metric_name="CPUUtilization", dimensions=dimensions))


def test_metrics_that_are_watched():
    assert watching(DBInstanceIdentifier="shop") == ["CPUUtilization"]
    assert watching(DBInstanceIdentifier=ref("aws_db_instance.main.identifier")) == ["CPUUtilization"]
    assert watching(DBInstanceIdentifier="blog") == []
    assert watching(DBInstanceIdentifier=ref("aws_db_instance.blog.identifier")) == []
    assert watching(DBInstanceIdentifier=ref("module.data.aws_db_instance.blog.identifier")) == []
    assert is_unknown(watching(DBInstanceIdentifier=ref("data.aws_db_instance.found.identifier")))
    assert is_unknown(watching(DBInstanceIdentifier=ELSEWHERE))


def test_hostile_patterns_are_unknown_rather_than_slow():
    event = FAMILIES["root_use"][0]
    deep = {"detail": [1]}
    for _ in range(500):
        deep = {"$or": [deep]}

    assert is_unknown(event_pattern.matches(deep, on_bus(event)))
    assert is_unknown(filter_pattern.matches("{ $.a = b" + " || $.a = b" * 5_000 + " }", event))
    assert filter_pattern.matches('{ $.eventName = "' + "*o" * 2_000 + '" }', event) is False


DETECTOR = resource("aws_guardduty_detector.main", enable=True)
HUB = resource("aws_securityhub_account.main")


def heard(subject, **pattern):
    rule = resource("aws_cloudwatch_event_rule.r", name="r", event_pattern=json.dumps(pattern))
    target = resource("aws_cloudwatch_event_target.r", rule="r", arn="arn:aws:sns:eu-central-1:1:oncall")
    return fact("alarms.findings_heard", subject, rule, target)


def test_serious_findings_reach_a_target():
    high = {"severity": [{"numeric": [">=", 7]}]}
    label = {"findings": {"Severity": {"Label": ["HIGH", "CRITICAL"]}}}

    assert heard(DETECTOR, source=["aws.guardduty"]) is True
    assert heard(DETECTOR, source=["aws.guardduty"], detail=high) is True
    assert heard(DETECTOR, source=["aws.guardduty"], detail={"severity": [7, 8, 8.5]}) is True
    assert heard(HUB, source=["aws.securityhub"], detail=label) is True


def test_findings_that_no_rule_is_about():
    low = {"severity": [{"numeric": ["<", 4]}]}

    assert heard(DETECTOR, source=["aws.health"]) is False
    assert heard(DETECTOR, source=["aws.guardduty"], detail=low) is False
    assert heard(HUB, source=["aws.guardduty"]) is False
    assert fact("alarms.findings_heard", DETECTOR) is False
