"""Answers made from botocore's own descriptions of AWS: every member of an answer has a value.

A collector that reads a name which AWS does not give finds nothing in them, whatever moto can do.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from cloudaudit.sources.aws.reader import TOKENS

_DEEPEST = 9
_REPORT = (
    "user,arn,password_enabled,password_last_used,password_last_changed,mfa_active,"
    "access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date\n"
    "<root_account>,arn:aws:iam::123456789012:root,not_supported,2026-01-02T03:04:05+00:00,not_supported,true,"
    "false,N/A,N/A,false,N/A,N/A\n"
    "ada,arn:aws:iam::123456789012:user/ada,true,no_information,2025-01-02T03:04:05+00:00,true,"
    "true,2025-01-02T03:04:05+00:00,N/A,false,N/A,N/A\n"
)
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "a-sid",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:name:alias",
            "Condition": {
                "ArnLike": {"AWS:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/name"},
                "StringEquals": {
                    "AWS:SourceAccount": "123456789012",
                    "aws:PrincipalOrgID": "o-1234567890",
                    "lambda:EventSourceToken": "a-token",
                    "lambda:FunctionUrlAuthType": "NONE",
                },
                "Bool": {"lambda:InvokedViaFunctionUrl": "true"},
            },
        }
    ],
}
_LOADER = botocore.session.get_session()
_MODELS: dict[str, Any] = {}

# What members hold whose values botocore does not list; one is taken by the choice. "" stands for what is left out.
_KNOWN: dict[str, tuple[Any, ...]] = {
    "ConfigurationAggregator.CreatedBy": ("", "securityhub.amazonaws.com"),
    "ConfigurationRecorder.servicePrincipal": ("", "securityhub.amazonaws.com"),
    "ConfigurationRecorderStatus.servicePrincipal": ("", "securityhub.amazonaws.com"),
    "HostedZone.LinkedService": ("", "", {"ServicePrincipal": "servicediscovery.amazonaws.com"}),
    "Rule.ManagedBy": ("", "events.amazonaws.com"),
    "Subscription.SubscriptionArn": ("arn:aws:sns:us-east-1:123456789012:topic:1", "PendingConfirmation"),
    "Bucket.BucketRegion": ("us-east-1",),
    "DBClusterSnapshotAttribute.AttributeName": ("restore",),
    "DBSnapshotAttribute.AttributeName": ("restore",),
    "DBCluster.Engine": ("aurora-mysql", "docdb", "neptune", "aurora-postgresql"),
    "DBClusterSnapshot.Engine": ("docdb", "neptune", "aurora-mysql"),
    "DBClusterSnapshot.SnapshotType": ("manual",),
    "DBInstanceAutomatedBackup.Region": ("us-east-1", "eu-west-1"),
    "Endpoint.EngineName": ("postgres", "s3"),
    "GatewayInfo.GatewayType": ("FILE_S3",),
    "LocationListEntry.LocationUri": ("efs://us-east-1.fs-1/", "object-storage://example.com/bucket/"),
    "DBInstance.DBClusterIdentifier": ("", "a-cluster"),
    "DBInstance.Engine": ("postgres", "docdb", "mysql", "neptune", "mariadb", "aurora-mysql"),
    "DBClusterParameterGroup.DBParameterGroupFamily": ("aurora-mysql8.0", "docdb5.0", "neptune1.3"),
    "DBParameterGroup.DBParameterGroupFamily": ("postgres16", "neptune1.3"),
    "DBSnapshot.SnapshotType": ("manual",),
    "BackupVaultListMember.VaultType": ("BACKUP_VAULT", "BACKUP_VAULT", "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"),
    "CacheCluster.Engine": ("memcached", "redis"),
    "CacheCluster.ReplicationGroupId": ("", "a-ReplicationGroupId"),
    "FlowLog.ResourceId": ("vpc-1", "subnet-1", "eni-1", "tgw-1", "tgw-attach-1"),
    "VpcPeeringConnectionStateReason.Code": ("active",),
    "Listener.Protocol": ("HTTP", "HTTPS", "HTTP", "TLS"),
    "RuleCondition.Field": ("host-header", "path-pattern"),
    "GrantListEntry.GranteePrincipal": ("arn:aws:iam::123456789012:role/name",),
    "GrantListEntry.GranteeServicePrincipal": ("",),
    "KeyMetadata.KeySpec": ("SYMMETRIC_DEFAULT",),
    "KeyMetadata.Origin": ("AWS_KMS", "EXTERNAL", "AWS_KMS", "AWS_KMS", "AWS_KMS", "AWS_KMS"),
    "MultiRegionConfiguration.MultiRegionKeyType": ("PRIMARY", "PRIMARY", "PRIMARY", "REPLICA"),
    "RecoveryPointByBackupVault.IsEncrypted": (True, False),
    "RecoveryPointByBackupVault.Status": ("AVAILABLE",),
    "SecretListEntry.OwningService": ("",),
    "SecretListEntry.PrimaryRegion": ("", "us-east-1"),
    "ConfigurationProfileSummary.LocationUri": ("hosted",),
    "Deployment.status": ("PRIMARY",),
    "DeploymentGroupInfo.deploymentGroupName": ("a-deploymentGroups",),
    "NamedQuery.NamedQueryId": ("a-NamedQueryIds",),
    "Project.name": ("a-projects",),
    "ReportGroup.arn": ("a-reportGroups",),
    "FunctionConfiguration.DeadLetterConfig": ({}, {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:failed"}),
    "GlobalCluster.Engine": ("aurora-mysql", "docdb", "neptune"),
}


def model(service: str) -> Any:
    """botocore's description of a service."""
    if service not in _MODELS:
        _MODELS[service] = _LOADER.get_service_model(service)
    return _MODELS[service]


