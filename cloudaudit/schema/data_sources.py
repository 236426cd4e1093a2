"""Data sources that are judged by their arguments: what they fetch, and from where. They name one thing each, which may
be of another environment."""

REQUEST = "data.http"
STATE = "data.terraform_remote_state"
READING = (
    STATE, "data.aws_ami", "data.aws_db_cluster_snapshot", "data.aws_db_instance", "data.aws_db_snapshot",
    "data.aws_dynamodb_table", "data.aws_ebs_snapshot", "data.aws_ecr_repository", "data.aws_iam_role",
    "data.aws_kms_alias", "data.aws_kms_key", "data.aws_lambda_function", "data.aws_rds_cluster", "data.aws_s3_bucket",
    "data.aws_s3_object", "data.aws_secretsmanager_secret", "data.aws_secretsmanager_secret_version",
    "data.aws_security_group", "data.aws_security_groups", "data.aws_sns_topic", "data.aws_sqs_queue",
    "data.aws_ssm_parameter", "data.aws_subnet", "data.aws_subnets", "data.aws_vpc",
)  # fmt: skip
