from simulated import Account

from cloudaudit.model import Unknown, Verdict

LOGS = "arn:aws:s3:::app-logs"


def test_versioning_is_read_beside_the_bucket(account: Account) -> None:
    s3 = account.client("s3")
    for name in ("app-logs", "plain"):
        s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket="app-logs", VersioningConfiguration={"Status": "Enabled"})

    run = account.audit("s3-bucket-versioning")

    assert run.verdicts == {LOGS: Verdict.PASS, "arn:aws:s3:::plain": Verdict.FAIL}


def test_a_denied_call_makes_versioning_unknown(account: Account) -> None:
    account.client("s3").create_bucket(Bucket="app-logs")
    account.deny("s3:GetBucketVersioning")

    run = account.audit("s3-bucket-versioning")

    assert run.verdicts == {LOGS: Verdict.UNKNOWN}
    assert run.findings[0].unknown_because == ("related.versioning: s3:GetBucketVersioning was denied",)
    assert [gap.what for gap in run.gaps] == ["s3:GetBucketVersioning in 123456789012 us-east-1"]


def test_only_what_the_rules_look_at_is_read(account: Account) -> None:
    account.client("s3").create_bucket(Bucket="app-logs")

    run = account.audit("s3-bucket-versioning")

    asked = {call for call in run.calls if call.startswith("s3.")}
    assert "s3.get_bucket_versioning" in asked
    assert "s3.get_bucket_encryption" not in asked


def test_tags_come_in_bulk(account: Account) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="app-logs")
    s3.put_bucket_tagging(Bucket="app-logs", Tagging={"TagSet": [{"Key": "Environment", "Value": "prod"}]})

    bucket = account.graph("aws_s3_bucket").resources[LOGS]

    assert bucket.attributes["tags"] == {"Environment": "prod"}
    assert isinstance(bucket.attributes["object_lock_enabled"], Unknown)
    assert bucket.readings["tags"].call == "tag:GetResources"
