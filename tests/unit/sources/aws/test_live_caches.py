"""Caches, warehouses, search domains."""

from pathlib import Path
from typing import Any

import pytest
from recorded import Recorded
from simulated import Account
from twin import declared

from cloudaudit.model import Verdict

GROUP = "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:{}"
SEARCH = "arn:aws:es:us-east-1:123456789012:domain/{}"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:search"
WAREHOUSE = "arn:aws:redshift:us-east-1:123456789012:cluster:{}"


def make_groups(account: Account) -> None:
    client = account.client("elasticache")
    for name, good in (("good", True), ("bad", False)):
        client.create_replication_group(
            ReplicationGroupId=name,
            ReplicationGroupDescription="cache",
            Engine="redis",
            CacheNodeType="cache.t3.micro",
            AtRestEncryptionEnabled=good,
            TransitEncryptionEnabled=good,
            AutomaticFailoverEnabled=good,
            MultiAZEnabled=good,
            NumCacheClusters=2,
            SnapshotRetentionLimit=7 if good else 0,
        )


def test_groups_of_caches_are_judged_by_what_aws_says(account: Account) -> None:
    make_groups(account)
    kind = "elasticache-replication-group"
    rules = tuple(
        f"{kind}-{rule}"
        for rule in (
            "at-rest-encrypted",
            "transit-encrypted",
            "automatic-failover",
            "multi-az",
            "backups-enabled",
        )
    )

    found = {(finding.rule, finding.resource): finding.verdict for finding in account.audit(*rules).findings}

    verdicts = {GROUP.format("good"): Verdict.PASS, GROUP.format("bad"): Verdict.FAIL}
    assert found == {(rule, key): verdict for rule in rules for key, verdict in verdicts.items()}


def cache(**given: Any) -> dict[str, Any]:
    return {
        "CacheClusterId": "c-1",
        "ARN": "arn:aws:elasticache:us-east-1:123456789012:cluster:c-1",
        "Engine": "redis",
        "EngineVersion": "7.1.0",
        **given,
    }


def group(**given: Any) -> dict[str, Any]:
    return {"ReplicationGroupId": "g", "ARN": GROUP.format("g"), **given}


def test_members_tell_what_a_group_does_not_say_of_itself() -> None:
    """moto lists no members of its groups."""
    answers = {
        "elasticache.describe_replication_groups": {"ReplicationGroups": [group()]},
        "elasticache.describe_cache_clusters": {
            "CacheClusters": [cache(ReplicationGroupId="g", EngineVersion="5.0.6", CacheSubnetGroupName="default")]
        },
        "elasticache.describe_cache_subnet_groups": {"CacheSubnetGroups": []},
    }

    assert Recorded(answers).verdicts("elasticache-standard-support") == {GROUP.format("g"): Verdict.FAIL}
    assert Recorded(answers).verdicts("elasticache-cluster-minor-upgrades") == {}
    assert Recorded(answers).verdicts("elasticache-replication-group-own-subnets") == {
        GROUP.format("g"): Verdict.UNKNOWN
    }


def test_a_group_without_members_is_unknown_where_they_would_tell() -> None:
    answers = {
        "elasticache.describe_replication_groups": {"ReplicationGroups": [group()]},
        "elasticache.describe_cache_clusters": {"CacheClusters": []},
    }

    assert Recorded(answers).verdicts("elasticache-standard-support") == {GROUP.format("g"): Verdict.UNKNOWN}


