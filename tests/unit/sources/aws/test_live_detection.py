"""AWS Config, GuardDuty, Security Hub, Inspector and Macie: also where nobody switched them on."""

from pathlib import Path

import pytest
from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Severity, Verdict

TWO = ("us-east-1", "eu-west-1")
HERE, THERE = f"{ACCOUNT}/us-east-1", f"{ACCOUNT}/eu-west-1"


def make_recorder(account: Account, region: str = "us-east-1", *, on: bool = True) -> None:
    config = account.client("config", region)
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "default",
            "roleARN": f"arn:aws:iam::{ACCOUNT}:role/config",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": region == "us-east-1"},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config"})
    if on:
        config.start_configuration_recorder(ConfigurationRecorderName="default")


def test_a_recorder_runs_where_its_own_status_says_so(account: Account) -> None:
    """All recorders are called "default": the one that runs must not answer for that of another region."""
    make_recorder(account)
    make_recorder(account, "eu-west-1", on=False)

    run = account.audit("config-recorder-running", regions=TWO)

    assert run.verdicts == {
        f"{HERE}/aws_config_configuration_recorder/default": Verdict.PASS,
        f"{THERE}/aws_config_configuration_recorder/default": Verdict.FAIL,
    }


def test_every_region_needs_a_recorder(account: Account) -> None:
    make_recorder(account)

    run = account.audit("config-every-region", regions=TWO)

    assert run.verdicts == {HERE: Verdict.PASS, THERE: Verdict.FAIL}
    assert account.audit("config-enabled", regions=TWO).by_rule() == {"config-enabled": {Verdict.PASS}}


def test_a_region_where_nothing_works_weighs_less(account: Account) -> None:
    make_recorder(account)
    idle = {each.resource: each for each in account.audit("config-every-region", regions=TWO).findings}
    account.client("sqs", "eu-west-1").create_queue(QueueName="orders")
    used = {each.resource: each for each in account.audit("config-every-region", regions=TWO).findings}

    assert idle[THERE].severity is Severity.LOW
    assert used[THERE].severity is Severity.HIGH


def test_a_denied_region_is_unknown_and_others_are_not(account: Account) -> None:
    make_recorder(account)
    account.deny("config:DescribeConfigurationRecorderStatus")

    assert set(account.audit("config-every-region", regions=TWO).verdicts.values()) == {Verdict.UNKNOWN}


def test_a_recorder_that_fails_is_found(account: Account) -> None:
    make_recorder(account)
    status = {"name": "default", "recording": True, "lastStatus": "FAILURE", "lastErrorCode": "AccessDenied"}
    account.give("config.describe_configuration_recorder_status", ConfigurationRecordersStatus=[status])

    assert account.audit("config-recorder-succeeds").by_rule() == {"config-recorder-succeeds": {Verdict.FAIL}}


def test_a_channel_that_cannot_write_is_found(account: Account) -> None:
    """moto does not know the status of delivery channels."""
    told = {"name": "default", "configHistoryDeliveryInfo": {"lastStatus": "FAILURE", "lastErrorCode": "AccessDenied"}}
    account.give("config.describe_delivery_channel_status", DeliveryChannelsStatus=[told])

    assert account.audit("config-channel-delivers").by_rule() == {"config-channel-delivers": {Verdict.FAIL}}


def test_recorders_and_their_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    make_recorder(account)
    rules = (
        "config-recorder-all-resources",
        "config-recorder-delivers",
        "config-recorder-global-resources",
        "config-recorder-running",
    )
    source = """
      resource "aws_config_configuration_recorder" "main" {
        role_arn = "arn:aws:iam::123456789012:role/config"
        recording_group {
          all_supported                 = true
          include_global_resource_types = true
        }
      }
      resource "aws_config_delivery_channel" "main" { s3_bucket_name = "config" }
      resource "aws_config_configuration_recorder_status" "main" {
        name       = aws_config_configuration_recorder.main.name
        is_enabled = true
      }
    """

    assert account.audit(*rules).by_rule() == declared(tmp_path, source, *rules)


def test_every_region_needs_a_detector_that_is_on(account: Account) -> None:
    account.client("guardduty").create_detector(Enable=True)
    account.client("guardduty", "eu-west-1").create_detector(Enable=False)

    run = account.audit("guardduty-every-region", regions=TWO)

    assert run.verdicts == {HERE: Verdict.PASS, THERE: Verdict.FAIL}


def test_features_of_a_detector_are_read_beside_it(account: Account) -> None:
    features = [{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}, {"Name": "RDS_LOGIN_EVENTS", "Status": "DISABLED"}]
    answer = {"Status": "ENABLED", "ServiceRole": "r", "Features": features}
    account.client("guardduty").create_detector(Enable=True)
    account.give("guardduty.get_detector", **answer)

    run = account.audit("guardduty-detector-s3-protection", "guardduty-detector-rds-protection")

    assert run.by_rule() == {
        "guardduty-detector-s3-protection": {Verdict.PASS},
        "guardduty-detector-rds-protection": {Verdict.FAIL},
    }


