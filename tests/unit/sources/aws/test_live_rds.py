from pathlib import Path

import pytest
from botomodel import Session
from simulated import Account
from twin import declared

from cloudaudit.model import Unknown, Verdict
from cloudaudit.sources.aws.account import Plan, graph
from cloudaudit.sources.aws.reader import Reader

GOOD = "arn:aws:rds:us-east-1:123456789012:db:good"
BAD = "arn:aws:rds:us-east-1:123456789012:db:bad"
VERDICTS = {GOOD: Verdict.PASS, BAD: Verdict.FAIL}
RULES = (
    "rds-instance-backups-enabled",
    "rds-instance-deletion-protection",
    "rds-instance-log-exports",
    "rds-instance-multi-az",
    "rds-instance-not-public",
    "rds-instance-storage-encrypted",
)
COMMON = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t3.micro",
    "MasterUsername": "app",
    "MasterUserPassword": "x" * 12,
}


def make_instances(account: Account) -> None:
    rds = account.client("rds")
    rds.create_db_instance(
        **COMMON,
        DBInstanceIdentifier="good",
        AllocatedStorage=20,
        StorageEncrypted=True,
        BackupRetentionPeriod=14,
        MultiAZ=True,
        PubliclyAccessible=False,
        DeletionProtection=True,
        EnableCloudwatchLogsExports=["postgresql"],
    )
    rds.create_db_instance(
        **COMMON,
        DBInstanceIdentifier="bad",
        AllocatedStorage=20,
        BackupRetentionPeriod=0,
        PubliclyAccessible=True,
    )


def test_databases_are_judged_by_what_aws_says(account: Account) -> None:
    make_instances(account)

    found = {(finding.rule, finding.resource): finding.verdict for finding in account.audit(*RULES).findings}

    assert found == {(rule, key): verdict for rule in RULES for key, verdict in VERDICTS.items()}


def test_a_database_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    account.client("rds").create_db_instance(
        **COMMON, DBInstanceIdentifier="bad", AllocatedStorage=20, BackupRetentionPeriod=0, PubliclyAccessible=True
    )

    source = """
      resource "aws_db_instance" "bad" {
        identifier          = "bad"
        engine              = "postgres"
        instance_class      = "db.t3.micro"
        allocated_storage   = 20
        publicly_accessible = true
      }
    """

    assert account.audit(*RULES).by_rule() == declared(tmp_path, source, *RULES)


def test_a_denied_call_makes_all_databases_unknown(account: Account) -> None:
    make_instances(account)
    account.deny("rds:DescribeDBInstances")

    run = account.audit("rds-instance-storage-encrypted")

    assert run.findings == []
    assert [gap.what for gap in run.gaps] == ["rds:DescribeDBInstances in 123456789012 us-east-1"]


def test_a_replica_is_not_asked_for_backups_of_its_own(account: Account) -> None:
    make_instances(account)
    account.client("rds").create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="bad")

    assert set(account.audit("rds-instance-backups-enabled").verdicts) == {GOOD, BAD}


def test_clusters_are_told_apart_by_engine(account: Account) -> None:
    rds = account.client("rds")
    for name, engine in (("sql", "aurora-mysql"), ("graph", "neptune")):
        rds.create_db_cluster(
            DBClusterIdentifier=name, Engine=engine, MasterUsername="app", MasterUserPassword="x" * 12
        )

    run = account.audit("rds-cluster-storage-encrypted", "neptune-cluster-encrypted", "rds-cluster-multi-az")

    assert set(map(frozenset, run.by_rule().values())) == {frozenset({Verdict.FAIL})}
    assert {(finding.rule, finding.resource.rpartition(":")[2]) for finding in run.findings} == {
        ("rds-cluster-storage-encrypted", "sql"),
        ("rds-cluster-multi-az", "sql"),
        ("neptune-cluster-encrypted", "graph"),
    }


def test_a_cluster_of_documents_is_none_of_rds() -> None:
    """moto has none."""
    kinds = ("aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster")
    answers = [graph(Reader(Session(1)), Plan(types=frozenset({kind}), threads=1)) for kind in kinds]  # type: ignore[arg-type]

    assert [any(each.type in kinds for each in found) for found in answers] == [True, False, False]


def test_members_of_a_cluster_are_no_instances_of_their_own(account: Account) -> None:
    rds = account.client("rds")
    rds.create_db_cluster(
        DBClusterIdentifier="sql", Engine="aurora-mysql", MasterUsername="app", MasterUserPassword="x" * 12
    )
    for name in ("one", "two"):
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBClusterIdentifier="sql",
            Engine="aurora-mysql",
            DBInstanceClass="db.r6g.large",
            PubliclyAccessible=name == "two",
        )

    run = account.audit("rds-cluster-instance-not-public", "rds-instance-not-public", "rds-cluster-multi-az")

    assert run.by_rule() == {
        "rds-cluster-instance-not-public": {Verdict.PASS, Verdict.FAIL},
        "rds-cluster-multi-az": {Verdict.PASS},
    }


def test_a_snapshot_that_is_shared_with_everybody_is_told(account: Account) -> None:
    make_instances(account)
    rds = account.client("rds")
    for name in ("shared", "kept"):
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier="good")
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="shared", AttributeName="restore", ValuesToAdd=["all"])

    run = account.audit("rds-snapshot-not-public")

    assert {key.rpartition(":")[2]: verdict for key, verdict in run.verdicts.items()} == {
        "shared": Verdict.FAIL,
        "kept": Verdict.PASS,
    }


def test_whose_snapshot_it_is_stays_unknown_where_that_is_denied(account: Account) -> None:
    make_instances(account)
    account.client("rds").create_db_snapshot(DBSnapshotIdentifier="kept", DBInstanceIdentifier="good")
    account.deny("rds:DescribeDBSnapshotAttributes")

    assert set(account.audit("rds-snapshot-not-public").verdicts.values()) == {Verdict.UNKNOWN}


def test_parameters_of_groups_are_those_that_somebody_set(account: Account) -> None:
    rds = account.client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="tls", DBParameterGroupFamily="postgres14", Description="with TLS"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName="tls",
        Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}],
    )
    rds.create_db_instance(**COMMON, DBInstanceIdentifier="good", AllocatedStorage=20, DBParameterGroupName="tls")
    rds.create_db_instance(**COMMON, DBInstanceIdentifier="bad", AllocatedStorage=20, EngineVersion="14.9")

    assert account.audit("rds-instance-requires-tls").verdicts == {GOOD: Verdict.PASS, BAD: Verdict.FAIL}


@pytest.mark.parametrize("mine", [True, False])
def test_whose_key_it_is_shows_in_the_aliases(account: Account, mine: bool) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    if not mine:
        key = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["Arn"]  # moto makes it when it is first asked for
    account.client("rds").create_db_instance(
        **COMMON, DBInstanceIdentifier="good", AllocatedStorage=20, StorageEncrypted=True, KmsKeyId=key
    )

    instance = account.graph("aws_db_instance").resources[GOOD]
    verdicts = account.audit("rds-instance-customer-key", require_cmk=True).verdicts

    assert instance.attributes["kms_key_id"] == key
    assert verdicts == {GOOD: Verdict.PASS if mine else Verdict.FAIL}


def test_what_no_call_tells_is_unknown() -> None:
    plan = Plan(types=frozenset({"aws_db_instance"}), threads=1)

    instances = [each for each in graph(Reader(Session()), plan) if each.type == "aws_db_instance"]  # type: ignore[arg-type]

    assert isinstance(instances[0].attributes["skip_final_snapshot"], Unknown)
    assert "snapshot_identifier" not in instances[0].attributes