@pytest.mark.parametrize(("token", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_whether_there_is_a_token_is_known_without_it(token: bool, verdict: Verdict) -> None:
    given = group(TransitEncryptionEnabled=True, AuthTokenEnabled=token)
    answers = {
        "elasticache.describe_replication_groups": {"ReplicationGroups": [given]},
        "elasticache.describe_cache_clusters": {"CacheClusters": []},
    }

    found = Recorded(answers).verdicts("elasticache-replication-group-authentication")

    assert found == {GROUP.format("g"): verdict}


def test_users_without_password_are_told_but_for_the_default_one() -> None:
    def user(name: str, kind: str) -> dict[str, Any]:
        arn = f"arn:aws:elasticache:us-east-1:123456789012:user:{name}"
        return {"UserId": name, "ARN": arn, "AccessString": "on ~* +@all", "Authentication": {"Type": kind}}

    users = [user("default", "no-password"), user("open", "no-password"), user("app", "password")]

    found = Recorded({"elasticache.describe_users": {"Users": users}}).verdicts("elasticache-user-asks-for-password")

    assert {key.rpartition(":")[2]: verdict for key, verdict in found.items()} == {
        "open": Verdict.FAIL,
        "app": Verdict.PASS,
    }


def test_warehouses_are_judged_by_what_aws_says(account: Account) -> None:
    """moto keeps snapshots of all of them for a day at least."""
    client = account.client("redshift")
    for name, good in (("good", True), ("bad", False)):
        client.create_cluster(
            ClusterIdentifier=name,
            NodeType="ra3.large",
            MasterUsername="app",
            MasterUserPassword="Hunter2222",
            Encrypted=good,
            PubliclyAccessible=not good,
            EnhancedVpcRouting=good,
            AllowVersionUpgrade=good,
        )

    rules = (
        "redshift-cluster-encrypted",
        "redshift-cluster-not-public",
        "redshift-cluster-enhanced-vpc-routing",
    )
    found = {(finding.rule, finding.resource): finding.verdict for finding in account.audit(*rules).findings}

    verdicts = {WAREHOUSE.format("good"): Verdict.PASS, WAREHOUSE.format("bad"): Verdict.FAIL}
    assert found == {(rule, key): verdict for rule in rules for key, verdict in verdicts.items()}


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("default.redshift-1.0", Verdict.FAIL), ("default.redshift-2.0", Verdict.PASS), ("ours", Verdict.PASS)],
)
def test_whether_a_warehouse_asks_for_tls_is_in_its_parameters(name: str, verdict: Verdict) -> None:
    groups = [
        {"ParameterGroupName": each, "ParameterGroupFamily": "redshift-1.0"}
        for each in ("default.redshift-1.0", "ours")
    ]
    answers = {
        "redshift.describe_clusters": {
            "Clusters": [{"ClusterIdentifier": "w", "ClusterParameterGroups": [{"ParameterGroupName": name}]}]
        },
        "redshift.describe_cluster_parameter_groups": {"ParameterGroups": groups},
        "redshift.describe_cluster_parameters": {
            "Parameters": [{"ParameterName": "require_ssl", "ParameterValue": "true"}]
        },
    }

    assert Recorded(answers).verdicts("redshift-cluster-requires-ssl") == {WAREHOUSE.format("w"): verdict}


@pytest.mark.parametrize(("enabled", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_a_warehouse_logs_when_aws_says_so(enabled: bool, verdict: Verdict) -> None:
    answers = {
        "redshift.describe_clusters": {"Clusters": [{"ClusterIdentifier": "w"}]},
        "redshift.describe_logging_status": {"LoggingEnabled": enabled},
    }

    assert Recorded(answers).verdicts("redshift-cluster-audit-logging") == {WAREHOUSE.format("w"): verdict}


SEARCH_RULES = (
    "opensearch-domain-at-rest-encrypted",
    "opensearch-domain-node-to-node-encrypted",
    "opensearch-domain-enforces-https",
    "opensearch-domain-fine-grained-access",
    "opensearch-domain-logging",
    "opensearch-domain-tls-policy",
    "opensearch-domain-in-vpc",
)


def test_search_domains_are_judged_by_what_aws_says(account: Account) -> None:
    account.client("opensearch").create_domain(
        DomainName="good",
        EngineVersion="OpenSearch_2.11",
        EncryptionAtRestOptions={"Enabled": True},
        NodeToNodeEncryptionOptions={"Enabled": True},
        DomainEndpointOptions={"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        AdvancedSecurityOptions={"Enabled": True},
        LogPublishingOptions={"AUDIT_LOGS": {"Enabled": True, "CloudWatchLogsLogGroupArn": LOGS}},
        VPCOptions={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    )
    account.client("opensearch").create_domain(DomainName="bad", EngineVersion="OpenSearch_2.11")

    found = {(finding.rule, finding.resource): finding.verdict for finding in account.audit(*SEARCH_RULES).findings}

    verdicts = {SEARCH.format("good"): Verdict.PASS, SEARCH.format("bad"): Verdict.FAIL}
    assert found == {(rule, key): verdict for rule in SEARCH_RULES for key, verdict in verdicts.items()}


def test_a_search_domain_and_its_terraform_are_judged_alike(account: Account, tmp_path: Path) -> None:
    account.client("opensearch").create_domain(DomainName="bad", EngineVersion="OpenSearch_2.11")
    source = """
      resource "aws_opensearch_domain" "bad" {
        domain_name    = "bad"
        engine_version = "OpenSearch_2.11"
      }
    """

    assert account.audit(*SEARCH_RULES).by_rule() == declared(tmp_path, source, *SEARCH_RULES)


def test_a_domain_that_is_being_deleted_is_no_open_one() -> None:
    answers = {
        "opensearch.list_domain_names": {"DomainNames": [{"DomainName": "gone"}]},
        "opensearch.describe_domains": {"DomainStatusList": []},
    }

    assert Recorded(answers).verdicts("opensearch-domain-enforces-https") == {}


def test_domains_are_unknown_where_their_description_is_denied(account: Account) -> None:
    account.client("opensearch").create_domain(DomainName="bad", EngineVersion="OpenSearch_2.11")
    account.deny("es:DescribeDomains", code="AccessDeniedException")

    assert account.audit("opensearch-domain-enforces-https").verdicts == {SEARCH.format("bad"): Verdict.UNKNOWN}
