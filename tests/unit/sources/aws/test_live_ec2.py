"""Instances, what starts them, their disks, and what is shared of those."""

import base64
from pathlib import Path
from typing import Any

import pytest
from botomodel import Session
from simulated import Account
from twin import declared

from cloudaudit.model import Unknown, Verdict
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.reader import Reader

SECRET = "#!/bin/bash\nexport DB_PASSWORD=Zx8kQ2vLp9TtR4mW\n"  # noqa: S105 - nobody's
RULES = ("ec2-disks-encrypted", "ec2-instance-imdsv2", "secrets-instance-user-data", "ec2-instance-detailed-monitoring")


def tail(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    return {key.rpartition("/")[2]: verdict for key, verdict in verdicts.items()}


def start(account: Account, *, good: bool) -> str:
    """moto makes a plain root disk whatever it is asked for, unless the mapping says so in full."""
    disk = {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": good, "DeleteOnTermination": True}}
    made = account.client("ec2").run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[disk],
        MetadataOptions={"HttpTokens": "required" if good else "optional", "HttpEndpoint": "enabled"},
        Monitoring={"Enabled": good},
        UserData="#!/bin/bash\nyum update -y\n" if good else SECRET,
    )
    return str(made["Instances"][0]["InstanceId"])


@pytest.fixture
def defaults(account: Account) -> None:
    """moto does not know the defaults of a region for the metadata service."""
    account.give("ec2.get_instance_metadata_defaults", AccountLevel={})


@pytest.mark.usefixtures("defaults")
def test_instances_are_judged_by_what_aws_says(account: Account) -> None:
    good, bad = start(account, good=True), start(account, good=False)

    for rule in RULES:
        assert tail(account.audit(rule).verdicts) == {good: Verdict.PASS, bad: Verdict.FAIL}, rule


@pytest.mark.usefixtures("defaults")
def test_an_instance_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    start(account, good=False)
    source = f"""
      resource "aws_instance" "main" {{
        ami        = "ami-12c6146b"
        monitoring = false
        user_data  = {base64.b64encode(SECRET.encode()).decode()!r}
        root_block_device {{ encrypted = false }}
        metadata_options {{ http_tokens = "optional" }}
      }}
    """.replace("'", '"')

    assert account.audit(*RULES).by_rule() == declared(tmp_path, source, *RULES)


@pytest.mark.usefixtures("defaults")
def test_denied_user_data_is_unknown_and_nothing_else(account: Account) -> None:
    start(account, good=True)
    account.deny("ec2:DescribeInstanceAttribute", "UnauthorizedOperation")

    found = account.audit(*RULES).by_rule()

    assert found["secrets-instance-user-data"] == {Verdict.UNKNOWN}
    assert found["ec2-instance-imdsv2"] == {Verdict.PASS}


def test_disks_that_may_not_be_listed_are_unknown(account: Account) -> None:
    start(account, good=True)
    account.deny("ec2:DescribeVolumes", "UnauthorizedOperation")

    assert account.audit("ec2-disks-encrypted").by_rule() == {"ec2-disks-encrypted": {Verdict.UNKNOWN}}


def test_volumes_and_snapshots(account: Account) -> None:
    ec2 = account.client("ec2")
    good, bad = (
        ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=encrypted)["VolumeId"]
        for encrypted in (True, False)
    )
    of_good, of_bad = (ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for volume in (good, bad))
    ec2.modify_snapshot_attribute(
        SnapshotId=of_bad, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    ec2.modify_snapshot_attribute(
        SnapshotId=of_good, Attribute="createVolumePermission", OperationType="add", UserIds=["111122223333"]
    )
    mine = {of_good: Verdict.PASS, of_bad: Verdict.FAIL}

    volumes = tail(account.audit("ebs-volume-encrypted").verdicts)
    snapshots = tail(account.audit("ebs-snapshot-encrypted").verdicts)
    public = tail(account.audit("ebs-snapshot-not-public").verdicts)
    shares = account.graph("aws_snapshot_create_volume_permission").of_type("aws_snapshot_create_volume_permission")

    assert volumes == {good: Verdict.PASS, bad: Verdict.FAIL}
    assert mine.items() <= snapshots.items()
    assert mine.items() <= public.items()
    assert [(each.attributes["snapshot_id"], each.attributes["account_id"]) for each in shares] == [
        (of_good, "111122223333")
    ]


class Shares(Session):
    """An account as AWS answers, and moto does not: asked for public snapshots, it names those only."""

    def client(self, service: str, region: str) -> Any:
        inner = super().client(service, region)

        class Client:
            def can_paginate(self, _method: str) -> bool:
                return False

            def describe_snapshots(self, **params: Any) -> Any:
                ids = ["snap-public"] if "RestorableByUserIds" in params else ["snap-public", "snap-own"]
                return {"Snapshots": [{"SnapshotId": each} for each in ids]}

            def describe_snapshot_attribute(self, SnapshotId: str, **params: Any) -> Any:  # noqa: N803 - AWS's name
                inner.describe_snapshot_attribute(SnapshotId=SnapshotId, **params)
                return {"CreateVolumePermissions": [{"Group": "all"}]}

        return Client()


def test_only_snapshots_that_aws_calls_public_are_asked_about() -> None:
    session = Shares()

    plan = Plan(types=frozenset({"aws_ebs_snapshot_sharing"}))
    found = graph(Reader(session), plan).of_type("aws_ebs_snapshot_sharing")  # type: ignore[arg-type]

    told = {each.attributes["snapshot_id"]: each.attributes["public"] for each in found}
    assert told == {"snap-public": True, "snap-own": False}
    assert len(session.asked) == 1


def test_idle_disks_and_machines(account: Account) -> None:
    """moto makes everything now and says when a machine was stopped."""
    ec2 = account.client("ec2")
    loose = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    machine = start(account, good=True)
    ec2.stop_instances(InstanceIds=[machine])

    volumes = tail(account.audit("ebs-volume-in-use", idle_days=-1).verdicts)
    machines = tail(account.audit("ec2-instance-not-idle", idle_days=-1).verdicts)

    assert volumes[loose] is Verdict.FAIL
    assert set(volumes.values()) == {Verdict.PASS, Verdict.FAIL}
    assert machines == {machine: Verdict.FAIL}
    assert tail(account.audit("ec2-instance-not-idle").verdicts) == {machine: Verdict.PASS}


def test_encryption_by_default_is_told_for_each_region(account: Account) -> None:
    account.client("ec2", "eu-west-1").enable_ebs_encryption_by_default()

    run = account.audit("ebs-encryption-by-default-enabled", regions=("us-east-1", "eu-west-1"))

    assert run.verdicts == {
        "123456789012/eu-west-1/aws_ebs_encryption_by_default": Verdict.PASS,
        "123456789012/us-east-1/aws_ebs_encryption_by_default": Verdict.FAIL,
    }


def test_images_that_everybody_may_start(account: Account) -> None:
    ec2 = account.client("ec2")
    machine = start(account, good=True)
    own, public = (ec2.create_image(InstanceId=machine, Name=name)["ImageId"] for name in ("own", "public"))
    ec2.modify_image_attribute(ImageId=own, LaunchPermission={"Add": [{"UserId": "111122223333"}]})
    ec2.modify_image_attribute(ImageId=public, LaunchPermission={"Add": [{"Group": "all"}]})

    verdicts = account.audit("ec2-ami-not-public").verdicts

    assert {key.partition("::image/")[2]: verdict for key, verdict in verdicts.items()} == {
        f"{own}/aws_ami_launch_permission/111122223333": Verdict.PASS,
        f"{public}/aws_ami_launch_permission/all": Verdict.FAIL,
    }


TEMPLATE_RULES = (
    "ec2-launch-template-disks-encrypted",
    "ec2-launch-template-imdsv2",
    "ec2-launch-template-no-public-address",
    "secrets-launch-template-user-data",
)


def template(*, good: bool) -> dict[str, Any]:
    interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": not good}
    return {
        "ImageId": "ami-12c6146b",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": good, "VolumeSize": 8}}],
        "MetadataOptions": {"HttpTokens": "required" if good else "optional"},
        "NetworkInterfaces": [interface],
        "UserData": base64.b64encode(("yum update" if good else SECRET).encode()).decode(),
    }


@pytest.mark.usefixtures("defaults")
def test_launch_templates_are_judged_by_their_latest_version(account: Account) -> None:
    ec2 = account.client("ec2")
    ids = {}
    for name, first, last in (("good", False, True), ("bad", True, False)):
        made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=template(good=first))
        ids[name] = made["LaunchTemplate"]["LaunchTemplateId"]
        ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=template(good=last))

    for rule in TEMPLATE_RULES:
        assert tail(account.audit(rule).verdicts) == {ids["good"]: Verdict.PASS, ids["bad"]: Verdict.FAIL}, rule


