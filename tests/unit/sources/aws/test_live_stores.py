"""Services of which a rule or two look at one setting: what AWS answers, recorded, and the verdict."""

from typing import Any

import pytest
from recorded import Recorded

from cloudaudit.model import Verdict

PASS, FAIL = Verdict.PASS, Verdict.FAIL


def proxy(**given: Any) -> dict[str, Any]:
    arn = "arn:aws:rds:us-east-1:123456789012:db-proxy:p"
    return {"rds.describe_db_proxies": {"DBProxies": [{"DBProxyName": "p", "DBProxyArn": arn, **given}]}}


def cluster(engine: str, **given: Any) -> dict[str, Any]:
    arn = "arn:aws:rds:us-east-1:123456789012:cluster:c"
    made = {"DBClusterIdentifier": "c", "DBClusterArn": arn, "Engine": engine, **given}
    return {"rds.describe_db_clusters": {"DBClusters": [made]}, "rds.describe_db_instances": {"DBInstances": []}}


def parameters(family: str, **given: str) -> dict[str, Any]:
    arn = "arn:aws:rds:us-east-1:123456789012:cluster-pg:g"
    group = {"DBClusterParameterGroupName": "g", "DBParameterGroupFamily": family, "DBClusterParameterGroupArn": arn}
    return {
        "rds.describe_db_cluster_parameter_groups": {"DBClusterParameterGroups": [group]},
        "rds.describe_db_cluster_parameters": {
            "Parameters": [{"ParameterName": name, "ParameterValue": value} for name, value in given.items()]
        },
    }


def shared(engine: str, *accounts: str) -> dict[str, Any]:
    snapshot = {
        "DBClusterSnapshotIdentifier": "s",
        "DBClusterSnapshotArn": "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:s",
        "Engine": engine,
        "SnapshotType": "manual",
    }
    attribute = {"AttributeName": "restore", "AttributeValues": list(accounts)}
    return {
        "rds.describe_db_cluster_snapshots": {"DBClusterSnapshots": [snapshot]},
        "rds.describe_db_cluster_snapshot_attributes": {
            "DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": [attribute]}
        },
    }


def memory(**given: Any) -> dict[str, Any]:
    arn = "arn:aws:memorydb:us-east-1:123456789012:cluster/m"
    return {"memorydb.describe_clusters": {"Clusters": [{"Name": "m", "ARN": arn, **given}]}}


def accelerator(**given: Any) -> dict[str, Any]:
    arn = "arn:aws:dax:us-east-1:123456789012:cache/d"
    return {"dax.describe_clusters": {"Clusters": [{"ClusterName": "d", "ClusterArn": arn, **given}]}}


def serverless(kind: str, **given: Any) -> dict[str, Any]:
    arn = f"arn:aws:redshift-serverless:us-east-1:123456789012:{kind}/r"
    made = {f"{kind}Arn": arn, f"{kind}Name": "r", **given}
    return {f"redshift-serverless.list_{kind}s": {f"{kind}s": [made]}}


def gateway(strategy: str) -> dict[str, Any]:
    arn = "arn:aws:storagegateway:us-east-1:123456789012:gateway/sgw-1"
    return {
        "storagegateway.list_gateways": {
            "Gateways": [{"GatewayId": "sgw-1", "GatewayARN": arn, "GatewayType": "FILE_S3"}]
        },
        "storagegateway.describe_smb_settings": {"SMBSecurityStrategy": strategy},
    }


CASES = [
    ("rds-proxy-requires-tls", proxy(RequireTLS=True), {PASS}),
    ("rds-proxy-requires-tls", proxy(RequireTLS=False), {FAIL}),
    ("rds-proxy-requires-tls", {"rds.describe_db_proxies": "AccessDenied"}, set()),
    (
        "docdb-cluster-tls",
        {**cluster("docdb", DBClusterParameterGroup="g"), **parameters("docdb5.0", tls="disabled")},
        {FAIL},
    ),
    ("docdb-cluster-tls", {**cluster("docdb", DBClusterParameterGroup="g"), **parameters("docdb5.0")}, {PASS}),
    ("docdb-cluster-tls", cluster("docdb", DBClusterParameterGroup="default.docdb5.0"), {PASS}),
    ("docdb-cluster-audit-log", cluster("docdb", EnabledCloudwatchLogsExports=["audit"]), {PASS}),
    ("docdb-cluster-deletion-protection", cluster("docdb", DeletionProtection=False), {FAIL}),
    ("docdb-cluster-deletion-protection", cluster("neptune", DeletionProtection=False), set()),
    ("neptune-cluster-iam-authentication", cluster("neptune", IAMDatabaseAuthenticationEnabled=True), {PASS}),
    ("rds-cluster-backtrack", cluster("aurora-mysql", BacktrackWindow=3600), {PASS}),
    ("rds-cluster-backtrack", cluster("aurora-mysql"), {FAIL}),
    ("rds-cluster-snapshot-not-public", shared("docdb", "all"), {FAIL}),
    ("rds-cluster-snapshot-not-public", shared("neptune", "111122223333"), {PASS}),
    ("rds-cluster-snapshot-not-public", shared("aurora-mysql", "all"), set()),
    ("memorydb-cluster-tls", memory(TLSEnabled=True), {PASS}),
    ("memorydb-cluster-authentication", memory(ACLName="open-access"), {FAIL}),
    ("memorydb-cluster-replica", memory(Shards=[{"NumberOfNodes": 1}]), {FAIL}),
    ("memorydb-cluster-replica", memory(Shards=[{"NumberOfNodes": 2}]), {PASS}),
    ("dax-cluster-encrypted", accelerator(SSEDescription={"Status": "ENABLED"}), {PASS}),
    ("dax-cluster-endpoint-tls", accelerator(), {FAIL}),
    ("redshift-serverless-workgroup-not-public", serverless("workgroup", publiclyAccessible=True), {FAIL}),
    ("redshift-serverless-log-exports", serverless("namespace", logExports=["connectionlog", "userlog"]), {PASS}),
    ("storagegateway-smb-encrypted", gateway("ClientSpecified"), {FAIL}),
    ("storagegateway-smb-encrypted", gateway("MandatoryEncryption"), {PASS}),
]


@pytest.mark.parametrize(("rule", "answers", "expected"), CASES)
def test_one_setting_decides(rule: str, answers: dict[str, Any], expected: set[Verdict]) -> None:
    assert set(Recorded(answers).verdicts(rule).values()) == expected
