"""Certificates, and ways by which data moves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from recorded import Recorded

from cloudaudit.model import Verdict

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"


def certificate(days: int, **given: Any) -> dict[str, Any]:
    summary = {
        "CertificateArn": ARN,
        "DomainName": "example.com",
        "NotAfter": datetime.now(UTC) + timedelta(days=days, hours=1),
        "InUse": True,
        **given,
    }
    return {
        "acm.list_certificates": {"CertificateSummaryList": [summary]},
        "acm.describe_certificate": {"Certificate": {**summary, **given}},
    }


@pytest.mark.parametrize(
    ("days", "given", "expected"),
    [
        (200, {}, {Verdict.PASS}),
        (31, {}, {Verdict.PASS}),
        (3, {}, {Verdict.FAIL}),
        (-3, {}, {Verdict.FAIL}),
        (3, {"InUse": False}, set()),
    ],
)
def test_certificates_are_judged_by_the_days_that_are_left(
    days: int, given: dict[str, Any], expected: set[Verdict]
) -> None:
    found = Recorded(certificate(days, **given)).verdicts("acm-certificate-not-expiring")

    assert set(found.values()) == expected


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"Type": "AMAZON_ISSUED", "DomainValidationOptions": [{"ValidationMethod": "DNS"}]}, Verdict.PASS),
        ({"Type": "AMAZON_ISSUED", "DomainValidationOptions": [{"ValidationMethod": "EMAIL"}]}, Verdict.FAIL),
        ({"Type": "IMPORTED"}, Verdict.FAIL),
    ],
)
def test_certificates_that_somebody_must_renew_are_told(given: dict[str, Any], verdict: Verdict) -> None:
    assert Recorded(certificate(200, **given)).verdicts("acm-certificate-renews-itself") == {ARN: verdict}


def test_all_kinds_of_keys_are_listed() -> None:
    """Left alone AWS lists certificates with RSA keys of up to 2,048 bits."""
    asked: list[dict[str, Any]] = []

    Recorded({"acm.list_certificates": lambda params: asked.append(params) or {}}).verdicts(
        "acm-certificate-key-strength"
    )

    assert "EC_prime256v1" in asked[0]["Includes"]["keyTypes"]


def test_weak_keys_are_named_as_terraform_does() -> None:
    answers = certificate(200, KeyAlgorithm="RSA-1024")

    assert Recorded(answers).verdicts("acm-certificate-key-strength") == {ARN: Verdict.FAIL}


def endpoint(**given: Any) -> dict[str, Any]:
    made = {"EndpointIdentifier": "e", "EndpointArn": "arn:aws:dms:us-east-1:123456789012:endpoint:e", **given}
    return {"dms.describe_endpoints": {"Endpoints": [made]}}


@pytest.mark.parametrize(
    ("rule", "given", "verdict"),
    [
        ("dms-endpoint-tls", {"EngineName": "postgres", "SslMode": "none"}, Verdict.FAIL),
        ("dms-endpoint-tls", {"EngineName": "postgres", "SslMode": "verify-full"}, Verdict.PASS),
        (
            "dms-redis-endpoint-tls",
            {"EngineName": "redis", "RedisSettings": {"SslSecurityProtocol": "plaintext"}},
            Verdict.FAIL,
        ),
        (
            "dms-kafka-endpoint-tls",
            {"EngineName": "kafka", "KafkaSettings": {"SecurityProtocol": "ssl-encryption"}},
            Verdict.PASS,
        ),
    ],
)
def test_endpoints_of_migrations(rule: str, given: dict[str, Any], verdict: Verdict) -> None:
    assert set(Recorded(endpoint(**given)).verdicts(rule).values()) == {verdict}


def test_tasks_of_migrations_are_judged_by_their_settings() -> None:
    task = {
        "ReplicationTaskIdentifier": "t",
        "ReplicationTaskArn": "arn:aws:dms:us-east-1:123456789012:task:t",
        "ReplicationTaskSettings": '{"Logging": {"EnableLogging": true}}',
    }
    answers = {
        "dms.describe_replication_tasks": {"ReplicationTasks": [task]},
        "dms.describe_replication_configs": {"ReplicationConfigs": []},
    }

    assert Recorded(answers).verdicts("dms-task-logs") == {task["ReplicationTaskArn"]: Verdict.PASS}


@pytest.mark.parametrize(
    ("rule", "given", "verdict"),
    [
        ("transfer-server-no-ftp", {"Protocols": ["SFTP", "FTP"]}, Verdict.FAIL),
        ("transfer-server-no-ftp", {"Protocols": ["SFTP"]}, Verdict.PASS),
        ("transfer-server-security-policy", {"SecurityPolicyName": "TransferSecurityPolicy-2018-11"}, Verdict.FAIL),
        ("transfer-server-in-vpc", {}, Verdict.FAIL),
    ],
)
def test_servers_for_transfers(rule: str, given: dict[str, Any], verdict: Verdict) -> None:
    arn = "arn:aws:transfer:us-east-1:123456789012:server/s-1"
    answers = {
        "transfer.list_servers": {"Servers": [{"ServerId": "s-1", "Arn": arn, "EndpointType": "PUBLIC"}]},
        "transfer.describe_server": {"Server": given},
    }

    assert Recorded(answers).verdicts(rule) == {arn: verdict}


def test_locations_of_datasync_are_told_apart_by_their_address() -> None:
    arn = "arn:aws:datasync:us-east-1:123456789012:location/loc-{}"
    listed = [
        {"LocationArn": arn.format("efs"), "LocationUri": "efs://us-east-1.fs-1/"},
        {"LocationArn": arn.format("store"), "LocationUri": "object-storage://example.com/bucket/"},
        {"LocationArn": arn.format("s3"), "LocationUri": "s3://bucket/"},
    ]
    answers = {
        "datasync.list_locations": {"Locations": listed},
        "datasync.describe_location_efs": {"InTransitEncryption": "NONE"},
        "datasync.describe_location_object_storage": {"ServerProtocol": "HTTP"},
    }

    assert Recorded(answers).verdicts("datasync-efs-tls") == {arn.format("efs"): Verdict.FAIL}
    assert Recorded(answers).verdicts("datasync-object-storage-https") == {arn.format("store"): Verdict.FAIL}
