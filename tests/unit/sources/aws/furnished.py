"""An account with two of each thing that AWS Config tells of, one with its settings and one without."""

import json

from simulated import ACCOUNT, REGION, Account

OTHER = "eu-west-1"
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def furnish(account: Account) -> None:
    """Two of each thing that Config tells of, one with its settings and one without."""
    for name, place_ in (("good", REGION), ("bad", OTHER)):
        _buckets(account, name, place_)
        _queues(account, name, place_)
        _stores(account, name, place_)
        _code(account, name, place_)
        _balancer(account, name, place_)


def _buckets(account: Account, name: str, region: str) -> None:
    s3 = account.client("s3", region)
    where = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=name == "good", **where)
    if name == "bad":
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(PUBLIC))
        return
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": False,
        },
    )
    key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}
    rules = [{"ApplyServerSideEncryptionByDefault": key, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled", "MFADelete": "Disabled"})
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration=lock)
    delivery = {"Service": "logging.s3.amazonaws.com"}
    allowed = {"Effect": "Allow", "Principal": delivery, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::good/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    s3.put_bucket_logging(
        Bucket=name,
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": name, "TargetPrefix": "logs/"}},
    )


def _queues(account: Account, name: str, region: str) -> None:
    policy = json.dumps(PUBLIC)
    sns, sqs, kms = (account.client(service, region) for service in ("sns", "sqs", "kms"))
    settings = {"KmsMasterKeyId": "alias/aws/sns"} if name == "good" else {"Policy": policy}
    sns.create_topic(Name=name, Attributes=settings)
    sqs.create_queue(QueueName=f"{name}-failed")
    failed = {"deadLetterTargetArn": f"arn:aws:sqs:{region}:{ACCOUNT}:{name}-failed", "maxReceiveCount": 3}
    sqs.create_queue(QueueName=name, Attributes={"Policy": policy, "RedrivePolicy": json.dumps(failed)})
    key = kms.create_key(Description=name)["KeyMetadata"]["KeyId"]
    if name == "good":
        kms.enable_key_rotation(KeyId=key)
    kms.schedule_key_deletion(KeyId=kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"], PendingWindowInDays=30)


def _stores(account: Account, name: str, region: str) -> None:
    dynamodb, rds, efs = (account.client(service, region) for service in ("dynamodb", "rds", "efs"))
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    rds.create_db_instance(
        DBInstanceIdentifier=name, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="root", MasterUserPassword="not-a-secret",
    )  # fmt: skip
    rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=name)
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-mysql", MasterUsername="root", MasterUserPassword="not-a-secret"
    )
    rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=name)
    files = efs.create_file_system(CreationToken=name, Backup=name == "good")["FileSystemId"]
    stream = account.client("kinesis", region)
    stream.create_stream(StreamName=name, ShardCount=1)
    account.client("redshift", region).create_cluster(
        ClusterIdentifier=name, NodeType="ra3.large", MasterUsername="root", MasterUserPassword="Not-a-secret-1"
    )
    if name == "bad":
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["all"])
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["all"]
        )
        return
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    efs.put_file_system_policy(FileSystemId=files, Policy=json.dumps(PUBLIC))
    stream.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId="alias/aws/kinesis")


def _code(account: Account, name: str, region: str) -> None:
    iam, functions, ecr = (account.client(service, region) for service in ("iam", "lambda", "ecr"))
    trust = {"Version": "2012-10-17", "Statement": []}
    role = iam.create_role(RoleName=f"{name}-code", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    functions.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="a.b", Code={"ZipFile": b"x"})
    ecr.create_repository(repositoryName=name)
    account.client("acm", region).request_certificate(DomainName=f"{name}.example.com", ValidationMethod="DNS")
    if name == "good":
        return
    functions.add_permission(FunctionName=name, StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(PUBLIC))
    account.client("cloudfront", region).create_distribution(
        DistributionConfig={
            "CallerReference": "once",
            "Comment": "",
            "Enabled": True,
            "DefaultRootObject": "index.html",
            "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "logs.s3.amazonaws.com", "Prefix": "a/"},
            "Origins": {"Quantity": 1, "Items": [{"Id": "one", "DomainName": "example.com"}]},
            "DefaultCacheBehavior": {"TargetOriginId": "one", "ViewerProtocolPolicy": "allow-all"},
        }
    )


def _balancer(account: Account, name: str, region: str) -> None:
    ec2, elb = account.client("ec2", region), account.client("elbv2", region)
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    made = elb.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    told = {
        "deletion_protection.enabled": str(name == "good").lower(),
        "routing.http.desync_mitigation_mode": "defensive" if name == "good" else "monitor",
    }
    attributes = [{"Key": key, "Value": value} for key, value in told.items()]
    elb.modify_load_balancer_attributes(LoadBalancerArn=made, Attributes=attributes)
