"""What an aggregator of AWS Config tells is what the account itself would tell, in fewer calls."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jmespath
import pytest
from botomodel import operation
from furnished import OTHER, furnish
from simulated import ACCOUNT, REGION, Account

from cloudaudit.app.auditing import judge_account
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court, Judged
from cloudaudit.errors import SourceError
from cloudaudit.graph import ResourceGraph
from cloudaudit.model import Reading, Verdict
from cloudaudit.settings import Settings
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.aggregator import Aggregator, Place, place
from cloudaudit.sources.aws.permissions import SELECT
from cloudaudit.sources.aws.reader import Reader
from cloudaudit.sources.aws.recorded import KINDS, RECORDED
from tests.standins.recorder import Recorder, Shelf

REGIONS = (REGION, OTHER)
UNSIMULATED = {"backup.get_backup_vault_access_policy"}  # moto has it not
LOGS = "arn:aws:s3:::app-logs"
VERSIONED = "s3-bucket-versioning"


class Keeper:
    """The account that the aggregator is in."""

    account = "999999999999"
    partition = "aws"
    home = region = REGION

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def watch(self, _due: object) -> None:
        """Nobody is held back."""

    @contextmanager
    def asking(self, _service: str, _region: str) -> Iterator[Shelf]:
        yield self._shelf


class Recorded:
    """The simulated account, with a recorder in two regions and an aggregator that gets what it records."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.shelf = Shelf(Recorder(account.client, ACCOUNT), REGIONS)
        for region in REGIONS:
            self.record(region, allSupported=True)

    def record(self, region: str, **group: Any) -> None:
        config = self.account.client("config", region)
        role = f"arn:aws:iam::{ACCOUNT}:role/config"
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": group}
        )
        if not config.describe_delivery_channels()["DeliveryChannels"]:
            self.account.client("s3").create_bucket(Bucket=f"recordings-{region}")
            config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": f"recordings-{region}"})
        config.start_configuration_recorder(ConfigurationRecorderName="default")

    def reader(self) -> Reader:
        reader = self.account.reader()
        reader.aggregator = Aggregator(Reader(Keeper(self.shelf)), "org", REGION, ACCOUNT)  # type: ignore[arg-type]
        self.account.calls.clear()
        return reader

    def audit(self, *rules: str) -> Judged:
        court = Court(Request(only=rules, settings=Settings(profile="all")))
        return judge_account(court, self.reader(), Plan(regions=REGIONS, threads=2))

    def verdicts(self, rule: str) -> dict[str, Verdict]:
        found = self.audit(rule).findings
        return {one.resource: one.verdict for one in found if "recordings" not in one.resource}

    def graph(self, *types: str) -> ResourceGraph:
        return graph(self.reader(), Plan(regions=REGIONS, types=frozenset(types), threads=2))

    def asked(self, call: str) -> int:
        """How often the account itself was asked."""
        return self.account.calls.count(call)


@pytest.fixture
def recorded(account: Account) -> Recorded:
    return Recorded(account)


@pytest.fixture
def bucket(recorded: Recorded) -> Recorded:
    """With a bucket that keeps versions."""
    s3 = recorded.account.client("s3")
    s3.create_bucket(Bucket="app-logs")
    s3.put_bucket_versioning(Bucket="app-logs", VersioningConfiguration={"Status": "Enabled"})
    return recorded


def about(*services: str) -> Court:
    """All rules about things of these services."""
    every = Court(Request(profile="all")).applied.compiled.values()
    wanted = tuple(f"aws_{service}_" for service in services)
    only = tuple(one.rule.id for one in every if all(kind.startswith(wanted) for kind in one.rule.types))
    return Court(Request(only=only))


def spoken(findings: Any) -> dict[tuple[str, str], Verdict]:
    return {(one.rule, one.resource): one.verdict for one in findings}


def test_an_account_has_the_same_verdicts_either_way_in_fewer_calls(recorded: Recorded) -> None:
    furnish(recorded.account)
    services = ("acm", "cloudfront", "db", "dynamodb", "ecr", "efs", "kinesis", "kms", "lambda", "rds", "redshift")
    court = about(*services, "lb", "s3", "sns", "sqs")
    before = judge_account(court, recorded.account.reader(), Plan(regions=REGIONS, threads=2))
    calls = list(recorded.account.calls)

    after = judge_account(court, recorded.reader(), Plan(regions=REGIONS, threads=2))

    assert spoken(after.findings) == spoken(before.findings)
    assert len(before.findings) > 300
    assert sorted({call for call in RECORDED if recorded.asked(call) >= calls.count(call)} - UNSIMULATED) == []
    assert len(recorded.account.calls) + len(recorded.shelf.asked) < len(calls)


def test_evidence_names_the_aggregator_and_when_config_saw_the_value(bucket: Recorded) -> None:
    found = bucket.graph("aws_s3_bucket_versioning").resources

    assert found[f"{LOGS}/aws_s3_bucket_versioning"].readings[""] == Reading(SELECT, "2026-01-02T03:04:05Z")
    assert found[LOGS].readings[""].call == "s3:ListAllMyBuckets"


