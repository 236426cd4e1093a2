"""Settings of buckets, access points, and the account's block of public access."""

import json
from pathlib import Path
from typing import Any

import pytest
from recorded import Recorded
from simulated import ACCOUNT, Account
from twin import declared

from cloudaudit.model import Verdict

GOOD, BAD = "arn:aws:s3:::good", "arn:aws:s3:::bad"
BLOCK = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def make_buckets(account: Account) -> Any:
    s3 = account.client("s3")
    for name in ("good", "bad"):
        s3.create_bucket(Bucket=name)
    return s3


def test_a_list_that_lets_everybody_read_is_told(account: Account) -> None:
    make_buckets(account).put_bucket_acl(Bucket="bad", ACL="public-read")

    assert account.audit("s3-bucket-acl-no-public-read").verdicts == {GOOD: Verdict.PASS, BAD: Verdict.FAIL}
    assert account.audit("s3-bucket-acl-no-public-write").verdicts == {GOOD: Verdict.PASS, BAD: Verdict.PASS}


def test_lists_are_not_asked_for_where_they_are_off(account: Account) -> None:
    s3 = make_buckets(account)
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_ownership_controls(Bucket="good", OwnershipControls=rules)

    run = account.audit("s3-bucket-acl-no-public-read")

    assert run.verdicts == {GOOD: Verdict.PASS, BAD: Verdict.PASS}
    assert run.calls.count("s3.get_bucket_acl") == 1


def test_lists_are_unknown_where_they_are_denied(account: Account) -> None:
    make_buckets(account)
    account.deny("s3:GetBucketAcl")

    assert set(account.audit("s3-bucket-acl-no-public-read").verdicts.values()) == {Verdict.UNKNOWN}


def test_lists_are_asked_for_where_nobody_may_see_whether_they_are_off(account: Account) -> None:
    make_buckets(account).put_bucket_acl(Bucket="bad", ACL="public-read")
    account.deny("s3:GetBucketOwnershipControls")

    verdicts = account.audit("s3-bucket-acl-no-public-read").verdicts

    assert verdicts == {GOOD: Verdict.PASS, BAD: Verdict.UNKNOWN}


def test_the_account_blocks_for_all_buckets(account: Account) -> None:
    make_buckets(account)
    before = account.audit("s3-bucket-public-access-block").verdicts
    account.client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=BLOCK)

    after = account.audit("s3-bucket-public-access-block").verdicts

    assert set(before.values()) == {Verdict.FAIL}
    assert set(after.values()) == {Verdict.PASS}


def test_a_policy_for_everybody_is_held_back_by_the_block(account: Account) -> None:
    s3 = make_buckets(account)
    for name in ("good", "bad"):
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{name}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    s3.put_public_access_block(Bucket="good", PublicAccessBlockConfiguration=BLOCK)

    verdicts = account.audit("s3-bucket-policy-not-public").verdicts

    assert {key.partition("/")[0]: verdict for key, verdict in verdicts.items()} == {
        GOOD: Verdict.PASS,
        BAD: Verdict.FAIL,
    }