@pytest.mark.usefixtures("defaults")
def test_launch_configurations_and_groups(account: Account) -> None:
    scaling = account.client("autoscaling")
    for name, good in (("good", True), ("bad", False)):
        scaling.create_launch_configuration(
            LaunchConfigurationName=name,
            ImageId="ami-12c6146b",
            InstanceType="t3.micro",
            AssociatePublicIpAddress=not good,
            UserData="yum update" if good else SECRET,
            MetadataOptions={"HttpTokens": "required" if good else "optional"},
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": good, "VolumeSize": 8}}],
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName=name,
            MinSize=0,
            MaxSize=1,
            AvailabilityZones=["us-east-1a", "us-east-1b"] if good else ["us-east-1a"],
        )
    rules = (
        "autoscaling-group-multi-az",
        "ec2-disks-encrypted",
        "ec2-launch-configuration-no-public-address",
        "ec2-launch-template-imdsv2",
    )

    for rule in rules:
        verdicts = account.audit(rule).verdicts
        assert {key.rpartition("/")[2]: verdict for key, verdict in verdicts.items()} == {
            "good": Verdict.PASS,
            "bad": Verdict.FAIL,
        }, rule


def test_flow_logs_and_whether_they_deliver(account: Account) -> None:
    ec2 = account.client("ec2")
    account.client("s3").create_bucket(Bucket="flows")
    logged, plain = (ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] for _ in range(2))
    ec2.create_flow_logs(
        ResourceIds=[logged],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination="arn:aws:s3:::flows",
    )

    verdicts = tail(account.audit("vpc-flow-logs").verdicts)
    delivered = account.audit("vpc-flow-log-delivers").verdicts

    assert verdicts[logged] is Verdict.PASS
    assert verdicts[plain] is Verdict.FAIL
    assert set(delivered.values()) == {Verdict.PASS}


def test_what_aws_does_not_tell_is_unknown(account: Account) -> None:
    start(account, good=True)

    [machine] = account.graph("aws_instance").of_type("aws_instance")

    assert isinstance(machine.attributes["disable_api_termination"], Unknown)
    assert "launch_template" not in machine.attributes


def test_an_instance_in_the_default_group_is_told_from_others(account: Account) -> None:
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    own = ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    [default] = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    good, bad = (
        ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group])[
            "Instances"
        ][0]["InstanceId"]
        for group in (own, default["GroupId"])
    )

    verdicts = tail(account.audit("ec2-instance-own-security-group").verdicts)

    assert verdicts == {good: Verdict.PASS, bad: Verdict.FAIL}


def test_an_address_that_belongs_to_nothing(account: Account) -> None:
    ec2 = account.client("ec2")
    loose, used = (ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2))
    ec2.associate_address(AllocationId=used, InstanceId=start(account, good=True))

    assert tail(account.audit("eip-in-use").verdicts) == {loose: Verdict.FAIL, used: Verdict.PASS}
