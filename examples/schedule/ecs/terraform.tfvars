# What is yours: change all of it.
owner           = "platform"
organization_id = "o-exampleorg1"
external_id     = "example-1f7c0f0e"
alarm_email     = "security@example.com"

vpc_id     = "vpc-0123456789abcdef0"
subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]

image          = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/cloudaudit@sha256:0000000000000000000000000000000000000000000000000000000000000000"
repository_arn = "arn:aws:ecr:eu-central-1:111122223333:repository/cloudaudit"

store_url               = "postgresql://cloudaudit@history.example.internal/cloudaudit?sslmode=require"
store_password_arn      = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:cloudaudit-store-AbCdEf"
store_security_group_id = "sg-0123456789abcdef0"