def operation(service: str, method: str) -> Any:
    """botocore's description of the operation behind a client's method."""
    names = {xform_name(name): name for name in model(service).operation_names}
    return model(service).operation_model(names[method])


def filled(shape: Any, choice: int, depth: int = 0, name: str = "") -> Any:  # noqa: PLR0911 - one line a kind
    """A value of the shape. `choice` picks among what an enum or a boolean may be."""
    kind = shape.type_name
    if kind == "structure":
        if depth > _DEEPEST:
            return {}
        return {
            key: known[choice % len(known)]
            if (known := _KNOWN.get(f"{shape.name}.{key}"))
            else filled(member, choice, depth + 1, key)
            for key, member in shape.members.items()
        }
    if kind == "list" and (pairs := _PAIRS.get(shape.member.name)):
        return [{**filled(shape.member, choice, depth + 1, name), "Key": key} for key in pairs]
    if kind == "list":
        number = 2 if shape.member.name == "TunnelOption" else 1  # a VPN has two
        return [filled(shape.member, choice, depth + 1, name)] * number if depth <= _DEEPEST else []
    if kind == "map":
        value = filled(shape.value, choice, depth + 1, name)
        keys = getattr(shape.key, "enum", None) or _KEYS.get(shape.name, ["key"])
        return dict.fromkeys(keys, value)
    if kind == "string":
        return _text(shape, choice, name)
    if kind == "boolean":
        return choice >> len(name) % 2 & 1 == 0  # two that go together differ in some
    if kind in ("integer", "long", "float", "double"):
        return len(name) or 7
    if kind == "timestamp":
        return dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    return _REPORT.encode() if shape.name == "ReportContentType" else b"blob"


# The settings that AWS lists as pairs, and botocore does not name.
_PAIRS = {
    "AdditionalAttribute": ["elb.http.desyncmitigationmode"],
    "LoadBalancerAttribute": [
        *(
            f"{logs}.s3.{what}"
            for logs in ("access_logs", "connection_logs")
            for what in ("enabled", "bucket", "prefix")
        ),
        "deletion_protection.enabled",
        "idle_timeout.timeout_seconds",
        "load_balancing.cross_zone.enabled",
        *(f"routing.http.{what}" for what in ("drop_invalid_header_fields.enabled", "desync_mitigation_mode")),
        *(f"routing.http.{what}" for what in ("preserve_host_header.enabled", "xff_header_processing.mode")),
        "routing.http2.enabled",
        "waf.fail_open.enabled",
    ],
}


