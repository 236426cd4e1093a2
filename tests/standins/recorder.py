"""AWS Config beside moto: configuration items as it writes them, made of moto's answers, and an aggregator."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError

CAPTURED = "2026-01-02T03:04:05.678Z"
_PAGE = 100
_WANTED = re.compile(r"accountId = '(\d+)' AND resourceType = '([\w:]+)'")

Client = Callable[[str, str], Any]
"""Makes a client of a service in a region."""


class Recorder:
    """What is recorded of an account. Services build an item each; what moto does not have is left out."""

    def __init__(self, client: Client, account: str) -> None:
        self._client = client
        self._account = account

    def items(self, kind: str, regions: tuple[str, ...]) -> list[dict[str, Any]]:
        """The items of a type, as an aggregator would hold them."""
        return [item for region in regions for item in self._made(kind, region)]

    def _made(self, kind: str, region: str) -> Iterator[dict[str, Any]]:
        makers = {
            "AWS::ACM::Certificate": self._certificates,
            "AWS::Backup::BackupVault": self._vaults,
            "AWS::CloudFront::Distribution": self._distributions,
            "AWS::DynamoDB::Table": self._tables,
            "AWS::ECR::Repository": self._repositories,
            "AWS::EFS::FileSystem": self._file_systems,
            "AWS::ElasticLoadBalancingV2::LoadBalancer": self._balancers,
            "AWS::KMS::Key": self._keys,
            "AWS::Kinesis::Stream": self._streams,
            "AWS::Lambda::Function": self._functions,
            "AWS::RDS::DBClusterSnapshot": self._cluster_snapshots,
            "AWS::RDS::DBSnapshot": self._snapshots,
            "AWS::Redshift::Cluster": self._clusters,
            "AWS::S3::Bucket": self._buckets,
            "AWS::SNS::Topic": self._topics,
            "AWS::SQS::Queue": self._queues,
        }
        for name, configuration, beside in makers[kind](region):
            yield {
                "accountId": self._account,
                "awsRegion": "global" if kind.startswith("AWS::CloudFront") else region,
                "resourceType": kind,
                "resourceName": name,
                "configurationItemCaptureTime": CAPTURED,
                "configurationItemStatus": "OK",
                "configuration": written(configuration),
                "supplementaryConfiguration": {key: json.dumps(written(value)) for key, value in beside.items()},
            }

    def _certificates(self, region: str) -> Iterator[Any]:
        acm = self._client("acm", region)
        for one in acm.list_certificates()["CertificateSummaryList"]:
            told = acm.describe_certificate(CertificateArn=one["CertificateArn"])["Certificate"]
            yield one["CertificateArn"], small(told), {}

    def _vaults(self, region: str) -> Iterator[Any]:
        backup = self._client("backup", region)
        for one in backup.list_backup_vaults()["BackupVaultList"]:
            name = one["BackupVaultName"]
            policy = asked(backup.get_backup_vault_access_policy, "Policy", BackupVaultName=name)
            told = {"AccessPolicy": json.loads(policy)} if policy else {}
            yield name, {"BackupVaultName": name, "BackupVaultArn": one["BackupVaultArn"], **told}, {}

    def _distributions(self, region: str) -> Iterator[Any]:
        if region != "us-east-1":
            return
        cloudfront = self._client("cloudfront", region)
        for one in cloudfront.list_distributions()["DistributionList"].get("Items", ()):
            told = cloudfront.get_distribution(Id=one["Id"])["Distribution"]
            yield one["Id"], small(told), {}

    def _tables(self, region: str) -> Iterator[Any]:
        dynamodb = self._client("dynamodb", region)
        for name in dynamodb.list_tables()["TableNames"]:
            backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
            backups["PointInTimeRecoveryDescription"].pop("RecoveryPeriodInDays", None)
            table = dynamodb.describe_table(TableName=name)["Table"]
            yield name, small(table), {"ContinuousBackupsDescription": small(backups)}

    def _repositories(self, region: str) -> Iterator[Any]:
        ecr = self._client("ecr", region)
        for one in ecr.describe_repositories()["repositories"]:
            name = one["repositoryName"]
            policy = asked(ecr.get_repository_policy, "policyText", repositoryName=name)
            told = {"RepositoryPolicyText": json.loads(policy)} if policy else {}
            yield name, {"RepositoryName": name, "Arn": one["repositoryArn"], **told}, {}

    def _file_systems(self, region: str) -> Iterator[Any]:
        efs = self._client("efs", region)
        for one in efs.describe_file_systems()["FileSystems"]:
            id_ = one["FileSystemId"]
            told = {
                "BackupPolicy": asked(efs.describe_backup_policy, "BackupPolicy", FileSystemId=id_),
                "FileSystemPolicy": asked(efs.describe_file_system_policy, "Policy", FileSystemId=id_),
            }
            if told["FileSystemPolicy"]:
                told["FileSystemPolicy"] = json.loads(told["FileSystemPolicy"])
            yield id_, {"FileSystemId": id_, **{name: each for name, each in told.items() if each}}, {}

    def _balancers(self, region: str) -> Iterator[Any]:
        elb = self._client("elbv2", region)
        for one in elb.describe_load_balancers()["LoadBalancers"]:
            arn = one["LoadBalancerArn"]
            told = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
            yield one["LoadBalancerName"], small(one), {"LoadBalancerAttributes": small(told)}

    def _keys(self, region: str) -> Iterator[Any]:
        kms = self._client("kms", region)
        for one in kms.list_keys()["Keys"]:
            key = one["KeyId"]
            beside = {
                "Policy": kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
                "KeyRotationStatus": asked(kms.get_key_rotation_status, "KeyRotationEnabled", KeyId=key) or False,
            }
            yield key, small(kms.describe_key(KeyId=key)["KeyMetadata"]), beside

    def _streams(self, region: str) -> Iterator[Any]:
        kinesis = self._client("kinesis", region)
        for name in kinesis.list_streams()["StreamNames"]:
            told = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
            made = {
                "Arn": told["StreamARN"],
                "Name": name,
                "RetentionPeriodHours": told["RetentionPeriodHours"],
                "ShardCount": told["OpenShardCount"],
            }
            if told.get("KeyId"):
                made["StreamEncryption"] = {"EncryptionType": told["EncryptionType"], "KeyId": told["KeyId"]}
            yield name, made, {}

    def _functions(self, region: str) -> Iterator[Any]:
        functions = self._client("lambda", region)
        for one in functions.list_functions()["Functions"]:
            policy = asked(functions.get_policy, "Policy", FunctionName=one["FunctionName"])
            yield one["FunctionName"], small(one), {"Policy": policy} if policy else {}

    def _cluster_snapshots(self, region: str) -> Iterator[Any]:
        rds = self._client("rds", region)
        for one in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]:
            name = one["DBClusterSnapshotIdentifier"]
            told = rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=name)
            given = told["DBClusterSnapshotAttributesResult"]["DBClusterSnapshotAttributes"]
            yield name, small(one), {"DBClusterSnapshotAttributes": small(given)}

    def _snapshots(self, region: str) -> Iterator[Any]:
        rds = self._client("rds", region)
        for one in rds.describe_db_snapshots()["DBSnapshots"]:
            name = one["DBSnapshotIdentifier"]
            told = rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)["DBSnapshotAttributesResult"]
            yield name, small(one), {"DBSnapshotAttributes": small(told["DBSnapshotAttributes"])}

    def _clusters(self, region: str) -> Iterator[Any]:
        redshift = self._client("redshift", region)
        for one in redshift.describe_clusters()["Clusters"]:
            name = one["ClusterIdentifier"]
            logging = redshift.describe_logging_status(ClusterIdentifier=name)
            told = {"loggingEnabled": logging["LoggingEnabled"], "bucketName": logging.get("BucketName")}
            yield name, small(one), {"LoggingStatus": told}

    def _topics(self, region: str) -> Iterator[Any]:
        sns = self._client("sns", region)
        for page in sns.get_paginator("list_topics").paginate():
            for one in page["Topics"]:
                yield one["TopicArn"], sns.get_topic_attributes(TopicArn=one["TopicArn"])["Attributes"], {}

    def _queues(self, region: str) -> Iterator[Any]:
        sqs = self._client("sqs", region)
        for url in sqs.list_queues().get("QueueUrls", ()):
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            yield url, {"QueueUrl": url, "QueueName": url.rpartition("/")[2], **told}, {}

    def _buckets(self, region: str) -> Iterator[Any]:
        s3 = self._client("s3", region)
        for one in s3.list_buckets()["Buckets"]:
            place = s3.get_bucket_location(Bucket=one["Name"])["LocationConstraint"] or "us-east-1"
            if place == region:
                yield one["Name"], {"name": one["Name"], "creationDate": one["CreationDate"]}, beside_bucket(s3, one)


def beside_bucket(s3: Any, bucket: dict[str, Any]) -> dict[str, Any]:
    """The settings of a bucket, in the words of the first Java SDK; some are there when they are off, others not."""
    name = {"Bucket": bucket["Name"]}
    versioning, logging = s3.get_bucket_versioning(**name), s3.get_bucket_logging(**name).get("LoggingEnabled", {})
    encryption = asked(s3.get_bucket_encryption, "ServerSideEncryptionConfiguration", **name)
    block = asked(s3.get_public_access_block, "PublicAccessBlockConfiguration", **name)
    lock = asked(s3.get_object_lock_configuration, "ObjectLockConfiguration", **name)
    deletion = versioning.get("MFADelete")
    found = {
        "BucketLoggingConfiguration": {
            "destinationBucketName": logging.get("TargetBucket"),
            "logFilePrefix": logging.get("TargetPrefix"),
        },
        "BucketPolicy": {"policyText": asked(s3.get_bucket_policy, "Policy", **name)},
        "BucketVersioningConfiguration": {
            "status": versioning.get("Status", "Off"),
            "isMfaDeleteEnabled": deletion == "Enabled" if deletion else None,
        },
        "ObjectLockConfiguration": lock and small(lock),
        "PublicAccessBlockConfiguration": block and small(block),
        "ServerSideEncryptionConfiguration": encryption and small(encryption),
    }
    return {key: value for key, value in found.items() if value is not None}


def asked(call: Callable[..., Any], member: str, **params: Any) -> Any:
    """A member of an answer; None where AWS says that there is no such thing."""
    try:
        return call(**params).get(member)
    except ClientError:
        return None


def small(value: Any) -> Any:
    """Names as the first Java SDK writes them: keyId, awsaccountId, kmskeyArn; but sseAlgorithm."""
    if isinstance(value, dict):
        return {_small(name): small(each) for name, each in value.items()}
    return [small(each) for each in value] if isinstance(value, list) else value


def _small(name: str) -> str:
    known = {"SSEAlgorithm": "sseAlgorithm", "KMSMasterKeyID": "kmsMasterKeyID"}
    return known.get(name) or re.sub(r"^[A-Z]+", lambda found: found[0].lower(), name)


def written(value: Any) -> Any:
    """Times as texts."""
    if isinstance(value, dict):
        return {name: written(each) for name, each in value.items()}
    if isinstance(value, list):
        return [written(each) for each in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value


class Shelf:
    """An aggregator: answers what a client of AWS Config is asked about it. `change` may alter each item before it is
    given out, as an item or as a text, or leave it out (None); `failing` are sources; `refuse` operations, by code."""

    def __init__(self, recorder: Recorder, regions: tuple[str, ...]) -> None:
        self._recorder = recorder
        self._regions = regions
        self.change: Callable[[dict[str, Any]], Any] = lambda item: item
        self.failing: list[dict[str, str]] = []
        self.refuse: dict[str, str] = {}
        self.asked: list[str] = []

    def select_aggregate_resource_config(self, **given: Any) -> dict[str, Any]:
        """A page of items, each as a JSON text."""
        account, kind = self._begin("select_aggregate_resource_config", kind=given["Expression"])
        found = [
            self.change(item) for item in self._recorder.items(kind, self._regions) if item["accountId"] == account
        ]
        texts = [one if isinstance(one, str) else json.dumps(one) for one in found if one is not None]
        start = int(given.get("NextToken") or 0)
        end = start + min(given["Limit"], _PAGE)
        return {"Results": texts[start:end], **({"NextToken": str(end)} if end < len(texts) else {})}

    def describe_configuration_aggregator_sources_status(self, **given: Any) -> dict[str, Any]:
        """The sources in one of the states that are asked for."""
        self._begin("describe_configuration_aggregator_sources_status")
        wanted = given["UpdateStatus"]
        return {"AggregatedSourceStatusList": [one for one in self.failing if one["LastUpdateStatus"] in wanted]}

    def _begin(self, operation: str, kind: str = "") -> tuple[str, str]:
        wanted = _WANTED.search(kind)
        self.asked.append(wanted[2] if wanted else operation)
        if code := self.refuse.get(operation):
            raise ClientError({"Error": {"Code": code, "Message": "as the test says"}}, operation)
        return (wanted[1], wanted[2]) if wanted else ("", "")

    def can_paginate(self, _operation: str) -> bool:
        """The tokens tell how to go on."""
        return False
