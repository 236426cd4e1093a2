import json
from pathlib import Path

from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/{}"
KEYS = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
RULES = (
    "dynamodb-table-deletion-protection",
    "dynamodb-table-point-in-time-recovery",
    "dynamodb-table-not-public",
    "dynamodb-table-scales",
)


def make_tables(account: Account) -> None:
    client = account.client("dynamodb")
    client.create_table(TableName="good", BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=True, **KEYS)
    client.update_continuous_backups(
        TableName="good", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.create_table(
        TableName="bad", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}, **KEYS
    )
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:*", "Resource": "*"}],
    }
    client.put_resource_policy(ResourceArn=ARN.format("bad"), Policy=json.dumps(policy))


def test_tables_are_judged_by_what_aws_says(account: Account) -> None:
    make_tables(account)

    found = {(finding.rule, finding.resource): finding.verdict for finding in account.audit(*RULES).findings}

    verdicts = {ARN.format("good"): Verdict.PASS, ARN.format("bad"): Verdict.FAIL}
    assert found == {(rule, key): verdict for rule in RULES for key, verdict in verdicts.items()}


def test_a_table_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    account.client("dynamodb").create_table(
        TableName="plain", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}, **KEYS
    )
    source = """
      resource "aws_dynamodb_table" "plain" {
        name           = "plain"
        hash_key       = "id"
        read_capacity  = 1
        write_capacity = 1
        attribute {
          name = "id"
          type = "S"
        }
      }
    """

    assert account.audit(*RULES).by_rule() == declared(tmp_path, source, *RULES)


def test_what_was_denied_is_unknown_and_the_rest_is_judged(account: Account) -> None:
    make_tables(account)
    account.deny("dynamodb:DescribeContinuousBackups", code="AccessDeniedException")

    run = account.audit("dynamodb-table-deletion-protection", "dynamodb-table-point-in-time-recovery")

    assert run.by_rule() == {
        "dynamodb-table-deletion-protection": {Verdict.PASS, Verdict.FAIL},
        "dynamodb-table-point-in-time-recovery": {Verdict.UNKNOWN},
    }


def test_a_key_of_aws_is_not_the_customers(account: Account) -> None:
    client, kms = account.client("dynamodb"), account.client("kms")
    ours = kms.create_key()["KeyMetadata"]["Arn"]
    theirs = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    for name, key in (("ours", ours), ("theirs", theirs)):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
            **KEYS,
        )
    client.create_table(TableName="default", BillingMode="PAY_PER_REQUEST", **KEYS)

    assert account.audit("dynamodb-table-customer-key", require_cmk=True).verdicts == {
        ARN.format("ours"): Verdict.PASS,
        ARN.format("theirs"): Verdict.FAIL,
        ARN.format("default"): Verdict.FAIL,
    }


def test_a_table_that_scales_is_told_by_its_target_and_policy(account: Account) -> None:
    make_tables(account)
    scaling = account.client("application-autoscaling")
    place = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/bad",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaling.register_scalable_target(**place, MinCapacity=1, MaxCapacity=9)
    scaling.put_scaling_policy(PolicyName="reads", PolicyType="TargetTrackingScaling", **place)

    assert set(account.audit("dynamodb-table-scales").verdicts.values()) == {Verdict.PASS}
