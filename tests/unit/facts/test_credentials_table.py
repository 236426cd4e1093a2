"""What is a secret in the environment of a workload, in a script and as a default; and what only looks like one.

Secrets are put together here, so that no scanner of this repository takes them for real.
"""

import pytest
from facts_building import fact, resource

LETTERS = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY"
HEX = "0123456789abcdef"

SECRETS = [
    ("DB_PASSWORD", "hunter2"),
    ("DB_PASSWORD", "password"),
    ("DB_PASSWORD", "Summer2024!"),
    ("DB_PASSWORD", "p@ss:w0rd/with-signs"),
    ("DB_PASSWORD", "12345678"),
    ("DB_PASS", "correct horse battery staple"),
    ("MYSQL_ROOT_PASSWORD", "root"),
    ("POSTGRES_PASSWORD", "postgres"),
    ("SPRING_DATASOURCE_PASSWORD", "s3cr3tpw"),
    ("dbPassword", "s3cr3tpw"),
    ("db-password", "s3cr3tpw"),
    ("PGPASSWORD", "s3cr3tpw"),
    ("REDIS_AUTH_TOKEN", "f2c8e7a1b9d04e5f"),
    ("SECRET_KEY_BASE", HEX * 8),
    ("DJANGO_SECRET_KEY", "django-insecure-#k2l!m9x&w4v7z0q3p6s8t1"),
    ("JWT_SECRET", "a-very-long-signing-secret-2024"),
    ("SESSION_SECRET", "keyboard-cat-9000"),
    ("ENCRYPTION_KEY", LETTERS),
    ("API_KEY", HEX * 2),
    ("STRIPE_SECRET", "sk_" + "live_" + LETTERS[:24]),
    ("STRIPE_KEY_FOR_TESTS", "sk_" + "test_" + LETTERS[:24]),
    ("AWS_SECRET_ACCESS_KEY", "7CGcBNYyTdLTqMZbMGQdDIQqSVLlE8rLBkYkV2Nn"),
    ("GITHUB_TOKEN", "ghp_" + LETTERS + "Zz9y"),
    ("ANYTHING", "ghp_" + LETTERS + "Zz9y"),
    ("ANYTHING", "github_pat_" + LETTERS),
    ("ANYTHING", "glpat-" + LETTERS[:20]),
    ("ANYTHING", "AKIA" + "Z7QX4LM2PTRV6WBN"),
    ("ANYTHING", "ASIA" + "Z7QX4LM2PTRV6WBN"),
    ("ANYTHING", "xoxb-" + "123456789012-123456789012-" + LETTERS[:24]),
    ("ANYTHING", "https://hooks.slack.com/services/" + "T0AB12CD3/B0AB12CD3/" + LETTERS[:24]),
    ("ANYTHING", "https://discord.com/api/webhooks/" + "123456789012345678/" + LETTERS + LETTERS),
    ("ANYTHING", "SG." + LETTERS[:22] + "." + LETTERS + "abcdefghijk"),
    ("ANYTHING", "AIza" + "Sy" + LETTERS + "Q"),
    ("ANYTHING", "npm_" + LETTERS + "Zz9y"),
    ("ANYTHING", "sk-ant-" + "api03-" + LETTERS),
    ("ANYTHING", "sk-proj-" + LETTERS + LETTERS),
    ("ANYTHING", "-----BEGIN PRIVATE " + "KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC"),
    ("ANYTHING", "-----BEGIN OPENSSH PRIVATE " + "KEY-----\nb3BlbnNzaC1rZXktdjEAAAA"),
    ("DATABASE_URL", "postgres://app:hunter2@db.internal:5432/app"),
    ("DATABASE_URL", "mysql://root:s3cr3t@10.0.0.5/app"),
    ("MONGO_URI", "mongodb+srv://app:s3cr3tpw@cluster0.mongodb.net/app"),
    ("REDIS_URL", "redis://:s3cr3tpw@cache.internal:6379/0"),
    ("CELERY_BROKER", "amqp://guest:s3cr3tpw@mq.internal:5672//"),
    ("JDBC", "jdbc:postgresql://db.internal:5432/app?user=app&password=s3cr3tpw"),
    ("CONNECTION", "Server=db.internal;Database=app;User Id=sa;Password=s3cr3tpw;"),
    ("AZURE", "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=" + LETTERS * 2 + "aB3dE5fG7hJ9kL1m=="),
    ("VAULT_TOKEN", "hvs." + LETTERS),
    ("TFE", "aB3dE5fG7hJ9kL.atlasv1." + LETTERS * 2),
    ("DD_API_KEY", HEX * 2),
    ("NEW_RELIC_LICENSE_KEY", HEX * 2 + "abcdNRAL"),
    ("TELEGRAM_BOT_TOKEN", "123456789:" + "AA" + LETTERS + "x"),
    ("ANYTHING", "123456789:" + "AA" + LETTERS + "x"),
    ("ANYTHING", "glsa_" + LETTERS + "_0123abcd"),
    ("ANYTHING", "dckr_pat_" + LETTERS),
    ("ANYTHING", "lin_api_" + LETTERS + "Zz9yXx8w"),
    ("ANYTHING", "PMAK-" + HEX + HEX[:8] + "-" + HEX * 2 + "ab"),
    ("BASIC_AUTH_CREDENTIALS", "admin:s3cr3tpw"),
    ("SMTP_PASSWORD", "BNx0bQ8zW1yV3uT5sR7qP9oN2mL4kJ6hG8fD0aS"),
]