@pytest.mark.parametrize(
    ("created", "verdict"), [("2020-01-01T00:00:00.000Z", Verdict.FAIL), ("2999-01-01T00:00:00.000Z", Verdict.PASS)]
)
def test_findings_that_nobody_handles_are_found(account: Account, created: str, verdict: Verdict) -> None:
    """moto has no findings."""
    account.client("guardduty").create_detector(Enable=True)
    account.give("guardduty.list_findings", FindingIds=["f1"])
    account.give("guardduty.get_findings", Findings=[{"Id": "f1", "CreatedAt": created, "Type": "Backdoor:EC2/X"}])

    assert set(account.audit("guardduty-findings-handled").verdicts.values()) == {verdict}


def test_a_detector_without_findings_passes(account: Account) -> None:
    account.client("guardduty").create_detector(Enable=True)
    account.give("guardduty.list_findings", FindingIds=[])

    run = account.audit("guardduty-findings-handled")

    assert set(run.verdicts.values()) == {Verdict.PASS}
    assert "guardduty.get_findings" not in run.calls


def test_a_hub_that_is_off_is_none_and_no_refusal(account: Account) -> None:
    account.client("securityhub").enable_security_hub()

    run = account.audit("securityhub-every-region", regions=TWO)

    assert run.verdicts == {HERE: Verdict.PASS, THERE: Verdict.FAIL}
    assert not run.gaps


def test_a_hub_checks_what_its_region_subscribed_to(account: Account) -> None:
    """moto does not list standards."""
    account.client("securityhub").enable_security_hub()
    account.give("securityhub.get_enabled_standards", StandardsSubscriptions=[])
    assert set(account.audit("securityhub-has-standard").verdicts.values()) == {Verdict.FAIL}

    standard = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0"
    subscription = {
        "StandardsSubscriptionArn": f"arn:aws:securityhub:us-east-1:{ACCOUNT}:subscription/x",
        "StandardsArn": standard,
        "StandardsStatus": "READY",
    }
    account.give("securityhub.get_enabled_standards", StandardsSubscriptions=[subscription])
    assert set(account.audit("securityhub-has-standard").verdicts.values()) == {Verdict.PASS}


def test_inspector_is_what_its_status_says(account: Account) -> None:
    state = {"ec2": {"status": "ENABLED"}, "ecr": {"status": "DISABLED"}, "lambda": {"status": "ENABLED"}}
    told = {"accountId": ACCOUNT, "state": {"status": "ENABLED"}, "resourceState": state}
    account.give("inspector2.batch_get_account_status", accounts=[told])
    account.client("ecr").create_repository(repositoryName="app")

    run = account.audit("inspector-enabled", "inspector-covers-what-is-here")

    assert run.by_rule() == {
        "inspector-enabled": {Verdict.PASS},
        "inspector-covers-what-is-here": {Verdict.FAIL},
    }


def test_macie_that_is_off_is_none_and_one_that_is_denied_unknown(account: Account) -> None:
    """AWS answers both with the same code; here every refusal says "denied by the test"."""
    account.deny("macie2:GetMacieSession", "AccessDeniedException")

    assert account.audit("macie-enabled").by_rule() == {"macie-enabled": {Verdict.UNKNOWN}}


def test_findings_are_heard_where_an_aggregator_gathers_them(account: Account) -> None:
    """moto knows no aggregators that others ask for."""
    for region in TWO:
        account.client("securityhub", region).enable_security_hub()
    events = account.client("events")
    events.put_rule(Name="findings", EventPattern='{"source": ["aws.securityhub"]}')
    events.put_targets(Rule="findings", Targets=[{"Id": "ops", "Arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"}])
    account.give("securityhub.list_finding_aggregators", FindingAggregators=[])
    alone = account.audit("alarms-securityhub-findings", regions=TWO)

    arn = f"arn:aws:securityhub:us-east-1:{ACCOUNT}:finding-aggregator/1"
    account.give("securityhub.list_finding_aggregators", FindingAggregators=[{"FindingAggregatorArn": arn}])
    account.give("securityhub.get_finding_aggregator", FindingAggregatorArn=arn, RegionLinkingMode="ALL_REGIONS")
    gathered = account.audit("alarms-securityhub-findings", regions=TWO)

    assert set(alone.verdicts.values()) == {Verdict.PASS, Verdict.FAIL}
    assert set(gathered.verdicts.values()) == {Verdict.PASS}


def test_one_region_records_what_is_in_none(account: Account) -> None:
    make_recorder(account)
    make_recorder(account, "eu-west-1")

    run = account.audit("config-recorder-global-resources", regions=TWO)

    assert set(run.verdicts.values()) == {Verdict.PASS}