# The keys of maps that AWS documents and botocore does not know.
_KEYS = {
    "SubscriptionAttributesMap": (
        "FilterPolicy",
        "PendingConfirmation",
        "RawMessageDelivery",
        "RedrivePolicy",
        "SubscriptionRoleArn",
    ),
    "TopicAttributesMap": (
        "DeliveryPolicy",
        "DisplayName",
        "FifoTopic",
        "KmsMasterKeyId",
        "Owner",
        "Policy",
        "SignatureVersion",
        "TracingConfig",
    ),
}


# What some collectors tell things apart by: the root disk, groups that nobody made, text in base64.
_SPECIAL = {
    "DeviceName": "/dev/sda1",
    "GroupName": "default",
    "ResourceArn": "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1",
    "RootDeviceName": "/dev/sda1",
    "UserData": "dmFsdWU=",
    "Value": "dmFsdWU=",
}


def _text(shape: Any, choice: int, name: str) -> str:  # noqa: PLR0911 - one line a kind
    if name in _SPECIAL and choice % 2 and not shape.enum:
        return _SPECIAL[name]
    if shape.enum:
        return str(shape.enum[choice % len(shape.enum)])
    if name in ("MasterAccountId", "OwnerAccountId"):
        return Session.account
    if shape.name == "pathType" and choice % 2:
        return "/aws-service-role/service.amazonaws.com/"
    if name.lower().endswith("region"):
        return "us-east-1"
    if name == "CreatedAt":
        return "2026-01-02T03:04:05.000Z"
    if "arn" in name.lower() or "arn" in shape.name.lower():
        return f"arn:aws:service:us-east-1:123456789012:thing/{(name or shape.name).lower().removesuffix('s')}:1"
    if "policy" in name.lower() or "document" in name.lower():
        return json.dumps(_POLICY)
    return f"a-{name or shape.name}".ljust(shape.metadata.get("min") or 0, "x")


class Client:
    """A client that answers every operation in full, or refuses some. `asked` hears of each request."""

    def __init__(self, service: str, choice: int, asked: Callable[[str, str, dict[str, Any]], None]) -> None:
        self._service = service
        self._choice = choice
        self._asked = asked

    def can_paginate(self, _method: str) -> bool:
        """Every answer has one page."""
        return False

    def __getattr__(self, method: str) -> Callable[..., Any]:
        described = operation(self._service, method)

        def call(**params: Any) -> Any:
            report = ParamValidator().validate(params, described.input_shape) if described.input_shape else None
            assert report is None or not report.has_errors(), f"{self._service}.{method}: {report.generate_report()}"
            self._asked(self._service, method, params)
            found = filled(described.output_shape, self._choice) if described.output_shape else {}
            return {name: value for name, value in found.items() if name not in TOKENS}

        return call


class Session:
    """An account that answers in full. `refuse` holds "service.operation" names and the error code of each, maybe with
    a message: "AccessDenied: not now"."""

    account = "123456789012"
    partition = "aws"
    home = "us-east-1"

    def __init__(self, choice: int = 0, refuse: dict[str, str] | None = None) -> None:
        self._choice = choice
        self._refuse = refuse or {}
        self.asked: list[tuple[str, str, str]] = []

    def watch(self, due: object) -> None:
        """Nobody is held back."""

    def has(self, _service: str, _region: str) -> bool:
        return True

    def regions(self) -> tuple[str, ...]:
        return ("us-east-1",)

    @contextmanager
    def asking(self, service: str, region: str) -> Iterator[Any]:
        yield self.client(service, region)

    def client(self, service: str, region: str) -> Client:
        def asked(name: str, method: str, params: dict[str, Any]) -> None:
            self.asked.append((name, method, self._request(region, params)))
            if code := self._refuse.get(f"{name}.{method}"):
                code, _, message = code.partition(": ")
                raise ClientError({"Error": {"Code": code, "Message": message or "no"}}, method)

        return Client(service, self._choice, asked)

    def _request(self, region: str, params: dict[str, Any]) -> str:
        return f"{region} " * (region != self.home) + str(sorted(params.items(), key=str))