NONE = [
    # references and what is filled in later
    ("DB_PASSWORD", ""),
    ("DB_PASSWORD", "null"),
    ("DB_PASSWORD", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"),
    ("DB_PASSWORD", "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/db"),
    ("DB_PASSWORD", "{{resolve:secretsmanager:prod/db:SecretString:password}}"),
    ("DB_PASSWORD", "ssm:/prod/db/password"),
    ("DB_PASSWORD", "/prod/db/password"),
    ("DB_PASSWORD", "prod/db:password::"),
    ("DB_PASSWORD", "secretsmanager:prod/db"),
    ("DB_PASSWORD", "vault:secret/data/db#password"),
    ("DB_PASSWORD", "op://prod/db/password"),
    ("DB_PASSWORD", "projects/acme/secrets/db/versions/latest"),
    ("DB_PASSWORD", "${DB_PASSWORD}"),
    ("DB_PASSWORD", "$DB_PASSWORD"),
    ("DB_PASSWORD", "{{ .Values.db.password }}"),
    ("DB_PASSWORD", "%DB_PASSWORD%"),
    ("DB_PASSWORD", "#{DB_PASSWORD}#"),
    ("DB_PASSWORD", "<password>"),
    ("DB_PASSWORD", "[REDACTED]"),
    ("DB_PASSWORD", "********"),
    ("DB_PASSWORD", "xxxxxxxx"),
    ("DB_PASSWORD", "REPLACE_ME"),
    ("DB_PASSWORD", "replaceme"),
    ("DB_PASSWORD", "your-password-here"),
    ("DB_PASSWORD", "YOUR_DB_PASSWORD"),
    ("DB_PASSWORD", "<your password>"),
    ("DB_PASSWORD", "TODO"),
    ("DB_PASSWORD", "set-me"),
    ("DB_PASSWORD", "placeholder"),
    ("DB_PASSWORD", "PLACEHOLDER_VALUE"),
    ("DB_PASSWORD", "dummy"),
    ("DB_PASSWORD", "managed-by-secrets-manager"),
    ("DB_PASSWORD", "set in the console"),
    ("DB_PASSWORD", "provided-at-runtime"),
    ("DB_PASSWORD", "file:///run/secrets/db"),
    ("DB_PASSWORD_FILE", "/run/secrets/db"),
    ("API_KEY", "insert-api-key"),
    ("API_TOKEN", "<insert token>"),
    # about secrets
    ("SECRET_ARN", "prod-db-credentials"),
    ("SECRET_NAME", "prod-db-credentials"),
    ("DB_SECRET_ID", "prod-db"),
    ("PASSWORD_MIN_LENGTH", "14"),
    ("PASSWORD_POLICY", "strong"),
    ("TOKEN_URL", "https://login.acme.io/oauth/token"),
    ("TOKEN_ENDPOINT", "https://login.acme.io/oauth/token"),
    ("TOKEN_EXPIRY", "3600"),
    ("TOKEN_EXPIRATION_SECONDS", "3600"),
    ("ACCESS_TOKEN_TTL", "1h"),
    ("SECRETS_PROVIDER", "aws"),
    ("SECRET_ROTATION_DAYS", "30"),
    ("PASSWORD_RESET_URL", "https://app.acme.io/reset"),
    ("KEY_PREFIX", "app"),
    ("SLACK_TOKEN", "$slack-token"),
    ("CHAMBER_NAME_TOKEN", "spotinst_token"),
    ("SSM_GITHUB_API_KEY", "github_key_of_ci"),
    ("MASTER_PASSWORD_SSM_KEY", "aurora-master"),
    ("API_SECRET_KEY_SOURCE_PATTERN", "datadog_%s"),
    ("CLIENT_GENERATE_SECRET", "always"),
    ("TERRAFORM_TOKEN", "EXAMPLE-uoc3c1qsw7poexampleewjeno1pte3rw"),
    ("MASTER_USER_PASSWORD_ROTATE_IMMEDIATELY", "true-ish"),
    ("PASSWORD_ROTATION_SCHEDULE_EXPRESSION", "rate(15 days)"),
    ("CREATE_ACCESS_KEY", "always"),
    ("PASSWORD_POLICY_EXPIRE_PASSWORDS", "quarterly"),
    ("ENCRYPTED_PASSWORD", "wcBMA0123456789"),
    ("USE_SECRET", "whenever"),
    ("CACHE_KEY", "sessions"),
    ("SORT_KEY", "created_at"),
    ("PARTITION_KEY", "tenant_id"),
    ("KMS_KEY_ID", "1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("KMS_KEY", "alias/app"),
    ("PUBLIC_KEY", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"),
    ("SSH_PUBLIC_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"),
    ("JWT_PUBLIC_KEY", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"),
    ("TLS_CERTIFICATE", "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBg"),
    ("MAX_TOKENS", "4096"),
    ("LLM_MAX_OUTPUT_TOKENS", "4096"),
    ("TOKENIZER", "cl100k_base"),
    ("AUTHOR", "jane"),
    ("PASSTHROUGH", "yes"),
    ("COMPASS_MODE", "north"),
    ("USE_PASSWORD_AUTH", "true"),
    ("ENABLE_API_KEY", "true"),
    ("PASSWORD_ENABLED", "false"),
    ("REQUIRE_PASSWORD", "true"),
    ("SIGNING_KEY_ALGORITHM", "RS256"),
    ("API_KEY_HEADER", "X-Api-Key"),
    ("API_KEY_HEADER_NAME", "x-api-key"),
    ("TOKEN_TYPE", "Bearer"),
    ("SECRET_BACKEND", "ssm"),
    ("STRIPE_PUBLISHABLE_KEY", "pk_live_" + LETTERS[:24]),
    ("SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@o123.ingest.sentry.io/456"),
    # forms that are no secrets
    ("COMMIT", HEX * 2 + "01234567"),
    ("IMAGE_DIGEST", "sha256:" + HEX * 4),
    ("CHECKSUM", HEX * 4),
    ("ETAG", "d41d8cd98f00b204e9800998ecf8427e"),
    ("BUILD_ID", "6f1ed002-ab5a-4f2b-9d3b-0b1f6a2d9c1e"),
    ("PASSWORD_HASH", "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"),
    ("ADMIN_PASSWORD", "$2y$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"),
    ("ADMIN_PASSWORD", "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("ROLE_ID", "AROAIOSFODNN7EXAMPLE"),
    ("HOST", "db.internal:5432"),
    ("QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/111122223333/jobs"),
    ("DATABASE_URL", "postgres://db.internal:5432/app"),
    ("DATABASE_URL", "postgres://app@db.internal:5432/app"),
    ("DATABASE_URL", "postgres://app:${DB_PASSWORD}@db.internal:5432/app"),
    ("DATABASE_URL", "postgres://app:<password>@db.internal:5432/app"),
    ("DATABASE_URL", "postgres://user:password@localhost:5432/app"),
    ("DATABASE_URL", "postgres://user:pass@example.com/app"),
    ("DATABASE_URL", "postgres://app:********@db.internal/app"),
    ("JDBC", "jdbc:postgresql://db.internal:5432/app?user=app&ssl=true"),
    ("CONNECTION", "Server=db.internal;Database=app;Integrated Security=true;"),
    ("CONNECTION", "Server=db.internal;User Id=sa;Password=${DB_PASSWORD};"),
    ("GIT", "git@github.com:acme/app.git"),
    ("GIT", "ssh://git@github.com/acme/app.git"),
    ("EMAIL", "alerts+prod@acme.io"),
    ("IMAGE", "111122223333.dkr.ecr.eu-central-1.amazonaws.com/app:v1@sha256:" + HEX * 4),
    ("POLICY", '{"Statement":[{"Action":"secretsmanager:GetSecretValue","Resource":"*"}]}'),
    ("FEATURES", "password-login,token-refresh,secret-santa"),
    ("SSM_PATH", "/prod/app/"),
    ("CERT", "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAG"),
    ("VAULT_ADDR", "https://vault.acme.io:8200"),
    ("AUTH_ENABLED", "true"),
    ("LOG_FORMAT", "%(asctime)s %(password)s"),
    ("REGEX", "password=([^&]+)"),
]


def found(name, value):
    return fact(
        "credentials.in_environment",
        resource("aws_lambda_function.f", environment=[{"variables": {name: value}}]),
    )


@pytest.mark.parametrize(("name", "value"), SECRETS)
def test_a_secret_in_the_environment(name, value):
    assert found(name, value) != []


@pytest.mark.parametrize(("name", "value"), NONE)
def test_no_secret_in_the_environment(name, value):
    assert found(name, value) == []


@pytest.mark.parametrize(("name", "value"), [row for row in NONE if "\n" not in row[1]])
def test_no_secret_in_a_script(name, value):
    quoted = value.replace("'", "'\\''")
    subject = resource("aws_instance.i", user_data=f"#!/bin/sh\nexport {name}='{quoted}'\nstart --now\n")

    assert fact("credentials.in_user_data", subject) == []


@pytest.mark.parametrize(("name", "value"), NONE)
def test_no_secret_as_a_default(name, value):
    subject = resource("terraform_variable.v", name=name.lower(), default=value)

    assert fact("credentials.literals", subject) == []