def test_ages_are_those_of_today_however_old_the_item_is(recorded: Recorded) -> None:
    kms = recorded.account.client("kms")
    kms.schedule_key_deletion(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], PendingWindowInDays=30)

    (state,) = (one for one in recorded.graph("aws_kms_key_state") if one.type == "aws_kms_key_state")

    assert state.attributes["days_until_deleted"] in (29, 30)


def test_items_come_page_by_page_and_each_type_once(recorded: Recorded) -> None:
    sns = recorded.account.client("sns")
    for number in range(101):
        sns.create_topic(Name=f"topic-{number}")

    recorded.audit("sns-topic-encrypted")

    assert recorded.shelf.asked.count("AWS::SNS::Topic") == 2
    assert recorded.asked("sns.get_topic_attributes") == 0


def test_only_types_of_which_something_is_wanted_are_asked_for(bucket: Recorded) -> None:
    bucket.audit(VERSIONED)

    assert bucket.shelf.asked == ["describe_configuration_aggregator_sources_status", "AWS::S3::Bucket"]


def test_what_is_not_recorded_exists_all_the_same(bucket: Recorded) -> None:
    bucket.shelf.change = lambda _item: None

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.PASS}


def test_what_was_deleted_since_it_was_recorded_is_not_there(bucket: Recorded) -> None:
    gone = {"resourceName": "gone", "configuration": {"name": "gone"}}
    bucket.shelf.change = lambda item: item | gone

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.PASS}


def stale(item: dict[str, Any]) -> dict[str, Any]:
    """An item that says otherwise than the bucket does by now."""
    versioning = json.dumps({"status": "Off", "isMfaDeleteEnabled": None})
    beside = item["supplementaryConfiguration"] | {"BucketVersioningConfiguration": versioning}
    return item | {"supplementaryConfiguration": beside}


def stopped(recorded: Recorded) -> None:
    recorded.account.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")


def broken(recorded: Recorded) -> None:
    status = {"name": "default", "recording": True, "lastStatus": "FAILURE"}
    recorded.account.give("config.describe_configuration_recorder_status", ConfigurationRecordersStatus=[status])


def narrowed(recorded: Recorded) -> None:
    recorded.record(REGION, allSupported=False, resourceTypes=["AWS::SQS::Queue"])


def excluded(recorded: Recorded) -> None:
    group = {
        "allSupported": False,
        "exclusionByResourceTypes": {"resourceTypes": ["AWS::S3::Bucket"]},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }
    recorded.account.give(
        "config.describe_configuration_recorders",
        ConfigurationRecorders=[{"name": "default", "roleARN": "arn", "recordingGroup": group}],
    )


def of_a_service(recorded: Recorded) -> None:
    recorder = {
        "name": "default",
        "servicePrincipal": "securityhub.amazonaws.com",
        "recordingGroup": {"allSupported": True},
    }
    recorded.account.give("config.describe_configuration_recorders", ConfigurationRecorders=[recorder])


def untold(recorded: Recorded) -> None:
    recorded.account.deny("config:DescribeConfigurationRecorders")


def failing(recorded: Recorded) -> None:
    source = {"SourceId": ACCOUNT, "SourceType": "ACCOUNT", "AwsRegion": REGION, "LastUpdateStatus": "FAILED"}
    recorded.shelf.failing = [source]


def outdated(recorded: Recorded) -> None:
    source = {"SourceId": "o-1234567890", "SourceType": "ORGANIZATION", "LastUpdateStatus": "OUTDATED"}
    recorded.shelf.failing = [source]


def dropped(recorded: Recorded) -> None:
    recorded.shelf.change = lambda item: stale(item) | {"configurationItemStatus": "ResourceNotRecorded"}


def unsaid(recorded: Recorded) -> None:
    recorded.shelf.refuse["describe_configuration_aggregator_sources_status"] = "AccessDeniedException"


@pytest.mark.parametrize(
    "happens",
    [stopped, broken, narrowed, excluded, of_a_service, untold, failing, outdated, dropped, unsaid],
    ids=lambda one: one.__name__,
)
def test_an_item_that_may_be_stale_does_not_count(bucket: Recorded, happens: Callable[[Recorded], None]) -> None:
    bucket.shelf.change = stale
    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.FAIL}

    happens(bucket)

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.PASS}


def test_the_failing_source_of_another_account_is_none_of_ours(bucket: Recorded) -> None:
    source = {"SourceId": "111111111111", "SourceType": "ACCOUNT", "AwsRegion": REGION, "LastUpdateStatus": "FAILED"}
    bucket.shelf.failing = [source]

    bucket.audit(VERSIONED)

    assert bucket.asked("s3.get_bucket_versioning") == 0