LIFECYCLE = {
    "Rules": [
        {
            "ID": "all",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
}
VERSIONED = {"Status": "Enabled"}


def test_lifecycles_are_judged_like_their_terraform(account: Account, tmp_path: Path) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="good")
    s3.put_bucket_versioning(Bucket="good", VersioningConfiguration=VERSIONED)
    s3.put_bucket_lifecycle_configuration(Bucket="good", LifecycleConfiguration=LIFECYCLE)
    rules = ("s3-bucket-lifecycle", "s3-bucket-expires-old-versions", "s3-lifecycle-aborts-uploads")
    source = """
      resource "aws_s3_bucket" "good" { bucket = "good" }
      resource "aws_s3_bucket_versioning" "good" {
        bucket = aws_s3_bucket.good.id
        versioning_configuration { status = "Enabled" }
      }
      resource "aws_s3_bucket_lifecycle_configuration" "good" {
        bucket = aws_s3_bucket.good.id
        rule {
          id     = "all"
          status = "Enabled"
          filter { prefix = "" }
          noncurrent_version_expiration { noncurrent_days = 30 }
          abort_incomplete_multipart_upload { days_after_initiation = 7 }
        }
      }
    """

    found = account.audit(*rules).by_rule()

    assert found == declared(tmp_path, source, *rules)
    assert found["s3-lifecycle-aborts-uploads"] == {Verdict.PASS}


def test_a_rule_for_tagged_objects_is_not_one_for_all(account: Account) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="good")
    narrow = {**LIFECYCLE["Rules"][0], "Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}}
    s3.put_bucket_lifecycle_configuration(Bucket="good", LifecycleConfiguration={"Rules": [narrow]})

    assert set(account.audit("s3-lifecycle-aborts-uploads").verdicts.values()) == {Verdict.FAIL}


def test_only_versioned_buckets_are_asked_for_replication(account: Account) -> None:
    s3 = make_buckets(account)
    s3.put_bucket_versioning(Bucket="good", VersioningConfiguration=VERSIONED)
    rule = {"ID": "all", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::bad"}}
    configuration = {"Role": "arn:aws:iam::123456789012:role/copy", "Rules": [rule]}
    s3.put_bucket_versioning(Bucket="bad", VersioningConfiguration=VERSIONED)
    s3.put_bucket_replication(Bucket="good", ReplicationConfiguration=configuration)
    s3.create_bucket(Bucket="plain")

    run = account.audit("s3-bucket-replicated")

    assert run.verdicts == {GOOD: Verdict.PASS, BAD: Verdict.FAIL, "arn:aws:s3:::plain": Verdict.FAIL}
    assert run.calls.count("s3.get_bucket_replication") == 2


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({}, Verdict.FAIL),
        ({"EventBridgeConfiguration": {}}, Verdict.PASS),
        ({"TopicConfigurations": [{"TopicArn": "arn:aws:sns:x:1:t", "Events": ["s3:ObjectCreated:*"]}]}, Verdict.PASS),
        ("AccessDenied", Verdict.UNKNOWN),
    ],
)
def test_events_of_buckets(told: Any, verdict: Verdict) -> None:
    answers = {
        "s3.list_buckets": {"Buckets": [{"Name": "good", "BucketRegion": "us-east-1"}]},
        "s3.get_bucket_notification_configuration": told,
    }

    assert Recorded(answers).verdicts("s3-bucket-event-notifications") == {GOOD: verdict}


def test_access_points_are_judged_by_their_own_block() -> None:
    """moto gives every access point the same block whatever it was made with, so the answers are recorded."""
    arn = "arn:aws:s3:us-east-1:123456789012:accesspoint/{}"
    points = [{"Name": name, "Bucket": "b", "AccessPointArn": arn.format(name)} for name in ("open", "closed")]

    def described(params: dict[str, Any]) -> dict[str, Any]:
        block = BLOCK if params["Name"] == "closed" else {**BLOCK, "RestrictPublicBuckets": False}
        return {"PublicAccessBlockConfiguration": block}

    answers = {
        "s3control.list_access_points": {"AccessPointList": points},
        "s3control.get_access_point": described,
        "s3control.get_access_point_policy": "NoSuchAccessPointPolicy",
    }

    assert Recorded(answers).verdicts("s3-access-point-public-access-block") == {
        arn.format("open"): Verdict.FAIL,
        arn.format("closed"): Verdict.PASS,
    }


def test_vaults_without_a_policy_are_not_public() -> None:
    arn = "arn:aws:glacier:us-east-1:123456789012:vaults/{}"
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "glacier:*", "Resource": "*"}

    def policy(params: dict[str, Any]) -> Any:
        found = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [everybody]})}
        return {"policy": found} if params["vaultName"] == "open" else "ResourceNotFoundException"

    answers = {
        "glacier.list_vaults": {"VaultList": [{"VaultName": n, "VaultARN": arn.format(n)} for n in ("open", "closed")]},
        "glacier.get_vault_access_policy": policy,
    }

    verdicts = Recorded(answers).verdicts("glacier-vault-not-public")

    assert verdicts == {arn.format("open"): Verdict.FAIL, arn.format("closed"): Verdict.PASS}
