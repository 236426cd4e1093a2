"""Nights of a live account in the store: what a call could not list is not gone."""

from pathlib import Path

import pytest
from simulated import ACCOUNT, Account

from cloudaudit.app import Recorder, Request
from cloudaudit.app.auditing import judge_account
from cloudaudit.app.scanning import Court, sum_up
from cloudaudit.sources.aws.account import Plan
from cloudaudit.store import open_store

RULES = ("s3-bucket-versioning", "ebs-volume-encrypted")
REGIONS = ("us-east-1", "eu-west-1")


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(str(tmp_path / "history.db"))


def night(recorder: Recorder, account: Account, day: int, *regions: str) -> None:
    request = Request(only=RULES, clock=f"2026-01-{day:02}T02:00:00Z")
    court = Court(request)
    judged = judge_account(court, account.reader(), Plan(regions=regions or REGIONS, threads=2))
    report = sum_up(court, [f"aws:{ACCOUNT}"], [judged])
    recorder.add(report, request, missed=judged.missed, regions=regions)


def changes(recorder: Recorder) -> list[tuple[str, str]]:
    found = open_store(recorder.place).diff("previous", "latest").changes
    return [(one.kind.value, one.subject.resource.rpartition(":")[2].partition("/")[0]) for one in found]


def estate(account: Account) -> list[str]:
    account.client("s3").create_bucket(Bucket="app-logs")
    return [
        account.client("ec2", region).create_volume(Size=8, AvailabilityZone=f"{region}a")["VolumeId"]
        for region in REGIONS
    ]


def test_what_was_deleted_is_gone(account: Account, recorder: Recorder) -> None:
    (volume, _) = estate(account)
    night(recorder, account, 1)
    account.client("ec2").delete_volume(VolumeId=volume)
    night(recorder, account, 2)

    assert changes(recorder) == [("gone", "volume")]


def test_what_a_call_may_not_list_any_more_is_not_gone(account: Account, recorder: Recorder) -> None:
    estate(account)
    night(recorder, account, 1)
    account.client("s3").delete_bucket(Bucket="app-logs")
    account.deny("ec2:DescribeVolumes")
    night(recorder, account, 2)

    assert sorted(changes(recorder)) == [("gone", "app-logs"), ("unseen", "volume"), ("unseen", "volume")]


def test_a_region_that_was_left_out_hides_what_is_in_it(account: Account, recorder: Recorder) -> None:
    estate(account)
    night(recorder, account, 1)
    night(recorder, account, 2, "eu-west-1")

    assert changes(recorder) == [("unseen", "volume")]