def test_an_aggregator_that_refuses_is_told_once_and_the_account_is_asked(bucket: Recorded) -> None:
    bucket.shelf.refuse["select_aggregate_resource_config"] = "AccessDeniedException"

    found = bucket.audit(VERSIONED, "s3-bucket-tls-only", "kms-key-rotation")

    (gap,) = (one for one in found.gaps if SELECT in one.what)
    assert gap.what == f"{SELECT} in 999999999999 us-east-1"
    assert "permissions --aggregator" in gap.remedy
    assert {one.verdict for one in found.findings if one.resource == LOGS and one.rule == VERSIONED} == {Verdict.PASS}
    assert len(bucket.shelf.asked) == 2


def test_what_neither_tells_is_unknown(bucket: Recorded) -> None:
    bucket.shelf.change = lambda item: item | {"supplementaryConfiguration": {}}
    bucket.account.deny("s3:GetBucketVersioning")

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.UNKNOWN}


def test_what_config_tells_needs_no_permission_in_the_account(bucket: Recorded) -> None:
    bucket.account.deny("s3:GetBucketVersioning")

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.PASS}


def test_the_newest_item_of_a_name_counts(bucket: Recorded) -> None:
    made = bucket.shelf.select_aggregate_resource_config

    def twice(**given: Any) -> dict[str, Any]:
        texts = made(**given)["Results"]
        old = [
            json.dumps(stale(json.loads(one)) | {"configurationItemCaptureTime": "2025-01-01T00:00:00Z"})
            for one in texts
        ]
        return {"Results": [*texts, *old]}

    bucket.shelf.select_aggregate_resource_config = twice  # type: ignore[method-assign]

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.PASS}


HOSTILE = {
    "no JSON": lambda _item: "{",
    "no item": lambda _item: "[1, 2]",
    "too deep": lambda item: json.dumps(item)[:-1] + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "too deep within": lambda item: item | {"configuration": "[" * 100_000 + "]" * 100_000},
    "another account": lambda item: stale(item) | {"accountId": "111111111111"},
    "another type": lambda item: stale(item) | {"resourceType": "AWS::SQS::Queue"},
    "an unknown type": lambda item: stale(item) | {"resourceType": ["AWS::S3::Bucket"]},
    "no time": lambda item: stale(item) | {"configurationItemCaptureTime": "<script>"},
    "a time out of reach": lambda item: stale(item) | {"configurationItemCaptureTime": 1e300},
    "no region": lambda item: {name: value for name, value in stale(item).items() if name != "awsRegion"},
    "a list for a name": lambda item: stale(item) | {"resourceName": ["app-logs"]},
    "settings that are a list": lambda item: item | {"supplementaryConfiguration": [1]},
    "settings that are a number": lambda item: (
        item | {"supplementaryConfiguration": {"BucketVersioningConfiguration": 7}}
    ),
    "a status that is a list": lambda item: (
        item
        | {"supplementaryConfiguration": {"BucketVersioningConfiguration": {"status": [{"a": 1}], "Status": "Off"}}}
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_item_is_left_out(bucket: Recorded, change: Callable[[dict[str, Any]], Any]) -> None:
    bucket.shelf.change = change

    assert bucket.verdicts(VERSIONED) == {LOGS: Verdict.PASS}


def test_there_must_be_such_an_aggregator(bucket: Recorded) -> None:
    bucket.shelf.refuse["describe_configuration_aggregator_sources_status"] = "NoSuchConfigurationAggregatorException"

    with pytest.raises(SourceError, match="there is no aggregator 'org' in us-east-1 of account 999999999999; "):
        bucket.reader()


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("org", Place(name="org")),
        ("org@eu-west-1", Place(name="org", region="eu-west-1")),
        ("my_org-1@us-gov-west-1/111111111111", Place(name="my_org-1", region="us-gov-west-1", account="111111111111")),
        ("org/111111111111", Place(name="org", account="111111111111")),
    ],
)
def test_an_aggregator_is_named_with_its_place(stated: str, meant: Place) -> None:
    assert place(stated) == meant


@pytest.mark.parametrize(
    "stated", ["", "two words", "org@", "org@Europe", "org/123", "org@eu-west-1/", "a'b", "o" * 257]
)
def test_anything_else_names_none(stated: str) -> None:
    with pytest.raises(SourceError, match="names no aggregator: NAME, NAME@REGION or NAME@REGION/ACCOUNT"):
        place(stated)


@pytest.mark.parametrize("call", RECORDED)
def test_the_table_names_what_the_operation_has(call: str) -> None:
    recorded = RECORDED[call]
    described = operation(*call.split("."))

    assert recorded.kind in KINDS
    assert recorded.by in described.input_shape.members
    told = jmespath.compile(recorded.page).parsed
    assert {pair["value"] for pair in told["children"]} <= set(described.output_shape.members)
    for path in recorded.untold:
        shape = described.output_shape
        for name in path.split("."):
            assert shape.type_name == "map" or name in shape.members
            shape = shape.value if shape.type_name == "map" else shape.members[name]
