from pathlib import Path

import pytest
from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Unknown, Verdict

GOOD = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/good"
BAD = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/bad"
RULES = (
    "cloudtrail-enabled",
    "cloudtrail-encrypted-with-kms-key",
    "cloudtrail-global-events",
    "cloudtrail-log-file-validation",
    "cloudtrail-trail-multi-region",
)
TOGETHER = ("cloudtrail-s3-read-events", "cloudtrail-s3-write-events", "cloudtrail-function-events")
SELECTORS = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}],
    }
]


def make_trails(account: Account) -> None:
    s3, trails = account.client("s3"), account.client("cloudtrail")
    for name in ("good", "bad"):
        s3.create_bucket(Bucket=f"trail-{name}")
    trails.create_trail(
        Name="good",
        S3BucketName="trail-good",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:key/7e5a8c1b-0d2f-4a36-9b7c-1c2d3e4f5a6b",
    )
    trails.start_logging(Name="good")
    trails.put_event_selectors(TrailName="good", EventSelectors=SELECTORS)
    trails.create_trail(Name="bad", S3BucketName="trail-bad", IncludeGlobalServiceEvents=False)


@pytest.mark.parametrize("rule", RULES)
def test_trails_are_judged_by_what_aws_says(account: Account, rule: str) -> None:
    make_trails(account)

    assert account.audit(rule).verdicts == {GOOD: Verdict.PASS, BAD: Verdict.FAIL}


def test_a_trail_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    make_trails(account)
    source = """
      resource "aws_cloudtrail" "good" {
        name                       = "good"
        s3_bucket_name             = "trail-good"
        is_multi_region_trail      = true
        enable_log_file_validation = true
        kms_key_id                 = "arn:aws:kms:us-east-1:123456789012:key/7e5a8c1b-0d2f-4a36-9b7c-1c2d3e4f5a6b"
        event_selector {
          data_resource {
            type   = "AWS::S3::Object"
            values = ["arn:aws:s3"]
          }
        }
      }
      resource "aws_cloudtrail" "bad" {
        name                          = "bad"
        s3_bucket_name                = "trail-bad"
        enable_logging                = false
        include_global_service_events = false
      }
    """

    assert account.audit(*RULES, *TOGETHER).by_rule() == declared(tmp_path, source, *RULES, *TOGETHER)


def test_a_trail_of_all_regions_counts_once(account: Account) -> None:
    make_trails(account)

    run = account.audit("cloudtrail-enabled", "cloudtrail-multi-region", regions=("us-east-1", "eu-west-1"))

    assert sorted(finding.resource for finding in run.findings if finding.rule == "cloudtrail-enabled") == [BAD, GOOD]
    assert run.by_rule()["cloudtrail-multi-region"] == {Verdict.PASS}
    assert run.calls.count("cloudtrail.get_trail_status") == 2


def test_a_denied_status_makes_logging_unknown_and_nothing_else(account: Account) -> None:
    make_trails(account)
    account.deny("cloudtrail:GetTrailStatus")

    run = account.audit("cloudtrail-enabled", "cloudtrail-log-file-validation")

    assert run.by_rule() == {
        "cloudtrail-enabled": {Verdict.UNKNOWN},
        "cloudtrail-log-file-validation": {Verdict.PASS, Verdict.FAIL},
    }
    assert isinstance(account.graph("aws_cloudtrail").resources[GOOD].attributes["enable_logging"], Unknown)


def test_denied_trails_are_not_taken_for_none(account: Account) -> None:
    make_trails(account)
    account.deny("cloudtrail:DescribeTrails")

    assert account.audit("cloudtrail-multi-region").by_rule() == {"cloudtrail-multi-region": {Verdict.UNKNOWN}}


def test_an_account_without_a_trail_fails(account: Account) -> None:
    assert account.audit("cloudtrail-multi-region").by_rule() == {"cloudtrail-multi-region": {Verdict.FAIL}}


def test_only_trails_that_are_on_must_deliver(account: Account) -> None:
    """moto says of every trail that is on that it delivered just now."""
    make_trails(account)

    run = account.audit("cloudtrail-delivers")

    assert run.verdicts == {f"{GOOD}/aws_cloudtrail_delivery": Verdict.PASS}


def test_a_trail_in_a_bucket_of_the_account_can_be_deleted_with_it(account: Account) -> None:
    make_trails(account)
    key = f"{GOOD}/aws_cloudtrail_delivery"

    assert account.audit("cloudtrail-kept-elsewhere").verdicts == {key: Verdict.FAIL}

    account.client("s3").delete_bucket(Bucket="trail-good")
    assert account.audit("cloudtrail-kept-elsewhere").verdicts == {key: Verdict.PASS}


def test_advanced_selectors_are_read(account: Account) -> None:
    make_trails(account)
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    ]
    selector = {"Name": "objects", "FieldSelectors": fields}
    account.client("cloudtrail").put_event_selectors(TrailName="bad", AdvancedEventSelectors=[selector])

    trail = account.graph("aws_cloudtrail").resources[BAD]
    assert trail.attributes["advanced_event_selector"][0]["field_selector"][1] == {
        "field": "resources.type",
        "equals": ["AWS::S3::Object"],
    }


def test_a_trail_of_the_organisation_is_read_from_a_member(account: Account) -> None:
    """Members see the shadow of a trail that another account owns, in every region; moto makes none."""
    arn = "arn:aws:cloudtrail:us-east-1:999999999999:trail/organisation"
    trail = {
        "Name": "organisation",
        "TrailARN": arn,
        "HomeRegion": "us-east-1",
        "S3BucketName": "logs-of-the-organisation",
        "IsMultiRegionTrail": True,
        "IsOrganizationTrail": True,
        "IncludeGlobalServiceEvents": True,
    }
    account.give("cloudtrail.describe_trails", trailList=[trail])
    account.give("cloudtrail.get_trail_status", IsLogging=True)
    account.give("cloudtrail.get_event_selectors", TrailARN=arn, AdvancedEventSelectors=[], EventSelectors=[])

    run = account.audit("cloudtrail-multi-region", "cloudtrail-enabled", regions=("eu-west-1", "eu-central-1"))

    assert [each.resource for each in run.findings if each.rule == "cloudtrail-enabled"] == [arn]
    assert set(run.verdicts.values()) == {Verdict.PASS}
    assert run.calls.count("cloudtrail.get_trail_status") == 1
