"""How rules behave in an account, whatever the service."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from simulated import Account

import cloudaudit
from cloudaudit import app
from cloudaudit.engine.check import check
from cloudaudit.model import Verdict
from cloudaudit.sources.aws.account import Plan, graph

TERRAFORM = 'resource "aws_kms_key" "main" {\n  deletion_window_in_days = 7\n}\n'


def test_what_only_terraform_knows_is_not_asked_of_an_account(account: Account, tmp_path: Path) -> None:
    account.client("kms").create_key()
    (tmp_path / "main.tf").write_text(TERRAFORM)
    (declared,) = cloudaudit.load(tmp_path)

    live = list(check(app.rule_set(app.Request()), account.graph("aws_kms_key")))
    written = list(check(app.rule_set(app.Request()), declared))

    assert "kms-key-deletion-window" not in {one.rule for one in live}
    assert [one.verdict for one in written if one.rule == "kms-key-deletion-window"] == [Verdict.FAIL]
    assert {one.rule for one in live if one.type == "aws_kms_key"} >= {"kms-key-rotation"}


def test_a_log_group_that_no_function_has_needed_yet_is_no_failure(account: Account) -> None:
    document = '{"Version": "2012-10-17", "Statement": []}'
    role = account.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    account.client("lambda").create_function(
        FunctionName="f", Runtime="python3.13", Role=role, Handler="a.b", Code={"ZipFile": b"x"}
    )

    assert account.audit("logs-service-groups-declared").findings == []


def test_production_that_lives_behind_a_balancer_alone_has_an_account_of_its_own(account: Account) -> None:
    """Whether it does is not unknown for tags of listeners and the like."""
    ec2, elb = account.client("ec2"), account.client("elbv2")
    tags = [{"Key": "Environment", "Value": "prod"}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=tags)
    zones = zip(("10.0.0.0/24", "10.0.1.0/24"), ("us-east-1a", "us-east-1b"), strict=True)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for block, zone in zones
    ]
    (balancer,) = elb.create_load_balancer(Name="web", Subnets=subnets, Tags=tags)["LoadBalancers"]
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[answer])

    assert set(account.audit("environment-account-separation").verdicts.values()) == {Verdict.PASS}


def tagged(account: Account, environment: str) -> str:
    """An instance of an environment."""
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Environment", "Value": environment}]}]
    asked = account.client("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, TagSpecifications=tags)
    return str(asked["Instances"][0]["InstanceId"])


def test_what_tags_show_lives_in_an_account_though_it_could_not_be_listed(account: Account) -> None:
    tagged(account, "prod")
    account.client("sqs").create_queue(QueueName="orders", tags={"Environment": "dev"})
    account.deny("sqs:ListQueues")

    (finding,) = account.audit("environment-account-separation").findings

    assert finding.verdict is Verdict.FAIL
    assert "arn:aws:sqs:us-east-1:123456789012:orders (dev by tag Environment)" in finding.message


def test_what_no_collector_reads_lives_in_an_account_too(account: Account) -> None:
    tagged(account, "prod")
    arn = "arn:aws:directconnect:us-east-1:123456789012:dxcon/dxcon-1"
    mappings = [{"ResourceARN": arn, "Tags": [{"Key": "Environment", "Value": "dev"}]}]
    account.give("resourcegroupstaggingapi.get_resources", ResourceTagMappingList=mappings)

    (finding,) = account.audit("environment-account-separation").findings

    assert finding.verdict is Verdict.FAIL
    assert f"{arn} (dev by tag Environment)" in finding.message


@pytest.mark.parametrize("action", ["tag:GetResources", "iam:GetAccountAuthorizationDetails", "ec2:DescribeInstances"])
def test_who_lives_in_an_account_is_not_known_where_what_tells_it_is_refused(account: Account, action: str) -> None:
    tagged(account, "prod")
    account.deny(action)

    (finding,) = account.audit("environment-account-separation").findings

    assert finding.verdict is Verdict.UNKNOWN
    assert action in " ".join(finding.unknown_because)


def test_who_shares_a_key_is_not_known_where_what_may_use_it_is_refused(account: Account) -> None:
    key = account.client("kms").create_key()["KeyMetadata"]["KeyId"]
    for environment in ("prod", "dev"):
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "Environment", "Value": environment}]}]
        account.client("ec2").create_volume(
            AvailabilityZone="us-east-1a", Size=1, Encrypted=True, KmsKeyId=key, TagSpecifications=tags
        )

    def verdict() -> Verdict:
        (finding,) = (one for one in account.audit("environment-used-by-one").findings if one.type == "aws_kms_key")
        return finding.verdict

    seen = verdict()
    account.deny("ec2:DescribeVolumes")

    assert (seen, verdict()) == (Verdict.FAIL, Verdict.UNKNOWN)


def test_a_bucket_may_be_used_from_any_region(account: Account) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    account.client("s3").create_bucket(Bucket="shop-files", CreateBucketConfiguration=place)
    account.deny("backup:ListReportPlans")

    run = account.audit("environment-used-by-one", regions=("us-east-1",))

    (finding,) = (one for one in run.findings if one.type == "aws_s3_bucket")
    assert "backup:ListReportPlans" in " ".join(finding.unknown_because)


def test_a_refusal_reaches_only_facts_that_rest_on_it(account: Account) -> None:
    """The environment of a queue is told by its tags; that functions could not be listed changes nothing."""
    account.client("sqs").create_queue(QueueName="orders", tags={"Environment": "prod"})
    account.client("sqs").create_queue(QueueName="mails", tags={"Environment": "prod"})
    account.deny("lambda:ListFunctions")

    run = account.audit("environment-signals-agree", "lambda-permission-not-public", "environment-told")

    told = {one.verdict for one in run.findings if one.type == "aws_sqs_queue"}
    assert told == {Verdict.PASS}


def test_a_service_that_a_region_does_not_have_is_empty_there(account: Account) -> None:
    """A connection that fails where the service should be is a gap."""

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://sqs.there")

    for has in (True, False):
        reader = account.reader()
        with reader.session.asking("sqs", "us-east-1") as client:
            client.meta.events.register_first("before-call", fail)
        reader.session.has = lambda _service, _region, has=has: has  # type: ignore[method-assign]

        found = graph(reader, Plan(regions=("us-east-1",), types=frozenset({"aws_sqs_queue"}), threads=1))

        assert bool(found.gaps) is has
        assert (found.listing is not None and found.listing.lacks("aws_sqs_queue")) is has
