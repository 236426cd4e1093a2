"""What is read for some rules alone is enough for them: each says what it says when everything is read."""

import json
from collections import defaultdict

from simulated import Account

from cloudaudit.app.auditing import environment_of, judge_account
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court
from cloudaudit.facts.environment.inference import environment_of as told
from cloudaudit.graph import ResourceGraph
from cloudaudit.settings import Settings
from cloudaudit.sources.aws.account import Plan, graph

PLAN = Plan(regions=("us-east-1",), threads=2)
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "Environment", "Value": name}]


def network(account: Account, name: str) -> tuple[str, str]:
    """A VPC of an environment; its subnet and group say nothing of their own."""
    ec2 = account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=tags(name))
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    return subnet, ec2.create_security_group(GroupName=f"g-{len(name)}", Description="g", VpcId=vpc)["GroupId"]


def mixed(account: Account) -> None:
    """Production and development lean on each other in every way that moto knows."""
    ec2, kms = account.client("ec2"), account.client("kms")
    iam, functions = account.client("iam"), account.client("lambda")
    subnet, group = network(account, "prod")
    key = kms.create_key(Tags=[{"TagKey": "Environment", "TagValue": "prod"}])["KeyMetadata"]["Arn"]
    ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group],
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags("dev")}],
    )  # fmt: skip
    ec2.create_volume(
        AvailabilityZone="us-east-1a", Size=1, Encrypted=True, KmsKeyId=key,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags("dev")}],
    )  # fmt: skip
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    document = json.dumps({"Version": "2012-10-17", "Statement": TRUST})
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=document, Tags=tags("prod"))["Role"]["Arn"]
    allowed = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    policy = iam.create_policy(PolicyName="all", PolicyDocument=allowed, Tags=tags("dev"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="worker", PolicyArn=policy)
    functions.create_function(
        FunctionName="f", Runtime="python3.13", Role=role, Handler="a.b", Code={"ZipFile": b"x"},
        Tags={"Environment": "dev"}, KMSKeyArn=key, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]},
    )  # fmt: skip
    functions.add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction", Principal="*")
    for name in ("shop-data", "shop-logs"):
        account.client("s3").create_bucket(Bucket=name)
    account.client("s3").put_bucket_tagging(Bucket="shop-data", Tagging={"TagSet": tags("dev")})
    account.client("sqs").create_queue(
        QueueName="jobs", Attributes={"KmsMasterKeyId": key}, tags={"Environment": "dev"}
    )
    topic = account.client("sns").create_topic(Name="t", Tags=tags("prod"))["TopicArn"]
    account.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{topic.split(':')[4]}:jobs"
    )
    account.client("rds").create_db_instance(
        DBInstanceIdentifier="main", DBInstanceClass="db.t3.micro", Engine="postgres", StorageEncrypted=True,
        KmsKeyId=key, MasterUsername="root1", MasterUserPassword="x" * 12, AllocatedStorage=20, Tags=tags("dev"),
    )  # fmt: skip


def test_a_rule_says_the_same_whether_all_is_read_or_what_it_needs(account: Account) -> None:
    mixed(account)
    reader = account.reader()
    whole = graph(reader, PLAN, environment_of(Settings()))
    expected = defaultdict(set)
    for one in Court(Request(profile="all")).look(whole).findings:
        expected[one.rule].add((one.resource, one.verdict, one.severity, one.message))

    found = defaultdict(set)
    for rule in expected:
        for one in judge_account(Court(Request(profile="all", only=(rule,))), reader, PLAN).findings:
            found[one.rule].add((one.resource, one.verdict, one.severity, one.message))

    assert len(expected) > 200
    assert {rule: found[rule] ^ said for rule, said in expected.items() if found[rule] != said} == {}


def test_what_nothing_looks_for_is_not_read(account: Account) -> None:
    account.audit("s3-bucket-versioning")

    assert {call.partition(".")[0] for call in account.calls} <= {"s3", "sts", "ec2"}
    assert [call for call in account.calls if call.startswith("ec2.")] == ["ec2.describe_regions"]


def test_an_environment_that_a_denied_list_would_tell_is_not_known(account: Account) -> None:
    _, group = network(account, "prod")
    account.deny("ec2:DescribeVpcs")

    found = account.graph("aws_security_group", "aws_vpc")

    inferred = told(_group(found, group), found)
    assert (inferred.name, inferred.silent) == ("", False)
    assert "ec2:DescribeVpcs was denied" in inferred.because


def _group(found: ResourceGraph, id_: str):  # type: ignore[no-untyped-def]
    return next(one for one in found if one.attributes.get("id") == id_)
